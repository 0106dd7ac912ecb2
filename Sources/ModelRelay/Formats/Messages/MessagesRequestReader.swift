internal import Wire

/// Reads a client's request.
enum MessagesRequestReader {
    /// The members that the canonical form has a place for; every other one is kept as the client's own.
    private static let known: Set<String> = [
        "model", "max_tokens", "messages", "system", "stream", "stop_sequences", "temperature", "top_p", "top_k", "tools",
        "tool_choice", "thinking", "output_config", "output_format", "metadata", "service_tier",
    ]
    private static let mostMessages = 100_000

    /// - Parameter countsTokens: whether it is the body of `count_tokens`, which needs no `max_tokens`.
    static func conversation(_ request: JSON, countsTokens: Bool = false) throws(RelayError) -> Conversation {
        let request = Member(request)
        let model = try request.required("model")
        var conversation = Conversation(model: try model.string())
        if conversation.model.isEmpty { throw model.unacceptable("must not be empty") }
        conversation.isStreamed = try request.member("stream")?.bool() ?? false
        try self.readSampling(request, requiresLimit: !countsTokens, into: &conversation.sampling)
        if let system = try request.member("system") {
            let blocks = try MessagesBlockReader.blocks(system, in: .system)
            if blocks != [.text("")], !blocks.isEmpty { conversation.messages.append(Message(.system, blocks)) }
        }
        let messages = try request.required("messages")
        let elements = try messages.elements()
        if elements.isEmpty { throw messages.unacceptable("must hold a message") }
        guard elements.count <= self.mostMessages else {
            throw messages.unacceptable("holds more than \(self.mostMessages) messages")
        }
        for element in elements { conversation.messages.append(try self.message(element)) }
        for (name, value) in try request.object() where !self.known.contains(name) && !value.isNull {
            conversation.ownMembers[name] = value
        }
        try MessagesToolsReader.read(request, into: &conversation)
        try MessagesThinkingReader.read(request, into: &conversation)
        if let metadata = try request.member("metadata") {
            conversation.user = try metadata.member("user_id")?.string()
            var pairs = try metadata.object()
            pairs["user_id"] = nil
            if !pairs.isEmpty { conversation.metadata = pairs }
        }
        if let tier = try request.member("service_tier") {
            conversation.serviceTier = MessagesNames.canonicalTier(ofRequest: try tier.string())
        }
        return conversation
    }

    private static func readSampling(_ request: Member, requiresLimit: Bool, into sampling: inout Sampling) throws(RelayError) {
        if let limit = requiresLimit ? try request.required("max_tokens") : try request.member("max_tokens") {
            let value = try limit.integer()
            guard value >= 0 else { throw limit.unacceptable("must not be negative") }
            sampling.maximumOutputTokens = value
        }
        sampling.temperature = try request.member("temperature")?.number()
        sampling.topP = try request.member("top_p")?.number()
        sampling.topK = try request.member("top_k")?.integer()
        if let sequences = try request.member("stop_sequences") {
            for sequence in try sequences.elements() { sampling.stop.append(try sequence.string()) }
        }
    }

    private static func message(_ message: Member) throws(RelayError) -> Message {
        let role = try message.required("role")
        switch try role.string() {
        case "user": return Message(.user, try MessagesBlockReader.blocks(try message.required("content"), in: .turn))
        case "assistant": return Message(.assistant, try MessagesBlockReader.blocks(try message.required("content"), in: .turn))
        case "system":
            // Such a message may say how long it counts, or change the effort from here on: then it is this format's alone.
            let names = try message.object().names
            if names.contains(where: { $0 != "role" && $0 != "content" }) {
                return Message(.system, [Block(.own(.messages, message.json))])
            }
            return Message(.system, try MessagesBlockReader.blocks(try message.required("content"), in: .system))
        default: throw role.unacceptable("must be `user`, `assistant` or `system`")
        }
    }
}
