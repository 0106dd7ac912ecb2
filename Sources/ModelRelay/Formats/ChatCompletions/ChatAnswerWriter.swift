internal import Ledger
internal import Wire

/// Writes a whole answer as a chat completion.
struct ChatAnswerWriter {
    private let reply: ReplyContext
    private let shape: ChatCallShape

    init(_ reply: ReplyContext) {
        self.reply = reply
        self.shape = ChatCallShape(request: reply.request)
    }

    func body(of answer: Answer) -> JSON {
        var body: JSONObject = [
            "id": .string(answer.id.isEmpty ? "chatcmpl-\(self.reply.requestID)" : answer.id), "object": "chat.completion",
            "created": .integer(answer.createdAt > 0 ? answer.createdAt : self.reply.now), "model": .string(self.reply.model),
        ]
        body["choices"] = .array(answer.choices.enumerated().map { self.choice($1, index: $0) })
        body["usage"] = answer.usage.map { ChatUsage.json($0) }
        body["service_tier"] = answer.serviceTier.map { .string($0) }
        for name in ChatAnswerReader.ownNames { body[name] = answer.ownMembers[name] }
        return .object(body)
    }

    private func choice(_ choice: Answer.Choice, index: Int) -> JSON {
        var message: JSONObject = ["role": "assistant", "content": .null, "refusal": .null]
        var content = ContentText()
        var thoughts: [Reasoning] = []
        var refusal: String?
        var calls: [JSON] = []
        var images: [JSON] = []
        for block in choice.blocks {
            switch block.content {
            case .text(let text, let citations): content.add(text, citations)
            case .refusal(let text): refusal = (refusal ?? "") + text
            case .reasoning(let reasoning): thoughts.append(reasoning)
            case .toolCall(let call): self.add(call, of: block, to: &message, calls: &calls)
            case .image(let media, _): if let image = Self.image(media, index: images.count) { images.append(image) }
            case .audio(let media): message["audio"] = .object(self.spoken(media))
            // What the format can't say.
            case .video, .document, .toolResult, .own: break
            }
            if let signature = block.signature, block.isContent {
                message["extra_content"] = ChatAnswerWriter.extraContent(signature)
            }
        }
        if content.isSaid { message["content"] = .string(content.text) }
        if let refusal { message["refusal"] = .string(refusal) }
        if !content.annotations.isEmpty { message["annotations"] = .array(content.annotations) }
        if !images.isEmpty { message["images"] = .array(images) }
        if !calls.isEmpty { message["tool_calls"] = .array(calls) }
        Self.write(thoughts, to: &message)
        let reason = (choice.stop ?? .end).finishReason(hasRefusal: refusal != nil, isLegacy: self.shape.isLegacy)
        return [
            "index": .integer(index), "message": .object(message), "logprobs": choice.logprobs ?? .null,
            "finish_reason": .string(reason.description),
        ]
    }

    private func add(_ made: ToolCall, of block: Block, to message: inout JSONObject, calls: inout [JSON]) {
        let call = self.shape.asOffered(made)
        if self.shape.isLegacy {
            // There is room for one; a client of that form never gets more, as it can't allow it.
            message.appendIfAbsent("function_call", ["name": .string(call.name), "arguments": .string(call.arguments)])
            return
        }
        var object: JSONObject = ["id": .string(call.id), "type": call.isCustom ? "custom" : "function"]
        if call.isCustom {
            object["custom"] = ["name": .string(call.name), "input": .string(call.arguments)]
        } else {
            object["function"] = ["name": .string(call.name), "arguments": .string(call.arguments)]
        }
        if let signature = block.signature { object["extra_content"] = Self.extraContent(signature) }
        calls.append(.object(object))
    }

    /// The members that OpenAI's clients require are there even where the upstream gave none.
    private func spoken(_ media: Media) -> JSONObject {
        var audio = media.spoken
        audio.appendIfAbsent("id", .string("audio_\(self.reply.requestID)"))
        audio.appendIfAbsent("data", "")
        audio.appendIfAbsent("expires_at", .integer(self.reply.now))
        audio.appendIfAbsent("transcript", "")
        return audio
    }

    static func image(_ media: Media, index: Int) -> JSON? {
        media.url.map { ["type": "image_url", "image_url": ["url": .string($0)], "index": .integer(index)] }
    }

    static func extraContent(_ signature: OpaqueReasoning) -> JSON {
        ["google": ["thought_signature": .string(signature.carried(in: .chatCompletions))]]
    }

    /// The text for those who show it, and the records for those who bring them back.
    private static func write(_ thoughts: [Reasoning], to message: inout JSONObject) {
        let text = thoughts.map(\.text).joined()
        if !text.isEmpty { message["reasoning_content"] = .string(text) }
        guard thoughts.contains(where: { $0.opaque != nil }) else { return }
        var details: [JSON] = []
        for (index, reasoning) in thoughts.enumerated() {
            if let detail = ReasoningDetails.detail(of: reasoning, index: index, forUpstream: false) {
                details.append(.object(detail))
            }
        }
        message["reasoning_details"] = .array(details)
    }
}

/// The text of a message, put together of its blocks, and where its parts come from.
struct ContentText {
    private(set) var text = ""
    private(set) var annotations: [JSON] = []
    private(set) var isSaid = false
    /// Characters so far, as Unicode scalars; counted only where there are citations.
    private var counted = 0
    private var uncounted = ""

    mutating func add(_ more: String, _ citations: [Citation]) {
        self.isSaid = true
        self.text += more
        guard !citations.isEmpty else {
            self.uncounted += more
            return
        }
        let start = self.counted + self.uncounted.unicodeScalars.count
        let end = start + more.unicodeScalars.count
        self.counted = end
        self.uncounted = ""
        self.annotations += citations.compactMap { $0.annotation(in: start..<end) }
    }
}

extension Block {
    /// Whether it is said in the message itself rather than in a member of its own.
    var isContent: Bool {
        switch self.content {
        case .toolCall, .reasoning: false
        default: true
        }
    }
}
