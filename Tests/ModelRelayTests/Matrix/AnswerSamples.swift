import Ledger
import Wire

@testable import ModelRelay

/// An answer that says one thing, and how it is seen in an answer that came of it.
struct AnswerSample: Sendable {
    let name: String
    let answer: Answer
    let part: @Sendable (Answer) -> AnyHashable?
}

extension AnswerSample {
    private init(
        _ name: String, blocks: [Block] = [.text("Hello")], stop: StopReason = .end, usage: Usage = Self.usage(),
        logprobs: JSON? = nil, _ part: @escaping @Sendable (Answer) -> AnyHashable?
    ) {
        self.name = name
        self.answer = Answer(
            id: "answer_1", model: "model", createdAt: 1_700_000_000,
            choices: [Answer.Choice(blocks: blocks, stop: stop, logprobs: logprobs)], usage: usage)
        self.part = part
    }

    private static func usage(_ change: (inout Usage) -> Void = { _ in }) -> Usage {
        var usage = Usage()
        usage.input = 100
        usage.output = 20
        change(&usage)
        usage.total = usage.input + usage.output
        return usage
    }

    private static func blocks(_ answer: Answer) -> [Block] { answer.choices.first?.blocks ?? [] }

    private static func calls(_ answer: Answer) -> [ToolCall] {
        self.blocks(answer).compactMap { block in
            if case .toolCall(let call) = block.content { call } else { nil }
        }
    }

    private static func reasoning(_ answer: Answer) -> Reasoning? {
        self.blocks(answer).lazy.compactMap { block -> Reasoning? in
            if case .reasoning(let reasoning) = block.content { reasoning } else { nil }
        }.first
    }

    private static func text(_ answer: Answer) -> AnyHashable? {
        self.blocks(answer).lazy.compactMap { block -> String? in
            if case .text(let text, _) = block.content { text } else { nil }
        }.first
    }

