import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Texts of tools")
struct ProseTests {
    @Test(
        "HTML goes, Markdown stays",
        arguments: [
            ("<p>Lists <b>all</b> pets.</p><ul><li>one</li><li>two</li></ul>", "Lists all pets.\n- one\n- two"),
            ("**Bold** `code` [link](https://a.b)", "**Bold** `code` [link](https://a.b)"),
            ("Use <token> and a < b & c", "Use <token> and a < b & c"), ("a &lt; b &amp;&amp; c&nbsp;d", "a < b && c d"),
            ("one\r\n\r\n\r\n\r\ntwo  \n", "one\n\ntwo"), ("see <a href=\"https://x\">docs</a>", "see docs"),
            ("cut <b", "cut <b"),
            ("&amp;lt;", "&lt;"),
        ])
    func plain(text: String, expected: String) { #expect(Prose.plain(text) == expected) }

    @Test("a text is cut at a word, and says that it is")
    func cut() {
        #expect(Prose.cut("one two three", to: 13) == "one two three")
        #expect(Prose.cut("one two three", to: 10) == "one two…")
        #expect(Prose.cut(String(repeating: "x", count: 50), to: 10) == "xxxxxxxxx…")
        #expect(Prose.cut("ééééé", to: 5) == "ééééé" && Prose.cut("anything", to: 0) == "")
    }

    @Test(arguments: [("listAllPets", "List all pets"), ("get_API-key.byID", "Get API key by ID"), ("x", "X")])
    func humanised(name: String, title: String) { #expect(Prose.humanised(name) == title) }

    @Test("a tool says its summary, its description and that it is deprecated, and nothing twice")
    func text() {
        let operation = APIOperation("GET", "/pets", id: "listPets")
        let full = operation.with {
            $0.summary = "List pets"
            $0.description = "List pets, by page."
            $0.isDeprecated = true
        }
        #expect(ToolText(full, limit: 2_000).title == "List pets")
        #expect(ToolText(full, limit: 2_000).description == "Deprecated.\n\nList pets, by page.")
        #expect(
            ToolText(full.with { $0.description = "By page." }, limit: 2_000).description
                == "Deprecated.\n\nList pets\n\nBy page.")
        #expect(ToolText(operation, limit: 2_000).description == "List pets")
        #expect(ToolText(APIOperation("GET", "/pets"), limit: 2_000).description == "GET /pets")
        #expect(
            ToolText(full.with { $0.description = String(repeating: "word ", count: 1_000) }, limit: 2_000).description.count
                <= 2_000)
    }
}
