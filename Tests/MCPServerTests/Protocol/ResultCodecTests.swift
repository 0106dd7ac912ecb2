import Testing
import Wire

@testable import MCPServer

@Suite("results as each revision has them")
struct ResultCodecTests {
    private let identity = Implementation(name: "s", version: "1")

    @Test("a legacy client gets nothing that belongs to the modern protocol, and everything else as it was")
    func downwards() {
        let result: RawObject = [
            "resultType": "complete", "tools": [], "ttlMs": 5, "cacheScope": "public", "vendor": ["x": 1.0],
            "_meta": [
                "io.modelcontextprotocol/serverInfo": [:], "io.modelcontextprotocol/subscriptionId": 7,
                "io.modelcontextprotocol/related-task": ["taskId": "t"], "com.example/a": 1,
            ],
        ]
        let codec = ResultCodec.legacy(result, of: .list(.tools), for: .november2025)
        #expect(
            codec.object == [
                "tools": [], "vendor": ["x": 1.0],
                "_meta": ["io.modelcontextprotocol/related-task": ["taskId": "t"], "com.example/a": 1],
            ])
        let empty = ResultCodec.legacy(
            ["_meta": ["io.modelcontextprotocol/serverInfo": [:]], "resultType": "complete"], of: .other(method: "x"),
            for: .june2025)
        #expect(empty.serializedBytes() == Array("{}".utf8))
    }

    @Test("a result in which nothing has to change keeps its bytes")
    func untouchedBytes() throws {
        let text = #"{ "content": [ {"type":"text","text":"\u00e9\/"} ], "n": 1.0, "_meta": {"com.example/a": 1e3} }"#
        let raw = try RawObject(bytes: Array(text.utf8))
        for revision in [Revision.november2024, .november2025] {
            let codec = ResultCodec.legacy(raw, of: .callTool, for: revision)
            #expect(String(decoding: codec.serializedBytes(), as: UTF8.self) == text)
        }
    }

    @Test("a modern client gets type, identity and cache hints; what the result says itself counts without a hint")
    func upwards() {
        let old = ResultCodec.modern(["resources": []], of: .list(.resources), hint: nil, identity: identity)
        #expect(old["resultType"] == "complete")
        #expect(old["ttlMs"] == 0)
        #expect(old["cacheScope"] == "private")
        #expect(old["_meta"] == ["io.modelcontextprotocol/serverInfo": ["name": "s", "version": "1"]])

        let own: RawObject = ["contents": [], "resultType": "complete", "ttlMs": 9, "cacheScope": "public", "_meta": ["a/b": 1]]
        let kept = ResultCodec.modern(own, of: .readResource, hint: nil, identity: identity)
        #expect(kept["ttlMs"] == 9)
        #expect(kept["cacheScope"] == "public")
        #expect(kept["_meta"]?["a/b"] == 1)
        let hinted = ResultCodec.modern(
            own, of: .readResource, hint: CacheHint(lifetime: .milliseconds(1500), scope: .private), identity: identity)
        #expect(hinted["ttlMs"] == 1500)
        #expect(hinted["cacheScope"] == "private")

        let call = ResultCodec.modern([:], of: .callTool, hint: nil, identity: identity)
        #expect(call["content"] == [])
        #expect(call["ttlMs"] == nil)
    }

    @Test(
        "content of a kind that a revision has not is said in one that it has, and kept",
        arguments: [
            (Revision.november2024, "resource", "text"), (.march2025, "audio", "text"), (.june2025, "audio", "resource_link"),
            (.november2025, "audio", "resource_link"),
        ])
    func content(revision: Revision, audio: String, link: String) {
        let blocks: JSON = [
            ["type": "audio", "data": "AAAA", "mimeType": "audio/wav"],
            ["type": "resource_link", "uri": "a:b", "name": "B", "description": "a thing"],
            ["type": "text", "text": "x"],
        ]
        let result = ResultCodec.legacy(["content": blocks], of: .callTool, for: revision)
        #expect(result["content"]?.arrayValue?.map { $0["type"] } == [.string(audio), .string(link), "text"])
        if audio == "resource" { #expect(result["content"]?[0]?["resource"]?["blob"] == "AAAA") }
        if link == "text" {
            #expect(result["content"]?[1]?["text"] == "B: a:b - a thing")
            #expect(result["_meta"]?[LegacyContent.originalKey]?.arrayValue?.contains(blocks[1] ?? .null) == true)
        }
        let prompt = ResultCodec.legacy(
            ["messages": [["role": "user", "content": blocks[1] ?? .null]]], of: .getPrompt, for: revision)
        #expect(prompt["messages"]?[0]?["content"]?["type"] == .string(link))
    }

    @Test("structured content that is no object reaches legacy clients as text")
    func structuredArrays() throws {
        let result: RawObject = ["content": [], "structuredContent": [1, 2]]
        for revision in Revision.allCases where revision.era == .legacy {
            let translated = ResultCodec.legacy(result, of: .callTool, for: revision)
            #expect(translated["structuredContent"] == nil)
            #expect(translated["content"] == [["type": "text", "text": "[1,2]"]])
            #expect(translated["_meta"]?[LegacyContent.originalKey] == [["structuredContent": [1, 2]]])
        }
    }

    @Test("an object is repeated as text for clients without structured content, once")
    func structuredObjects() {
        let result: RawObject = ["content": [], "structuredContent": ["a": 1]]
        let old = ResultCodec.legacy(result, of: .callTool, for: .march2025)
        #expect(old["content"] == [["type": "text", "text": #"{"a":1}"#]])
        #expect(ResultCodec.legacy(old, of: .callTool, for: .march2025)["content"]?.arrayValue?.count == 1)
        #expect(ResultCodec.legacy(result, of: .callTool, for: .june2025)["content"] == [])
    }

    @Test("schemas that legacy revisions can't have are written so that they can")
    func schemas() {
        let tools: RawObject = [
            "tools": [
                [
                    "name": "a",
                    "inputSchema": ["type": "object", "properties": ["yes": true, "no": false, "x": ["type": "string"]]],
                    "outputSchema": ["type": "array"],
                ],
                ["name": "b", "inputSchema": ["type": "object"], "outputSchema": ["type": "object"]],
            ]
        ]
        let translated = ResultCodec.legacy(tools, of: .list(.tools), for: .november2025)
        #expect(
            translated["tools"]?[0]?["inputSchema"]?["properties"] == ["yes": [:], "no": ["not": [:]], "x": ["type": "string"]])
        #expect(translated["tools"]?[0]?["outputSchema"] == nil)
        #expect(translated["tools"]?[0]?["_meta"]?[LegacyContent.originalKey] == ["outputSchema": ["type": "array"]])
        #expect(translated["tools"]?[1] == tools["tools"]?[1])
    }
}
