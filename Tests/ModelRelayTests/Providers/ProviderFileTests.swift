import Outbound
import Testing
import Wire

@testable import ModelRelay

@Suite("The files of providers")
struct ProviderFileTests {
    static let files = (try? Templates.providers()) ?? []

    @Test("each is what the schema says, and says where everything is", arguments: files.map(\.path))
    func file(path: String) throws {
        let text = try #require(Self.files.first { $0.path == path }).text
        let schema = try #require(try ShippedFiles.schema("provider.json"))
        #expect(schema.validate(try YAML.parse(text).root).map(\.description) == [])
        let provider = try #require(try ProviderCatalogue(files: [(path, text)]).all.first)
        #expect(path == provider.name + ".yaml")
        #expect(!provider.formats.isEmpty && !provider.displayName.isEmpty && !provider.keyHelp.isEmpty)
        if !provider.baseURL.isEmpty { #expect(throws: Never.self) { try UpstreamBase(provider.baseURL) } }
        for format in provider.streamPaths.keys { #expect(provider.paths[format] != nil, "\(format): no path but for streams") }
        for format in provider.formatRules.keys { #expect(provider.paths[format] != nil, "\(format): rules, but no path") }
        for format in provider.modelRules.flatMap({ $0.formats ?? [] }) {
            #expect(provider.paths[format] != nil, "\(format): for some models, but no path")
        }
        #expect(text.hasPrefix("# "), "begins with where its facts are from, or what it is for")
    }

    @Test("their numbers and names are their own")
    func unique() throws {
        let providers = try ShippedFiles.providers.get().all
        #expect(providers.count == Self.files.count && providers.count == 34)
        #expect(Set(providers.map(\.name)).count == providers.count)
        #expect(Set(providers.map(\.displayName)).count == providers.count)
    }

    @Test("the schema and the reader know the same members")
    func schemaMembers() throws {
        let schema = try JSON.parse(ShippedFiles.text("templates/schemas/provider.json"))
        func names(_ schema: JSON?) -> Set<String> { Set(schema?["properties"]?.objectValue?.names ?? []) }
        #expect(names(schema) == Provider.members)
        #expect(names(schema["properties"]?["formats"]?["additionalProperties"]) == Provider.FormatRules.members)
        #expect(names(schema["properties"]?["models"]?["items"]) == Provider.ModelRule.members)
        #expect(names(schema["$defs"]?["quirks"]) == Quirks.members)
        #expect(schema["$defs"]?["format"]?["enum"]?.arrayValue?.compactMap(\.stringValue) == WireFormat.allCases.map(\.rawValue))
    }

    @Test(
        "models that only one format serves get that one, where it is known to be so",
        arguments: [
            ("openai", "gpt-5.5-pro", "", [WireFormat.responses]),
            ("openai", "o3-deep-research", "https://api.openai.com", [.responses]),
            ("openai", "gpt-5.1-codex-max", "", [.responses]),
            ("ali", "deepseek-v4-flash", "", [.chatCompletions, .embeddings, .rerank]),
            ("doubao", "bot-2025", "", [.chatCompletions]), ("streamlake", "ep-1", "", [.chatCompletions]),
            ("streamlake", "KAT-Coder-Pro", "", [.chatCompletions, .messages]),
        ])
    func formatsOfModels(provider: String, model: String, baseURL: String, formats: [WireFormat]) throws {
        let provider = try #require(try ShippedFiles.provider(provider))
        #expect(provider.formats(forModel: model, baseURL: baseURL) == formats)
    }

    @Test("other servers that speak OpenAI's formats serve such models as any others")
    func otherServers() throws {
        let provider = try #require(try ShippedFiles.provider("openai"))
        #expect(provider.formats(forModel: "gpt-5.5-pro", baseURL: "https://models.example/v1").first == .chatCompletions)
        #expect(provider.formats(forModel: "gpt-4.1").first == .chatCompletions)
    }

    @Test("quirks are those of the model's rule, or of the format")
    func quirks() throws {
        let xai = try #require(try ShippedFiles.provider("xai"))
        #expect(xai.quirks(.chatCompletions, model: "grok-4").thinking == .none)
        #expect(xai.quirks(.chatCompletions, model: "grok-4").outputLimitName == "max_completion_tokens")
        #expect(xai.quirks(.chatCompletions, model: "grok-5").thinking == .standard)
        #expect(xai.quirks(.responses, model: "grok-4") == Quirks())
        let styles = try ["ali", "zhipu", "deepseek", "doubao", "moonshot", "openrouter", "openai"].map { name in
            try ShippedFiles.provider(name)?.quirks(.chatCompletions, model: "m").thinking
        }
        #expect(
            styles == [.enableThinking, .thinkingType, .thinkingType, .thinkingType, .thinkingType, .reasoningObject, .standard])
    }
}
