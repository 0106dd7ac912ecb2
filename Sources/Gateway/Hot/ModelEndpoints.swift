internal import Foundation
internal import ModelRelay

/// Which path of the model side is which endpoint, all of them by POST.
enum ModelEndpoints {
    /// Paths that stand as they are. The first is the one that is asked for most.
    private static let fixed: [(path: String, endpoint: Endpoint)] =
        [
            ("/v1/chat/completions", .chatCompletions),
            ("/v1/messages", .messages),
            ("/v1/responses", .responses),
            ("/v1/embeddings", .embeddings),
            ("/v1/completions", .completions),
            ("/v1/rerank", .rerank),
            ("/v1/moderations", .moderations),
            ("/v1/messages/count_tokens", .countTokens),
            ("/v1/responses/input_tokens", .inputTokens),
        ].map { (path: String, format: WireFormat) in (path, Endpoint(format, recordPath: path)) }

    /// What stands behind the colon of Gemini's `models/{model}:{verb}`.
    private static let verbs: [(verb: String, format: WireFormat, isStreamed: Bool?)] = [
        ("generateContent", .generateContent, false),
        ("streamGenerateContent", .generateContent, true),
        ("countTokens", .geminiCountTokens, nil),
        ("embedContent", .embedContent, nil),
        ("batchEmbedContents", .embedContent, nil),
    ]

    private static let modelPrefixes = ["/v1beta/models/", "/v1/models/"]
    private static let enginesPrefix = "/v1/engines/"
    private static let enginesSuffix = "/embeddings"

    /// The endpoint of a path; nil where it is none that is served.
    static func endpoint(of target: RequestPath) -> Endpoint? {
        for entry in self.fixed where target.path == entry.path { return entry.endpoint }
        for prefix in self.modelPrefixes {
            if let rest = target.rest(after: prefix) { return self.gemini(rest, target, prefix) }
        }
        guard let rest = target.rest(after: self.enginesPrefix), rest.hasSuffix(self.enginesSuffix),
            let model = self.name(rest.dropLast(self.enginesSuffix.count))
        else { return nil }
        return Endpoint(.embeddings, recordPath: "/v1/engines/{model}/embeddings", model: model)
    }

    /// Whether a path is that of an endpoint at which models talk.
    static func isConversation(_ target: RequestPath) -> Bool {
        switch self.endpoint(of: target)?.format {
        case .chatCompletions, .completions, .responses, .messages, .generateContent: true
        default: false
        }
    }

    private static func gemini(_ rest: Substring, _ target: RequestPath, _ prefix: String) -> Endpoint? {
        // A model's own name may hold a colon.
        guard let colon = rest.lastIndex(of: ":"), let model = self.name(rest[..<colon]) else { return nil }
        let word = rest[rest.index(after: colon)...]
        guard let verb = self.verbs.first(where: { word == $0.verb }) else { return nil }
        let isStreamed = verb.isStreamed == true
        return Endpoint(
            verb.format, recordPath: "\(prefix){model}:\(verb.verb)", model: model, isStreamed: verb.isStreamed ?? false,
            isArrayFramed: isStreamed && !self.asksForEvents(target.query), verb: verb.verb)
    }

    private static func asksForEvents(_ query: Substring?) -> Bool {
        query?.split(separator: "&").contains("alt=sse") == true
    }

    private static func name(_ text: Substring) -> String? {
        guard !text.isEmpty, let name = String(text).removingPercentEncoding else { return nil }
        return name
    }
}
