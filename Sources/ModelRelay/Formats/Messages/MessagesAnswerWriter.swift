internal import Ledger
internal import Wire

/// Writes whole answers for clients.
enum MessagesAnswerWriter {
    /// Members of an answer that this format alone has; those of other formats have no place here.
    static let ownMembers: Set<String> = [
        "container", "context_management", "diagnostics", "input_transformations", "stop_details",
    ]

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON {
        // This format knows one answer to a question only.
        let choice = answer.choices.first ?? Answer.Choice()
        let content = choice.blocks.flatMap(self.blocks)
        let asksTools = content.contains { $0["type"]?.stringValue == "tool_use" }
        var body: JSONObject = [
            "id": .string(self.id(of: answer, for: reply)), "type": "message", "role": "assistant", "model": .string(reply.model),
            "content": .array(content), "stop_reason": .string(MessagesNames.word(of: choice.stop, asksTools: asksTools)),
            "stop_sequence": self.sequence(of: choice.stop), "usage": .object(self.usage(of: answer)),
        ]
        for (name, value) in answer.ownMembers where self.ownMembers.contains(name) { body[name] = value }
        return .object(body)
    }

    static func id(of answer: Answer, for reply: ReplyContext) -> String {
        answer.id.isEmpty ? "msg_\(reply.requestID)" : answer.id
    }

    static func sequence(of reason: StopReason?) -> JSON {
        if case .stopSequence(let text?)? = reason { .string(text) } else { .null }
    }

    static func usage(of answer: Answer) -> JSONObject {
        MessagesUsage.write(
            answer.usage ?? Usage(), own: answer.ownMembers["usage"]?.objectValue ?? [:], tier: answer.serviceTier)
    }

    /// A block as a client gets it: none for what this format can't say (sounds and images, which no client of it can ask for), two for one
    /// with a signature, which stands on thoughts only.
    static func blocks(_ block: Block) -> [JSON] {
        guard let json = self.json(of: block) else { return [] }
        guard let signature = block.signature else { return [json] }
        return [self.carrier(signature, for: .following), json]
    }

    static func carrier(_ signature: OpaqueReasoning, for side: MessagesSignatures.Side) -> JSON {
        ["type": "thinking", "thinking": "", "signature": .string(MessagesSignatures.carried(signature, for: side))]
    }

    static func json(of block: Block) -> JSON? {
        switch block.content {
        case .text(let text, let citations):
            // An empty text could not be sent back.
            if text.isEmpty { return nil }
            let told = citations.compactMap(MessagesCitation.answer)
            return ["type": "text", "text": .string(text), "citations": told.isEmpty ? .null : .array(told)]
        case .refusal(let text): return text.isEmpty ? nil : ["type": "text", "text": .string(text), "citations": .null]
        case .reasoning(let reasoning):
            let opaque = reasoning.opaque?.carried(in: .messages) ?? ""
            if reasoning.isRedacted { return ["type": "redacted_thinking", "data": .string(opaque)] }
            if reasoning.text.isEmpty, opaque.isEmpty { return nil }
            return ["type": "thinking", "thinking": .string(reasoning.text), "signature": .string(opaque)]
        case .toolCall(let call):
            var object = self.toolUse(call, own: block.ownMembers)
            object["input"] = .object(
                call.isCustom
                    ? CustomToolShape.arguments(ofText: call.arguments) : MessagesArguments.object(ofText: call.arguments))
            return .object(object)
        case .own(.messages, let json): return json
        case .own, .image, .audio, .video, .document, .toolResult: return nil
        }
    }

    /// A call without its input yet.
    static func toolUse(_ call: ToolCall, own: JSONObject) -> JSONObject {
        var object: JSONObject = [
            "type": "tool_use", "id": .string(MessagesIdentifier.escaped(call.id)), "name": .string(call.name), "input": [:],
        ]
        for (name, value) in own where name == "caller" || name == "toolset_name" { object[name] = value }
        return object
    }
}
