internal import Wire

/// Reads a client's completion request.
struct CompletionRequestReader {
    private let request: Member

    init(_ request: JSON) { self.request = Member(request) }

    private static let names: Set<String> = Sampling.openAINames.union([
        "model", "prompt", "stream", "stream_options", "logprobs", "user",
    ])

    func conversation() throws(RelayError) -> Conversation {
        let model = try self.request.required("model")
        var conversation = Conversation(model: try model.string())
        guard !conversation.model.isEmpty else { throw model.unacceptable("must not be empty") }
        conversation.sampling = try Sampling(openAI: self.request)
        if let member = try self.request.member("logprobs") {
            conversation.sampling.logprobs = true
            conversation.sampling.topLogprobs = try member.integer()
        }
        conversation.user = try self.request.member("user")?.string()
        conversation.isStreamed = try self.request.member("stream")?.bool() ?? false
        // Usage is asked for in every stream (`ReplyContext.wantsUsageChunk` says who gets it).
        _ = try self.request.member("stream_options")?.member("include_usage")?.bool()
        // `echo` and `best_of` are lost elsewhere and told as lost; a text that has to fit before another one is another text.
        conversation.ownMembers = try self.request.members(beside: Self.names)
        if let suffix = try self.request.member("suffix"), try !suffix.string().isEmpty {
            conversation.essentialMembers.append("suffix")
        }
        _ = try self.request.member("echo")?.bool()
        _ = try self.request.member("best_of")?.integer()
        try self.readPrompt(into: &conversation)
        return conversation
    }

    /// A prompt that is one text can be told to any upstream; several, or tokens, only to one of this format.
    private func readPrompt(into conversation: inout Conversation) throws(RelayError) {
        let prompt = try self.request.required("prompt")
        if case .string(let text) = prompt.json {
            conversation.messages = [Message(.user, [.text(text)])]
            return
        }
        let elements = try prompt.elements()
        guard let first = elements.first else { throw prompt.unacceptable("must not be empty") }
        if case .string(let text) = first.json {
            for element in elements { _ = try element.string() }
            conversation.messages = [Message(.user, [.text(text)])]
            guard elements.count > 1 else { return }
        } else if case .array = first.json {
            for element in elements { for token in try element.elements() { _ = try token.integer() } }
        } else {
            for element in elements {
                guard element.json.int64Value != nil else { throw element.wrong("a string, a token or an array of tokens") }
            }
        }
        conversation.ownMembers["prompt"] = prompt.json
        conversation.essentialMembers.append("prompt")
    }
}
