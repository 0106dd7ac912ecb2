import Ledger
import Testing
import Wire

@testable import ModelRelay

@Suite("Answers of the Messages API")
struct MessagesAnswerTests {
    static let reply = ReplyContext(model: "asked", requestID: "r1", now: 0)

    static func golden(_ name: String) throws -> JSON {
        try JSON.parse(try #require(MessagesGoldenAnswers.all.first { $0.name == name }).body)
    }

    @Test("An answer that is read and written again says the same", arguments: MessagesGoldenAnswers.all.map(\.name))
    func roundTrip(name: String) throws {
        let body = try Self.golden(name)
        let answer = try MessagesCodec.answer(body)
        var reply = Self.reply
        reply.model = answer.model
        let written = MessagesCodec.body(of: answer, for: reply)
        #expect(try MessagesCodec.answer(written) == answer)
        for (member, value) in body.objectValue ?? [:] where member != "content" && member != "usage" {
            #expect(written[member] == value)
        }
        for (member, value) in body["usage"]?.objectValue ?? [:] { #expect(written["usage"]?[member] == value) }
    }

    @Test("Canonical usage counts all input, the wire only what the cache had no part in")
    func usage() throws {
        let answer = try MessagesCodec.answer(try Self.golden("all parts of usage"))
        let usage = try #require(answer.usage)
        #expect(usage.input == 330)
        #expect(usage.cached == 300)
        #expect(usage.cacheCreation == 20)
        #expect(usage.output == 50)
        #expect(usage.reasoning == 12)
        #expect(usage.webSearchCount == 2)
        #expect(usage.total == 380)
        #expect(answer.serviceTier == "priority")
        #expect(answer.ownMembers["usage"]?.objectValue?.names == ["cache_creation", "server_tool_use", "inference_geo"])
        #expect(answer.choices[0].stop == .stopSequence("END"))
    }

    @Test("Numbers that can't be charged count as nothing")
    func absurdUsage() {
        let usage = MessagesUsage.read(["input_tokens": -5, "output_tokens": 1e300, "cache_read_input_tokens": "many"])
        #expect(usage.isZero)
    }

    @Test(
        "Every reason to stop has its word",
        arguments: [
            (.end, "end_turn"), (.length, "max_tokens"), (.stopSequence(nil), "stop_sequence"), (.toolCalls, "tool_use"),
            (.refusal, "refusal"), (.contentFilter("SAFETY"), "refusal"), (.pause, "pause_turn"),
            (.contextWindow, "model_context_window_exceeded"), (.other("MALFORMED"), "end_turn"), (nil, "end_turn"),
        ] as [(StopReason?, String)])
    func stops(reason: StopReason?, word: String) {
        let answer = Answer(choices: [Answer.Choice(blocks: [.text("x")], stop: reason)])
        #expect(MessagesCodec.body(of: answer, for: Self.reply)["stop_reason"]?.stringValue == word)
    }

    @Test("An answer of another format's upstream is whole for clients of this one")
    func foreign() throws {
        let answer = Answer(
            model: "up",
            choices: [
                Answer.Choice(
                    blocks: [
                        Block(
                            .reasoning(
                                Reasoning(text: "Hm", opaque: OpaqueReasoning(origin: .responses, value: "enc", id: "rs_1")))),
                        Block(.reasoning(Reasoning(text: "unsigned"))), .text(""),
                        Block(
                            .text(
                                "See X.",
                                citations: [
                                    Citation(
                                        url: "https://x.example", title: "X", citedText: "See", own: nil, origin: .chatCompletions
                                    )
                                ])),
                        Block(.refusal("I won't.")), Block(.toolCall(ToolCall(id: "call.1", name: "n", arguments: "not json"))),
                        Block(.own(.responses, ["type": "web_search_call"])),
                    ], stop: .end),
                Answer.Choice(blocks: [.text("second")], stop: .end),
            ], ownMembers: ["system_fingerprint": "fp"])
        let body = MessagesCodec.body(of: answer, for: Self.reply)
        let expected: JSON = [
            ["type": "thinking", "thinking": "Hm", "signature": "portico.responses.rs_1.enc"],
            ["type": "thinking", "thinking": "unsigned", "signature": ""],
            [
                "type": "text", "text": "See X.",
                "citations": [
                    [
                        "type": "web_search_result_location", "url": "https://x.example", "title": "X", "cited_text": "See",
                        "encrypted_index": "",
                    ]
                ],
            ],
            ["type": "text", "text": "I won't.", "citations": .null],
            ["type": "tool_use", "id": "portico_call_2e1", "name": "n", "input": ["input": "not json"]],
        ]
        #expect(body["content"] == expected)
        #expect(body["id"] == "msg_r1")
        #expect(body["model"] == "asked")
        #expect(body["stop_reason"] == "tool_use")
        #expect(body["system_fingerprint"] == nil)
    }

    @Test("What is no answer is told as such, and an error within a success by its status")
    func faults() throws {
        #expect(throws: FormatFault.self) { try MessagesCodec.answer([:]) }
        #expect(throws: FormatFault.self) { try MessagesCodec.answer("text") }
        #expect(throws: FormatFault.self) { try MessagesCodec.answer(["content": [["text": "x"]]]) }
        let fault = try #require(throws: FormatFault.self) {
            try MessagesCodec.answer(["type": "error", "error": ["type": "overloaded_error", "message": "Overloaded"]])
        }
        #expect(fault.told?.status == 529)
        #expect(fault.description == "Overloaded")
    }
}
