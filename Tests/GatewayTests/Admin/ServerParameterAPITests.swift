import Directory
import HTTPTypes
import OpenAPIToMCP
import Outbound
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: what groups save for public MCP servers")
struct ServerParameterAPITests {
    private static let place = "/api/mcp/public/keyed/group/g1/params"

    private func withServer(
        _ engine: AdminEngine = .sqlite, _ body: @escaping @Sendable (AdminFixture) async throws -> Void
    ) async throws {
        try await withAdmin(engine) { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            try await admin.data(
                .post, "/api/mcp/public/",
                [
                    "id": "keyed", "type": "mcp_proxy_sse",
                    "proxy_config": [
                        "url": "https://h/sse",
                        "reusing": [
                            "X-Key": ["name": "Key", "required": true, "type": "header"], "zone": ["type": "query"],
                            "base": ["type": "url"],
                        ],
                    ],
                ])
            try await body(admin)
        }
    }

    @Test("they are shown masked, and stay when their masks come back", arguments: AdminEngine.available)
    func saved(engine: AdminEngine) async throws {
        try await withServer(engine) { admin async throws in
            #expect(try await admin.failure(.get, Self.place).hasPrefix("404 "))
            try await admin.data(.post, Self.place, ["params": ["X-Key": "secret-value-of-some-length", "zone": "UTC"]])
            let shown = try await admin.data(.get, Self.place)
            #expect(shown["mcp_id"] == "keyed" && shown["group_id"] == "g1")
            #expect(shown["params"] == ["X-Key": "secr********ngth", "zone": "********"])
            var changed = shown
            changed["params"]?["zone"] = "CET"
            try await admin.data(.post, Self.place, changed)
            #expect(
                admin.directory.current.parameters(ofServer: "keyed", group: "g1")?.values
                    == ["X-Key": "secret-value-of-some-length", "zone": "CET"])
            try await admin.data(.post, Self.place, ["params": [:]])
            #expect(admin.directory.current.parameters(ofServer: "keyed", group: "g1")?.values == [:])
            try await admin.data(.delete, "/api/mcp/public/keyed")
            #expect(admin.directory.current.parameters(ofServer: "keyed", group: "g1") == nil)
            #expect(try await admin.failure(.get, Self.place).hasPrefix("404 "))
        }
    }

    @Test(
        "a value without a definition, or that can't be used, is 400 with its key and without the value",
        arguments: [
            ([:], "params: expected an object of texts"), (["params": ["X-Key": 1]], "params: expected an object of texts"),
            (["params": ["other": "secret"]], "params.other: expected one of X-Key, base, zone"),
            (["params": ["X-Key": "secret\r\nX: y"]], "params.X-Key: expected a header's value"),
            (["params": ["zone": "secret\u{0}"]], "params.zone: expected a text"),
            (["params": ["base": "secret"]], "params.base: expected an http:// or https:// URL"),
        ] as [(JSON, String)])
    func wrong(body: JSON, message: String) async throws {
        try await withServer { admin async throws in
            let failure = try await admin.failure(.post, Self.place, body)
            #expect(failure.hasPrefix("400 " + message))
            #expect(!failure.contains("secret"))
            #expect(admin.directory.current.parameters(ofServer: "keyed", group: "g1") == nil)
        }
    }

    @Test("a mask for which nothing is saved is 400 with its key")
    func strayMask() async throws {
        try await withServer { admin async throws in
            for mask in ["********", "secr********ngth"] {
                let failure = try await admin.failure(.post, Self.place, ["params": ["X-Key": .string(mask)]])
                #expect(failure.hasPrefix("400 params.X-Key: expected the secret itself"))
            }
            #expect(admin.directory.current.parameters(ofServer: "keyed", group: "g1") == nil)
        }
    }

    @Test("of a document's server, a client certificate with its key is saved as one text, and shown masked; a broken one is 400")
    func certificate() async throws {
        try await withAdmin { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            try await admin.data(
                .post, "/api/mcp/public/",
                [
                    "id": "pets", "type": "mcp_openapi",
                    "openapi_config": ["openapi_spec": "https://h/openapi.json", "reusing": ["mtls": ["required": true]]],
                ])
            let place = "/api/mcp/public/pets/group/g1/params"
            let text = ClientCertificateFixture.chain + ClientCertificateFixture.key
            for wrong in [
                text.replacing("-----BEGIN PRIVATE KEY-----\n", with: "-----BEGIN PRIVATE KEY-----\nhidden!"),
                ClientCertificateFixture.otherChain + ClientCertificateFixture.key,
                "hidden\r\nX: y",
            ] {
                let failure = try await admin.failure(.post, place, ["params": ["mtls": .string(wrong)]])
                #expect(failure.hasPrefix("400 params.mtls: expected "), "\(failure)")
                #expect(!failure.contains("hidden") && !failure.contains("BEGIN"))
            }
            try await admin.data(.post, place, ["params": ["mtls": .string(text)]])
            #expect(try await admin.data(.get, place)["params"] == ["mtls": "----********---\n"])
            let saved = admin.directory.current.parameters(ofServer: "pets", group: "g1")
            #expect(saved?.values == ["mtls": text])
            let server = try #require(admin.directory.current.publicServer(id: "pets"))
            let given = try Credentials(DocumentTarget(server, parameters: saved))
            #expect(try given.values == ["mtls": .certificate(ClientIdentity(certificateChain: text, privateKey: text))])
        }
    }

    @Test("without the server or the group it is 404; a server without definitions takes nothing")
    func missing() async throws {
        try await withServer { admin async throws in
            let none = "/api/mcp/public/none/group/g1/params"
            #expect(try await admin.failure(.post, none, ["params": [:]]) == "404 there is no public MCP server none")
            let group = "/api/mcp/public/keyed/group/none/params"
            #expect(try await admin.failure(.post, group, ["params": [:]]) == "404 there is no group none")
            try await admin.data(.post, "/api/mcp/public/", ["id": "time", "type": "mcp_embed"])
            #expect(
                try await admin.failure(.post, "/api/mcp/public/time/group/g1/params", ["params": ["a": "b"]])
                    == "400 params.a: expected nothing: the server takes no parameters")
        }
    }
}
