internal import Ledger
internal import Wire

/// A whole `text_completion`.
enum CompletionAnswer {
    static func read(_ body: JSON) throws(FormatFault) -> Answer {
        if body["choices"] == nil, let fault = ChatFault.told(by: body) { throw fault }
        guard let object = body.objectValue, let choices = object["choices"]?.arrayValue else {
            throw FormatFault("the upstream's answer is no completion: it has no `choices`")
        }
        var answer = ChatAnswerReader.envelope(object)
        for (position, choice) in choices.enumerated() {
            guard let text = choice["text"]?.stringValue else {
                throw FormatFault("the upstream's answer is no completion: `choices[\(position)].text` is missing")
            }
            var result = Answer.Choice()
            if !text.isEmpty { result.blocks = [.text(text)] }
            result.logprobs = choice["logprobs"].flatMap { CompletionLogprobs.canonical($0) }
            if let word = choice["finish_reason"]?.stringValue {
                if let fault = ChatFault.told(byFinishReason: word) { throw fault }
                result.stop = StopReason(finishReason: word)
                if result.stop == .end, let sequence = choice["stop_reason"]?.stringValue {
                    result.stop = .stopSequence(sequence)
                }
            }
            answer.choices.append(result)
        }
        if let usage = object["usage"], !usage.isNull { answer.usage = ChatUsage.read(usage) }
        return answer
    }

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON {
        var body: JSONObject = [
            "id": .string(answer.id.isEmpty ? "cmpl-\(reply.requestID)" : answer.id), "object": "text_completion",
            "created": .integer(answer.createdAt > 0 ? answer.createdAt : reply.now), "model": .string(reply.model),
        ]
        body["choices"] = .array(answer.choices.enumerated().map { self.choice($1, index: $0) })
        body["usage"] = answer.usage.map { ChatUsage.json($0) }
        body["system_fingerprint"] = answer.ownMembers["system_fingerprint"]
        return .object(body)
    }

    private static func choice(_ choice: Answer.Choice, index: Int) -> JSON {
        var text = ""
        for block in choice.blocks {
            switch block.content {
            case .text(let more, _), .refusal(let more): text += more
            // A text is all that there is here.
            default: break
            }
        }
        var offset = 0
        return [
            "index": .integer(index), "text": .string(text),
            "logprobs": choice.logprobs.map { CompletionLogprobs.legacy($0, offset: &offset) } ?? .null,
            "finish_reason": .string(self.finishReason(choice.stop ?? .end).description),
        ]
    }

    static func finishReason(_ reason: StopReason) -> StaticString {
        switch reason {
        case .length, .contextWindow: "length"
        case .refusal, .contentFilter: "content_filter"
        case .end, .stopSequence, .toolCalls, .pause, .other: "stop"
        }
    }
}
