import Testing
import Wire

@testable import Directory

@Suite("The configuration of proxies")
struct ProxyConfigurationTests {
    @Test("everything is read, in its order; a parameter without a type is a header")
    func whole() throws {
        let configuration = try ProxyConfiguration([
            "url": "https://h/mcp", "headers": ["X-B": "2", "Authorization": "Bearer k"], "querys": ["q": "v"],
            "reusing": [
                "Z-Key": ["name": "Key", "description": "yours", "required": true], "base": ["type": "url"],
                "q": ["type": "query", "required": .null],
            ], "later": ["unknown": true],
        ])
        #expect(configuration.url?.text == "https://h/mcp")
        #expect(configuration.headers.map(\.name) == ["X-B", "Authorization"])
        #expect(configuration.queries.map(\.value) == ["v"])
        #expect(
            configuration.reusing == [
                ReusingParameter(key: "Z-Key", name: "Key", description: "yours", isRequired: true, place: .header),
                ReusingParameter(key: "base", isRequired: false, place: .url),
                ReusingParameter(key: "q", isRequired: false, place: .query),
            ])
    }

    @Test("the URL may be left to the groups only if each has to give one")
    func groupURL() throws {
        #expect(try ProxyConfiguration(["reusing": ["u": ["type": "url", "required": true]]]).url == nil)
        #expect(throws: ServerFault.self) { try ProxyConfiguration(["reusing": ["u": ["type": "url"]]]) }
        #expect(throws: ServerFault.self) {
            try ProxyConfiguration(["reusing": ["u": ["type": "url", "required": true]]], takesReusing: false)
        }
    }

    @Test(
        "a fault names the member and never the value",
        arguments: [
            ([:], "proxy_config.url"), (["url": 1], "proxy_config.url"), (["url": "secret"], "proxy_config.url"),
            (["url": "https://h", "headers": []], "proxy_config.headers"),
            (["url": "https://h", "headers": ["A": 1]], "proxy_config.headers.A"),
            (["url": "https://h", "headers": ["A": "secret\r\nB: c"]], "proxy_config.headers.A"),
            (["url": "https://h", "headers": ["A": "secret "]], "proxy_config.headers.A"),
            (["url": "https://h", "headers": ["A B": "secret"]], "proxy_config.headers.A B"),
            (["url": "https://h", "headers": ["": "secret"]], "proxy_config.headers."),
            (["url": "https://h", "headers": ["X": "1", "x": "2"]], "proxy_config.headers.x"),
            (["url": "https://h", "querys": ["a": "secret\n"]], "proxy_config.querys.a"),
            (["url": "https://h", "querys": ["a\u{0}": "1"]], "proxy_config.querys.a\u{0}"),
            (["url": "https://h", "reusing": ["a": "x"]], "proxy_config.reusing.a"),
            (["url": "https://h", "reusing": ["a": ["type": "cookie"]]], "proxy_config.reusing.a.type"),
            (["url": "https://h", "reusing": ["a": ["type": "embedded"]]], "proxy_config.reusing.a.type"),
            (["url": "https://h", "reusing": ["a": ["required": "yes"]]], "proxy_config.reusing.a.required"),
            (["url": "https://h", "reusing": ["a b": ["type": "header"]]], "proxy_config.reusing.a b"),
            (["url": "https://h", "reusing": ["a": ["type": "url"], "b": ["type": "url"]]], "proxy_config.reusing"),
        ] as [(JSONObject, String)])
    func faults(object: JSONObject, member: String) throws {
        let fault = try #require(throws: ServerFault.self) { try ProxyConfiguration(object) }
        #expect(fault.member == member)
        #expect(!"\(fault)".contains("secret"))
    }

    @Test(
        "headers of the connection and of the protocol can't be set",
        arguments: [
            "Host", "content-length", "Transfer-Encoding", "CONNECTION", "te", "Upgrade", "Mcp-Session-Id",
            "MCP-Protocol-Version", "mcp-param-x", "Last-Event-ID", "Accept", "Content-Type",
        ])
    func reserved(name: String) {
        #expect(throws: ServerFault.self) { try ProxyConfiguration(["url": "https://h", "headers": [name: "1"]]) }
        #expect(throws: ServerFault.self) { try ProxyConfiguration(["url": "https://h", "reusing": [name: ["type": "header"]]]) }
    }

    @Test("more members than are taken, longer names and values are refused")
    func bounds() {
        let many = JSONObject((0...100).map { ("h\($0)", .string("v")) })
        for member in ["headers", "querys"] {
            #expect(throws: ServerFault.self) { try ProxyConfiguration(["url": "https://h", member: .object(many)]) }
            let long: JSONObject = ["a": .string(String(repeating: "x", count: 8193))]
            #expect(throws: ServerFault.self) { try ProxyConfiguration(["url": "https://h", member: .object(long)]) }
            let name = JSONObject([(String(repeating: "x", count: 257), .string("v"))])
            #expect(throws: ServerFault.self) { try ProxyConfiguration(["url": "https://h", member: .object(name)]) }
        }
    }
}
