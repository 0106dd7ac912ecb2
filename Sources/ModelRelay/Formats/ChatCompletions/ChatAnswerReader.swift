internal import Ledger
internal import Wire

/// Reads an upstream's whole chat completion. What is unusual in it is read as well as it can be: nobody is there to be told.
enum ChatAnswerReader {
    /// A request can't ask for more choices.
    static let mostChoices = 128
    /// Members of an answer beside the canonical ones that go on to a client of this format.
    static let ownNames = ["system_fingerprint", "moderation", "provider", "citations", "search_results", "metadata"]

    static func answer(_ body: JSON) throws(FormatFault) -> Answer {
        if body["choices"] == nil, let fault = ChatFault.told(by: body) { throw fault }
        guard let object = body.objectValue, let choices = object["choices"]?.arrayValue else {
            throw FormatFault("the upstream's answer is no chat completion: it has no `choices`")
        }
        var answer = self.envelope(object)
        var reader = Calls(answerID: answer.id)
        for (position, choice) in self.ordered(choices).enumerated() {
            guard let choice = choice.objectValue, let message = choice["message"]?.objectValue else {
                throw FormatFault("the upstream's answer is no chat completion: `choices[\(position)].message` is missing")
            }
            if let fault = ChatFault.told(by: .object(choice)) { throw fault }
            answer.choices.append(try self.choice(choice, message: message, calls: &reader))
        }
        if let usage = object["usage"], !usage.isNull { answer.usage = ChatUsage.read(usage) }
        return answer
    }

    /// What an answer says beside its choices, and each chunk of a stream as well.
    static func envelope(_ object: JSONObject) -> Answer {
        var answer = Answer()
        answer.id = object["id"]?.stringValue ?? ""
        answer.model = object["model"]?.stringValue ?? ""
        answer.createdAt = object["created"]?.int64Value ?? 0
        answer.serviceTier = object["service_tier"]?.stringValue
        for name in self.ownNames {
            if let value = object[name], !value.isNull { answer.ownMembers[name] = value }
        }
        return answer
    }

    private static func ordered(_ choices: [JSON]) -> [JSON] {
        let indices = choices.map { $0["index"]?.intValue ?? 0 }
        guard zip(indices, indices.dropFirst()).contains(where: { $0 > $1 }) else { return choices }
        return zip(indices, choices).sorted { $0.0 < $1.0 }.map { $0.1 }
    }

    private static func choice(
        _ choice: JSONObject, message: JSONObject, calls: inout Calls
    ) throws(FormatFault) -> Answer.Choice {
        var result = Answer.Choice()
        let content = self.content(message["content"])
        result.blocks = ReasoningDetails.blocks(
            (message["reasoning_details"]?.arrayValue ?? []).compactMap(\.objectValue),
            text: self.thought(in: message) ?? content.thought)
        var blocks: [Block] = []
        if !content.text.isEmpty {
            let citations = (message["annotations"]?.arrayValue ?? []).compactMap { Citation(annotation: $0) }
            blocks.append(Block(.text(content.text, citations: citations)))
        }
        if let refusal = message["refusal"]?.stringValue, !refusal.isEmpty { blocks.append(Block(.refusal(refusal))) }
        if let audio = message["audio"]?.objectValue { blocks.append(Block(.audio(Media(spoken: audio)))) }
        for image in message["images"]?.arrayValue ?? [] { if let block = self.image(image) { blocks.append(block) } }
        if let signature = self.signature(in: message), !blocks.isEmpty { blocks[blocks.count - 1].signature = signature }
        result.blocks += blocks
        let asked = (message["tool_calls"]?.arrayValue ?? []).compactMap { calls.block($0) }
        result.blocks += asked
        if let call = message["function_call"]?.objectValue, asked.isEmpty,
            let block = calls.block(.object(["function": .object(call)]))
        {
            result.blocks.append(block)
        }
        if let logprobs = choice["logprobs"], !logprobs.isNull { result.logprobs = logprobs }
        if let word = choice["finish_reason"]?.stringValue {
            if let fault = ChatFault.told(byFinishReason: word) { throw fault }
            result.stop = self.stop(word, choice: choice, blocks: result.blocks)
        }
        return result
    }

