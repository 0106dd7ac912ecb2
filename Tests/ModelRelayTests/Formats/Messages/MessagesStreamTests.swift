import Ledger
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("Streams of the Messages API")
struct MessagesStreamTests {
    /// The events of a client's stream: name and data.
    static func events(_ bytes: [UInt8]) -> [(name: String, data: [UInt8])] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n\n").map { block in
            let lines = block.split(separator: "\n", maxSplits: 1)
            return (String(lines[0].dropFirst("event: ".count)), Array(lines[1].dropFirst("data: ".count).utf8))
        }
    }

    static func encode(_ events: [AnswerEvent], model: String = "m") -> [UInt8] {
        var encoder = MessagesCodec.streamEncoder(for: ReplyContext(model: model, requestID: "r", now: 0))
        var output: [UInt8] = []
        for event in events { encoder.write(event, to: &output) }
        return output
    }

    static func decode(_ events: [(name: String, data: [UInt8])], ends: Bool = true) throws(FormatFault) -> [AnswerEvent] {
        var decoder = MessagesCodec.streamDecoder()
        var told: [AnswerEvent] = []
        for event in events { try Self.feed(event, to: &decoder, into: &told) }
        if ends { try decoder.end(into: &told) }
        return told
    }

    private static func feed(
        _ event: (name: String, data: [UInt8]), to decoder: inout any AnswerStreamDecoder, into told: inout [AnswerEvent]
    ) throws(FormatFault) {
        var fault: FormatFault?
        event.data.withUnsafeBytes { bytes in
            do throws(FormatFault) { try decoder.event(event.name, bytes, into: &told) } catch { fault = error }
        }
        if let fault { throw fault }
    }

    static func collect(_ events: [AnswerEvent]) -> Answer {
        var collector = AnswerCollector()
        for event in events { collector.take(event) }
        return collector.answer
    }

    @Test("An answer that is streamed and read again is the same", arguments: MessagesGoldenAnswers.all.map(\.name))
    func roundTrip(name: String) throws {
        var answer = try MessagesCodec.answer(try MessagesAnswerTests.golden(name))
        let bytes = Self.encode(answer.events(), model: answer.model)
        let read = Self.collect(try Self.decode(Self.events(bytes)))
        // Where nothing was said there is no choice to be told but its end.
        if answer.choices[0].blocks.isEmpty { answer.choices[0].blocks = read.choices[0].blocks }
        #expect(read == answer)
    }

    @Test("A stream that is cut anywhere is told as cut", arguments: MessagesGoldenAnswers.all.map(\.name))
    func cut(name: String) throws {
        let answer = try MessagesCodec.answer(try MessagesAnswerTests.golden(name))
        let events = Self.events(Self.encode(answer.events()))
        for count in 0..<events.count {
            #expect(throws: FormatFault.self) { try Self.decode(Array(events.prefix(count))) }
        }
    }

    @Test("Bytes of any kind are refused or passed over, never a crash", arguments: 1...30 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let answer = try MessagesCodec.answer(try MessagesAnswerTests.golden("a search and its citations"))
        var events = Self.events(Self.encode(answer.events()))
        for _ in 0..<4 {
            let index = Int.random(in: events.indices, using: &random)
            let byte = Int.random(in: events[index].data.indices, using: &random)
            events[index].data[byte] = UInt8.random(in: 0...255, using: &random)
        }
        events.shuffle(using: &random)
        do {
            let told = try Self.decode(events)
            #expect(told.last == .ended)
        } catch {
            #expect(!error.description.isEmpty)
        }
    }

    @Test("The stream as the API sends it: pings, empty pieces, usage in parts, kinds of events that are new")
    func asSent() throws {
        let sent = [
            (
                "message_start",
                #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"up","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"cache_read_input_tokens":5,"output_tokens":1,"service_tier":"standard"}}}"#
            ),
            ("content_block_start", #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#),
            ("ping", #"{"type": "ping"}"#),
            ("content_block_delta", #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#),
            ("content_block_delta", #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""}}"#),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" \"\u00e9\""}}"#
            ),
            ("content_block_stop", #"{"type":"content_block_stop","index":0}"#),
            ("fresh_event", #"{"type":"fresh_event"}"#),
            (
                "content_block_start",
                #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"portico_a_2eb","input":{}}}"#
            ),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}"#
            ),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"x\": "}}"#
            ),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"1}"}}"#
            ),
            ("content_block_stop", #"{"type":"content_block_stop","index":1}"#),
            (
                "message_delta",
                #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":15}}"#
            ),
            ("message_stop", #"{"type":"message_stop"}"#),
            ("message_stop", #"{"type":"message_stop"}"#),
        ]
        let events = try Self.decode(sent.map { ($0.0, Array($0.1.utf8)) })
        var usage = Usage()
        usage.input = 30
        usage.cached = 5
        usage.output = 15
        usage.total = 45
        let answer = Self.collect(events)
        #expect(answer.usage == usage)
        #expect(answer.serviceTier == "default")
        #expect(
            answer.choices == [
                Answer.Choice(
                    blocks: [.text("Hi \"é\""), Block(.toolCall(ToolCall(id: "toolu_1", name: "a.b", arguments: "{\"x\": 1}")))],
                    stop: .toolCalls)
            ])
        #expect(events.filter { $0 == .ended }.count == 1)
        #expect(!events.contains(.delta(BlockPlace(index: 0), .text(""))))
    }

    @Test("A call whose input comes whole with its start, or not at all, has arguments")
    func wholeInput() throws {
        let sent = [
            ("message_start", #"{"type":"message_start","message":{"id":"m","model":"up","content":[]}}"#),
            (
                "content_block_start",
                #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"n","input":{"x":1}}}"#
            ),
            ("content_block_stop", #"{"type":"content_block_stop","index":0}"#),
            (
                "content_block_start",
                #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"b","name":"n","input":{}}}"#
            ),
            ("message_stop", #"{"type":"message_stop"}"#),
        ]
        let answer = Self.collect(try Self.decode(sent.map { ($0.0, Array($0.1.utf8)) }))
        let calls = answer.choices[0].blocks.compactMap { block in
            if case .toolCall(let call) = block.content { call.arguments } else { nil }
        }
        #expect(calls == ["{\"x\":1}", "{}"])
        #expect(answer.usage == nil)
    }

    @Test("An error within the stream is told with the status that it stands for")
    func inBandError() throws {
        let sent = [
            ("message_start", #"{"type":"message_start","message":{"id":"m","model":"up","content":[]}}"#),
            ("error", #"{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}"#),
        ]
        let fault = try #require(throws: FormatFault.self) { try Self.decode(sent.map { ($0.0, Array($0.1.utf8)) }) }
        #expect(fault.told?.status == 429)
        #expect(fault.told?.type == "rate_limit_error")
        #expect(fault.description == "Slow down")
    }

    @Test("An error that a house tells without a type is one all the same")
    func untypedError() throws {
        let fault = try #require(throws: FormatFault.self) {
            try Self.decode([("message", Array(#"{"error":{"message":"No credit"}}"#.utf8))])
        }
        #expect(fault.told?.status == 500)
        #expect(fault.description == "No credit")
    }

    @Test(
        "What isn't the format is refused",
        arguments: [
            ("content_block_start", #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#),
            ("message_stop", #"{"type":"message_stop"}"#), ("message_start", "{"), ("content_block_delta", "[]"),
            ("content_block_delta", #"{"type":"content_block_delta","index":7,"delta":{"type":"text_delta","text":"x"}}"#),
        ])
    func notTheFormat(name: String, data: String) {
        #expect(throws: FormatFault.self) { try Self.decode([(name, Array(data.utf8))]) }
    }

    @Test("Blocks that an upstream tells at the same time come one after the other", arguments: 1...40 as ClosedRange<UInt64>)
    func interleaved(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let blocks = (0..<5).map { index -> Block in
            switch index {
            case 0: Block(.reasoning(Reasoning(text: "thought", opaque: OpaqueReasoning(origin: .messages, value: "s"))))
            case 1: .text("some text")
            default: Block(.toolCall(ToolCall(id: "c\(index)", name: "n\(index)", arguments: "{\"a\":\(index)}")))
            }
        }
        let answer = Answer(id: "a", model: "m", choices: [Answer.Choice(blocks: blocks, stop: .toolCalls)])
        // Each block's events in their order, mixed with those of the blocks that have begun.
        let told = answer.events()
        var queues = blocks.indices.map { index in told.filter { Self.place(of: $0) == index } }
        var events: [AnswerEvent] = [told[0]]
        var begun = 0
        while queues.contains(where: { !$0.isEmpty }) {
            let index = Int.random(in: 0...min(begun, queues.count - 1), using: &random)
            guard !queues[index].isEmpty else {
                if index == begun { begun += 1 }
                continue
            }
            if index == begun { begun += 1 }
            events.append(queues[index].removeFirst())
        }
        events += [.stopped(choice: 0, .toolCalls), .ended]
        let out = Self.events(Self.encode(events))
        var open: Int?
        for (name, data) in out {
            let json = try JSON.parse(data)
            switch name {
            case "content_block_start":
                #expect(open == nil)
                open = json["index"]?.intValue
            case "content_block_delta": #expect(json["index"]?.intValue == open)
            case "content_block_stop":
                #expect(json["index"]?.intValue == open)
                open = nil
            default: break
            }
        }
        #expect(Self.collect(try Self.decode(out)).choices == answer.choices)
    }

    private static func place(of event: AnswerEvent) -> Int? {
        switch event {
        case .blockStarted(let place, _), .delta(let place, _), .blockEnded(let place): place.index
        default: nil
        }
    }

    @Test("Upstreams that end no block, give no signature, tell usage last: the client's stream is whole all the same")
    func foreign() throws {
        var usage = Usage()
        usage.input = 100
        usage.cached = 40
        usage.output = 7
        usage.total = 107
        let first = BlockPlace(index: 0)
        let second = BlockPlace(index: 1)
        let third = BlockPlace(index: 2)
        let out = Self.events(
            Self.encode([
                .started(Answer(id: "chatcmpl-1")), .blockStarted(first, Block(.reasoning(Reasoning(text: "")))),
                .delta(first, .reasoning("hm")), .blockEnded(first), .blockStarted(second, .text("")), .delta(second, .text("")),
                .blockEnded(second), .blockStarted(third, Block(.toolCall(ToolCall(id: "x:1", name: "n", arguments: "")))),
                .delta(third, .arguments("{}")), .stopped(choice: 0, .end), .usage(usage),
                .blockStarted(BlockPlace(choice: 1, index: 0), .text("")), .ended, .ended,
            ]))
        #expect(
            out.map(\.name) == [
                "message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop",
            ])
        #expect(try JSON.parse(out[3].data)["delta"] == ["type": "signature_delta", "signature": ""])
        #expect(try JSON.parse(out[5].data)["content_block"]?["id"] == "portico_x_3a1")
        let end = try JSON.parse(out[8].data)
        #expect(end["delta"]?["stop_reason"] == "tool_use")
        #expect(end["usage"]?["input_tokens"] == 60)
        #expect(end["usage"]?["cache_read_input_tokens"] == 40)
        #expect(end["usage"]?["output_tokens"] == 7)
    }

    @Test("Blocks that still wait when the answer ends are written, and a piece of none is passed over")
    func waitingAtTheEnd() throws {
        let call = { (index: Int) in Block(.toolCall(ToolCall(id: "c\(index)", name: "n", arguments: "{}"))) }
        var events: [AnswerEvent] = [.started(Answer(id: "a")), .blockStarted(BlockPlace(index: 0), call(0))]
        events.append(.delta(BlockPlace(index: 9), .text("of none")))
        for index in 1...3 { events.append(.blockStarted(BlockPlace(index: index), call(index))) }
        events.append(.blockEnded(BlockPlace(index: 1)))
        events += [.stopped(choice: 0, .toolCalls), .ended]
        let answer = Self.collect(try Self.decode(Self.events(Self.encode(events))))
        #expect(answer.choices[0].blocks == (0...3).map(call))
    }

    @Test(
        "A signature that stands on a text or a call comes back on it, whether it came before or after", arguments: [true, false])
    func signatures(isLate: Bool) throws {
        let signature = OpaqueReasoning(origin: .generateContent, value: "sig")
        let place = BlockPlace(index: 0)
        var call = Block(.toolCall(ToolCall(id: "c", name: "n", arguments: "")), signature: isLate ? nil : signature)
        var events: [AnswerEvent] = [.started(Answer(id: "a")), .blockStarted(place, call), .delta(place, .arguments("{}"))]
        if isLate { events.append(.delta(place, .opaque(signature))) }
        events += [.blockEnded(place), .stopped(choice: 0, .toolCalls), .ended]
        let answer = Self.collect(try Self.decode(Self.events(Self.encode(events))))
        let content = MessagesCodec.body(of: answer, for: MessagesAnswerTests.reply)["content"] ?? .null
        let next: JSON = ["model": "m", "max_tokens": 9, "messages": [["role": "assistant", "content": content]]]
        call.content = .toolCall(ToolCall(id: "c", name: "n", arguments: "{}"))
        call.signature = signature
        #expect(try MessagesCodec.conversation(next, endpoint: EndpointPath()).messages[0].blocks == [call])
    }

    @Test("A failure after the start is an error event in this format's words, and nothing follows it")
    func failure() throws {
        var encoder = MessagesCodec.streamEncoder(for: MessagesAnswerTests.reply)
        var output: [UInt8] = []
        encoder.write(.started(Answer(id: "a")), to: &output)
        let id = try #require(RequestID("00000000000000000000"))
        encoder.fail(RelayError(.serviceUnavailable, "gone"), requestID: id, to: &output)
        encoder.write(.ended, to: &output)
        let out = Self.events(output)
        #expect(out.map(\.name) == ["message_start", "error"])
        #expect(try JSON.parse(out[1].data)["error"]?["type"] == "overloaded_error")
        #expect(String(decoding: encoder.keepAlive, as: UTF8.self) == "event: ping\ndata: {\"type\":\"ping\"}\n\n")
    }
}
