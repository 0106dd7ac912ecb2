import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Requests of the Messages API")
struct MessagesRequestTests {
    static func target(_ model: String = "claude-sonnet-4-5") -> EncodingTarget {
        EncodingTarget(model: model, client: MessagesCodec.self)
    }

    @Test("What a client says goes to an upstream of its format as it was", arguments: MessagesGoldenRequests.all.map(\.name))
    func roundTrip(name: String) throws {
        let golden = try #require(MessagesGoldenRequests.all.first { $0.name == name })
        let request = try JSON.parse(golden.body)
        let conversation = try MessagesCodec.conversation(request, endpoint: EndpointPath())
        var losses = Losses()
        let target = Self.target(request["model"]?.stringValue ?? "")
        let written = try MessagesCodec.request(conversation, for: target, losses: &losses)
        #expect(MessagesSemantics.normal(written) == MessagesSemantics.normal(request))
        #expect(losses.isEmpty)
    }

    @Test("Only what the canonical form has no place for is kept as the client's own")
    func ownMembers() throws {
        var own: Set<String> = []
        for golden in MessagesGoldenRequests.all {
            let conversation = try MessagesCodec.conversation(try JSON.parse(golden.body), endpoint: EndpointPath())
            own.formUnion(conversation.ownMembers.names)
        }
        #expect(
            own == [
                "container", "context_management", "mcp_servers", "inference_geo", "speed", "cache_control", "output_config",
                "thinking",
            ])
    }

    private static func conversation(_ name: String) throws -> Conversation {
        let golden = try #require(MessagesGoldenRequests.all.first { $0.name == name })
        return try MessagesCodec.conversation(try JSON.parse(golden.body), endpoint: EndpointPath())
    }

    @Test("Sampling, stop sequences, user and tier are read")
    func sampling() throws {
        let read = try Self.conversation("sampling")
        #expect(read.isStreamed)
        #expect(read.sampling.maximumOutputTokens == 64)
        #expect(read.sampling.temperature?.text == "0.5")
        #expect(read.sampling.topK == 40)
        #expect(read.sampling.stop == ["END", "\n\nHuman:"])
        #expect(read.serviceTier == "default")
        #expect(read.user == "user-17")
        #expect(read.metadata == nil)
        #expect(read.messages.map(\.role) == [.user, .assistant, .user])
    }

    @Test("Documents in all their forms are read, and what a client found itself is a document in pieces")
    func documents() throws {
        let blocks = try Self.conversation("documents").messages[0].blocks
        #expect(
            blocks[0].content
                == .document(
                    Document(
                        source: .media(Media(.base64("JVBERi0="), type: "application/pdf")), title: "Report",
                        context: "Of last year.",
                        citesSource: true)))
        #expect(blocks[3].content == .document(Document(source: .media(Media(.file("file_012"))))))
        #expect(blocks[5].content == .document(Document(source: .blocks([.text("A fact.")]), title: "Wiki", citesSource: true)))
        guard case .own(.messages, _) = blocks[6].content else {
            Issue.record("an upload to a container is this format's own")
            return
        }
    }

    @Test("Tools, their calls and results are read")
    func tools() throws {
        let read = try Self.conversation("tools and a second turn")
        #expect(read.toolChoice == .auto)
        #expect(read.allowsParallelToolCalls == true)
        #expect(read.tools[1].ownMembers.names == ["input_examples", "defer_loading", "allowed_callers"])
        #expect(
            read.messages[1].blocks[1].content
                == .toolCall(ToolCall(id: "toolu_01A", name: "get_weather", arguments: "{\"place\":\"Rome\"}")))
        guard case .toolResult(let result) = read.messages[2].blocks[1].content else {
            Issue.record("a result was expected")
            return
        }
        #expect(result.isError == true)
        #expect(result.blocks.count == 3)
    }

    @Test("The provider's search is the canonical one")
    func webSearch() throws {
        let search = try #require(try Self.conversation("tools of the provider").webSearch)
        #expect(search.maximumUses == 3)
        #expect(search.allowedDomains == ["example.com"])
        #expect(search.location == ["city": "Oslo", "country": "NO"])
        #expect(search.ownMembers.names == ["type", "allowed_callers"])
        #expect(try Self.conversation("search in the older version").webSearch?.ownMembers.isEmpty == true)
    }

    @Test("Thinking is read with budget, display, effort, or off")
    func thinking() throws {
        #expect(try Self.conversation("thoughts with a budget").reasoning == ReasoningRequest(budget: 2048, summary: "auto"))
        #expect(
            try Self.conversation("thoughts as the model likes").reasoning
                == ReasoningRequest(effort: "xhigh", isAdaptive: true, summary: "none"))
        #expect(try Self.conversation("no thoughts").reasoning?.isOff == true)
        let blocks = try Self.conversation("thoughts with a budget").messages[1].blocks
        #expect(
            blocks[0].content == .reasoning(Reasoning(text: "Hm.", opaque: OpaqueReasoning(origin: .messages, value: "c2ln"))))
        #expect(
            blocks[1].content
                == .reasoning(Reasoning(text: "", opaque: OpaqueReasoning(origin: .messages, value: "cmVk"), isRedacted: true)))
    }

    @Test("The older `output_format` asks for a schema as well")
    func olderFormat() throws {
        let body: JSON = [
            "model": "m", "max_tokens": 1, "messages": [["role": "user", "content": "x"]],
            "output_format": ["type": "json_schema", "schema": ["type": "object"]],
        ]
        let read = try MessagesCodec.conversation(body, endpoint: EndpointPath())
        #expect(
            read.outputFormat == .jsonSchema(name: "answer", description: nil, schema: ["type": "object"], isStrict: true))
        #expect(read.ownMembers.isEmpty)
    }

    @Test("Signatures of other providers come back on the blocks that they were given with")
    func carriedSignatures() throws {
        let signature = OpaqueReasoning(origin: .generateContent, value: "g.1")
        let call = Block(.toolCall(ToolCall(id: "c", name: "n", arguments: "{}")), signature: signature)
        let answer = Answer(id: "a", choices: [Answer.Choice(blocks: [call], stop: .toolCalls)])
        let body = MessagesCodec.body(of: answer, for: ReplyContext(model: "m", requestID: "r", now: 0))
        let next: JSON = [
            "model": "m", "max_tokens": 9, "messages": [["role": "assistant", "content": body["content"] ?? .null]],
        ]
        #expect(try MessagesCodec.conversation(next, endpoint: EndpointPath()).messages[0].blocks == [call])
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var path: String
        var body: JSON
        var testDescription: String { self.path }

        init(_ path: String, _ members: JSONObject, message: JSONObject = ["role": "user", "content": "x"]) {
            var body: JSONObject = ["model": "m", "max_tokens": 5, "messages": [.object(message)]]
            for (name, value) in members { body[name] = value }
            self.path = path
            self.body = .object(body)
        }

        static func block(_ path: String, _ block: JSON) -> Bad {
            Bad("messages[0].content[0]\(path)", [:], message: ["role": "user", "content": [block]])
        }
    }

    @Test(
        "What is wrong is told by its place",
        arguments: [
            Bad("model", ["model": .null]), Bad("model", ["model": 3]), Bad("model", ["model": ""]),
            Bad("max_tokens", ["max_tokens": .null]), Bad("max_tokens", ["max_tokens": 1.5]),
            Bad("max_tokens", ["max_tokens": -1]),
            Bad("messages", ["messages": "x"]), Bad("messages", ["messages": .null]), Bad("messages", ["messages": []]),
            Bad("stream", ["stream": "yes"]),
            Bad("temperature", ["temperature": "warm"]), Bad("stop_sequences[0]", ["stop_sequences": [1]]),
            Bad("system", ["system": 5]), Bad("system[0].type", ["system": [["type": "image"]]]),
            Bad("messages[0].role", [:], message: ["role": "tool", "content": "x"]),
            Bad("messages[0].content", [:], message: ["role": "user"]),
            Bad("messages[0].content", [:], message: ["role": "user", "content": 1]),
            .block(".type", ["text": "x"]), .block(".type", ["type": ""]), .block(".text", ["type": "text"]),
            .block(".source", ["type": "image"]), .block(".source.type", ["type": "image", "source": ["type": "ftp"]]),
            .block(".source.data", ["type": "image", "source": ["type": "base64", "media_type": "image/png"]]),
            .block(
                ".source.content[0].type",
                ["type": "document", "source": ["type": "content", "content": [["type": "document"]]]]),
            .block(".tool_use_id", ["type": "tool_result"]),
            .block(".input", ["type": "tool_use", "id": "a", "name": "b", "input": "{}"]),
            .block(".citations", ["type": "text", "text": "x", "citations": "all"]),
            .block(".cache_control", ["type": "text", "text": "x", "cache_control": true]),
            Bad("tools", ["tools": [:]]), Bad("tools[0].input_schema", ["tools": [["name": "a"]]]),
            Bad("tools[0].name", ["tools": [["name": "", "input_schema": [:]]]]),
            Bad("tool_choice.type", ["tool_choice": ["type": "most"]]),
            Bad("tool_choice.name", ["tool_choice": ["type": "tool"]]),
            Bad("thinking.budget_tokens", ["thinking": ["type": "enabled"]]), Bad("thinking.type", ["thinking": [:]]),
            Bad("output_config.format.schema", ["output_config": ["format": ["type": "json_schema"]]]),
            Bad("metadata.user_id", ["metadata": ["user_id": 5]]),
        ])
    func badRequests(bad: Bad) throws {
        let error = try #require(throws: RelayError.self) {
            try MessagesCodec.conversation(bad.body, endpoint: EndpointPath())
        }
        #expect(error.status == .badRequest)
        #expect(error.parameter == bad.path)
    }

    @Test("A result of a tool can't hold another one, however deep a client goes")
    func nesting() throws {
        let inner: JSON = ["type": "tool_result", "tool_use_id": "b", "content": "x"]
        let body: JSON = [
            "model": "m", "max_tokens": 1,
            "messages": [["role": "user", "content": [["type": "tool_result", "tool_use_id": "a", "content": [inner]]]]],
        ]
        let read = try MessagesCodec.conversation(body, endpoint: EndpointPath())
        guard case .toolResult(let result) = read.messages[0].blocks[0].content else {
            Issue.record("a result was expected")
            return
        }
        #expect(result.blocks == [Block(.own(.messages, inner))])
    }
}
