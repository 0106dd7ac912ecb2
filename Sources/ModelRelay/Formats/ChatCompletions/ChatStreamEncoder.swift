internal import Ledger
internal import Wire

/// Writes an answer's events as the chunks of a chat completion's stream.
struct ChatStreamEncoder: AnswerStreamEncoder {
    private let reply: ReplyContext
    private let shape: ChatCallShape
    /// What every chunk begins with, up to its choices; and what follows the choices.
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private var choices: [Choice] = []
    private var usage: Usage?

    init(_ reply: ReplyContext) {
        self.reply = reply
        self.shape = ChatCallShape(request: reply.request)
    }

    var keepAlive: [UInt8] { Array(": keep-alive\n\n".utf8) }

    mutating func write(_ event: AnswerEvent, to output: inout [UInt8]) {
        switch event {
        case .delta(let place, .text(let text)):
            self.reach(place.choice, to: &output)
            self.choices[place.choice].said += text.unicodeScalars.count
            self.write(choice: place.choice, to: &output) { output in
                output.write("\"content\":")
                output.write(jsonString: text)
            }
        case .delta(let place, let delta):
            self.reach(place.choice, to: &output)
            self.write(delta, at: place, to: &output)
        case .blockStarted(let place, let block):
            self.reach(place.choice, to: &output)
            self.begin(block, at: place, to: &output)
        case .blockEnded(let place):
            self.reach(place.choice, to: &output)
            self.endThoughts(at: place, to: &output)
            self.endHeldCall(at: place, to: &output)
        case .started(let answer):
            self.prepare(answer)
            self.reach(0, to: &output)
        case .logprobs(let choice, let logprobs):
            self.reach(choice, to: &output)
            self.write(choice: choice, logprobs: logprobs, to: &output) { _ in }
        case .stopped(let choice, let reason):
            self.reach(choice, to: &output)
            self.stop(choice, reason, to: &output)
        case .usage(let usage): self.usage = usage
        case .ended: self.end(to: &output)
        case .own: break
        }
    }

    mutating func fail(_ error: RelayError, requestID: RequestID, to output: inout [UInt8]) {
        output.writeEvent(of: error, requestID: requestID)
    }

    // MARK: Chunks

    private mutating func prepare(_ answer: Answer) {
        self.head = []
        self.head.write("data: {\"id\":")
        self.head.write(jsonString: answer.id.isEmpty ? "chatcmpl-\(self.reply.requestID)" : answer.id)
        self.head.write(",\"object\":\"chat.completion.chunk\",\"created\":")
        self.head.write(Int(clamping: answer.createdAt > 0 ? answer.createdAt : self.reply.now))
        self.head.write(",\"model\":")
        self.head.write(jsonString: self.reply.model)
        if let tier = answer.serviceTier {
            self.head.write(",\"service_tier\":")
            self.head.write(jsonString: tier)
        }
        for name in ChatAnswerReader.ownNames {
            guard let value = answer.ownMembers[name] else { continue }
            self.head.write(",")
            self.head.write(jsonString: name)
            self.head.write(":")
            self.head.write(value)
        }
        self.head.write(",\"choices\":[")
        // Whoever asks for usage gets the member in each chunk, null in all but the last.
        self.tail = []
        self.tail.write(self.reply.wantsUsageChunk ? "],\"usage\":null}\n\n" : "]}\n\n")
    }

    /// A chunk with a delta that `members` writes.
    private func write(
        choice: Int, logprobs: JSON? = nil, finishReason: StaticString? = nil, to output: inout [UInt8],
        _ members: (inout [UInt8]) -> Void
    ) {
        output += self.head
        output.write("{\"index\":")
        output.write(choice)
        output.write(",\"delta\":{")
        members(&output)
        output.write("}")
        output.endChoice(logprobs: logprobs, finishReason: finishReason)
        output += self.tail
    }

    private func write(choice: Int, _ name: String, _ value: JSON, to output: inout [UInt8]) {
        self.write(choice: choice, to: &output) { output in
            output.write(jsonString: name)
            output.write(":")
            output.write(value)
        }
    }

    // MARK: Choices

