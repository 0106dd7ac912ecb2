import Ledger
import Testing
import Wire

@testable import ModelRelay

@Suite("The simulator in every format")
struct SimulatorFormatTests {
    private static let both = [false, true]
    private static let tool = Tool(
        name: "weather", description: "The weather.",
        kind: .function(
            parameters: [
                "type": "object", "properties": ["city": ["type": "string"], "days": ["type": "integer", "minimum": 2]],
                "required": ["city"],
            ], isStrict: nil))
    private static let other = Tool(name: "time", kind: .function(parameters: ["type": "object"], isStrict: nil))
    private static let talking: [WireFormat] = [.chatCompletions, .responses, .messages, .generateContent]

    @Test("Text, thoughts, usage and the reason for the end are those of the configuration", arguments: talking, both)
    func facts(format: WireFormat, isStreamed: Bool) throws {
        let configuration: JSON = [
            "static_text": "One two three four five.", "reasoning_text": "Let me think.",
            "usage": ["input_tokens": 100, "cached_tokens": 40, "output_tokens": 30, "reasoning_tokens": 10],
        ]
        let answer = try Simulations.answer(Simulations.conversation("hi"), format, isStreamed: isStreamed, configuration)
        #expect(answer.said == "One two three four five.")
        #expect(answer.thought == "Let me think.")
        #expect(answer.choices.first?.stop == .end)
        #expect(answer.usage?.input == 100 && answer.usage?.cached == 40)
        #expect(answer.usage?.output == 30 && answer.usage?.reasoning == 10)
    }