    private static func stop(_ word: String, choice: JSONObject, blocks: [Block]) -> StopReason {
        let reason = StopReason(
            finishReason: word, hasCalls: blocks.contains { if case .toolCall = $0.content { true } else { false } },
            hasRefusal: blocks.contains { if case .refusal = $0.content { true } else { false } })
        // vLLM says which of the client's texts it was.
        if reason == .end, let text = choice["stop_reason"]?.stringValue { return .stopSequence(text) }
        return reason
    }

    // MARK: Parts, whole or as deltas

    static func thought(in message: JSONObject) -> String? {
        for name in ["reasoning_content", "reasoning"] {
            if let text = message[name]?.stringValue, !text.isEmpty { return text }
        }
        return nil
    }

    /// Content is a string. Mistral has a list where there are thoughts: `{type: thinking, thinking: [{type: text, text}]}`.
    static func content(_ content: JSON?) -> (text: String, thought: String?) {
        guard case .array(let parts)? = content else { return (content?.stringValue ?? "", nil) }
        var text = ""
        var thought = ""
        for part in parts {
            if let piece = part["text"]?.stringValue { text += piece }
            for piece in part["thinking"]?.arrayValue ?? [] { thought += piece["text"]?.stringValue ?? "" }
            if let piece = part["thinking"]?.stringValue { thought += piece }
        }
        return (text, thought.isEmpty ? nil : thought)
    }

    static func image(_ json: JSON) -> Block? {
        guard let url = (json["image_url"]?["url"] ?? json["image_url"] ?? json["url"])?.stringValue else { return nil }
        return Block(.image(Media(url: url), detail: nil))
    }

    static func signature(in message: JSONObject) -> OpaqueReasoning? {
        message["extra_content"]?["google"]?["thought_signature"]?.stringValue
            .map { OpaqueReasoning(origin: .chatCompletions, value: $0) }
    }

    /// Reads calls of tools, and gives an id to those that have none.
    struct Calls {
        let answerID: String
        private var count = 0

        init(answerID: String) { self.answerID = answerID }

        mutating func block(_ json: JSON) -> Block? {
            guard let object = json.objectValue else { return nil }
            defer { self.count += 1 }
            let isCustom = object["type"]?.stringValue == "custom"
            guard let inner = object[isCustom ? "custom" : "function"]?.objectValue, let name = inner["name"]?.stringValue else {
                return nil
            }
            let id = object["id"]?.stringValue ?? ""
            let call = ToolCall(
                id: id.isEmpty ? self.id(choice: nil, call: self.count) : id, name: name,
                arguments: Self.arguments(inner[isCustom ? "input" : "arguments"]), isCustom: isCustom)
            return Block(.toolCall(call), signature: ChatAnswerReader.signature(in: object))
        }

        /// An id for a call that has none; another in each answer, as the conversation goes on with it.
        func id(choice: Int?, call: Int) -> String {
            let own = String(decoding: self.answerID.utf8.suffix(32).filter(Self.isIdentifier), as: UTF8.self)
            let base = own.isEmpty ? String(UInt64.random(in: 0 ... .max), radix: 36) : own
            return "call_\(base)_" + (choice.map { "\($0)_" } ?? "") + "\(call)"
        }

        /// They are a text. Some upstreams send the object itself.
        static func arguments(_ json: JSON?) -> String {
            switch json {
            case .string(let text): text
            case .null?, nil: ""
            case let other?: other.serialized()
            }
        }

        private static func isIdentifier(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
            default: false
            }
        }
    }
}

extension Media {
    /// `audio` of an answer: `{id, data, expires_at, transcript}`.
    init(spoken audio: JSONObject) {
        self.init(.base64(audio["data"]?.stringValue ?? ""))
        self.id = audio["id"]?.stringValue
        self.expiresAt = audio["expires_at"]?.int64Value
        self.transcript = audio["transcript"]?.stringValue
    }

    /// What `audio` says of it, whole or as the first piece of it.
    var spoken: JSONObject {
        var audio = JSONObject()
        audio["id"] = self.id.map { .string($0) }
        if case .base64(let data) = self.source { audio["data"] = .string(data) }
        audio["expires_at"] = self.expiresAt.map { .integer($0) }
        audio["transcript"] = self.transcript.map { .string($0) }
        return audio
    }
}
