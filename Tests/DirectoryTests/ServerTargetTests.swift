import Testing
import Wire

@testable import Directory

@Suite("What answers for a server")
struct ServerTargetTests {
    private static func proxy(_ configuration: JSONObject, kind: PublicServer.Kind = .proxyStreamable) -> PublicServer {
        var server = PublicServer(id: "p", kind: kind, createdAt: 0)
        server.proxyConfig = configuration
        return server
    }

    private static func saved(_ values: [String: String]) -> ServerParameters {
        ServerParameters(serverID: "p", groupID: "g", values: values, createdAt: 0)
    }

    private static let configuration: JSONObject = [
        "url": "https://h/mcp?v=1", "headers": ["X-Team": "blue", "Authorization": "Bearer operators-key"],
        "querys": ["q": "fixed"],
        "reusing": [
            "authorization": ["type": "header"], "q": ["type": "query"], "need": ["type": "query", "required": true],
            "base": ["type": "url"],
        ],
    ]

    @Test("a group's values take the place of the operator's of the same name; those without a definition are left out")
    func merging() throws {
        let target = try UpstreamTarget(
            Self.proxy(Self.configuration),
            parameters: Self.saved(["authorization": "Bearer groups-key", "need": "a b", "q": "", "old": "x"]))
        #expect(target.transport == .streamableHTTP)
        #expect(target.urlSource == .operator)
        #expect(target.headers.map(\.name) == ["X-Team", "authorization"])
        #expect(target.headers.map(\.value) == ["blue", "Bearer groups-key"])
        #expect(target.requestURL == "https://h/mcp?v=1&q=fixed&need=a%20b")
        #expect(target.dependsOnGroup)
    }

    @Test("what is required and not saved, or saved as nothing, is named")
    func missing() throws {
        for parameters in [nil, Self.saved([:]), Self.saved(["need": ""])] {
            let error = try #require(throws: ServerTargetError.self) {
                try ServerTarget(Self.proxy(Self.configuration), parameters: parameters)
            }
            #expect(error == .missingParameters(["need"]))
        }
    }

    @Test("a URL of the group's is a tenant's; the operator's credentials go with it only to the operator's own origin")
    func tenantURL() throws {
        let elsewhere = try UpstreamTarget(
            Self.proxy(Self.configuration), parameters: Self.saved(["need": "1", "base": "https://evil.example/mcp"]))
        #expect(elsewhere.urlSource == .tenant)
        #expect(elsewhere.headers.isEmpty)
        #expect(elsewhere.requestURL == "https://evil.example/mcp?need=1")
        for (url, keeps) in [
            ("https://H:443/other", true), ("http://h/mcp", false), ("https://h:8443/", false), ("https://h.evil.example", false),
        ] {
            let target = try UpstreamTarget(Self.proxy(Self.configuration), parameters: Self.saved(["need": "1", "base": url]))
            #expect(target.urlSource == .tenant)
            #expect(target.headers.contains { $0.value == "Bearer operators-key" } == keeps, "\(url)")
        }
    }

    @Test("without values of the group's, the target is the same for all groups")
    func shared() throws {
        let target = try UpstreamTarget(
            Self.proxy(["url": "https://h", "reusing": ["a": ["type": "header"]]], kind: .proxySSE), parameters: nil)
        #expect(!target.dependsOnGroup)
        #expect(target.transport == .serverSentEvents)
    }

    @Test("what was saved before its definition changed, or stored before it was checked, is a fault and not sent")
    func stale() throws {
        let server = Self.proxy(["url": "https://h", "reusing": ["A": ["type": "header"]]])
        let error = try #require(throws: ServerTargetError.self) {
            try UpstreamTarget(server, parameters: Self.saved(["A": "secret\r\nB: c"]))
        }
        #expect(error == .invalid(ServerFault("params.A", expected: HeaderRules.valueForm)))
        #expect(throws: ServerTargetError.invalid(ServerFault("proxy_config.url", expected: ServerURL.form))) {
            try UpstreamTarget(Self.proxy([:]), parameters: nil)
        }
    }

    @Test("no secret is left in a text that was cleaned, in whatever form it stands there")
    func redacting() throws {
        let server = Self.proxy([
            "url": "https://h/mcp?token=inthequery", "headers": ["Authorization": "Bearer a-long-key", "L": "en"],
            "querys": ["k": "with blank"],
        ])
        let target = try UpstreamTarget(server, parameters: nil)
        let text = target.redacting("GET \(target.requestURL): Bearer a-long-key, a-long-key, with blank; en")
        for secret in ["inthequery", "a-long-key", "with blank", "with%20blank"] { #expect(!text.contains(secret), "\(text)") }
        #expect(text.hasSuffix("; en"))
    }

    @Test("a group's own server is a tenant's, and takes no parameters")
    func groupServer() throws {
        var server = GroupServer(id: "s", groupID: "g", kind: .proxySSE, createdAt: 0)
        server.proxyConfig = Self.configuration
        guard case .upstream(let target) = try ServerTarget(server) else {
            Issue.record("a proxy is an upstream")
            return
        }
        #expect(target.urlSource == .tenant)
        #expect(target.transport == .serverSentEvents)
        #expect(target.headers.count == 2)
        #expect(target.dependsOnGroup)
        server.kind = .openAPI
        server.openAPIConfig = ["openapi_spec": "https://h/doc.json"]
        #expect(try ServerTarget(server) == .document(DocumentTarget(server)))
    }

    @Test("an embedded server gets the operator's values and those of the group that it takes")
    func embedded() throws {
        var server = PublicServer(id: "search", kind: .embedded, createdAt: 0)
        server.embedConfig = ["init": ["zone": "UTC", "count": 1], "reusing": ["key": ["required": true], "extra": [:]]]
        #expect(throws: ServerTargetError.missingParameters(["key"])) { try ServerTarget(server, parameters: nil) }
        let saved = Self.saved(["key": "k", "extra": "", "other": "x"])
        guard case .embedded(let target) = try ServerTarget(server, parameters: saved) else {
            Issue.record("an embedded server is one")
            return
        }
        #expect(target.id == "search")
        #expect(target.initial == ["zone": "UTC"])
        #expect(target.reusing == ["key": "k"])
        #expect(target.dependsOnGroup)
    }

    @Test("documents and child processes are told apart; a card answers nothing")
    func otherKinds() throws {
        var server = PublicServer(id: "s", kind: .openAPI, createdAt: 0)
        server.openAPIConfig = ["openapi_content": "{}"]
        #expect(try ServerTarget(server, parameters: nil) == .document(DocumentTarget(server, parameters: nil)))
        server.kind = .standardIO
        #expect(try ServerTarget(server, parameters: nil) == .process(id: "s"))
        server.kind = .docs
        #expect(throws: ServerTargetError.notCallable(kind: "mcp_docs")) { try ServerTarget(server, parameters: nil) }
    }

    @Test("the operator's values for tests count only where they are switched on")
    func testParameters() {
        var server = PublicServer(id: "s", kind: .proxySSE, createdAt: 0)
        server.testConfig = ["enabled": false, "params": ["a": "b"]]
        #expect(server.testParameters == nil)
        server.testConfig = ["enabled": true, "params": ["a": "b", "n": 1]]
        #expect(server.testParameters?.values == ["a": "b"])
    }
}
