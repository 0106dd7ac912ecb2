import Testing

@testable import MCPServer

@Suite("a URI template read backwards (RFC 6570)")
struct TemplatePatternTests {
    @Test(
        "matches what it can expand to",
        arguments: [
            ("file:///{path}", "file:///a.txt"), ("file:///{+path}", "file:///a/b.txt"), ("note://{id}/body", "note://7/body"),
            ("x:{a}-{b}", "x:1-2"), ("x:{a}{b}", "x:"), ("x:list{?q,n}", "x:list?q=1&n=2"), ("x:list{?q}", "x:list"),
            ("x:{+a}/end", "x:1/end/2/end"), ("x:root{/a,b}", "x:root/1/2"), ("x:f{.ext}", "x:f.txt"), ("x:p{#f}", "x:p#top"),
            ("x:plain", "x:plain"), ("x:p{;v}", "x:p;v=1"), ("x:l?a=1{&b}", "x:l?a=1&b=2"),
        ])
    func matching(template: String, uri: String) throws {
        #expect(try #require(TemplatePattern(template)).matches(uri))
    }

    @Test(
        "and nothing else",
        arguments: [
            ("file:///{path}", "file:///a/b.txt"), ("note://{id}/body", "note://7/head"), ("x:list{?q}", "x:listq"),
            ("x:plain", "x:plainer"), ("x:f{.ext}", "x:f.a/b"), ("x:p{#f}", "x:ptop"), ("x:{a}", "y:1"), ("x:{a}", ""),
        ])
    func notMatching(template: String, uri: String) throws {
        #expect(try !#require(TemplatePattern(template)).matches(uri))
    }

    @Test("is none where its braces are not in pairs", arguments: ["x:{a", "x:a}", "x:{}", "x:{a{b}}"])
    func malformed(template: String) { #expect(TemplatePattern(template) == nil) }

    @Test("takes linear time for what would make a backtracking matcher slow")
    func hostile() throws {
        let pattern = try #require(TemplatePattern("x:" + String(repeating: "{+a}a", count: 30) + "!"))
        #expect(!pattern.matches("x:" + String(repeating: "a", count: 4000)))
    }
}
