import Testing
import Wire

@testable import MCPServer

@Suite("names on an endpoint made of several servers")
struct ExposedNameTests {
    @Test(
        "are the server's id and the server's own name, where both are plain and short",
        arguments: [
            ("docs", "search", "docs__search"), ("a-b.c_d", "x__y", "a-b.c_d__x__y"), ("a", "_x", "a___x"),
            ("docs", "get-calendar", "docs__get-calendar"),
        ])
    func plain(id: String, tool: String, exposed: String) {
        #expect(ExposedName.name(tool, prefix: ExposedName.prefix(ofMember: id)) == exposed)
    }

    @Test("never change from one version to the next, shortened ones included")
    func stable() {
        #expect(ExposedName.prefix(ofMember: "a__b") == "a_b_h\(Self.digits(of: "a__b"))")
        let long = String(repeating: "x", count: 70)
        let name = ExposedName.name(long, prefix: "docs")
        #expect(name.utf8.count == 64)
        #expect(name.hasPrefix("docs__xxxx"))
        #expect(name == ExposedName.name(long, prefix: "docs"))
        #expect(name != ExposedName.name(long + "x", prefix: "docs"))
    }

    /// The digest of FNV-1a with one round of mixing, written down anew.
    private static func digits(of text: String) -> String {
        let sum = text.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        let mixed = (sum ^ (sum >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        let digits = String((mixed ^ (mixed >> 33)) & (1 << 48 - 1), radix: 16)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }

    @Test("of different servers and tools are different, fit models' tool interfaces, and lead back", arguments: 0..<20)
    func property(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let alphabet = ["a", "B", "7", "_", "__", "-", ".", " ", "é", "e\u{301}", "/", "_h0123456789ab", "xxxxxxxxxxxx"]
        func text() -> String {
            (0..<Int.random(in: 1...8, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
        }
        var owners: [String: (ExactKey, ExactKey)] = [:]
        for _ in 0..<300 {
            let (id, tool) = (text(), text())
            let prefix = ExposedName.prefix(ofMember: id)
            let exposed = ExposedName.name(tool, prefix: prefix)
            #expect(exposed.utf8.count <= 64)
            #expect(exposed.wholeMatch(of: /[A-Za-z0-9_.\-]+/) != nil)
            let parsed = try #require(ExposedName.parse(exposed))
            #expect(parsed.prefix == prefix)
            if !parsed.isShortened { #expect(parsed.rest.isExactly(tool)) }
            if let owner = owners[exposed] { #expect(owner == (ExactKey(id), ExactKey(tool))) }
            owners[exposed] = (ExactKey(id), ExactKey(tool))
        }
    }

    @Test("that are none", arguments: ["", "search", "__search", "docs__", "docs_search"])
    func none(text: String) { #expect(ExposedName.parse(text) == nil) }
}
