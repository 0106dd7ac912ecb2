import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("What arguments can't do to a request")
struct RequestSafetyTests {
    private static func path(_ style: ParameterStyle = .simple) -> ToolPlan {
        CallPlans.tool("GET", "/files/{id}/info", [CallPlans.parameter("id", .path, style, explodes: false)])
    }

    @Test(
        "steps through the path are refused, however they are written",
        arguments: [
            ".", "..", "../x", "x/..", "x/../y", "..\\x", "x\\..", "%2e%2e", "%2E%2e/x", "%2e", ".%2e", "%252e%252e", "..%2f",
            "..;/x",
            "a/..;b=c/d", "..%5cx", "..\u{0}", "a\u{0}", "a%00b", "a\r\nb", "\u{7F}",
        ], ParameterStyle.allCases)
    func steps(value: String, style: ParameterStyle) {
        let fault = CallPlans.fault(Self.path(style), ["id": .string(value)])
        #expect(fault?.argument == "id")
        #expect(CallPlans.fault(Self.path(style), ["id": [.string(value), "x"]])?.argument == "id")
    }

    @Test(
        "what would end the segment or the path is encoded and stays a part of the value",
        arguments: [
            ("a/b", "a%2Fb"), ("a?b", "a%3Fb"), ("a#b", "a%23b"), ("a;b", "a%3Bb"), ("a\\b", "a%5Cb"), ("a%2fb", "a%252fb"),
            ("@host", "%40host"),
            ("//host/", "%2F%2Fhost%2F"), ("...", "..."), ("..a", "..a"), ("{id}", "%7Bid%7D"), ("é", "%C3%A9"), ("a b", "a%20b"),
        ])
    func encoded(value: String, expected: String) throws {
        #expect(try CallPlans.sent(Self.path(), ["id": .string(value)]).url == "/files/\(expected)/info")
    }

    @Test("a segment put together of harmless parts is no step either")
    func together() {
        let tool = CallPlans.tool(
            "GET", "/files/{a}{b}/x",
            [CallPlans.parameter("a", .path, .label, explodes: false), CallPlans.parameter("b", .path, .simple, explodes: false)])
        #expect(CallPlans.fault(tool, ["a": "", "b": "."]) != nil)
        let literal = CallPlans.tool("GET", "/files/.{a}", [CallPlans.parameter("a", .path, .simple, explodes: false)])
        #expect(CallPlans.fault(literal, ["a": "."]) != nil)
        #expect(CallPlans.fault(literal, ["a": "env"]) == nil)
    }

    @Test(
        "a template of the document can't lead away from the server",
        arguments: ["/../admin", "/a/../../b", "/%2e%2e/admin", "/a/%2E./b", "/./a"])
    func templates(path: String) {
        #expect(CallPlans.fault(CallPlans.tool("GET", path), [:]) != nil)
    }

    @Test(
        "odd templates are written so that they stay below the server's path",
        arguments: [
            ("//evil.example/x", "//evil.example/x"), ("@evil.example", "/@evil.example"), (":8080/x", "/:8080/x"),
            ("/a b\\c", "/a%20b%5Cc"),
            ("/a#b", "/a"), ("/a?action=x", "/a?action=x"), ("/Things('k')", "/Things('k')"), ("/v1:batch", "/v1:batch"),
        ])
    func oddTemplates(path: String, expected: String) throws {
        #expect(try CallPlans.sent(CallPlans.tool("GET", path), [:]).url == expected)
    }

    @Test("a query of the template comes before the arguments'")
    func templateQuery() throws {
        let tool = CallPlans.tool(
            "GET", "/a?x={id}&y=1",
            [CallPlans.parameter("id", .path, .simple, explodes: false), CallPlans.parameter("z", .query, .form, explodes: true)])
        #expect(try CallPlans.sent(tool, ["id": "1&2", "z": "3"]).url == "/a?x=1%262&y=1&z=3")
    }

    @Test(
        "a server's URL is absolute, HTTP, and has no credentials, query or fragment",
        arguments: [
            "/v1", "ftp://a", "https://user:key@a", "https://a?x=1", "https://a#x", "https://", "https://a b", "https://a\\b",
            "javascript:x",
        ])
    func servers(server: String) {
        let fault = CallPlans.fault(CallPlans.tool(), [:], server: server)
        #expect(fault != nil && fault?.argument == nil)
    }

    @Test("a URL is no longer than a client sends")
    func longURL() {
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("q", .query, .form, explodes: true)])
        #expect(CallPlans.fault(tool, ["q": .string(String(repeating: "x", count: 9_000))])?.message.contains("8192") == true)
    }

    @Test("a header's value begins no other header", arguments: ["a\r\nX: y", "a\nb", "a\rb", "a\u{0}b", "a\u{7F}", "\u{1B}[0m"])
    func headerInjection(value: String) {
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("X-A", .header, .simple, explodes: true)])
        for argument: JSON in [.string(value), ["x", .string(value)], [value: "x"], ["x": .string(value)]] {
            #expect(CallPlans.fault(tool, ["X-A": argument])?.argument == "X-A")
        }
    }

    @Test(
        "headers that frame the message or speak for others are not a call's to set",
        arguments: [
            "Host", "content-length", "Transfer-Encoding", "Connection", "TE", "Trailer", "Upgrade", "Expect", "Cookie",
            "Proxy-Authorization",
            "bad name", "bad\r\nname", "", "bad:name",
        ])
    func reservedHeaders(name: String) {
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter(name, .header, .simple, explodes: true, argument: "h")])
        #expect(CallPlans.fault(tool, ["h": "x"])?.argument == "h")
    }

    @Test("Accept, Content-Type and Authorization as parameters are ignored, as the specification says")
    func ignoredHeaders() throws {
        let names = ["Accept", "Content-Type", "Authorization"]
        let tool = CallPlans.tool(
            "POST", "/", names.map { CallPlans.parameter($0, .header, .simple, explodes: true) },
            body: CallPlans.whole(.json, "application/json"), accept: "application/json")
        let sent = try CallPlans.sent(tool, ["Accept": "a", "Content-Type": "b", "Authorization": "c", "body": 1])
        #expect(sent.headers == ["Accept: application/json", "Content-Type: application/json"])
    }

    @Test("an argument that is missing, or that nothing takes, is named; no value is repeated")
    func names() {
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("q", .query, .form, explodes: true, required: true)])
        #expect(CallPlans.fault(tool, [:])?.description == "the argument q is missing")
        let unknown = CallPlans.fault(tool, ["q": "1", "zzz": "secret"])
        #expect(unknown?.argument == "zzz")
        #expect(unknown?.description.contains("secret") == false)
    }

    @Test("a deep value ends in a fault, not on the stack")
    func depth() {
        var value: JSON = 1
        for _ in 0..<500 { value = ["a": value] }
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("q", .query, .deepObject, explodes: true)])
        #expect(CallPlans.fault(tool, ["q": value])?.argument == "q")
    }
}