    private struct Choice: Sendable {
        /// By the number of its block: of which call a block is, and whether it is a custom tool's.
        var calls: [Int: (number: Int, isCustom: Bool)] = [:]
        /// Calls whose arguments are another text for this client, which is known once they are whole.
        var heldCalls: [Int: ToolCall] = [:]
        /// Thoughts that may yet get a record, which has to have their text beside it.
        var thoughts: [Int: Reasoning] = [:]
        var thoughtCount = 0
        var hasRecords = false
        var imageCount = 0
        /// Characters of content so far, and where the block began that is being said.
        var said = 0
        var blockStart = 0
        var hasRefusal = false
        var isStopped = false
    }

    /// Thoughts beyond this length are not told a second time with their record.
    private static let longestThought = 4 << 20

    private mutating func reach(_ choice: Int, to output: inout [UInt8]) {
        if self.head.isEmpty { self.prepare(Answer()) }
        while self.choices.count <= choice {
            let index = self.choices.count
            self.choices.append(Choice())
            self.write(choice: index, to: &output) { $0.write("\"role\":\"assistant\",\"content\":\"\",\"refusal\":null") }
        }
    }

    private mutating func stop(_ choice: Int, _ reason: StopReason, to output: inout [UInt8]) {
        guard !self.choices[choice].isStopped else { return }
        self.choices[choice].isStopped = true
        let word = reason.finishReason(hasRefusal: self.choices[choice].hasRefusal, isLegacy: self.shape.isLegacy)
        self.write(choice: choice, finishReason: word, to: &output) { _ in }
    }

    private mutating func end(to output: inout [UInt8]) {
        self.reach(0, to: &output)
        for choice in self.choices.indices { self.stop(choice, .end, to: &output) }
        if self.reply.wantsUsageChunk, let usage = self.usage {
            output += self.head
            output.write("],\"usage\":")
            output.write(ChatUsage.json(usage))
            output.write("}\n\n")
        }
        output.write("data: [DONE]\n\n")
    }

    // MARK: Blocks

    private mutating func begin(_ block: Block, at place: BlockPlace, to output: inout [UInt8]) {
        let choice = place.choice
        self.choices[choice].blockStart = self.choices[choice].said
        switch block.content {
        case .text(let text, let citations):
            if !text.isEmpty { self.write(.delta(place, .text(text)), to: &output) }
            for citation in citations { self.write(.citation(citation), at: place, to: &output) }
        case .refusal(let text):
            self.choices[choice].hasRefusal = true
            if !text.isEmpty { self.write(.refusal(text), at: place, to: &output) }
        case .reasoning(var reasoning):
            let text = reasoning.text
            reasoning.text = ""
            self.choices[choice].thoughts[place.index] = reasoning
            if !text.isEmpty { self.write(.reasoning(text), at: place, to: &output) }
        case .toolCall(let call): self.begin(call, of: block, at: place, to: &output)
        case .audio(let media): self.write(choice: choice, "audio", .object(media.spoken), to: &output)
        case .image(let media, _):
            guard let image = ChatAnswerWriter.image(media, index: self.choices[choice].imageCount) else { return }
            self.choices[choice].imageCount += 1
            self.write(choice: choice, "images", [image], to: &output)
        // What the format can't say.
        case .video, .document, .toolResult, .own: break
        }
        if let signature = block.signature, block.isContent { self.write(.opaque(signature), at: place, to: &output) }
    }

    private mutating func begin(_ made: ToolCall, of block: Block, at place: BlockPlace, to output: inout [UInt8]) {
        let number = self.choices[place.choice].calls.count
        var call = made
        if self.shape.isOtherwiseOffered(made) {
            self.choices[place.choice].heldCalls[place.index] = made
            call.isCustom = true
            call.arguments = ""
        }
        self.choices[place.choice].calls[place.index] = (number, call.isCustom)
        if self.shape.isLegacy {
            guard number == 0 else { return }
            let member: JSON = ["name": .string(call.name), "arguments": .string(call.arguments)]
            return self.write(choice: place.choice, "function_call", member, to: &output)
        }
        var object: JSONObject = [
            "index": .integer(number), "id": .string(call.id), "type": call.isCustom ? "custom" : "function",
        ]
        object[call.isCustom ? "custom" : "function"] = [
            "name": .string(call.name), (call.isCustom ? "input" : "arguments"): .string(call.arguments),
        ]
        if let signature = block.signature { object["extra_content"] = ChatAnswerWriter.extraContent(signature) }
        self.write(choice: place.choice, "tool_calls", [.object(object)], to: &output)
    }

