internal import Ledger
internal import Wire

/// Writes a whole `GenerateContentResponse`.
enum GenerateContentAnswerWriter {
    /// Members of a candidate that this format alone has.
    static let candidateMembers = ["safetyRatings", "finishMessage", "urlContextMetadata", "continuationToken"]

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON {
        var body = JSONObject()
        let isBlocked = answer.ownMembers["promptFeedback"] != nil && answer.choices.allSatisfy(\.blocks.isEmpty)
        if !isBlocked {
            body["candidates"] = .array(answer.choices.enumerated().map { .object(self.candidate($1, index: $0)) })
        }
        body["promptFeedback"] = answer.ownMembers["promptFeedback"]
        body["usageMetadata"] = answer.usage.map(GenerateContentUsage.json)
        body["modelVersion"] = .string(reply.model)
        body["responseId"] = .string(answer.id.isEmpty ? reply.requestID : answer.id)
        for name in ["modelStatus", "createTime"] { body[name] = answer.ownMembers[name] }
        return .object(body)
    }

    private static func candidate(_ choice: Answer.Choice, index: Int) -> JSONObject {
        var parts: [JSON] = []
        var sourced: [GenerateContentGrounding.Sourced] = []
        for block in choice.blocks {
            guard let part = self.part(block) else { continue }
            if case .text(let text, let citations) = block.content, !citations.isEmpty {
                sourced.append(GenerateContentGrounding.Sourced(part: parts.count, text: text, citations: citations))
            }
            parts.append(.object(part))
        }
        var candidate: JSONObject = ["content": ["role": "model", "parts": .array(parts)]]
        candidate["finishReason"] = choice.stop.map { .string(GenerateContentFinish.word($0)) }
        candidate["index"] = .integer(index)
        candidate["groundingMetadata"] = choice.ownMembers["groundingMetadata"]
        for (name, value) in GenerateContentGrounding.members(sourced) {
            var members = candidate[name]?.objectValue ?? [:]
            for (member, value) in value.objectValue ?? [:] { members[member] = value }
            candidate[name] = .object(members)
        }
        if let logprobs = choice.logprobs {
            candidate["logprobsResult"] = GenerateContentLogprobs.result(logprobs)
            candidate["avgLogprobs"] = GenerateContentLogprobs.average(logprobs)
        }
        for name in self.candidateMembers { candidate[name] = choice.ownMembers[name] }
        return candidate
    }

    /// - Returns: nil for what this format can't say: another format's own.
    static func part(_ block: Block) -> JSONObject? {
        var part: JSONObject
        switch block.content {
        case .text(let text, _), .refusal(let text): part = ["text": .string(text)]
        case .reasoning(let reasoning):
            part = ["text": .string(reasoning.text), "thought": true]
            if let opaque = reasoning.opaque { part["thoughtSignature"] = .string(GenerateContentSignature.carried(opaque)) }
        case .toolCall(let call):
            var function: JSONObject = ["name": .string(call.name), "args": GenerateContentCall.arguments(of: call)]
            if !call.id.isEmpty { function["id"] = .string(call.id) }
            part = ["functionCall": .object(function)]
        case .image(let media, _), .audio(let media), .video(let media):
            guard let written = self.media(media) else { return nil }
            part = written
        case .document(let document):
            guard case .media(let media) = document.source, let written = self.media(media) else { return nil }
            part = written
        case .own(.generateContent, .object(let own)): return own
        case .own, .toolResult: return nil
        }
        if let signature = block.signature { part["thoughtSignature"] = .string(GenerateContentSignature.carried(signature)) }
        for (name, value) in block.ownMembers where !name.utf8.contains(UInt8(ascii: ".")) { part[name] = value }
        return part
    }

    private static func media(_ media: Media) -> JSONObject? {
        switch media.source {
        case .base64(let data):
            let type = media.type ?? GenerateContentMedia.type(ofBase64: data) ?? "application/octet-stream"
            return ["inlineData": ["mimeType": .string(type), "data": .string(data)]]
        case .url(let uri), .file(let uri):
            var file: JSONObject = ["fileUri": .string(uri)]
            file["mimeType"] = media.type.map { .string($0) }
            return ["fileData": .object(file)]
        }
    }
}
