internal import Ledger
internal import Wire

/// Writes an answer's events as the chunks of a completion's stream. What is no text has no place in it.
struct CompletionStreamEncoder: AnswerStreamEncoder {
    private let reply: ReplyContext
    /// What every chunk begins with, up to its choices; and what follows the choices.
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    /// By choice: whether it was told why it ended, and how many characters' probabilities have been.
    private var choices: [(isStopped: Bool, offset: Int)] = []
    private var usage: Usage?

    init(_ reply: ReplyContext) { self.reply = reply }

    var keepAlive: [UInt8] { Array(": keep-alive\n\n".utf8) }

    mutating func write(_ event: AnswerEvent, to output: inout [UInt8]) {
        switch event {
        case .started(let answer): self.prepare(answer)
        case .delta(let place, .text(let text)), .delta(let place, .refusal(let text)):
            self.reach(place.choice)
            self.write(choice: place.choice, text: text, to: &output)
        case .blockStarted(let place, let block):
            self.reach(place.choice)
            switch block.content {
            case .text(let text, _), .refusal(let text):
                if !text.isEmpty { self.write(choice: place.choice, text: text, to: &output) }
            default: break
            }
        case .logprobs(let choice, let logprobs):
            self.reach(choice)
            let legacy = CompletionLogprobs.legacy(logprobs, offset: &self.choices[choice].offset)
            self.write(choice: choice, text: "", logprobs: legacy, to: &output)
        case .stopped(let choice, let reason):
            self.reach(choice)
            self.stop(choice, reason, to: &output)
        case .usage(let usage): self.usage = usage
        case .ended: self.end(to: &output)
        case .delta, .blockEnded, .own: break
        }
    }

    mutating func fail(_ error: RelayError, requestID: RequestID, to output: inout [UInt8]) {
        output.writeEvent(of: error, requestID: requestID)
    }

    private mutating func prepare(_ answer: Answer) {
        self.head = []
        self.head.write("data: {\"id\":")
        self.head.write(jsonString: answer.id.isEmpty ? "cmpl-\(self.reply.requestID)" : answer.id)
        self.head.write(",\"object\":\"text_completion\",\"created\":")
        self.head.write(Int(clamping: answer.createdAt > 0 ? answer.createdAt : self.reply.now))
        self.head.write(",\"model\":")
        self.head.write(jsonString: self.reply.model)
        if let fingerprint = answer.ownMembers["system_fingerprint"] {
            self.head.write(",\"system_fingerprint\":")
            self.head.write(fingerprint)
        }
        self.head.write(",\"choices\":[")
        self.tail = []
        self.tail.write(self.reply.wantsUsageChunk ? "],\"usage\":null}\n\n" : "]}\n\n")
    }

    private mutating func reach(_ choice: Int) {
        if self.head.isEmpty { self.prepare(Answer()) }
        while self.choices.count <= choice { self.choices.append((false, 0)) }
    }

    private func write(
        choice: Int, text: String, logprobs: JSON? = nil, finishReason: StaticString? = nil, to output: inout [UInt8]
    ) {
        output += self.head
        output.write("{\"index\":")
        output.write(choice)
        output.write(",\"text\":")
        output.write(jsonString: text)
        output.endChoice(logprobs: logprobs, finishReason: finishReason)
        output += self.tail
    }

    private mutating func stop(_ choice: Int, _ reason: StopReason, to output: inout [UInt8]) {
        guard !self.choices[choice].isStopped else { return }
        self.choices[choice].isStopped = true
        self.write(choice: choice, text: "", finishReason: CompletionAnswer.finishReason(reason), to: &output)
    }

    private mutating func end(to output: inout [UInt8]) {
        self.reach(0)
        for choice in self.choices.indices { self.stop(choice, .end, to: &output) }
        if self.reply.wantsUsageChunk, let usage = self.usage {
            output += self.head
            output.write("],\"usage\":")
            output.write(ChatUsage.json(usage))
            output.write("}\n\n")
        }
        output.write("data: [DONE]\n\n")
    }
}
