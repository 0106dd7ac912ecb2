import Directory
import Ledger
import Testing
import Wire

@testable import ModelRelay

@Suite("The model catalogue")
struct ModelCatalogueTests {
    static let shipped = ModelCatalogue(files: (try? ShippedFiles.files(in: "templates/models")) ?? [])

    @Test("every file that ships is what the schema says, and every price is one")
    func files() throws {
        try Self.shipped.check()
        let schema = try #require(try ShippedFiles.schema("models.json"))
        for (path, text) in try ShippedFiles.files(in: "templates/models") {
            let root = try JSON.parse(text)
            #expect(schema.validate(root).map(\.description) == [], "\(path)")
            #expect(root["owner"]?.stringValue.map { $0 + ".json" } == path)
            #expect(root["origin"]?.stringValue?.contains("MIT") == true)
        }
        #expect(Self.shipped.all.count > 400)
    }

    @Test("models are of providers that there are")
    func providers() throws {
        let catalogue = try ShippedFiles.providers.get()
        for entry in Self.shipped.all {
            for type in entry.types { #expect(catalogue[type] != nil, "\(entry.config.model): \(type)") }
        }
        let openAI = Self.shipped.models(ofType: 1)
        #expect(openAI.contains { $0.config.model == "gpt-4.1" } && !openAI.contains { $0.config.owner == "anthropic" })
        #expect(Self.shipped.models(ofType: 999).isEmpty)
    }

    @Test("prices are for a thousand tokens")
    func prices() {
        for entry in Self.shipped.all {
            for part in [Price.Part.input, .output] {
                guard let rate = entry.config.price[part]?.rate else { continue }
                // From a hundredth of a dollar for a million up to a thousand dollars.
                #expect((10_000...1_000_000_000).contains(rate.picos), "\(entry.config.model): \(part)")
            }
        }
    }

    @Test("models that are served as responses alone are those of the provider's rule")
    func responsesOnly() throws {
        let provider = try #require(try ShippedFiles.provider("openai"))
        for entry in Self.shipped.models(ofType: 1) where [1, 16].contains(entry.config.type.number) {
            let isAlone = provider.formats(forModel: entry.config.model) == [.responses]
            #expect(isAlone == (entry.config.type.number == 16), "\(entry.config.model)")
        }
    }

    private static let file = """
        {"owner": "o", "models": [
            {"model": "m", "type": 1, "at": [1, 2], "config": {"max_output_tokens": 100}, "price": {"input_price": 0.002}},
            {"model": "m-2025-01-02", "type": 1, "at": [1], "config": {"max_output_tokens": 200}, "price": {}},
            {"model": "bare", "type": 3, "at": [2], "config": {}, "price": {}}
        ]}
        """

    @Test("an entry is a model's configuration")
    func entry() throws {
        let catalogue = ModelCatalogue(files: [("o.json", Self.file)])
        #expect(catalogue.all.map(\.config.model) == ["bare", "m", "m-2025-01-02"])
        let model = try #require(catalogue["m"])
        #expect(model.config.owner == "o" && model.config.type == .chatCompletions && model.types == [1, 2])
        #expect(model.config.price == (try Price(json: ["input_price": 0.002])))
        #expect(catalogue.models(ofType: 2).map(\.config.model) == ["bare", "m"])
    }

    @Test(
        "the greatest output is found under other spellings of the name",
        arguments: [
            ("m", 100), ("m-2025-01-02", 200), ("vendor/m", 100), ("m-latest", 100), ("m-20260304", 100),
            ("a/b/m-2026-03-04", 100),
            ("bare", nil), ("n", nil), ("m2", nil), ("", nil),
        ] as [(String, Int64?)])
    func maximumOutput(name: String, expected: Int64?) {
        #expect(ModelCatalogue(files: [("o.json", Self.file)]).maximumOutputTokens(ofModel: name) == expected)
    }

    @Test(
        "what ships knows the common models",
        arguments: ["claude-sonnet-4-5-20250929", "gemini-2.5-pro", "gpt-4.1", "deepseek-v4-pro"])
    func common(name: String) throws {
        let entry = try #require(Self.shipped[name])
        #expect((entry.config.config["max_output_tokens"]?.int64Value ?? 0) >= 8192)
        #expect(!entry.config.price.isFree)
    }

    @Test(
        "a mistake is told with its file, and leaves nothing",
        arguments: [
            ("{", "o.json: "), ("{\"models\": []}", "o.json: an owner"),
            (file.replacing("\"m\"", with: "7"), "o.json: a model has a name"),
            (file.replacing("[1, 2]", with: "[1, \"2\"]"), "o.json: `m`: `at`"),
            (file.replacing("[2]", with: "[]"), "o.json: `bare`: `at`"),
            (file.replacing("0.002", with: "-1"), "o.json: `m`: price."),
            (file.replacing("bare", with: "m"), "models: `m` is there twice"),
        ])
    func mistakes(text: String, message: String) {
        let catalogue = ModelCatalogue(files: [("o.json", text)])
        let error = #expect(throws: ModelCatalogueError.self) { try catalogue.check() }
        #expect(error?.description.hasPrefix(message) == true, "\(error as Any)")
        #expect(catalogue.all.isEmpty && catalogue["m"] == nil)
    }
}
