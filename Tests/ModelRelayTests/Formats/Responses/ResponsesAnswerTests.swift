import Ledger
import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Responses: whole answers")
struct ResponsesAnswerTests {
    @Test("Every answer that the format can tell is read as it was written", arguments: ResponsesGoldens.answers.indices)
    func roundTrip(index: Int) throws {
        let (name, answer) = ResponsesGoldens.answers[index]
        let body = ResponsesCodec.body(of: answer, for: ResponsesGoldens.reply())
        var expected = answer
        // The client is told the name that it asked for.
        expected.model = "asked"
        #expect(try ResponsesCodec.answer(try JSON.parse(body.serialized())) == expected, "\(name)")
    }

    @Test("The request is repeated, with the defaults of what it didn't say")
    func echo() throws {
        let plain = ResponsesCodec.body(of: Answer(), for: ResponsesGoldens.reply())
        #expect(plain["id"] == "resp_0123456789abcdefghjk" && plain["created_at"] == 1_700_000_001)
        #expect(
            plain["status"] == "completed" && plain["tool_choice"] == "auto" && plain["tools"] == [] && plain["metadata"] == [:])
        #expect(
            plain["parallel_tool_calls"] == true && plain["temperature"] == 1 && plain["text"] == ["format": ["type": "text"]])
        let request: JSON = [
            "temperature": 0, "instructions": "i", "previous_response_id": "resp_0", "text": ["verbosity": "low"],
            "tools": [["type": "function", "name": "f", "parameters": [:]]], "user": nil,
        ]
        let full = ResponsesCodec.body(of: Answer(), for: ResponsesGoldens.reply(request))
        #expect(full["temperature"] == 0 && full["instructions"] == "i" && full["previous_response_id"] == "resp_0")
        #expect(full["text"] == ["verbosity": "low", "format": ["type": "text"]])
        #expect(full["tools"]?[0]?["strict"] == true)
    }

    @Test(
        "How an answer ended",
        arguments: [
            (.end, "completed", nil), (.toolCalls, "completed", nil), (.stopSequence("x"), "completed", nil),
            (nil, "completed", nil),
            (.length, "incomplete", "max_output_tokens"), (.contextWindow, "incomplete", "max_output_tokens"),
            (.contentFilter("SAFETY"), "incomplete", "content_filter"), (.refusal, "incomplete", "content_filter"),
            (.pause, "incomplete", nil),
            (.other("max_messages"), "incomplete", "max_messages"), (.other("MALFORMED"), "incomplete", nil),
        ] as [(StopReason?, String, String?)])
    func endings(stop: StopReason?, status: String, reason: String?) {
        var answer = Answer()
        answer.choices = [Answer.Choice(blocks: [.text("x")], stop: stop)]
        let body = ResponsesCodec.body(of: answer, for: ResponsesGoldens.reply())
        #expect(body["status"]?.stringValue == status)
        #expect(body["incomplete_details"]?["reason"]?.stringValue == reason)
        #expect(body["output"]?[0]?["status"]?.stringValue == status)
    }

    @Test("Ids of another format's answer are made of the request's; sources without a place cite the whole text")
    func foreign() {
        var answer = Answer()
        answer.id = "chatcmpl-1"
        answer.serviceTier = "standard"
        let citation = Citation(url: "https://example.org", origin: .messages)
        let document = Citation(citedText: "c", own: ["type": "char_location"], origin: .messages)
        answer.choices = [
            Answer.Choice(
                blocks: [
                    Block(.own(.messages, ["type": "server_tool_use"])), Block(.text("Größe", citations: [citation, document])),
                    Block(.toolCall(ToolCall(id: "toolu_1", name: "f", arguments: "{}"))),
                ], stop: .toolCalls)
        ]
        let body = ResponsesCodec.body(of: answer, for: ResponsesGoldens.reply())
        #expect(body["id"] == "resp_0123456789abcdefghjk" && body["service_tier"] == "default")
        #expect(
            (body["output"]?.arrayValue ?? []).map { $0["id"] } == ["msg_0123456789abcdefghjk_0", "fc_0123456789abcdefghjk_1"])
        #expect(
            body["output"]?[0]?["content"]?[0]?["annotations"] == [
                ["type": "url_citation", "url": "https://example.org", "title": "", "start_index": 0, "end_index": 5]
            ])
    }

    @Test("A custom tool that was told as a function is a custom call again")
    func customTool() {
        var answer = Answer()
        answer.choices = [
            Answer.Choice(
                blocks: [Block(.toolCall(ToolCall(id: "c", name: "patch", arguments: #"{"input":"*** Begin"}"#)))],
                stop: .toolCalls)
        ]
        let request: JSON = ["tools": [["type": "custom", "name": "patch"]]]
        let item = ResponsesCodec.body(of: answer, for: ResponsesGoldens.reply(request))["output"]?[0]
        #expect(item?["type"] == "custom_tool_call" && item?["input"] == "*** Begin" && item?["arguments"] == nil)
    }

    @Test(
        "An answer that tells of a failure is one",
        arguments: [
            (#"{"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow down"},"output":[]}"#, 429, "slow down"),
            (#"{"status":"failed","error":{"code":"server_error","message":"oops"}}"#, 500, "oops"),
            (#"{"status":"failed","error":null}"#, 500, "the upstream failed without saying why"),
            (#"{"error":{"type":"invalid_request_error","message":"bad"}}"#, 400, "bad"),
            (#"{"status":"cancelled","output":[]}"#, 409, "the response was cancelled"),
        ])
    func failures(body: String, status: Int, message: String) throws {
        let fault = #expect(throws: FormatFault.self) { try ResponsesCodec.answer(try JSON.parse(body)) }
        #expect(fault?.told?.status == status && fault?.description == message)
    }

    @Test(
        "What isn't a finished response is none",
        arguments: ["[]", "{}", #"{"status":"in_progress","output":[]}"#, #"{"output":{}}"#])
    func noAnswer(body: String) throws {
        let fault = #expect(throws: FormatFault.self) { try ResponsesCodec.answer(try JSON.parse(body)) }
        #expect(fault?.told == nil)
    }

    @Test("Odd items don't stop the reading; counts that are absurd count as nothing")
    func odd() throws {
        let answer = try ResponsesCodec.answer(
            try JSON.parse(
                #"""
                {"output":[{"type":"function_call"},{"type":"message"},{"type":"message","content":[{"type":"smell"},{"text":1,"type":"output_text"}]},
                {"type":"reasoning"},{"what":1},7],"usage":{"input_tokens":-4,"output_tokens":3,"output_tokens_details":null}}
                """#))
        #expect(answer.choices[0].blocks.count == 4)
        var usage = Usage()
        usage.output = 3
        usage.total = 3
        #expect(answer.usage == usage)
    }
}
