import Directory
import Ledger
import Testing
import Wire

@testable import Storage

@Suite("Model configurations")
struct ModelConfigTests {
    private static func full() throws -> ModelConfig {
        var config = ModelConfig(model: "gpt-4o", createdAt: testTime)
        config.owner = "openai"
        config.type = .chatCompletions
        config.config = ["max_context_tokens": 128_000, "vision": true]
        config.plugin = ["cache": ["enable": true]]
        config.price = try Price(json: ["input_price": 0.00015, "output_price": 0.0006, "output_price_unit": 1])
        config.rpm = 1
        config.tpm = 2
        config.retryTimes = 3
        config.requestTimeoutSeconds = 4
        config.streamRequestTimeoutSeconds = 5
        config.excludeFromTests = true
        config.forceSaveDetail = true
        config.maxImageGenerationCount = 6
        config.maxVideoGenerationSeconds = 7
        config.maxVideoGenerationCount = 8
        config.allowedResolutions = ["1k", "2k"]
        config.requestBodyStorageMaxSize = -1
        config.responseBodyStorageMaxSize = 9
        config.summaryServiceTier = true
        config.summaryClaudeLongContext = true
        config.disableResolutionFuzzyMatch = true
        return config
    }

    @Test("a configuration is stored with every member", arguments: Engine.available)
    func roundTrip(engine: Engine) async throws {
        try await withStore(engine) { store in
            let config = try Self.full()
            let written = try await store.modelConfigs.save(config)
            #expect(written.value == config)
            #expect(written.changes == [.upsertModelConfig(config)])
            #expect(try await store.modelConfigs.get("gpt-4o") == config)
            #expect(try await store.loadContents().modelConfigs == [config])
        }
    }

    @Test("saving again replaces it, and keeps when it was first stored", arguments: Engine.available)
    func replace(engine: Engine) async throws {
        let time = ManualTime(testTime)
        try await withStore(engine, clock: .manual(time)) { store in
            _ = try await store.modelConfigs.save(try Self.full())
            time.advance(by: 1000)
            let plain = try await store.modelConfigs.save(ModelConfig(model: "gpt-4o", createdAt: 0)).value
            #expect(plain.createdAt == testTime && plain.updatedAt == testTime + 1000 && plain.owner == "")
            #expect(try await store.modelConfigs.all() == [plain])
        }
    }

    @Test("lists, searches and deletions", arguments: Engine.available)
    func find(engine: Engine) async throws {
        try await withStore(engine) { store in
            let names = ["Claude", "claude-2", "b", "Z"]
            _ = try await store.modelConfigs.save(
                names.map { name in
                    var config = ModelConfig(model: name, createdAt: 0)
                    config.owner = name.hasPrefix("c") ? "Anthropic" : "x"
                    return config
                })
            let models = store.modelConfigs
            // By their bytes, on both engines: capitals first.
            #expect(try await models.all().map(\.model) == ["Claude", "Z", "b", "claude-2"])
            #expect(try await models.search(keyword: "CLAUDE", page: Page()).items.map(\.model) == ["Claude", "claude-2"])
            #expect(try await models.search(owner: "anthropic", page: Page()).items.map(\.model) == ["claude-2"])
            #expect(try await models.list(model: "claude", page: Page()).items.map(\.model) == ["Claude"])
            #expect(try await models.byNames(["b", "none", "Z", "b"]).map(\.model) == ["Z", "b"])
            #expect(try await models.delete(["b", "none"]).changes == [.removeModelConfig(model: "b")])
            let error = try await storageError { _ = try await models.delete("b") }
            #expect(error.code == .notFound(kind: "model", id: "b"))
        }
    }

    @Test("of several, one that is wrong keeps all from being stored", arguments: Engine.available)
    func all(engine: Engine) async throws {
        try await withStore(engine) { store in
            var wrong = ModelConfig(model: "w", createdAt: 0)
            wrong.rpm = -1
            let error = try await storageError {
                _ = try await store.modelConfigs.save([ModelConfig(model: "a", createdAt: 0), wrong])
            }
            #expect(error.code == .invalid(member: "rpm"))
            #expect(try await store.modelConfigs.all().isEmpty)
        }
    }
}