    @Test("Each part of a stream is one event, and only the last ones tell all of the usage", arguments: talking)
    func parts(format: WireFormat) throws {
        let body = try Simulations.body(
            Simulations.conversation("One two three four five six seven eight nine ten."), format, isStreamed: true)
        let outcome = try Simulations.run(.init(fake: try Simulations.request(format, body, isStreamed: true), [:]))
        for part in outcome.parts { #expect(String(decoding: part, as: UTF8.self).split(separator: "data: ").count <= 2) }
        let first = String(decoding: Array(outcome.parts.prefix(2).joined()), as: UTF8.self)
        #expect(!first.contains("\"output_tokens\":13") && !first.contains("TokenCount"))
        #expect(outcome.ending == .end)
    }

    @Test("A completion goes on with its prompt", arguments: both)
    func completion(isStreamed: Bool) throws {
        let answer = try Simulations.answer(Simulations.conversation("Once upon"), .completions, isStreamed: isStreamed)
        #expect(answer.said == "Once upon" && answer.choices.first?.stop == .end)
    }

    @Test("Each offered tool is called once, and then the results are the answer", arguments: talking, both)
    func tools(format: WireFormat, isStreamed: Bool) throws {
        var conversation = Simulations.conversation("What is it like?") { $0.tools = [Self.tool, Self.other] }
        let configuration: JSON = ["calls_tools": true]
        let first = try Simulations.answer(conversation, format, isStreamed: isStreamed, configuration)
        #expect(first.choices.first?.stop == .toolCalls)
        #expect(first.calls.map(\.name) == ["weather", "time"])
        #expect(Set(first.calls.map(\.id)).count == 2)
        #expect(try first.calls.map { try JSON.parse($0.arguments) } == [["city": "a city", "days": 2], [:]])

        conversation.messages.append(Message(.assistant, first.choices[0].blocks))
        conversation.messages.append(
            Message(
                .user,
                first.calls.map {
                    Block(.toolResult(ToolResult(callID: $0.id, name: $0.name, blocks: [.text("\($0.name) is fine")])))
                }))
        let second = try Simulations.answer(conversation, format, isStreamed: isStreamed, configuration)
        #expect(second.choices.first?.stop == .end)
        #expect(second.said.contains("weather is fine") && second.said.contains("time is fine"))
    }

    @Test("A tool is called that the client insists on, and none that it forbids", arguments: talking)
    func toolChoice(format: WireFormat) throws {
        func calls(_ choice: ToolChoice?, _ configuration: JSON = [:]) throws -> [String] {
            let conversation = Simulations.conversation("hi") {
                $0.tools = [Self.tool, Self.other]
                $0.toolChoice = choice
            }
            return try Simulations.answer(conversation, format, configuration).calls.map(\.name)
        }
        #expect(try calls(nil).isEmpty)
        #expect(try calls(.auto).isEmpty)
        #expect(try calls(.required) == ["weather"])
        #expect(try calls(.named("time")) == ["time"])
        #expect(try calls(ToolChoice.none, ["calls_tools": true]).isEmpty)
    }

    @Test(
        "Configured calls are asked for as they are, one where several aren't wanted",
        arguments: [WireFormat.chatCompletions, .messages])
    func configuredCalls(format: WireFormat) throws {
        let configuration: JSON = [
            "tool_calls": [
                ["name": "weather", "arguments": ["city": "Rome"]], ["name": "unknown", "arguments": "{}"], ["no": "name"],
            ]
        ]
        var conversation = Simulations.conversation("hi") { $0.tools = [Self.tool] }
        let calls = try Simulations.answer(conversation, format, configuration).calls
        #expect(calls.map(\.name) == ["weather", "unknown"] && calls[0].arguments == #"{"city":"Rome"}"#)
        conversation.allowsParallelToolCalls = false
        #expect(try Simulations.answer(conversation, format, configuration).calls.count == 1)
        conversation.tools = []
        #expect(try Simulations.answer(conversation, format, configuration).calls.isEmpty)
    }

    @Test("Where a schema is asked for the text is a value of it", arguments: talking, both)
    func structured(format: WireFormat, isStreamed: Bool) throws {
        let schema: JSON = [
            "type": "object", "properties": ["name": ["type": "string"], "age": ["type": "integer"]],
            "required": ["name", "age"], "additionalProperties": false,
        ]
        let conversation = Simulations.conversation("hi") {
            $0.outputFormat = .jsonSchema(name: "person", description: nil, schema: schema, isStrict: true)
        }
        func said(_ configuration: JSON) throws -> String {
            try Simulations.answer(conversation, format, isStreamed: isStreamed, configuration).said
        }
        #expect(try JSON.parse(said([:])) == ["name": "a name", "age": 0])
        #expect(try JSON.parse(said(["structured": ["name": "x", "age": 3]])) == ["name": "x", "age": 3])
        #expect(try said(["structured": false]) == "hi")
        #expect(try said(["static_text": "as it is"]) == "as it is")
    }

    @Test(
        "Thoughts that come back have to be those that were given out", arguments: [WireFormat.messages, .generateContent], both)
    func signatures(format: WireFormat, isStreamed: Bool) throws {
        let configuration: JSON = ["reasoning_text": "Let me think.", "checks_signatures": true, "calls_tools": true]
        var conversation = Simulations.conversation("hi") { $0.tools = [Self.other] }
        let first = try Simulations.answer(conversation, format, isStreamed: isStreamed, configuration)
        func second(_ change: (inout OpaqueReasoning) -> Void) throws -> UInt {
            var blocks = first.choices[0].blocks
            var changed = 0
            for index in blocks.indices {
                if case .reasoning(var reasoning) = blocks[index].content, reasoning.opaque != nil {
                    change(&reasoning.opaque!)
                    blocks[index].content = .reasoning(reasoning)
                    changed += 1
                }
                if blocks[index].signature != nil {
                    change(&blocks[index].signature!)
                    changed += 1
                }
            }
            #expect(changed == 1)
            conversation.messages = [conversation.messages[0], Message(.assistant, blocks)]
            conversation.messages.append(
                Message(.user, [Block(.toolResult(ToolResult(callID: first.calls[0].id, name: "time", blocks: [.text("noon")])))])
            )
            return try Simulations.json(format, Simulations.body(conversation, format), configuration).status
        }
        #expect(try second { _ in } == 200)
        #expect(try second { $0.value = "AAAA" } == 400)
    }

    @Test("Encrypted thoughts are given to who asks for them")
    func encrypted() throws {
        let asking = Simulations.conversation("hi") { $0.reasoning = ReasoningRequest(effort: "low", includesOpaque: true) }
        let configuration: JSON = ["reasoning_text": "Let me think."]
        func opaque(_ conversation: Conversation) throws -> OpaqueReasoning? {
            let block = try Simulations.answer(conversation, .responses, configuration).choices[0].blocks[0]
            guard case .reasoning(let reasoning) = block.content else { return nil }
            #expect(reasoning.isSummary && reasoning.text == "Let me think.")
            return reasoning.opaque
        }
        #expect(try opaque(asking)?.origin == .responses)
        #expect(try opaque(Simulations.conversation("hi")) == nil)
    }

    @Test(
        "Why an answer ends is configured, in the words of any format",
        arguments: [
            (.chatCompletions, ["stop_reason": "length"], .length),
            (.messages, ["anthropic": ["stop_reason": "pause_turn"], "stop_reason": "length"], .pause),
            (.generateContent, ["gemini": ["finish_reason": "SAFETY"]], .contentFilter("SAFETY")),
            (.responses, ["response": ["status": "incomplete"]], .length),
            (.messages, ["stop_reason": "stop_sequence"], .stopSequence("END")),
        ] as [(WireFormat, JSON, StopReason)])
    func stopReasons(format: WireFormat, configuration: JSON, reason: StopReason) throws {
        let conversation = Simulations.conversation("hi") { if format == .messages { $0.sampling.stop = ["END"] } }
        for isStreamed in Self.both {
            let answer = try Simulations.answer(conversation, format, isStreamed: isStreamed, configuration)
            #expect(answer.choices.first?.stop == reason)
        }
    }

    @Test("A response repeats what it is configured to, and may fail")
    func responses() throws {
        let body: JSON = ["model": "m", "input": "hi"]
        let kept = try Simulations.json(
            .responses, body, ["response": ["store": false, "status": "queued"], "metadata": ["a": "b"]])
        #expect(kept.json["store"] == false && kept.json["status"] == "queued" && kept.json["metadata"] == ["a": "b"])
        let failing = try Simulations.run(
            .init(fake: try Simulations.request(.responses, body, isStreamed: true), ["response": ["status": "failed"]]))
        #expect(throws: FormatFault.self) { try failing.answer(.responses) }
    }

    @Test("Sources are cited", arguments: [WireFormat.chatCompletions, .responses, .messages, .generateContent], both)
    func citations(format: WireFormat, isStreamed: Bool) throws {
        let configuration: JSON = ["citations": [["url": "https://a.example/", "title": "A"], ["title": "nowhere"]]]
        let answer = try Simulations.answer(Simulations.conversation("hi"), format, isStreamed: isStreamed, configuration)
        let cited = answer.choices[0].blocks.flatMap { block -> [Citation] in
            if case .text(_, let citations) = block.content { citations } else { [] }
        }
        #expect(cited.map(\.url) == ["https://a.example/"] && cited.first?.title == "A")
    }

    @Test("Several choices, refusals and probabilities are told where they are asked for")
    func more() throws {
        let conversation = Simulations.conversation("hello there") {
            $0.sampling.choiceCount = 3
            $0.sampling.logprobs = true
            $0.sampling.topLogprobs = 2
        }
        for isStreamed in Self.both {
            let answer = try Simulations.answer(conversation, .chatCompletions, isStreamed: isStreamed)
            #expect(answer.choices.count == 3)
            let tokens = answer.choices[2].logprobs?["content"]?.arrayValue ?? []
            #expect(tokens.compactMap { $0["token"]?.stringValue }.joined() == "hello there")
            #expect(tokens.first?["top_logprobs"]?.arrayValue?.count == 2)
        }
        let refused = try Simulations.answer(
            Simulations.conversation("hi"), .chatCompletions, ["static_text": "I won't.", "stop_reason": "refusal"])
        #expect(refused.choices[0].blocks == [Block(.refusal("I won't."))])
    }
}
