import Directory
import HTTPTypes
import Ledger
import Storage
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: models")
struct ModelAPITests {
    @Test("a configuration's life; a model's name may have slashes", arguments: AdminEngine.available)
    func config(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            let path = "/api/model_config/vendor/model-1"
            try await admin.data(
                .post, path,
                [
                    "type": 1, "owner": "vendor", "rpm": 60, "price": ["input_price": 0.0025, "output_price": 0.01],
                    "timeout_config": ["request_timeout": 30], "config": ["vision": true], "created_at": "2020-01-01T00:00:00Z",
                ])
            let shown = try await admin.data(.get, path)
            #expect(shown["model"] == "vendor/model-1" && shown["rpm"] == 60 && shown["config"] == ["vision": true])
            #expect(shown["price"] == ["input_price": 0.0025, "output_price": 0.01])
            #expect(shown["timeout_config"] == ["request_timeout": 30, "stream_request_timeout": 0])
            #expect(try await admin.data(.get, "/api/model_config/vendor%2Fmodel-1") == shown)
            #expect(admin.directory.current.modelConfig("vendor/model-1")?.rpm == 60)

            // Saving replaces the whole.
            try await admin.data(.post, path, ["type": 1])
            #expect(try await admin.data(.get, path)["rpm"] == 0)
            try await admin.data(.delete, path)
            #expect(try await admin.failure(.get, path) == "404 there is no model vendor/model-1")
            #expect(try await admin.failure(.delete, path) == "404 there is no model vendor/model-1")
        }
    }

    @Test("several are saved, listed, searched and deleted", arguments: AdminEngine.available)
    func lists(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            try await admin.data(
                .post, "/api/model_configs/", [["model": "a", "owner": "x"], ["model": "b", "owner": "y"], ["model": "c"]])
            #expect(try await admin.data(.get, "/api/model_configs/?per_page=2")["configs"]?.arrayValue?.count == 2)
            #expect(try await admin.data(.get, "/api/model_configs/all").arrayValue?.map { $0["model"] } == ["a", "b", "c"])
            #expect(try await admin.data(.get, "/api/model_configs/search?owner=Y")["configs"]?[0]?["model"] == "b")
            let contained = try await admin.data(.post, "/api/model_configs/contains", ["models": ["c", "z"]])
            #expect(contained.arrayValue?.map { $0["model"] } == ["c"])
            try await admin.data(.post, "/api/model_configs/batch_delete", ["a", "b", "z"])
            #expect(try await admin.data(.get, "/api/model_configs/")["total"] == 1)
        }
    }

    @Test(
        "what can't be a configuration is 400 with the member",
        arguments: [
            (
                ["price": ["input_prise": 1]],
                "400 price.input_prise: expected one of the members of a price; this one is not known"
            ),
            (["rpm": -1], "400 rpm: expected a whole number from 0 to 1000000000000"),
            (
                ["timeout_config": ["request_timeout": "1"]],
                "400 timeout_config.request_timeout: expected a whole number from 0 to 86400"
            ),
        ] as [(JSON, String)])
    func wrongConfigs(body: JSON, message: String) async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.failure(.post, "/api/model_config/m", body) == message)
        }
    }
}
