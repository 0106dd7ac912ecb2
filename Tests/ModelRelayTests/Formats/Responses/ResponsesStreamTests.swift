import Ledger
import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Responses: streams")
struct ResponsesStreamTests {
    /// The events of a stream's bytes.
    static func frames(_ bytes: [UInt8]) throws -> [(name: String?, data: String)] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n\n").compactMap { block in
            var name: String?
            var data: String?
            for line in block.split(separator: "\n") {
                if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { data = String(line.dropFirst(6)) }
            }
            return data.map { (name, $0) }
        }
    }

    private static func encode(_ events: [AnswerEvent], for reply: ReplyContext = ResponsesGoldens.reply()) -> [UInt8] {
        var encoder = ResponsesCodec.streamEncoder(for: reply)
        var bytes: [UInt8] = []
        for event in events { encoder.write(event, to: &bytes) }
        return bytes
    }

    private static func decode(
        _ frames: [(name: String?, data: String)], naming: Bool = true, ends: Bool = true
    ) throws -> [AnswerEvent] {
        var decoder = ResponsesCodec.streamDecoder()
        var events: [AnswerEvent] = []
        for frame in frames {
            try Array(frame.data.utf8).withUnsafeBytes { try decoder.event(naming ? frame.name : nil, $0, into: &events) }
        }
        if ends { try decoder.end(into: &events) }
        return events
    }

    private static func collect(_ events: [AnswerEvent]) -> Answer {
        var collector = AnswerCollector()
        for event in events { collector.take(event) }
        return collector.answer
    }

    // MARK: Laws

    @Test(
        "Every answer that the format can tell survives as a stream, cut into any pieces",
        arguments: ResponsesGoldens.answers.indices)
    func law(index: Int) throws {
        let (name, answer) = ResponsesGoldens.answers[index]
        var expected = answer
        expected.model = "asked"
        if expected.choices[0].blocks.isEmpty, expected.choices[0].logprobs == nil { expected.choices[0].blocks = [] }
        for pieces in [answer.events(), answer.events().inPieces()] {
            let frames = try Self.frames(Self.encode(pieces))
            #expect(Self.collect(try Self.decode(frames)) == expected, "\(name)")
            #expect(Self.collect(try Self.decode(frames, naming: false)) == expected, "\(name), by data alone")
        }
    }

    @Test("A stream and the whole answer tell the same response", arguments: ResponsesGoldens.answers.indices)
    func agreement(index: Int) throws {
        let (name, answer) = ResponsesGoldens.answers[index]
        let frames = try Self.frames(Self.encode(answer.events().inPieces()))
        let last = try JSON.parse(try #require(frames.last?.data))
        #expect(last["response"] == ResponsesCodec.body(of: answer, for: ResponsesGoldens.reply()), "\(name)")
    }

    @Test(
        "The events are numbered, named as their type, and begin and end as they must",
        arguments: ResponsesGoldens.answers.indices)
    func order(index: Int) throws {
        let (_, answer) = ResponsesGoldens.answers[index]
        let frames = try Self.frames(Self.encode(answer.events().inPieces()))
        let events = try frames.map { try JSON.parse($0.data) }
        #expect(events.map { $0["sequence_number"]?.intValue } == Array(0..<events.count))
        #expect(frames.map(\.name) == events.map { $0["type"]?.stringValue })
        #expect(frames.prefix(2).map(\.name) == ["response.created", "response.in_progress"])
        #expect(
            frames.last?.name
                == "response.\(answer.choices[0].stop == .end || answer.choices[0].stop == .toolCalls || answer.choices[0].stop == .refusal ? "completed" : "incomplete")"
        )
        // Each item is added once, then done once, under the id that its own events have.
        var open: [Int: String] = [:]
        for event in events {
            guard let output = event["output_index"]?.intValue else { continue }
            switch event["type"] {
            case "response.output_item.added":
                #expect(open[output] == nil)
                open[output] = event["item"]?["id"]?.stringValue
            case "response.output_item.done": #expect(open.removeValue(forKey: output) == event["item"]?["id"]?.stringValue)
            default: #expect(open[output] == event["item_id"]?.stringValue)
            }
        }
        #expect(open.isEmpty)
    }

    @Test("Cut at any event, a stream is told as cut and nothing worse", arguments: ResponsesGoldens.answers.indices)
    func cut(index: Int) throws {
        let frames = try Self.frames(Self.encode(ResponsesGoldens.answers[index].answer.events().inPieces()))
        for count in 0..<frames.count {
            let fault = #expect(throws: FormatFault.self) { try Self.decode(Array(frames.prefix(count))) }
            #expect(fault?.told == nil)
        }
    }

    @Test("Without any one of its middle events, a stream still reads to its end", arguments: ResponsesGoldens.answers.indices)
    func gaps(index: Int) throws {
        let frames = try Self.frames(Self.encode(ResponsesGoldens.answers[index].answer.events().inPieces()))
        for missing in frames.indices.dropLast() {
            var rest = frames
            rest.remove(at: missing)
            let answer = Self.collect(try Self.decode(rest))
            #expect(answer.choices.count <= 1 && answer.usage != nil)
        }
    }

    // MARK: Upstreams that send less than the whole sequence

    private static func frames(_ events: String...) -> [(name: String?, data: String)] { events.map { (nil, $0) } }

    @Test("What was never told in pieces is taken from the finished parts, items or the response")
    func wholes() throws {
        let item = #"{"type":"message","id":"msg_1","content":[{"type":"output_text","text":"Hi","annotations":[]}]}"#
        let call = #"{"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}"}"#
        let response =
            #"{"id":"resp_1","status":"completed","output":[\#(item),\#(call)],"usage":{"input_tokens":1,"output_tokens":1}}"#
        let completed = #"{"type":"response.completed","response":\#(response)}"#
        let streams = [
            Self.frames(completed),
            Self.frames(#"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#, completed, "[DONE]"),
            Self.frames(
                #"{"type":"response.created","response":{"id":"resp_1"}}"#,
                #"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1"}}"#,
                #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"H"}"#,
                #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":""}"#,
                #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"i"}"#,
                #"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":""}}"#,
                #"{"type":"response.something.new","output_index":1}"#, completed),
        ]
        for stream in streams {
            let answer = Self.collect(try Self.decode(stream))
            #expect(answer.id == "resp_1" && answer.usage?.total == 2)
            #expect(answer.choices.first?.stop == .toolCalls)
            let blocks = answer.choices.first?.blocks ?? []
            #expect(
                blocks.map(\.content) == [
                    .text("Hi", citations: []), .toolCall(ToolCall(id: "c", name: "f", arguments: "{}", itemID: "fc_1")),
                ])
        }
    }

    @Test("Calls side by side, and a summary in pieces, each find their own")
    func interleaved() throws {
        let events = try Self.decode(
            Self.frames(
                #"{"type":"response.created","response":{"id":"resp_1","service_tier":"auto"}}"#,
                #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}"#,
                #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"a"}"#,
                #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"b"}"#,
                #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"c"}"#,
                #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"e"}}"#,
                #"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"c1","name":"f"}}"#,
                #"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","call_id":"c2","name":"g"}}"#,
                #"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"x\""}"#,
                #"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{}"}"#,
                #"{"type":"response.function_call_arguments.delta","output_index":2,"delta":":1}"}"#,
                #"{"type":"response.completed","response":{"status":"completed","output":[],"usage":null}}"#))
        let blocks = Self.collect(events).choices[0].blocks.map(\.content)
        let opaque = OpaqueReasoning(origin: .responses, value: "e", id: "rs_1")
        #expect(
            blocks == [
                .reasoning(Reasoning(text: "a\n\nbc", isSummary: true, opaque: opaque)),
                .toolCall(ToolCall(id: "c1", name: "f", arguments: "{}")),
                .toolCall(ToolCall(id: "c2", name: "g", arguments: "{\"x\":1}")),
            ])
        #expect(Self.collect(events).serviceTier == nil && Self.collect(events).usage == nil)
    }

    @Test(
        "A failure in the stream is told with what it stands for",
        arguments: [
            (#"{"type":"error","code":"rate_limit_exceeded","message":"m","param":null}"#, 429, "m"),
            (#"{"type":"error","error":{"type":"invalid_request_error","code":null,"message":"m"}}"#, 400, "m"),
            (
                #"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"m"}}}"#, 500,
                "m"
            ),
        ])
    func failure(event: String, status: Int, message: String) throws {
        let fault = #expect(throws: FormatFault.self) { try Self.decode(Self.frames(event)) }
        #expect(fault?.told?.status == status && fault?.description == message)
    }

    @Test("What is no event is no answer", arguments: ["", "{", "[]", "{}", "\"x\""])
    func garbage(event: String) throws {
        let fault = #expect(throws: FormatFault.self) { try Self.decode(Self.frames(event)) }
        #expect(fault?.told == nil)
    }

    @Test("Absurd indexes and pieces of what is closed are passed over")
    func absurd() throws {
        let events = try Self.decode(
            Self.frames(
                #"{"type":"response.output_item.added","output_index":-1,"item":{"type":"message"}}"#,
                #"{"type":"response.output_text.delta","output_index":99999999,"content_index":0,"delta":"x"}"#,
                #"{"type":"response.output_text.delta","output_index":0,"content_index":-3,"delta":"x"}"#,
                #"{"type":"response.content_part.done","output_index":0,"content_index":0,"part":{"type":"output_text","text":"y"}}"#,
                #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"z"}"#,
                #"{"type":"response.completed","response":{"status":"completed"}}"#))
        #expect(Self.collect(events).choices[0].blocks.map(\.content) == [.text("y", citations: [])])
    }

    // MARK: Clients

    @Test("A stream that fails after it began ends with a failed response; before, with an error")
    func fails() throws {
        let id = try #require(RequestID("0123456789abcdefghjk"))
        let error = RelayError(.tooManyRequests, type: "x", parameter: "p", "slow down")
        var bytes: [UInt8] = []
        var encoder = ResponsesCodec.streamEncoder(for: ResponsesGoldens.reply())
        encoder.fail(error, requestID: id, to: &bytes)
        let alone = try Self.frames(bytes)
        #expect(alone.count == 1 && alone[0].name == "error")
        #expect(try JSON.parse(alone[0].data)["message"] == "slow down (request id: 0123456789abcdefghjk)")

        bytes = []
        encoder = ResponsesCodec.streamEncoder(for: ResponsesGoldens.reply())
        encoder.write(.started(Answer()), to: &bytes)
        encoder.write(.blockStarted(BlockPlace(index: 0), .text("")), to: &bytes)
        encoder.write(.delta(BlockPlace(index: 0), .text("x")), to: &bytes)
        encoder.fail(error, requestID: id, to: &bytes)
        encoder.write(.ended, to: &bytes)
        let last = try #require(try Self.frames(bytes).last)
        #expect(last.name == "response.failed")
        #expect(try JSON.parse(last.data)["response"]?["error"]?["code"] == "rate_limit_exceeded")
        let fault = #expect(throws: FormatFault.self) { try Self.decode(try Self.frames(bytes)) }
        #expect(fault?.told?.status == 429)
        #expect(encoder.keepAlive == Array(": keep-alive\n\n".utf8))
    }

    @Test("Blocks side by side are items of their own, each with its pieces")
    func sideBySide() throws {
        let calls = [0, 1].map { index in Block(.toolCall(ToolCall(id: "c\(index)", name: "f", arguments: ""))) }
        var events: [AnswerEvent] = [.started(Answer()), .blockStarted(BlockPlace(index: 0), .text(""))]
        events += [
            .delta(BlockPlace(index: 0), .text("a")), .blockStarted(BlockPlace(index: 1), calls[0]),
            .delta(BlockPlace(index: 0), .text("b")),
            .blockStarted(BlockPlace(index: 2), calls[1]), .delta(BlockPlace(index: 2), .arguments("{")),
            .delta(BlockPlace(index: 1), .arguments("[]")), .delta(BlockPlace(index: 2), .arguments("}")),
            .delta(BlockPlace(index: 7), .text("lost")), .blockEnded(BlockPlace(index: 0)), .stopped(choice: 0, .toolCalls),
            .ended,
        ]
        let answer = Self.collect(try Self.decode(try Self.frames(Self.encode(events))))
        #expect(
            answer.choices[0].blocks.map { $0.content.withoutIDs } == [
                .text("ab", citations: []), .toolCall(ToolCall(id: "c0", name: "f", arguments: "[]")),
                .toolCall(ToolCall(id: "c1", name: "f", arguments: "{}")),
            ])
    }

    @Test("Probabilities that come with the pieces go out with them, and come back whole")
    func probabilities() throws {
        func token(_ text: String) -> JSON {
            ["token": .string(text), "logprob": -1, "bytes": nil, "top_logprobs": []]
        }
        let place = BlockPlace(index: 0)
        let events: [AnswerEvent] = [
            .started(Answer()), .blockStarted(place, .text("")), .logprobs(choice: 0, ["content": [token("a")], "refusal": nil]),
            .delta(place, .text("a")), .delta(place, .text("b")), .logprobs(choice: 0, ["content": [token("b")]]),
            .blockEnded(place),
            .stopped(choice: 0, .end), .ended,
        ]
        let frames = try Self.frames(Self.encode(events))
        let first = try JSON.parse(try #require(frames.first { $0.name == "response.output_text.delta" }?.data))
        #expect(first["logprobs"]?[0]?["bytes"] == [97])
        let logprobs = Self.collect(try Self.decode(frames)).choices[0].logprobs
        #expect((logprobs?["content"]?.arrayValue ?? []).map { $0["token"] } == ["a", "b"])
    }

    @Test("Whatever order events come in, every item begins once and ends once, and the stream ends properly")
    func anyOrder() throws {
        var random = SeededGenerator(seed: 7)
        let kinds: [Block] = [
            .text(""), Block(.refusal("")), Block(.reasoning(Reasoning(text: "", isSummary: true))),
            Block(.reasoning(Reasoning(text: ""))), Block(.toolCall(ToolCall(id: "c", name: "f", arguments: ""))),
            Block(.own(.responses, ["type": "mcp_call", "id": "mcp_1"])), Block(.own(.messages, [:])),
            Block(.audio(Media(.base64("")))),
        ]
        let deltas: [BlockDelta] = [
            .text("x"), .refusal("y"), .reasoning("z"), .arguments("{}"),
            .opaque(OpaqueReasoning(origin: .generateContent, value: "s")),
            .citation(Citation(url: "https://example.org", origin: .messages)), .audio("AA"),
        ]
        for _ in 0..<200 {
            var events: [AnswerEvent] = []
            for _ in 0..<Int.random(in: 0..<30, using: &random) {
                let place = BlockPlace(
                    choice: Int.random(in: 0..<2, using: &random), index: Int.random(in: 0..<4, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0: events.append(.blockStarted(place, kinds[Int.random(in: 0..<kinds.count, using: &random)]))
                case 1, 2: events.append(.delta(place, deltas[Int.random(in: 0..<deltas.count, using: &random)]))
                default: events.append(.blockEnded(place))
                }
            }
            let frames = try Self.frames(Self.encode(events + [.ended]))
            var states: [Int: String] = [:]
            for frame in frames {
                let event = try JSON.parse(frame.data)
                guard let output = event["output_index"]?.intValue else { continue }
                switch event["type"] {
                case "response.output_item.added":
                    #expect(states[output] == nil && output == states.count)
                    states[output] = "open"
                case "response.output_item.done":
                    #expect(states[output] == "open")
                    states[output] = "done"
                default: #expect(states[output] == "open")
                }
            }
            #expect(states.values.allSatisfy { $0 == "done" })
            let last = try JSON.parse(try #require(frames.last?.data))
            #expect(last["type"] == "response.completed" && last["response"]?["output"]?.arrayValue?.count == states.count)
            _ = try Self.decode(frames)
        }
    }

    @Test("A custom tool that was told as a function streams its text once it is whole")
    func customTool() throws {
        var answer = Answer()
        answer.choices = [
            Answer.Choice(
                blocks: [Block(.toolCall(ToolCall(id: "c", name: "patch", arguments: #"{"input":"*** Begin"}"#)))],
                stop: .toolCalls)
        ]
        let reply = ResponsesGoldens.reply(["tools": [["type": "custom", "name": "patch"]]])
        let frames = try Self.frames(Self.encode(answer.events().inPieces(), for: reply))
        #expect(frames.filter { $0.name == "response.custom_tool_call_input.delta" }.count == 1)
        #expect(try JSON.parse(try #require(frames.last?.data))["response"] == ResponsesCodec.body(of: answer, for: reply))
    }
}

extension Block.Content {
    fileprivate var withoutIDs: Block.Content {
        guard case .toolCall(var call) = self else { return self }
        call.itemID = nil
        return .toolCall(call)
    }
}

extension [AnswerEvent] {
    /// Texts in pieces of one character.
    fileprivate func inPieces() -> [AnswerEvent] {
        self.flatMap { event -> [AnswerEvent] in
            guard case .delta(let place, let delta) = event else { return [event] }
            return switch delta {
            case .text(let text): text.map { .delta(place, .text(String($0))) }
            case .refusal(let text): text.map { .delta(place, .refusal(String($0))) }
            case .reasoning(let text): text.map { .delta(place, .reasoning(String($0))) }
            case .arguments(let text): text.map { .delta(place, .arguments(String($0))) }
            default: [event]
            }
        }
    }
}

/// SplitMix64.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
