import Ledger
import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Streams of streamGenerateContent")
struct GenerateContentStreamTests {
    /// The events that a client's stream holds.
    private static func data(of output: [UInt8]) -> [String] {
        String(decoding: output, as: UTF8.self).split(separator: "\r\n\r\n").compactMap { event in
            event.hasPrefix("data: ") ? String(event.dropFirst(6)) : nil
        }
    }

    private static func decode(_ events: [String]) throws -> (events: [AnswerEvent], collector: AnswerCollector) {
        var decoder = GenerateContentCodec.streamDecoder()
        var decoded: [AnswerEvent] = []
        for event in events {
            try Array(event.utf8).withUnsafeBytes { bytes in
                try Result { () throws(FormatFault) in try decoder.event(nil, bytes, into: &decoded) }.get()
            }
        }
        try decoder.end(into: &decoded)
        var collector = AnswerCollector()
        for event in decoded { collector.take(event) }
        return (decoded, collector)
    }

    private static func encode(_ events: [AnswerEvent], _ reply: ReplyContext = GenerateContentGoldens.reply) -> [UInt8] {
        var encoder = GenerateContentCodec.streamEncoder(for: reply)
        var output: [UInt8] = []
        for event in events { encoder.write(event, to: &output) }
        return output
    }

    private static func usage() -> Usage {
        var usage = Usage()
        usage.input = 10
        usage.output = 7
        usage.reasoning = 3
        usage.cached = 2
        usage.total = 17
        return usage
    }

    static let answers: [Answer] = GenerateContentStreamTests.makeAnswers()

