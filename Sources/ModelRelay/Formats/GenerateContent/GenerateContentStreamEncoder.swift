internal import Ledger
internal import Wire

/// Writes the events of a `streamGenerateContent`, as server-sent events or as the elements of one JSON array.
///
/// A call of a function is written whole, when its arguments are complete; why the answer ended is written last, with the usage.
struct GenerateContentStreamEncoder: AnswerStreamEncoder {
    private struct Choice {
        var stop: StopReason?
        var hasContent = false
        /// The text that the client has put together since the last part of another kind: places of citations count in it.
        var text = ""
        var citations: [Citation] = []
        var open: [Int: Block] = [:]
    }

    private let model: String
    private let isArrayFramed: Bool
    private var id: String
    /// What ends each event: the model's name and the answer's id.
    private var tail: [UInt8] = []
    private var isFirst = true
    private var isEnded = false
    private var ownMembers = JSONObject()
    private var choices: [Choice] = []
    private var usage: Usage?
    private static let mostChoices = 128

    init(for reply: ReplyContext) {
        self.model = reply.model
        self.isArrayFramed = reply.isArrayFramed
        self.id = reply.requestID
        self.prepareTail()
    }

    /// The official clients read a comment as an event; an empty line is none, and space between the elements of an array.
    var keepAlive: [UInt8] { Array("\r\n".utf8) }

    mutating func write(_ event: AnswerEvent, to output: inout [UInt8]) {
        switch event {
        case .started(let answer):
            if !answer.id.isEmpty { self.id = answer.id }
            self.take(answer.ownMembers)
            self.prepareTail()
        case .blockStarted(let place, let block): self.begin(place, block, to: &output)
        case .delta(let place, let delta): self.write(delta, at: place, to: &output)
        case .blockEnded(let place): self.end(place, to: &output)
        case .logprobs(let choice, let logprobs): self.write(logprobs: logprobs, choice: choice, to: &output)
        case .stopped(let choice, let reason): if self.reach(choice) { self.choices[choice].stop = reason }
        case .usage(let usage): self.usage = usage
        case .own(let members): self.take(members)
        case .ended: self.writeLast(to: &output)
        }
    }

    /// Members of the answer that this format has a place for.
    private mutating func take(_ members: JSONObject) {
        for name in ["promptFeedback", "modelStatus", "createTime"] {
            if let value = members[name] { self.ownMembers[name] = value }
        }
    }

    mutating func fail(_ error: RelayError, requestID: RequestID, to output: inout [UInt8]) {
        guard !self.isEnded else { return }
        self.isEnded = true
        self.beginEvent(&output)
        output.append(contentsOf: error.json(requestID: requestID, dialect: .gemini))
        self.endEvent(&output)
        if self.isArrayFramed { output.write("]") }
    }

    // MARK: - Pieces

    private mutating func begin(_ place: BlockPlace, _ block: Block, to output: inout [UInt8]) {
        guard self.reach(place.choice) else { return }
        switch block.content {
        case .text(let text, _):
            self.choices[place.choice].open[place.index] = block
            if !text.isEmpty { self.write(text: text, choice: place.choice, to: &output) }
        case .refusal(let text):
            self.choices[place.choice].open[place.index] = block
            if !text.isEmpty { self.write(text: text, choice: place.choice, to: &output) }
        case .reasoning(let reasoning):
            self.choices[place.choice].open[place.index] = block
            if !reasoning.text.isEmpty || reasoning.opaque != nil { self.write(part: block, choice: place.choice, to: &output) }
        case .toolCall: self.choices[place.choice].open[place.index] = block
        case .audio(let media) where media.source == .base64(""): self.choices[place.choice].open[place.index] = block
        default: self.write(part: block, choice: place.choice, to: &output)
        }
    }

    private mutating func write(_ delta: BlockDelta, at place: BlockPlace, to output: inout [UInt8]) {
        guard self.choices.indices.contains(place.choice) else { return }
        switch delta {
        case .text(let text), .refusal(let text): self.write(text: text, choice: place.choice, to: &output)
        case .reasoning(let text):
            self.choices[place.choice].text = ""
            self.beginPart(&output)
            output.write(jsonString: text)
            output.write(",\"thought\":true")
            self.endPart(place.choice, &output)
        case .arguments, .audioTranscript: self.choices[place.choice].open[place.index]?.take(delta)
        case .citation(let citation): self.choices[place.choice].citations.append(citation)
        case .opaque(let opaque): self.write(opaque, at: place, to: &output)
        case .audio(let data):
            guard case .audio(var media)? = self.choices[place.choice].open[place.index]?.content else { return }
            media.source = .base64(data)
            self.write(part: Block(.audio(media)), choice: place.choice, to: &output)
        }
    }