    private static let twoCalls = [
        Block(.toolCall(ToolCall(id: "call_1", name: "weather", arguments: #"{"city":"Oslo"}"#))),
        Block(.toolCall(ToolCall(id: "call_2", name: "weather", arguments: #"{"city":"Bergen"}"#))),
    ]

    static let all: [AnswerSample] = [
        AnswerSample("text") { Self.text($0) },
        AnswerSample("two tool calls", blocks: Self.twoCalls, stop: .toolCalls) { answer in
            let calls = Self.calls(answer)
            return calls.isEmpty ? nil : calls.map { [$0.name, $0.arguments] }
        },
        AnswerSample("ids of tool calls", blocks: Self.twoCalls, stop: .toolCalls) { Self.calls($0).map(\.id) },
        AnswerSample("text before a tool call", blocks: [.text("I look")] + Self.twoCalls, stop: .toolCalls) { answer in
            Self.calls(answer).count == 2 ? Self.text(answer) : nil
        },
        AnswerSample("reasoning", blocks: [Block(.reasoning(Reasoning(text: "Let me see"))), .text("Hi")]) {
            Self.reasoning($0)?.text
        },
        AnswerSample("refusal", blocks: [Block(.refusal("I can't"))], stop: .refusal) { answer in
            Self.blocks(answer).lazy.compactMap { block -> String? in
                switch block.content {
                case .refusal(let text): text
                case .text(let text, _): text
                default: nil
                }
            }.first
        },
        AnswerSample(
            "citation of a page",
            blocks: [
                Block(
                    .text(
                        "Hello",
                        citations: [
                            Citation(url: "https://example.com/", title: "A page", range: 0..<5, origin: .chatCompletions)
                        ]))
            ]
        ) { answer in
            Self.blocks(answer).lazy.compactMap { block -> String? in
                if case .text(_, let citations) = block.content { citations.first?.url } else { nil }
            }.first
        },
        AnswerSample("stop: end") { $0.choices.first?.stop },
        AnswerSample("stop: length", stop: .length) { $0.choices.first?.stop },
        AnswerSample("stop: tool calls", blocks: Self.twoCalls, stop: .toolCalls) { $0.choices.first?.stop },
        AnswerSample("stop: content filter", stop: .contentFilter("safety")) { answer in
            if case .contentFilter? = answer.choices.first?.stop {
                true
            } else if answer.choices.first?.stop == .refusal {
                true
            } else {
                nil
            }
        },
        AnswerSample("usage: input and output") { answer in answer.usage.map { [$0.input, $0.output] } },
        AnswerSample("usage: cached input", usage: Self.usage { $0.cached = 60 }) { answer in
            answer.usage.map { [$0.input, $0.cached] }
        },
        AnswerSample(
            "usage: input written to the cache",
            usage: Self.usage {
                $0.cached = 60
                $0.cacheCreation = 30
            }
        ) { answer in answer.usage.map { [$0.input, $0.cached, $0.cacheCreation] } },
        AnswerSample("usage: reasoning", usage: Self.usage { $0.reasoning = 12 }) { answer in
            answer.usage.map { [$0.output, $0.reasoning] }
        },
        AnswerSample(
            "logprobs",
            logprobs: ["content": [["token": "Hello", "logprob": -0.5, "bytes": nil, "top_logprobs": []]], "refusal": nil]
        ) { $0.choices.first?.logprobs?["content"]?[0]?["logprob"]?.doubleValue },
    ]
}

extension ConversionMatrix {
    /// What of an upstream's answer a client sees: `yes`; `–` where the upstream's format can't say it; `none` where the client's has
    /// no place for it.
    static func conversion(of sample: AnswerSample, from upstream: WireFormat, to client: WireFormat, isStreamed: Bool) -> String
    {
        guard let upstreamCodec = Codecs.standard.codec(for: upstream), let clientCodec = Codecs.standard.codec(for: client)
        else { return "LOST: no codec" }
        let expected = sample.part(sample.answer)
        do {
            let told = try self.told(sample.answer, by: upstreamCodec, isStreamed: isStreamed)
            guard sample.part(told) == expected else { return "–" }
            let seen = try self.told(told, by: clientCodec, isStreamed: isStreamed)
            return sample.part(seen) == expected ? "yes" : "none"
        } catch {
            return "LOST: \(error)"
        }
    }

    /// The answer as it is read behind having been written in a format.
    private static func told(_ answer: Answer, by codec: any FormatCodec.Type, isStreamed: Bool) throws -> Answer {
        let reply = ReplyContext(model: "model", requestID: "request", now: 1_700_000_000, wantsUsageChunk: true)
        guard isStreamed else { return try codec.answer(codec.body(of: answer, for: reply)) }
        var encoder = codec.streamEncoder(for: reply)
        var bytes: [UInt8] = []
        for event in answer.events() { encoder.write(event, to: &bytes) }
        var decoder = codec.streamDecoder()
        var events: [AnswerEvent] = []
        var parser = SSEParser()
        var blocks: [SSEEvent] = []
        try bytes.withUnsafeBytes { bytes in try parser.consume(bytes) { blocks.append($0) } }
        for block in blocks where block.data != "[DONE]" || codec.format == .chatCompletions || codec.format == .completions {
            var data = block.data
            try data.withUTF8 { data in
                try decoder.event(block.type, UnsafeRawBufferPointer(data), into: &events)
            }
        }
        try decoder.end(into: &events)
        var collector = AnswerCollector()
        for event in events { collector.take(event) }
        return collector.answer
    }

    static func answerTable(isStreamed: Bool) -> String {
        var lines: [String] = []
        for client in Self.formats {
            lines.append("\n### \(isStreamed ? "Streamed to" : "To") a client of \(client.rawValue)\n")
            lines.append("| answer | " + Self.formats.map(\.rawValue).joined(separator: " | ") + " |")
            lines.append("|---|" + String(repeating: "---|", count: Self.formats.count))
            for sample in AnswerSample.all {
                let cells = Self.formats.map {
                    Self.conversion(of: sample, from: $0, to: client, isStreamed: isStreamed)
                }
                lines.append("| \(sample.name) | " + cells.joined(separator: " | ") + " |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