    private static func makeAnswers() -> [Answer] {
        let own = OpaqueReasoning(origin: .generateContent, value: "c2ln")
        let foreign = OpaqueReasoning(origin: .responses, value: "enc", id: "rs_1")
        let citation = Citation(
            url: "https://a.example", title: "A", range: 2..<4,
            own: ["groundingChunk": ["web": ["uri": "https://a.example", "title": "A"]]],
            origin: .generateContent)
        let choices: [[Answer.Choice]] = [
            [Answer.Choice(blocks: [.text("Hello, \"wörld\"\n")], stop: .end)],
            [Answer.Choice(blocks: [], stop: .length)],
            [
                Answer.Choice(
                    blocks: [
                        Block(.reasoning(Reasoning(text: "Hm", opaque: own))),
                        Block(.reasoning(Reasoning(text: "So", opaque: foreign))),
                        .text("I look"), Block(.toolCall(ToolCall(id: "1", name: "f", arguments: #"{"a":1}"#)), signature: own),
                        Block(.toolCall(ToolCall(id: "2", name: "g", arguments: "{}"))),
                    ], stop: .toolCalls)
            ],
            [
                Answer.Choice(blocks: [Block(.text("one", citations: []), signature: own)], stop: .end),
                Answer.Choice(blocks: [.text("two")], stop: .contentFilter("SAFETY")),
            ],
            [Answer.Choice(blocks: [Block(.text("äöü and", citations: [citation]))], stop: .end)],
            [
                Answer.Choice(
                    blocks: [
                        Block(.image(Media(.base64("AA=="), type: "image/png"), detail: nil)), .text("see"),
                        Block(.own(.generateContent, ["executableCode": ["code": "1", "language": "PYTHON"]])),
                    ], stop: .other("OTHER"))
            ],
            [
                Answer.Choice(
                    blocks: [.text("a")], stop: .end,
                    logprobs: ["content": [["token": "a", "logprob": -0.25, "bytes": [97], "top_logprobs": []]]])
            ],
            [
                Answer.Choice(
                    blocks: [Block(.reasoning(Reasoning(text: "", opaque: foreign, isRedacted: true))), .text("x")], stop: .end)
            ],
        ]
        return choices.enumerated().map { index, choices in
            var answer = Answer(id: "r\(index)", model: "asked")
            answer.choices = choices
            answer.usage = Self.usage()
            return answer
        }
    }

    @Test("What is written is read again as the same answer", arguments: answers)
    func law(answer: Answer) throws {
        let read = try Self.decode(Self.data(of: Self.encode(answer.events())))
        #expect(read.collector.isEnded)
        #expect(read.collector.answer == answer)
    }

    @Test("As one JSON array the same events are its elements", arguments: answers)
    func array(answer: Answer) throws {
        var reply = GenerateContentGoldens.reply
        reply.isArrayFramed = true
        let list = try JSON.parse(Self.encode(answer.events(), reply))
        #expect(list.arrayValue?.map { $0.serialized() } == Self.data(of: Self.encode(answer.events())))
    }

    @Test("A stream that is cut behind any of its events but the last is told as cut", arguments: answers)
    func cut(answer: Answer) throws {
        let events = Self.data(of: Self.encode(answer.events()))
        for count in 0..<events.count {
            #expect(throws: FormatFault.self) { try Self.decode(Array(events.prefix(count))) }
        }
    }

    @Test("Arguments in pieces, of calls that are told at the same time, are written as whole calls")
    func gatheredCalls() throws {
        func call(_ id: String) -> Block { Block(.toolCall(ToolCall(id: id, name: "f", arguments: ""))) }
        let first = BlockPlace(index: 0)
        let second = BlockPlace(index: 1)
        let output = Self.encode([
            .started(Answer(id: "r")), .blockStarted(first, call("1")), .blockStarted(second, call("2")),
            .delta(first, .arguments("{\"a\"")), .delta(second, .arguments("{\"b\":2}")), .delta(first, .arguments(":1}")),
            .blockEnded(second), .blockEnded(first), .stopped(choice: 0, .toolCalls), .ended,
        ])
        let parts = try Self.data(of: output).map { try JSON.parse($0) }.compactMap {
            $0["candidates"]?[0]?["content"]?["parts"]?[0]
        }
        #expect(
            parts == [
                ["functionCall": ["name": "f", "args": ["b": 2], "id": "2"]],
                ["functionCall": ["name": "f", "args": ["a": 1], "id": "1"]],
                ["text": ""],
            ])
    }

    @Test("A stream as the provider sends it: empty pieces, usage in each, a signature at the end, a last event without content")
    func recorded() throws {
        let read = try Self.decode([
            #"{"candidates":[{"content":{"parts":[{"text":"Think","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":8,"thoughtsTokenCount":5,"totalTokenCount":13},"modelVersion":"gemini-3-flash","responseId":"abc"}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":1,"thoughtsTokenCount":5,"totalTokenCount":14}}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"lo"},{"text":""}],"role":"model"}}]}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"c2ln"}],"role":"model"},"finishReason":"STOP","index":0}]}"#,
            #"{"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":2,"thoughtsTokenCount":5,"totalTokenCount":15}}"#,
        ])
        let answer = read.collector.answer
        #expect(answer.id == "abc")
        #expect(
            answer.choices[0].blocks
                == [
                    Block(.reasoning(Reasoning(text: "Think"))),
                    Block(.text("Hello", citations: []), signature: OpaqueReasoning(origin: .generateContent, value: "c2ln")),
                ])
        #expect(answer.choices[0].stop == .end)
        #expect(answer.usage?.output == 7)
        #expect(answer.usage?.total == 15)
        #expect(read.events.last == .ended)
        let started = read.events.filter { if case .blockStarted = $0 { true } else { false } }.count
        let ended = read.events.filter { if case .blockEnded = $0 { true } else { false } }.count
        #expect(started == 2)
        #expect(ended == 2)
    }

    @Test("Spoken output in pieces is one block, as long as its Base64 can be joined")
    func audio() throws {
        func event(_ data: String, _ end: String = "") -> String {
            #"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"audio/L16;rate=24000","data":"\#(data)"}}]}\#(end)}]}"#
        }
        let answer = try Self.decode([event("AAAA"), event("BBB="), event("CCCC", #","finishReason":"STOP""#)]).collector.answer
        let type = "audio/L16;rate=24000"
        #expect(
            answer.choices[0].blocks
                == [Block(.audio(Media(.base64("AAAABBB="), type: type))), Block(.audio(Media(.base64("CCCC"), type: type)))])
    }

    @Test("A blocked prompt ends the stream properly")
    func blocked() throws {
        let events = [#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"#]
        let answer = try Self.decode(events).collector.answer
        #expect(answer.choices == [Answer.Choice(stop: .contentFilter("SAFETY"))])
        let again = Self.data(of: Self.encode(answer.events()))
        #expect(again.count == 1)
        #expect(try JSON.parse(again[0])["promptFeedback"] == ["blockReason": "SAFETY"])
        #expect(try JSON.parse(again[0])["candidates"] == nil)
        #expect(try Self.decode(again).collector.answer.choices == answer.choices)
    }

    @Test(
        "Garbage and failures in a stream are faults",
        arguments: [
            ("nonsense", nil), ("[]", nil), (#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"index":100000}]}"#, nil),
            (#"{"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]}"#, nil), (#"{"candidates":{}}"#, nil),
            (#"{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}"#, 503),
        ] as [(String, Int?)])
    func faults(event: String, status: Int?) throws {
        let fault = try #require(throws: FormatFault.self) { try Self.decode([event]) }
        #expect(fault.told?.status == status)
    }

    @Test("A failure after the beginning is the last event, in either framing", arguments: [false, true])
    func failure(isArrayFramed: Bool) throws {
        var reply = GenerateContentGoldens.reply
        reply.isArrayFramed = isArrayFramed
        var encoder = GenerateContentCodec.streamEncoder(for: reply)
        var ids = RequestIDGenerator()
        var output: [UInt8] = []
        encoder.write(.started(Answer(id: "r")), to: &output)
        encoder.write(.blockStarted(BlockPlace(index: 0), .text("")), to: &output)
        encoder.write(.delta(BlockPlace(index: 0), .text("a")), to: &output)
        output += encoder.keepAlive
        encoder.fail(RelayError(.badGateway, "gone"), requestID: ids.next(nowMilliseconds: 1), to: &output)
        encoder.write(.ended, to: &output)
        let events =
            isArrayFramed
            ? try JSON.parse(output).arrayValue ?? []
            : try String(decoding: output, as: UTF8.self).split(separator: "\r\n").filter { $0.hasPrefix("data: ") }
                .map { try JSON.parse(String($0.dropFirst(6))) }
        #expect(events.count == 2)
        #expect(events.last?["error"]?["code"] == 502)
    }

    @Test("Whatever stands at whatever place of an event, it is read or a fault, and what was read can be written")
    func anything() throws {
        let event = GenerateContentGoldens.json(
            """
            {"candidates":[{"content":{"role":"model","parts":[{"text":"a","thought":true},{"text":"b","thoughtSignature":"AA=="},
              {"functionCall":{"id":"1","name":"f","args":{"a":1}}},{"inlineData":{"mimeType":"audio/L16","data":"AA=="}},{"text":"c"}]},
              "index":0,"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["q"],"groundingChunks":[{"web":{"uri":"u"}}],
              "groundingSupports":[{"segment":{"startIndex":0,"endIndex":1,"partIndex":4},"groundingChunkIndices":[0]}]},
              "citationMetadata":{"citations":[{"startIndex":0,"endIndex":1,"uri":"u"}]},
              "logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-1}],"topCandidates":[{"candidates":[{"token":"a"}]}]}}],
             "usageMetadata":{"promptTokenCount":1,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":1}]},
             "promptFeedback":{"blockReason":"SAFETY"},"modelVersion":"m","responseId":"r"}
            """)
        var faults = 0
        for place in GenerateContentGoldens.places(in: event) {
            for value in GenerateContentGoldens.oddValues {
                do {
                    let odd = GenerateContentGoldens.replacing(place[...], in: event, by: value)
                    let answer = try Self.decode([odd.serialized()]).collector.answer
                    #expect(try !Self.decode(Self.data(of: Self.encode(answer.events()))).events.isEmpty)
                } catch is FormatFault {
                    faults += 1
                }
            }
        }
        #expect(faults > 0)
    }
}
