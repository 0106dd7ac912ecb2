import Ledger
import Testing
import Wire

@testable import ModelRelay

@Suite("A whole chat completion")
struct ChatAnswerTests {
    @Test("Written and read again it says the same", arguments: ChatAnswerGoldens.all)
    func same(golden: ChatAnswerGoldens.Golden) throws {
        let body = ChatCompletionsCodec.body(of: golden.answer, for: ChatAnswerGoldens.reply)
        let read = try ChatCompletionsCodec.answer(JSON.parse(body.serialized()))
        #expect(read == golden.answer, "\(body)")
    }

    @Test(
        "What other formats say goes into this one's words",
        arguments: [
            (StopReason.stopSequence("END"), "stop"), (.pause, "stop"), (.other("x"), "stop"), (.contextWindow, "length"),
            (.refusal, "content_filter"), (.contentFilter("SAFETY"), "content_filter"), (.toolCalls, "tool_calls"),
        ])
    func stops(reason: StopReason, word: String) {
        let body = ChatCompletionsCodec.body(
            of: ChatAnswerGoldens.answer([[.text("a")]], stop: reason), for: ChatAnswerGoldens.reply)
        #expect(body["choices"]?[0]?["finish_reason"] == .string(word))
    }

    @Test("Citations without a place get that of their text; those of no web page are left out")
    func citations() throws {
        let citation = Citation(url: "https://a.example", title: nil, citedText: "x", origin: .messages)
        let unknown = Citation(title: "A file", own: ["type": "char_location"], origin: .messages)
        let body = ChatCompletionsCodec.body(
            of: ChatAnswerGoldens.answer([[.text("Ä: "), Block(.text("so.", citations: [citation, unknown]))]]),
            for: ChatAnswerGoldens.reply)
        #expect(
            body["choices"]?[0]?["message"]?["annotations"] == [
                [
                    "type": "url_citation",
                    "url_citation": ["url": "https://a.example", "title": "", "start_index": 3, "end_index": 6, "content": "x"],
                ]
            ])
    }

    @Test("Who asked with functions gets a call of one")
    func functions() throws {
        var reply = ChatAnswerGoldens.reply
        reply.request = ["functions": [["name": "weather"]]]
        let answer = ChatAnswerGoldens.answer([[ChatAnswerGoldens.call("c1", "{}")]], stop: .toolCalls)
        let choice = ChatCompletionsCodec.body(of: answer, for: reply)["choices"]?[0]
        #expect(choice?["message"]?["function_call"] == ["name": "weather", "arguments": "{}"])
        #expect(choice?["message"]?["tool_calls"] == nil)
        #expect(choice?["finish_reason"] == "function_call")
        let chunks = ChatStreams.encode(answer.events(), ChatCompletionsCodec.self, reply)
        #expect(chunks[1].contains(#""delta":{"function_call":{"name":"weather","arguments":""}}"#))
        #expect(chunks[2].contains(#""delta":{"function_call":{"arguments":"{}"}}"#))
        #expect(chunks[3].contains(#""finish_reason":"function_call""#))
    }

    @Test("A custom tool of the client whose upstream knew it as a function is called by its text")
    func customTools() throws {
        var reply = ChatAnswerGoldens.reply
        reply.request = ["tools": [["type": "custom", "custom": ["name": "weather"]]]]
        let answer = ChatAnswerGoldens.answer([[ChatAnswerGoldens.call("c1", #"{"input":"x = 1"}"#)]], stop: .toolCalls)
        let call = ToolCall(id: "c1", name: "weather", arguments: "x = 1", isCustom: true)
        let body = ChatCompletionsCodec.body(of: answer, for: reply)
        #expect(try ChatCompletionsCodec.answer(body).choices[0].blocks == [Block(.toolCall(call))])
        let chunks = ChatStreams.encode(answer.events(), ChatCompletionsCodec.self, reply)
        #expect(try ChatStreams.collect(ChatStreams.decode(chunks)).answer.choices[0].blocks == [Block(.toolCall(call))])
    }

    @Test(
        "What dialects say otherwise is read",
        arguments: [
            (#"{"content": "", "reasoning_content": "Hm", "tool_calls": []}"#, [Block(.reasoning(Reasoning(text: "Hm")))]),
            (
                #"{"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}, {"type": "text", "text": "a"}]}"#,
                [Block(.reasoning(Reasoning(text: "Hm"))), .text("a")]
            ),
            (
                #"{"content": "a", "extra_content": {"google": {"thought_signature": "s"}}}"#,
                [Block(.text("a", citations: []), signature: OpaqueReasoning(origin: .chatCompletions, value: "s"))]
            ),
            (
                #"{"content": null, "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": {"a": 1}}}]}"#,
                [Block(.toolCall(ToolCall(id: "1", name: "f", arguments: #"{"a":1}"#)))]
            ),
            (
                #"{"content": null, "tool_calls": [{"function": {"name": "f"}}, {"id": "", "function": {"name": "g"}}]}"#,
                [
                    Block(.toolCall(ToolCall(id: "call_c-1_0", name: "f", arguments: ""))),
                    Block(.toolCall(ToolCall(id: "call_c-1_1", name: "g", arguments: ""))),
                ]
            ),
            (
                #"{"content": null, "function_call": {"name": "f", "arguments": "{}"}}"#,
                [Block(.toolCall(ToolCall(id: "call_c-1_0", name: "f", arguments: "{}")))]
            ),
            (
                #"{"reasoning": "Hm", "reasoning_details": [{"type": "reasoning.text", "text": "Hm", "index": 0}], "content": "a"}"#,
                [Block(.reasoning(Reasoning(text: "Hm"))), .text("a")]
            ),
        ])
    func dialects(message: String, blocks: [Block]) throws {
        let body = try JSON.parse(#"{"id": "c.-1", "choices": [{"message": \#(message), "finish_reason": "stop"}]}"#)
        let choice = try ChatCompletionsCodec.answer(body).choices[0]
        #expect(choice.blocks == blocks)
        let hasCalls = blocks.contains { if case .toolCall = $0.content { true } else { false } }
        #expect(choice.stop == (hasCalls ? .toolCalls : .end))
    }

    @Test("Choices are put in their order")
    func order() throws {
        let body = try JSON.parse(
            #"{"choices": [{"index": 1, "message": {"content": "b"}}, {"index": 0, "message": {"content": "a"}, "finish_reason": "stop", "stop_reason": "END"}]}"#
        )
        let answer = try ChatCompletionsCodec.answer(body)
        #expect(answer.choices.map(\.blocks) == [[.text("a")], [.text("b")]])
        #expect(answer.choices.map(\.stop) == [.stopSequence("END"), nil])
    }

    @Test(
        "What is no answer is a fault; a failure is told with the status that it stands for",
        arguments: [
            ("[]", nil), ("{}", nil), (#"{"choices": [{"text": "a"}]}"#, nil),
            (#"{"error": {"message": "slow down", "type": "rate_limit_error", "code": null}}"#, 429),
            (#"{"error": {"message": "bad", "code": 402}}"#, 402), (#"{"error": "broken"}"#, 502),
            (#"{"object": "error", "message": "too long", "code": 400}"#, 400),
            (#"{"choices": [{"message": {"content": ""}, "finish_reason": "error"}]}"#, 502),
            (#"{"choices": [{"message": {"content": ""}, "error": {"code": 503, "message": "x"}}]}"#, 503),
        ] as [(String, Int?)])
    func faults(body: String, status: Int?) throws {
        let fault = #expect(throws: FormatFault.self) { try ChatCompletionsCodec.answer(JSON.parse(body)) }
        #expect(fault?.told?.status == status)
    }
}
