import Testing

@testable import Directory

@Suite("URLs of servers elsewhere")
struct ServerURLTests {
    @Test(
        "its origin is scheme, host and port",
        arguments: [
            ("https://mcp.example.com", "https://mcp.example.com:443"), ("HTTP://Host_1:8080/a?b=c", "http://host_1:8080"),
            ("https://[2001:db8::1]/sse", "https://[2001:db8::1]:443"), ("https://h:1/%41%2f?x=%20", "https://h:1"),
        ])
    func origin(text: String, origin: String) throws {
        let url = try #require(ServerURL(text))
        #expect(url.origin == origin)
        #expect(url.text == text)
    }

    @Test(
        "what is no such URL is none",
        arguments: [
            "", "mcp.example.com", "/sse", "ftp://h", "file:///etc/passwd", "https://", "https:///a", "https://user@h/",
            "https://u:p@h", "https://h#f", "https://h/a b", "https://h/\u{e9}", "https://h/\r\nX: y", "https://h/\u{0}",
            "https://h/%4", "https://h/%zz", "https://h:0", "https://h:65536", "https://h:", "https://h:+1", "https://h:a",
            "https://[::1", "https://[::1]x", "https://[h]", "https://[10.0.0.1]", "https://a b", "https://h/\\", "https://h/{x}",
            "https://%68/", "https://" + String(repeating: "a", count: 254), "https://h/" + String(repeating: "a", count: 8192),
        ])
    func refused(text: String) { #expect(ServerURL(text) == nil) }

    @Test(
        "added parameters are escaped, and take the place of those of the same name",
        arguments: [
            ("https://h", [("a", "b")], "https://h?a=b"), ("https://h/p?", [("a", "b")], "https://h/p?a=b"),
            ("https://h/p?x=1&key=old&y", [("key", "n&w=1")], "https://h/p?x=1&y&key=n%26w%3D1"),
            ("https://h?k%65y=old&key=older", [("key", "")], "https://h?key="),
            ("https://h?a=1", [], "https://h?a=1"), ("https://h", [("ä b", "+~")], "https://h?%C3%A4%20b=%2B~"),
        ] as [(String, [(String, String)], String)])
    func adding(text: String, queries: [(String, String)], expected: String) throws {
        let url = try #require(ServerURL(text))
        #expect(url.text(adding: queries.map { (name: $0.0, value: $0.1) }) == expected)
    }
}
