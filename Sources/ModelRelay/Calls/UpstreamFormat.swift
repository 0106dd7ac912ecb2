internal import Directory
internal import Wire

extension Provider {
    /// The format in which a channel of this provider is asked for what a client of `client` asked for: the client's own where it is
    /// spoken, because then nothing has to be translated; else the nearest.
    /// - Returns: nil where none is spoken that says the same.
    func upstreamFormat(for client: WireFormat, model: String, baseURL: String) -> WireFormat? {
        let spoken = self.formats(forModel: model, baseURL: baseURL)
        if spoken.contains(client) { return client }
        return client.nearest.first { spoken.contains($0) }
    }
}

extension WireFormat {
    /// The formats in which this one's requests can be told, the one that loses least first.
    ///
    /// Chat completions stand before Responses: servers that are compatible by name seldom have the latter.
    var nearest: [WireFormat] {
        switch self {
        case .chatCompletions: [.chatCompletions, .responses, .messages, .generateContent, .completions]
        case .completions: [.completions, .chatCompletions, .responses, .messages, .generateContent]
        case .responses: [.responses, .chatCompletions, .messages, .generateContent, .completions]
        case .messages: [.messages, .chatCompletions, .responses, .generateContent, .completions]
        case .generateContent: [.generateContent, .chatCompletions, .responses, .messages, .completions]
        case .embeddings: [.embeddings, .embedContent]
        case .embedContent: [.embedContent, .embeddings]
        case .inputTokens: [.inputTokens, .countTokens, .geminiCountTokens]
        case .countTokens: [.countTokens, .geminiCountTokens, .inputTokens]
        case .geminiCountTokens: [.geminiCountTokens, .countTokens, .inputTokens]
        case .moderations, .rerank: [self]
        }
    }
}