    private mutating func write(_ delta: BlockDelta, at place: BlockPlace, to output: inout [UInt8]) {
        let choice = place.choice
        switch delta {
        case .text(let text): self.write(.delta(place, .text(text)), to: &output)
        case .refusal(let text): self.write(choice: choice, "refusal", .string(text), to: &output)
        case .reasoning(let text):
            self.note(thought: text, at: place)
            self.write(choice: choice, to: &output) { output in
                output.write("\"reasoning_content\":")
                output.write(jsonString: text)
            }
        case .arguments(let text):
            if let count = self.choices[choice].heldCalls[place.index]?.arguments.utf8.count {
                self.choices[choice].heldCalls[place.index]?.arguments += text
                // No tool takes as much; whoever sends it gets it through as it is.
                if count > Self.longestThought { self.endHeldCall(at: place, to: &output) }
            } else {
                self.write(arguments: text, at: place, to: &output)
            }
        case .citation(let citation):
            let end = self.choices[choice].said
            let start = min(self.choices[choice].blockStart, end)
            guard let annotation = citation.annotation(in: start..<end) else { return }
            self.write(choice: choice, "annotations", [annotation], to: &output)
        case .opaque(let opaque): self.write(opaque, at: place, to: &output)
        case .audio(let data): self.write(choice: choice, "audio", ["data": .string(data)], to: &output)
        case .audioTranscript(let text): self.write(choice: choice, "audio", ["transcript": .string(text)], to: &output)
        }
    }

    private func write(arguments text: String, at place: BlockPlace, to output: inout [UInt8]) {
        guard let call = self.choices[place.choice].calls[place.index] else { return }
        let isLegacy = self.shape.isLegacy
        if isLegacy, call.number > 0 { return }
        self.write(choice: place.choice, to: &output) { output in
            if isLegacy {
                output.write("\"function_call\":{\"arguments\":")
                output.write(jsonString: text)
                return output.write("}")
            }
            output.write("\"tool_calls\":[{\"index\":")
            output.write(call.number)
            output.write(call.isCustom ? ",\"custom\":{\"input\":" : ",\"function\":{\"arguments\":")
            output.write(jsonString: text)
            output.write("}}]")
        }
    }

    private mutating func write(_ opaque: OpaqueReasoning, at place: BlockPlace, to output: inout [UInt8]) {
        if self.choices[place.choice].thoughts[place.index] != nil {
            self.choices[place.choice].thoughts[place.index]?.opaque = opaque
        } else if let call = self.choices[place.choice].calls[place.index] {
            guard !self.shape.isLegacy else { return }
            let piece: JSON = ["index": .integer(call.number), "extra_content": ChatAnswerWriter.extraContent(opaque)]
            self.write(choice: place.choice, "tool_calls", [piece], to: &output)
        } else {
            self.write(choice: place.choice, "extra_content", ChatAnswerWriter.extraContent(opaque), to: &output)
        }
    }

    private mutating func endHeldCall(at place: BlockPlace, to output: inout [UInt8]) {
        guard let call = self.choices[place.choice].heldCalls.removeValue(forKey: place.index) else { return }
        self.write(arguments: self.shape.asOffered(call).arguments, at: place, to: &output)
    }

    // MARK: Thoughts

    private mutating func note(thought text: String, at place: BlockPlace) {
        guard let count = self.choices[place.choice].thoughts[place.index]?.text.utf8.count, count <= Self.longestThought else {
            return
        }
        self.choices[place.choice].thoughts[place.index]?.text += text
    }

    /// A record is told once its thoughts are: together with their text, so that a client that only puts entries side by side brings
    /// back which text it belongs to.
    private mutating func endThoughts(at place: BlockPlace, to output: inout [UInt8]) {
        guard let reasoning = self.choices[place.choice].thoughts.removeValue(forKey: place.index) else { return }
        let index = self.choices[place.choice].thoughtCount
        self.choices[place.choice].thoughtCount += 1
        guard reasoning.opaque != nil || self.choices[place.choice].hasRecords else { return }
        self.choices[place.choice].hasRecords = true
        guard var detail = ReasoningDetails.detail(of: reasoning, index: index, forUpstream: false) else { return }
        if reasoning.text.utf8.count > Self.longestThought {
            detail["text"] = nil
            detail["summary"] = nil
        }
        self.write(choice: place.choice, "reasoning_details", [.object(detail)], to: &output)
    }
}
