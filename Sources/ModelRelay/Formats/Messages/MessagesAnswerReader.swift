internal import Ledger
internal import Wire

/// Reads an upstream's whole answer, and the parts of it that streams bring as well.
enum MessagesAnswerReader {
    private static let known: Set<String> = [
        "id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage",
    ]

    static func answer(_ body: JSON) throws(FormatFault) -> Answer {
        if body["type"]?.stringValue == "error" { throw MessagesNames.fault(body["error"]) }
        guard case .array(let content)? = body["content"] else { throw FormatFault("the answer has no content") }
        var answer = self.start(body)
        var choice = Answer.Choice()
        for block in content { choice.blocks.append(try self.block(block)) }
        choice.stop = body["stop_reason"]?.stringValue.map {
            MessagesNames.stopReason($0, sequence: body["stop_sequence"]?.stringValue)
        }
        answer.choices = [choice]
        return answer
    }

    /// What stands around the content.
    static func start(_ message: JSON) -> Answer {
        var answer = Answer()
        answer.id = message["id"]?.stringValue ?? ""
        answer.model = message["model"]?.stringValue ?? ""
        for (name, value) in message.objectValue ?? [:] where !self.known.contains(name) && !value.isNull {
            answer.ownMembers[name] = value
        }
        if let usage = message["usage"], !usage.isNull {
            answer.usage = MessagesUsage.read(usage)
            answer.serviceTier = usage["service_tier"]?.stringValue.map(MessagesNames.canonicalTier(ofAnswer:))
            let own = MessagesUsage.ownMembers(usage)
            if !own.isEmpty { answer.ownMembers["usage"] = .object(own) }
        }
        return answer
    }

    static func block(_ json: JSON) throws(FormatFault) -> Block {
        guard let type = json["type"]?.stringValue else { throw FormatFault("a content block has no type") }
        switch type {
        case "text":
            let citations = (json["citations"]?.arrayValue ?? []).map(MessagesCitation.read)
            return Block(.text(json["text"]?.stringValue ?? "", citations: citations))
        case "thinking":
            return Block(
                .reasoning(
                    Reasoning(text: json["thinking"]?.stringValue ?? "", opaque: self.opaque(json["signature"]?.stringValue))))
        case "redacted_thinking":
            return Block(.reasoning(Reasoning(text: "", opaque: self.opaque(json["data"]?.stringValue), isRedacted: true)))
        case "tool_use":
            var own = JSONObject()
            for (name, value) in json.objectValue ?? [:] where !["type", "id", "name", "input"].contains(name) && !value.isNull {
                own[name] = value
            }
            let call = ToolCall(
                id: json["id"]?.stringValue ?? "", name: MessagesIdentifier.original(of: json["name"]?.stringValue ?? ""),
                arguments: (json["input"] ?? [:]).serialized())
            return Block(.toolCall(call), ownMembers: own)
        default: return Block(.own(.messages, json))
        }
    }

    /// Some upstreams that serve this format give an empty signature: that is none.
    static func opaque(_ value: String?) -> OpaqueReasoning? {
        guard let value, !value.isEmpty else { return nil }
        return OpaqueReasoning(origin: .messages, value: value)
    }
}
