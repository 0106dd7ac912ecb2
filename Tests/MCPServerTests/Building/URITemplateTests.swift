import Testing

@testable import MCPServer

@Suite("URI templates")
struct URITemplateTests {
    @Test(
        "a URI is taken apart where the template makes it",
        arguments: [
            ("test://template/{id}/data", "test://template/123/data", ["id": "123"]),
            ("test://template/{id}/data", "test://template/a%2Fb/data", ["id": "a/b"]),
            ("x://{a}-{b}", "x://1-2-3", ["a": "1", "b": "2-3"]), ("x://{a}", "x://%C3%A9", ["a": "\u{E9}"]),
            ("x://plain", "x://plain", [:]), ("x://{open", "x://{open", [:]), ("{a}", "x", ["a": "x"]),
            ("x://{a}/{b}", "x://1/2", ["a": "1", "b": "2"]),
        ] as [(String, String, [String: String])])
    func match(template: String, uri: String, values: [String: String]) {
        #expect(URITemplate(template).match(uri) == values)
    }

    @Test(
        "any other URI is not of the template",
        arguments: [
            ("test://template/{id}/data", "test://template//data"), ("test://template/{id}/data", "test://template/1/data/"),
            ("test://template/{id}/data", "test://template/1/2/data"), ("test://template/{id}/data", ""),
            ("x://{a}", "x://%"), ("x://{a}", "x://%4"), ("x://{a}", "x://%GG"), ("x://{a}", "x://%FF"),
            ("x://{a}{b}", "x://12"), ("x://{a}", "X://1"), ("x://\u{E9}/{a}", "x://e\u{301}/1"), ("", "x"),
        ])
    func noMatch(template: String, uri: String) {
        #expect(URITemplate(template).match(uri) == nil)
    }

    @Test("the variables are named in order")
    func variables() {
        #expect(URITemplate("x://{a}/b/{c}").variables == ["a", "c"])
    }
}
