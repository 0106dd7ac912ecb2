import Directory
import HTTPTypes
import ModelRelay
import Storage
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: what is known of providers and models")
struct CatalogueAPITests {
    @Test("kinds of channel are described by their numbers")
    func types() async throws {
        try await withAdmin { admin async throws in
            let metas = try await admin.data(.get, "/api/channels/type_metas")
            #expect(metas.objectValue?.count == (try BuiltIn.providers.get().all.count))
            #expect(metas["1"]?["name"] == "openai" && metas["1"]?["defaultBaseUrl"] == "https://api.openai.com/v1")
            #expect(metas["24"]?["name"] == "google gemini")
            #expect(metas["53"]?["configSchema"]?["properties"]?["static_text"]?["type"] == "string")
            #expect(metas["1"]?["configSchema"] == [:] && metas["30"]?["keyHelp"]?.stringValue?.isEmpty == false)
            #expect(metas["33"] == nil, "not served")
        }
    }

    @Test("every kind of channel that is served is one of the contract")
    func numbers() throws {
        #expect(Set(try BuiltIn.providers.get().all.map(\.type)).isSubset(of: ChannelTypes.contract))
    }

    @Test("models that are known are shown as configurations, of all and of each provider")
    func builtin() async throws {
        try await withAdmin { admin async throws in
            let all = try await admin.data(.get, "/api/models/builtin").arrayValue ?? []
            let claude = try #require(
                all.first { $0["model"] == "claude-sonnet-4-5" || $0["model"] == "claude-sonnet-4-5-20250929" })
            #expect(claude["owner"] == "anthropic" && claude["type"] == 1)
            #expect(claude["price"]?["input_price"] != nil && claude["config"]?["max_output_tokens"] != nil)
            let byType = try await admin.data(.get, "/api/models/builtin/channel")
            #expect(byType["14"]?.arrayValue?.contains(claude) == true)
            #expect(byType["20"] == [])
            #expect(try await admin.data(.get, "/api/models/builtin/channel/14") == byType["14"])
            #expect(try await admin.data(.get, "/api/models/builtin/channel/33") == [])
            #expect(
                try await admin.failure(.get, "/api/models/builtin/channel/2").hasPrefix(
                    "400 type: expected the number of a provider"))
            #expect(
                try await admin.failure(.get, "/api/models/builtin/channel/x") == "400 type: expected a whole number in the path")
            // What is shown can be stored.
            try await admin.data(.post, "/api/model_configs/", .array(all))
            #expect(try await admin.data(.get, "/api/model_configs/?per_page=1")["total"]?.int64Value == Int64(all.count))
        }
    }

    @Test("the defaults of channels are the operator's options")
    func defaults() async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.data(.get, "/api/models/default") == ["models": [:], "mapping": [:]])
            #expect(try await admin.data(.get, "/api/models/default/1") == ["models": [], "mapping": [:]])
            let written = try await admin.store.options.set([
                "DefaultChannelModels": #"{"1":["m1","m2"]}"#, "DefaultChannelModelMapping": #"{"1":{"m1":"u1"}}"#,
            ])
            admin.directory.apply(written.changes)
            #expect(
                try await admin.data(.get, "/api/models/default") == [
                    "models": ["1": ["m1", "m2"]], "mapping": ["1": ["m1": "u1"]],
                ])
            #expect(try await admin.data(.get, "/api/models/default/1") == ["models": ["m1", "m2"], "mapping": ["m1": "u1"]])
            #expect(try await admin.data(.get, "/api/models/default/14") == ["models": [], "mapping": [:]])
        }
    }
}
