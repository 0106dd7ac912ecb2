import Directory
import Ledger
import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("The list of models in the shape of each client")
struct ModelListTests {
    private static func world(_ names: [String]) throws -> (Snapshot, Caller) {
        var contents = Snapshot.Contents()
        contents.groups = [Group(id: "acme", createdAt: 0)]
        let hash = try #require(KeyHash(bytes: [UInt8](repeating: 7, count: KeyHash.byteCount)))
        contents.tokens = [Token(id: 7, groupID: "acme", name: "ci", keyHash: hash, keyPrefix: "sk-7", createdAt: 0)]
        var channel = Directory.Channel(id: 1, type: 1, name: "c", key: "k", createdAt: 0)
        channel.models = names
        contents.channels = [channel]
        contents.modelConfigs = names.map { name in
            var config = ModelConfig(model: name, createdAt: 1_700_000_000_000)
            config.owner = "owner"
            config.type = name.hasPrefix("e") ? CallMode(number: 3) : .chatCompletions
            config.config = ["max_context_tokens": 1000, "max_output_tokens": 100]
            return config
        }
        let snapshot = Snapshot(contents)
        return (snapshot, try snapshot.caller(forKeyHash: hash))
    }

    private static func timestamp(_ milliseconds: Int64) -> String { "at \(milliseconds)" }

    @Test("One model in each shape")
    func shapes() throws {
        let (snapshot, caller) = try Self.world(["m"])
        func model(_ dialect: Dialect) -> JSON? {
            ModelList.model("m", snapshot, for: caller, dialect: dialect, timestamp: Self.timestamp)
        }
        #expect(model(.openAI) == ["id": "m", "object": "model", "created": 1_700_000_000, "owned_by": "owner"])
        #expect(
            model(.anthropic)
                == [
                    "type": "model", "id": "m", "display_name": "m", "created_at": "at 1700000000000", "lifecycle": "active",
                    "max_input_tokens": 1000, "max_tokens": 100,
                ])
        #expect(
            model(.gemini)
                == [
                    "name": "models/m", "version": "", "displayName": "m", "description": "owner", "inputTokenLimit": 1000,
                    "outputTokenLimit": 100,
                    "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens"],
                ])
        #expect(ModelList.model("x", snapshot, for: caller, dialect: .gemini, timestamp: Self.timestamp) == nil)
    }

    @Test("Gemini's pages follow each other to the end")
    func geminiPages() throws {
        let (snapshot, caller) = try Self.world(["a", "b", "c", "d", "e"])
        var names: [String] = []
        var token = ""
        for _ in 0..<3 {
            let page = try ModelList.list(
                snapshot, for: caller, dialect: .gemini, query: ["pageSize": "2", "pageToken": token], timestamp: Self.timestamp)
            names += (page["models"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
            token = page["nextPageToken"]?.stringValue ?? ""
        }
        #expect(names == ["models/a", "models/b", "models/c", "models/d", "models/e"])
        #expect(token.isEmpty)
    }

    @Test(
        "Anthropic's pages go both ways",
        arguments: [
            ([:], 0..<5, false), (["limit": "2"], 0..<2, true), (["after_id": "b", "limit": "2"], 2..<4, true),
            (["after_id": "c"], 3..<5, false), (["before_id": "d", "limit": "2"], 1..<3, true),
            (["before_id": "b"], 0..<1, false),
            (["after_id": "e"], 5..<5, false),
        ] as [([String: String], Range<Int>, Bool)])
    func anthropicPages(query: [String: String], range: Range<Int>, hasMore: Bool) throws {
        let names = ["a", "b", "c", "d", "e"]
        let (snapshot, caller) = try Self.world(names)
        let page = try ModelList.list(snapshot, for: caller, dialect: .anthropic, query: query, timestamp: Self.timestamp)
        #expect(page["data"]?.arrayValue?.map { $0["id"]?.stringValue } == names[range].map { $0 })
        #expect(page["has_more"] == .bool(hasMore))
        #expect(page["first_id"] == (range.isEmpty ? .null : .string(names[range.lowerBound])))
        #expect(page["last_id"] == (range.isEmpty ? .null : .string(names[range.upperBound - 1])))
    }

    @Test(
        "A page that there isn't is told by its parameter",
        arguments: [
            (Dialect.gemini, "pageToken", "%"), (.gemini, "pageSize", "-1"), (.gemini, "pageSize", "many"),
            (.anthropic, "limit", "0"),
            (.anthropic, "limit", "1001"), (.anthropic, "after_id", "zzz"), (.anthropic, "before_id", "zzz"),
        ])
    func wrong(dialect: Dialect, name: String, value: String) throws {
        let (snapshot, caller) = try Self.world(["a"])
        let error = try #require(throws: RelayError.self) {
            try ModelList.list(snapshot, for: caller, dialect: dialect, query: [name: value], timestamp: Self.timestamp)
        }
        #expect(error.status == .badRequest)
        #expect(error.parameter == name)
    }
}
