import Ledger
import Testing
import Wire

@testable import ModelRelay

/// Answers in canonical form that chat completions can say wholly.
enum ChatAnswerGoldens {
    struct Golden: CustomTestStringConvertible, Sendable {
        let name: String
        let answer: Answer
        var testDescription: String { self.name }
    }

    static let all: [Golden] = [
        Golden(name: "text", answer: answer([[.text("Hello \"you\"\n")]])),
        Golden(name: "nothing", answer: answer([[]])),
        Golden(name: "length", answer: answer([[.text("Hel")]], stop: .length)),
        Golden(name: "filter", answer: answer([[.text("Hel")]], stop: .contentFilter("content_filter"))),
        Golden(name: "refusal", answer: answer([[Block(.refusal("No."))]], stop: .refusal)),
        Golden(name: "three choices", answer: answer([[.text("a")], [.text("b")], [.text("c")]])),
        Golden(
            name: "thoughts, text and two calls",
            answer: answer(
                [
                    [
                        Block(.reasoning(Reasoning(text: "Hm.", opaque: OpaqueReasoning(origin: .messages, value: "sig==")))),
                        .text("I'll look."), call("c1", #"{"city":"Paris"}"#), call("c2", "{}"),
                    ]
                ], stop: .toolCalls)),
        Golden(
            name: "thoughts without record", answer: answer([[Block(.reasoning(Reasoning(text: "Hm."))), .text("Yes.")]])),
        Golden(
            name: "several thoughts with records",
            answer: answer([
                [
                    Block(.reasoning(Reasoning(text: "One.", opaque: OpaqueReasoning(origin: .messages, value: "s1")))),
                    Block(
                        .reasoning(
                            Reasoning(text: "", opaque: OpaqueReasoning(origin: .messages, value: "redacted"), isRedacted: true))),
                    Block(
                        .reasoning(
                            Reasoning(
                                text: "Sum", isSummary: true, opaque: OpaqueReasoning(origin: .responses, value: "e", id: "rs_1"))
                        )),
                    .text("Yes."),
                ]
            ])),
        Golden(
            name: "records of this format",
            answer: answer([
                [
                    Block(
                        .reasoning(
                            Reasoning(
                                text: "One.",
                                opaque: OpaqueReasoning(
                                    origin: .chatCompletions,
                                    value: #"{"type":"reasoning.text","signature":"s","format":"f","index":0}"#)))),
                    Block(
                        .reasoning(
                            Reasoning(
                                text: "",
                                opaque: OpaqueReasoning(
                                    origin: .chatCompletions, value: #"{"type":"reasoning.encrypted","data":"d","index":1}"#),
                                isRedacted: true))),
                    .text("Yes."),
                ]
            ])),
        Golden(
            name: "a signed call and a custom one",
            answer: answer(
                [
                    [
                        Block(
                            .toolCall(ToolCall(id: "c1", name: "f", arguments: "{}")),
                            signature: OpaqueReasoning(origin: .chatCompletions, value: "portico-less")),
                        Block(.toolCall(ToolCall(id: "c2", name: "run", arguments: "x = {", isCustom: true))),
                    ]
                ], stop: .toolCalls)),
        Golden(
            name: "citations",
            answer: answer([
                [
                    Block(
                        .text(
                            "It is so.",
                            citations: [
                                Citation(url: "https://a.example", title: "A", range: 0..<9, origin: .chatCompletions),
                                Citation(url: "https://b.example", title: "B", range: 3..<5, origin: .chatCompletions),
                            ]))
                ]
            ])),
        Golden(
            name: "sound",
            answer: answer([
                [
                    Block(
                        .audio(
                            { () -> Media in
                                var media = Media(.base64("UklGRg=="))
                                media.id = "audio_1"
                                media.expiresAt = 99
                                media.transcript = "Hello"
                                return media
                            }()))
                ]
            ])),
        Golden(
            name: "a picture",
            answer: answer([[.text("Here:"), Block(.image(Media(.base64("iVBO"), type: "image/png"), detail: nil))]])),
        Golden(
            name: "probabilities and usage",
            answer: {
                var result = answer([[.text("Hi")]])
                result.choices[0].logprobs = [
                    "content": [["token": "Hi", "logprob": -0.5, "bytes": [72, 105], "top_logprobs": []]], "refusal": nil,
                ]
                result.serviceTier = "flex"
                result.ownMembers = ["system_fingerprint": "fp"]
                return result
            }()),
    ]

    static func call(_ id: String, _ arguments: String) -> Block {
        Block(.toolCall(ToolCall(id: id, name: "weather", arguments: arguments)))
    }

    static func answer(_ choices: [[Block]], stop: StopReason = .end) -> Answer {
        var answer = Answer()
        answer.id = "chatcmpl-1"
        answer.model = "up"
        answer.createdAt = 1_700_000_000
        answer.choices = choices.map { Answer.Choice(blocks: $0, stop: stop) }
        var usage = Usage()
        usage.input = 10
        usage.cached = 4
        usage.cacheCreation = 2
        usage.audioInput = 1
        usage.imageInput = 3
        usage.videoInput = 1
        usage.output = 7
        usage.reasoning = 5
        usage.audioOutput = 1
        usage.imageOutput = 1
        usage.total = 17
        usage.webSearchCount = 2
        answer.usage = usage
        return answer
    }

    static let reply = ReplyContext(model: "up", requestID: "r1", now: 5, wantsUsageChunk: true)
}

/// The events of a stream, as a client or the relay gets them.
enum ChatStreams {
    static func encode(
        _ events: [AnswerEvent], _ codec: any FormatCodec.Type = ChatCompletionsCodec.self,
        _ reply: ReplyContext = ChatAnswerGoldens.reply
    )
        -> [String]
    {
        var encoder = codec.streamEncoder(for: reply)
        var output: [UInt8] = []
        for event in events { encoder.write(event, to: &output) }
        return String(decoding: output, as: UTF8.self).split(separator: "\n\n").map { String($0.dropFirst("data: ".count)) }
    }

    static func decode(_ data: [String], _ codec: any FormatCodec.Type = ChatCompletionsCodec.self, ends: Bool = true) throws
        -> [AnswerEvent]
    {
        var decoder = codec.streamDecoder()
        var events: [AnswerEvent] = []
        for text in data { try Self.feed(text, to: &decoder, &events) }
        if ends { try decoder.end(into: &events) }
        return events
    }

    private static func feed(_ text: String, to decoder: inout any AnswerStreamDecoder, _ events: inout [AnswerEvent]) throws {
        let bytes = Array(text.utf8)
        let result: Result<Void, FormatFault> = bytes.withUnsafeBytes { buffer in
            Result { () throws(FormatFault) in try decoder.event(nil, buffer, into: &events) }
        }
        try result.get()
    }

    static func collect(_ events: [AnswerEvent]) -> AnswerCollector {
        var collector = AnswerCollector()
        for event in events { collector.take(event) }
        return collector
    }

    /// What a decoder's events have to be like: begun and ended, one block at a time in each choice, numbered in order.
    static func isOrderly(_ events: [AnswerEvent]) -> Bool {
        guard case .started = events.first, events.last == .ended else { return false }
        var open: [Int: Int] = [:]
        var begun: [Int: Int] = [:]
        for event in events {
            switch event {
            case .blockStarted(let place, _):
                guard open[place.choice] == nil, place.index == begun[place.choice, default: 0] else { return false }
                open[place.choice] = place.index
                begun[place.choice] = place.index + 1
            case .delta(let place, _): guard open[place.choice] == place.index else { return false }
            case .blockEnded(let place):
                guard open[place.choice] == place.index else { return false }
                open[place.choice] = nil
            default: break
            }
        }
        return open.isEmpty
    }
}
