import Directory
import HTTPTypes
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: servers that are OpenAPI documents")
struct DocumentServerAPITests {
    private static let credentials: JSON = [
        "key": ["value": "the-long-key-of-this-operator"], "short": ["value": "abc"],
        "basic": ["username": "operator", "password": "password-of-the-operator"],
        "bearer": ["token": "token-of-some-length-here"],
        "client": [
            "client_id": "client-0123456789abcdef", "client_secret": "secret-of-the-client-0123",
            "token_url": "https://login.example.com/token", "scopes": ["pets:read"],
        ],
        "certificate": certificate,
    ]

    private static let certificate: JSON = [
        "certificate": .string(ClientCertificateFixture.chain), "private_key": .string(ClientCertificateFixture.key),
    ]

    private static func server(_ type: JSON) -> JSON {
        [
            "id": "pets", "type": type, "name": "Pets",
            "openapi_config": [
                "openapi_spec": "https://pets.example/openapi.json", "server_addr": "https://pets.example/v2",
                "authorization": "Bearer value-for-all-schemes", "credentials": credentials,
                "client_certificate": certificate, "include": [["tag": "pets"]],
                "names": ["listPets": "pets"], "input_budget": 4096,
            ],
        ]
    }

    /// Public servers, and a group's own: where they are, and their type.
    private static let places: [(list: String, path: String, type: JSON)] = [
        ("/api/mcp/public/", "/api/mcp/public/pets", "mcp_openapi"), ("/api/mcp/group/g1", "/api/mcp/group/g1/pets", "openapi"),
    ]

    private func stored(_ path: String, _ admin: AdminFixture) -> JSONObject? {
        path.contains("group")
            ? admin.directory.current.groupServer(id: "pets", group: "g1")?.openAPIConfig
            : admin.directory.current.publicServer(id: "pets")?.openAPIConfig
    }