    /// A signature comes in a part of its own without text; that of a call goes with the call.
    private mutating func write(_ opaque: OpaqueReasoning, at place: BlockPlace, to output: inout [UInt8]) {
        switch self.choices[place.choice].open[place.index]?.content {
        case .toolCall?: self.choices[place.choice].open[place.index]?.signature = opaque
        case .reasoning?:
            self.write(part: Block(.reasoning(Reasoning(text: "", opaque: opaque))), choice: place.choice, to: &output)
        case .text?:
            self.choices[place.choice].open[place.index]?.signature = nil
            self.writeSignature(opaque, choice: place.choice, to: &output)
        default: break
        }
    }

    private mutating func end(_ place: BlockPlace, to output: inout [UInt8]) {
        guard self.choices.indices.contains(place.choice),
            let block = self.choices[place.choice].open.removeValue(forKey: place.index)
        else { return }
        switch block.content {
        case .toolCall: self.write(part: block, choice: place.choice, to: &output)
        case .text: if let signature = block.signature { self.writeSignature(signature, choice: place.choice, to: &output) }
        default: break
        }
    }

    /// Whether there is such a choice; makes it where there isn't.
    private mutating func reach(_ choice: Int) -> Bool {
        guard 0..<Self.mostChoices ~= choice else { return false }
        while self.choices.count <= choice { self.choices.append(Choice()) }
        return true
    }

    // MARK: - Bytes

    private mutating func prepareTail() {
        self.tail = []
        self.tail.write(",\"modelVersion\":")
        self.tail.write(jsonString: self.model)
        self.tail.write(",\"responseId\":")
        self.tail.write(jsonString: self.id)
        self.tail.write("}")
    }

    private mutating func beginEvent(_ output: inout [UInt8]) {
        if self.isArrayFramed {
            output.write(self.isFirst ? "[" : ",\r\n")
        } else {
            output.write("data: ")
        }
        self.isFirst = false
    }

    private func endEvent(_ output: inout [UInt8]) {
        if !self.isArrayFramed { output.write("\r\n\r\n") }
    }

    private mutating func beginPart(_ output: inout [UInt8]) {
        self.beginEvent(&output)
        output.write("{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":")
    }

    private mutating func endPart(_ choice: Int, _ output: inout [UInt8]) {
        self.choices[choice].hasContent = true
        output.write("}]},\"index\":")
        output.write(choice)
        output.write("}]")
        output.append(contentsOf: self.tail)
        self.endEvent(&output)
    }

    private mutating func write(text: String, choice: Int, to output: inout [UInt8]) {
        self.choices[choice].text += text
        self.beginPart(&output)
        output.write(jsonString: text)
        self.endPart(choice, &output)
    }

    private mutating func writeSignature(_ signature: OpaqueReasoning, choice: Int, to output: inout [UInt8]) {
        self.beginPart(&output)
        output.write("\"\",\"thoughtSignature\":")
        output.write(jsonString: GenerateContentSignature.carried(signature))
        self.endPart(choice, &output)
    }

    private mutating func write(part block: Block, choice: Int, to output: inout [UInt8]) {
        guard let part = GenerateContentAnswerWriter.part(block) else { return }
        self.choices[choice].text = ""
        self.choices[choice].hasContent = true
        self.write([["content": ["role": "model", "parts": [.object(part)]], "index": .integer(choice)]], to: &output)
    }

    private mutating func write(logprobs: JSON, choice: Int, to output: inout [UInt8]) {
        guard self.reach(choice), let result = GenerateContentLogprobs.result(logprobs) else { return }
        self.write([["index": .integer(choice), "logprobsResult": result]], to: &output)
    }

    private mutating func write(_ candidates: [JSON], to output: inout [UInt8]) {
        self.beginEvent(&output)
        output.write("{\"candidates\":")
        JSON.array(candidates).write(to: &output)
        output.append(contentsOf: self.tail)
        self.endEvent(&output)
    }

    private mutating func writeLast(to output: inout [UInt8]) {
        guard !self.isEnded else { return }
        self.isEnded = true
        let isBlocked = self.ownMembers["promptFeedback"] != nil && self.choices.allSatisfy { !$0.hasContent }
        var last = JSONObject()
        if !isBlocked {
            last["candidates"] = .array(self.choices.enumerated().map { .object(self.lastCandidate($1, index: $0)) })
        }
        for (name, value) in self.ownMembers { last[name] = value }
        last["usageMetadata"] = self.usage.map(GenerateContentUsage.json)
        last["modelVersion"] = .string(self.model)
        last["responseId"] = .string(self.id)
        self.beginEvent(&output)
        JSON.object(last).write(to: &output)
        self.endEvent(&output)
        if self.isArrayFramed { output.write("]") }
    }

    private func lastCandidate(_ choice: Choice, index: Int) -> JSONObject {
        // Clients take the first part of each candidate for granted.
        var candidate: JSONObject = ["content": ["role": "model", "parts": [["text": ""]]]]
        candidate["finishReason"] = choice.stop.map { .string(GenerateContentFinish.word($0)) }
        candidate["index"] = .integer(index)
        let sourced = GenerateContentGrounding.Sourced(part: 0, text: choice.text, citations: choice.citations)
        for (name, value) in GenerateContentGrounding.members([sourced]) { candidate[name] = value }
        return candidate
    }
}
