internal import Ledger
internal import Wire

/// How a response ended, in the format's words.
struct ResponsesEnding: Sendable, Hashable {
    var status: String
    /// The reason of `incomplete_details`.
    var reason: String?

    static let inProgress = ResponsesEnding(status: "in_progress")

    private init(status: String, reason: String? = nil) {
        self.status = status
        self.reason = reason
    }

    static let failed = ResponsesEnding(status: "failed")

    /// - Parameter hasRefusal: whether the answer says in a part of its own that the model would not.
    init(_ stop: StopReason?, hasRefusal: Bool) {
        switch stop {
        case nil, .end, .toolCalls, .stopSequence: self.init(status: "completed")
        case .length, .contextWindow: self.init(status: "incomplete", reason: "max_output_tokens")
        case .contentFilter: self.init(status: "incomplete", reason: "content_filter")
        case .refusal where hasRefusal: self.init(status: "completed")
        case .refusal: self.init(status: "incomplete", reason: "content_filter")
        case .other(let word) where word == "max_messages" || word == "steered": self.init(status: "incomplete", reason: word)
        // The description allows no other reasons, but none at all.
        case .pause, .other: self.init(status: "incomplete")
        }
    }
}

/// The response object around an output. It repeats the request, with the defaults of what was not said.
struct ResponsesObject: Sendable {
    private let answer: Answer
    private let id: String
    private let reply: ReplyContext

    init(_ answer: Answer, id: String, reply: ReplyContext) {
        self.answer = answer
        self.id = id
        self.reply = reply
    }

    private static let noReasoning: JSON = ["effort": nil, "summary": nil]
    private static let plainText: JSON = ["format": ["type": "text"]]

    func write(_ ending: ResponsesEnding, output: [JSON], usage: Usage?, error: JSON = nil) -> JSON {
        let request = self.reply.request
        func echo(_ name: String, _ fallback: JSON = nil) -> JSON {
            guard let value = request[name], !value.isNull else { return fallback }
            return value
        }
        var details = JSON.null
        if ending.status == "incomplete" { details = ["reason": ending.reason.map { .string($0) } ?? .null] }
        var object: JSONObject = [
            "id": .string(self.id), "object": "response",
            "created_at": .integer(self.answer.createdAt > 0 ? self.answer.createdAt : self.reply.now),
            "status": .string(ending.status), "background": echo("background", false), "error": error,
            "incomplete_details": details, "instructions": echo("instructions"),
            "max_output_tokens": echo("max_output_tokens"), "max_tool_calls": echo("max_tool_calls"),
            "model": .string(self.reply.model), "output": .array(output),
            "parallel_tool_calls": echo("parallel_tool_calls", true),
            "previous_response_id": echo("previous_response_id"), "prompt_cache_key": echo("prompt_cache_key"),
            "prompt_cache_retention": echo("prompt_cache_retention"), "reasoning": echo("reasoning", Self.noReasoning),
            "safety_identifier": echo("safety_identifier"), "service_tier": self.serviceTier(echo("service_tier")),
            "store": echo("store", true), "temperature": echo("temperature", 1), "text": self.text(echo("text")),
            "tool_choice": echo("tool_choice", "auto"), "tools": self.tools(echo("tools", [])),
            "top_logprobs": echo("top_logprobs", 0), "top_p": echo("top_p", 1), "truncation": echo("truncation", "disabled"),
            "usage": usage.map { ResponsesUsage.write($0) } ?? .null, "user": echo("user"),
            "metadata": echo("metadata", [:]),
        ]
        for name in ResponsesAnswerWriter.ownNames { object[name] = self.answer.ownMembers[name] }
        return .object(object)
    }

    private func serviceTier(_ asked: JSON) -> JSON {
        guard let tier = self.answer.serviceTier else { return asked }
        return ResponsesNames.serviceTier(tier).map { .string($0) } ?? asked
    }

    private func text(_ asked: JSON) -> JSON {
        guard var text = asked.objectValue else { return Self.plainText }
        text.appendIfAbsent("format", ["type": "text"])
        return .object(text)
    }

    /// As the API repeats them: a function has its parameters and whether they are strict in any case.
    private func tools(_ asked: JSON) -> JSON {
        .array(
            (asked.arrayValue ?? []).map { tool in
                guard var object = tool.objectValue, object["type"]?.stringValue == "function" else { return tool }
                object.appendIfAbsent("description", nil)
                object.appendIfAbsent("parameters", nil)
                object.appendIfAbsent("strict", true)
                return .object(object)
            })
    }
}
