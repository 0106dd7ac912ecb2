import Directory
import HTTPTypes
import Ledger
import Storage
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: channels")
struct ChannelAPITests {
    private static let key = "sk-0123456789abcdefghijklmnop"
    private static let body: JSON = [
        "type": 1, "name": "one", "key": .string(key), "base_url": "https://api.example.com/v1", "proxy_url": "socks5://u:p@h:1",
        "models": ["m1", "bad1"], "model_mapping": ["m1": "upstream-m1"], "priority": 5, "sets": ["a"],
        "configs": ["region": "x", "api_key": "c"],
        "max_error_rate": 0.5,
    ]

    private func add(_ admin: AdminFixture) async throws -> JSON {
        try #require(try await admin.data(.post, "/api/channel/", Self.body)["channels"]?[0])
    }

    @Test("a channel's life", arguments: AdminEngine.available)
    func channel(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            let created = try await add(admin)
            let id = try #require(created["id"]?.int64Value)
            #expect(created["key"] == "sk-0********mnop")
            #expect(created["proxy_url"] == "socks5://********@h:1")
            #expect(created["configs"] == ["region": "x", "api_key": "********"])
            #expect(admin.directory.current.channel(id: id)?.channel.key == Self.key)
            #expect(try await admin.data(.get, "/api/channel/\(id)") == created)

            // A program reads the object, changes a member, sends it back.
            var changed = created
            changed["name"] = "renamed"
            let written = try await admin.data(.put, "/api/channel/\(id)", changed)
            #expect(written["name"] == "renamed")
            let stored = try #require(admin.directory.current.channel(id: id)?.channel)
            #expect(stored.key == Self.key && stored.proxyURL == "socks5://u:p@h:1" && stored.configs["api_key"] == "c")

            // What is left out is reset, but for type, name, key and status.
            let reset = try await admin.data(.put, "/api/channel/\(id)", ["models": ["m2"]])
            #expect(reset["name"] == "renamed" && reset["type"] == 1 && reset["base_url"] == "" && reset["models"] == ["m2"])
            #expect(admin.directory.current.channel(id: id)?.channel.key == Self.key)

            try await admin.data(.post, "/api/channel/\(id)/status", ["status": 2])
            #expect(admin.directory.current.channel(id: id)?.channel.status == .disabled)
            try await admin.data(.delete, "/api/channel/\(id)")
            #expect(admin.directory.current.channel(id: id) == nil)
            #expect(try await admin.failure(.get, "/api/channel/\(id)") == "404 there is no channel \(id)")
            #expect(try await admin.failure(.delete, "/api/channel/\(id)") == "404 there is no channel \(id)")
        }
    }

    @Test(
        "a key of several lines makes a channel of each; several channels are made all or none", arguments: AdminEngine.available)
    func several(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            let made = try await admin.data(.post, "/api/channel/", ["type": 53, "name": "many", "key": "k1\n\n k2 \r\nk3"])
            #expect(made["total"] == 3)
            #expect(
                try await admin.failure(.post, "/api/channels/", [["type": 1, "key": "x"], ["type": 2]])
                    .hasPrefix("400 body[1].type: expected the number of a provider: 1, 3, "))
            #expect(try await admin.data(.get, "/api/channels/")["total"] == 3)
            try await admin.data(.post, "/api/channels/", [["type": 1, "key": "x", "name": "last"]])
            #expect(try await admin.data(.get, "/api/channels/all").arrayValue?.count == 4)
            let found = try await admin.data(.get, "/api/channels/search?keyword=LAST&channel_type=1")
            #expect(found["channels"]?[0]?["name"] == "last")
            #expect(try await admin.data(.get, "/api/channels/?key=k2")["total"] == 1)
            let ids = try await admin.data(.get, "/api/channels/?order=id-asc&per_page=2")["channels"]?.arrayValue?.compactMap {
                $0["id"]
            }
            #expect(try await admin.data(.post, "/api/channels/batch_info", .array(ids ?? []))[1]?["name"] == "many")
            try await admin.data(.post, "/api/channels/batch_delete", .array(ids ?? []))
            #expect(try await admin.data(.get, "/api/channels/")["total"] == 2)
        }
    }

    @Test("tests of stored channels: one model, all models, all channels")
    func tests() async throws {
        try await withAdmin { admin async throws in
            let id = try await add(admin)["id"] ?? 0
            for path in ["/api/channel/\(id)/m1", "/api/channel/\(id)/test/m1"] {
                let result = try await admin.data(.get, path)
                #expect(
                    result["success"] == true && result["actual_model"] == "upstream-m1" && result["took"]?.doubleValue == 0.25)
            }
            #expect(try await admin.data(.get, "/api/channel/\(id)/vendor/bad-model")["model"] == "vendor/bad-model")
            let failures = try await admin.data(.get, "/api/channel/\(id)/test")
            #expect(failures.arrayValue?.map { $0["data"]?["model"] } == ["bad1"])
            #expect(failures[0]?["message"] == "refused")
            let all = try await admin.data(.get, "/api/channels/test?return_success=true")
            #expect(all.arrayValue?.map { $0["data"]?["response"] } == ["", "refused"])
            let bodies = try await admin.data(.get, "/api/channels/test?return_success=true&success_body=true")
            #expect(bodies[0]?["data"]?["response"] == "pong")

            try await admin.data(.post, "/api/model_config/bad1", ["exclude_from_tests": true])
            #expect(try await admin.data(.get, "/api/channel/\(id)/test") == [])
            try await admin.data(.post, "/api/channel/\(id)/status", ["status": 2])
            #expect(try await admin.data(.get, "/api/channels/test?return_success=true") == [])
            #expect(
                try await admin.data(.get, "/api/channels/test?return_success=true&test_disabled=true").arrayValue?.count == 1)
            #expect(try await admin.failure(.get, "/api/channels/test?stream=true").hasPrefix("501 "))
        }
    }

    @Test("a channel that is not stored can be tested", arguments: ["/api/channel/test", "/api/channel/test-preview"])
    func preview(path: String) async throws {
        try await withAdmin { admin async throws in
            let body: JSON = ["type": 1, "key": "k", "model": "m", "models": ["m", "bad"]]
            #expect(try await admin.data(.post, path, body)["success"] == true)
            #expect(try await admin.data(.post, path + "-all", body).arrayValue?.count == 1)
            #expect(try await admin.failure(.post, path, ["type": 1, "key": "k"]) == "400 model: expected a text")
            #expect(
                try await admin.failure(.post, path, ["type": 1, "key": "a\nb", "model": "m"]) == "400 key: expected one key")
            #expect(try await admin.data(.get, "/api/channels/all") == [])
        }
    }

    @Test(
        "what can't be a channel is 400 with the member",
        arguments: [
            ([:], "type: expected the number of a provider"),
            (["type": 1, "base_url": "ftp://x"], "base_url: expected a URL that begins with http:// or https://"),
            (["type": 1, "max_error_rate": 2], "max_error_rate: expected a number from 0 to 1"),
            (["type": 1, "model_mapping": ["a": 1]], "model_mapping: expected an object of texts"),
            (["type": 1, "priority": 1.5], "priority: expected a whole number from -1000000 to 1000000"),
        ] as [(JSON, String)])
    func wrongChannels(body: JSON, message: String) async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.failure(.post, "/api/channel/", body) == "400 " + message)
        }
    }

    @Test(
        "keys, base URLs and settings are held against the provider's, each line of a key on its own",
        arguments: [
            (["type": 18, "key": "secret"], "key: expected <api_key>:<api_secret>"),
            (["type": 18, "key": "a:b\nsecret\nc:d"], "key: expected <api_key>:<api_secret> in line 2"),
            (["type": 14], "key: expected a key that isn't empty"),
            (["type": 50, "key": "k"], "base_url: expected a URL: Sangfor AICP has no default"),
            (["type": 1, "base_url": "https://h/?q"], "base_url: a base URL has no user, query, fragment"),
            (["type": 53, "key": "k", "configs": ["delay_ms": "1"]], "configs.delay_ms: must be"),
        ] as [(JSON, String)])
    func againstProvider(body: JSON, message: String) async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.failure(.post, "/api/channel/", body).hasPrefix("400 " + message))
            #expect(try await admin.failure(.post, "/api/channels/", [body]).hasPrefix("400 body[0]." + message))
            #expect(try await admin.data(.get, "/api/channels/all") == [])
        }
    }

    @Test("keys of several parts can be added in bulk and changed; kinds that aren't served are stored as they are")
    func keysOfParts() async throws {
        try await withAdmin { admin async throws in
            let made = try await admin.data(
                .post, "/api/channels/", [["type": 27, "name": "m", "key": "k1|g1\nk2"], ["type": 33, "key": "region|ak|sk"]])
            #expect(made["total"] == 3)
            let id = try #require(made["channels"]?[0]?["id"]?.int64Value)
            #expect(
                try await admin.failure(.put, "/api/channel/\(id)", ["key": "a|b|c"])
                    == "400 key: expected <key>|<group_id>, or a key")
            // Its own key comes back masked, and is what is checked.
            var shown = try await admin.data(.get, "/api/channel/\(id)")
            shown["base_url"] = "https://api.minimax.io"
            #expect(try await admin.data(.put, "/api/channel/\(id)", shown)["base_url"] == "https://api.minimax.io")
            #expect(admin.directory.current.channel(id: id)?.channel.key == "k1|g1")
        }
    }
}