    @Test("every text of the credentials is masked in every answer; the rest is shown", arguments: places)
    func masks(list: String, path: String, type: JSON) async throws {
        try await withAdmin { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            let created = try await admin.data(.post, list, Self.server(type))
            let shown = try #require(created["openapi_config"])
            #expect(shown["authorization"] == "Bear********emes")
            #expect(
                shown["credentials"] == [
                    "key": ["value": "the-********ator"], "short": ["value": "********"],
                    "basic": ["username": "********", "password": "pass********ator"], "bearer": ["token": "toke********here"],
                    "client": [
                        "client_id": "clie********cdef", "client_secret": "secr********0123", "token_url": "http********oken",
                        "scopes": ["********"],
                    ],
                    "certificate": Self.maskedCertificate,
                ])
            #expect(shown["client_certificate"] == Self.maskedCertificate)
            #expect(shown["openapi_spec"] == "https://pets.example/openapi.json" && shown["input_budget"] == 4096)
            #expect(shown["include"] == [["tag": "pets"]] && shown["names"] == ["listPets": "pets"])
            for uri in [path, path.contains("group") ? list : "/api/mcp/publics/", "/api/mcp/group/all"] {
                let answer = try await admin.ask(.get, uri)
                #expect(answer.status == .ok)
                for secret in ["the-long-key", "password-of", "token-of", "secret-of", "value-for", "abc\"", "BEGIN"] {
                    #expect(!answer.envelope.serialized().contains(secret), "\(uri) shows \(secret)")
                }
            }
            #expect(self.stored(path, admin)?["credentials"] == Self.credentials)
            #expect(self.stored(path, admin)?["client_certificate"] == Self.certificate)
        }
    }

    private static let maskedCertificate: JSON = ["certificate": "----********---\n", "private_key": "----********---\n"]

    @Test(
        "masks that come back leave the secrets as they are, a new text is a new secret, what is missing is gone",
        arguments: places)
    func restores(list: String, path: String, type: JSON) async throws {
        try await withAdmin { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            var changed = try await admin.data(.post, list, Self.server(type))
            changed["name"] = "Renamed"
            #expect(try await admin.data(.put, path, changed)["name"] == "Renamed")
            #expect(self.stored(path, admin)?["credentials"] == Self.credentials)
            #expect(self.stored(path, admin)?["authorization"] == "Bearer value-for-all-schemes")

            changed["openapi_config"]?["credentials"]?["basic"]?["password"] = "another-password-of-the-operator"
            changed["openapi_config"]?["credentials"]?["key"] = nil
            changed["openapi_config"]?["authorization"] = nil
            let answer = try await admin.data(.put, path, changed)
            #expect(answer["openapi_config"]?["credentials"]?["basic"]?["password"] == "anot********ator")
            var expected = Self.credentials
            expected["basic"]?["password"] = "another-password-of-the-operator"
            expected["key"] = nil
            #expect(self.stored(path, admin)?["credentials"] == expected)
            #expect(self.stored(path, admin)?["authorization"] == nil)
        }
    }

    private static let hiddenPEM = "-----BEGIN CERTIFICATE-----\nhidden\n-----END CERTIFICATE-----\n"

    @Test(
        "a mask for which nothing is stored, as of a scheme that was renamed, is 400 with the member", arguments: places,
        [
            ("key", "renamed", "renamed.value"), ("short", "renamed", "renamed.value"),
            ("client", "renamed", "renamed.client_id"), ("certificate", "renamed", "renamed.certificate"),
            // The mask of another secret.
            ("key", "bearer", "bearer.token"),
        ])
    func renamed(
        place: (list: String, path: String, type: JSON), renaming: (old: String, new: String, member: String)
    ) async throws {
        try await withAdmin { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            var changed = try await admin.data(.post, place.list, Self.server(place.type))
            let masked = changed["openapi_config"]?["credentials"]?[renaming.old]
            changed["openapi_config"]?["credentials"]?[renaming.old] = nil
            changed["openapi_config"]?["credentials"]?[renaming.new] =
                renaming.new == "bearer" ? ["token": masked?["value"] ?? .null] : masked
            let message = try await admin.failure(.put, place.path, changed)
            #expect(
                message.hasPrefix("400 openapi_config.credentials.\(renaming.member): expected the secret itself"), "\(message)")
            #expect(self.stored(place.path, admin)?["credentials"] == Self.credentials)
        }
    }

    @Test("a new server takes no masks", arguments: places)
    func copied(list: String, path: String, type: JSON) async throws {
        try await withAdmin { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            var copy = try await admin.data(.post, list, Self.server(type))
            copy["id"] = "copy"
            let message = try await admin.failure(.post, list, copy)
            #expect(message.hasPrefix("400 openapi_config.") && message.contains("expected the secret itself"), "\(message)")
        }
    }

    @Test("where secrets are shown, they are shown whole", arguments: places)
    func shown(list: String, path: String, type: JSON) async throws {
        try await withAdmin(setting: \.admin.showsSecrets, to: true) { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            let created = try await admin.data(.post, list, Self.server(type))
            #expect(created["openapi_config"]?["credentials"] == Self.credentials)
        }
    }

    @Test(
        "credentials that are none are 400 with the member, and their texts are not in the message", arguments: places,
        [
            (["credentials": "hidden"], "credentials"), (["credentials": ["key": "hidden"]], "credentials.key"),
            (["credentials": ["key": ["username": "a:hidden"]]], "credentials.key.username"),
            (["credentials": ["key": ["client_id": "hidden"]]], "credentials.key"),
            (["credentials": ["key": ["value": "hidden\r\nX: y"]]], "credentials.key.value"),
            (["credentials": ["key": ["certificate": "hidden"]]], "credentials.key.certificate"),
            (["credentials": ["key": ["certificate": .string(hiddenPEM)]]], "credentials.key.private_key"),
            (
                ["credentials": ["key": ["certificate": .string(hiddenPEM), "private_key": .string(hiddenPEM)]]],
                "credentials.key"
            ),
            (
                [
                    "credentials": [
                        "key": ["certificate": .string(ClientCertificateFixture.chain), "private_key": .string(hiddenPEM)]
                    ]
                ], "credentials.key"
            ),
        ] as [(JSON, String)])
    func wrong(place: (list: String, path: String, type: JSON), wrong: (members: JSON, member: String)) async throws {
        try await withAdmin { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            var body = Self.server(place.type)
            body["openapi_config"]?["credentials"] = wrong.members["credentials"]
            let message = try await admin.failure(.post, place.list, body)
            #expect(message.hasPrefix("400 openapi_config.\(wrong.member): expected "), "\(message)")
            #expect(!message.contains("hidden"))
            #expect(self.stored(place.path, admin) == nil)
        }
    }
}
