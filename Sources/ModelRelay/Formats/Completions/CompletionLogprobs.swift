internal import Wire

/// Completions have the logarithms of probabilities as lists side by side (`tokens`, `token_logprobs`, `top_logprobs`, `text_offset`);
/// the canonical form has chat completions' list of tokens.
enum CompletionLogprobs {
    /// What OpenAI writes for a token without a probability, such as the first one of a prompt that is repeated.
    private static let unknown = JSON(floatLiteral: -9999)

    static func canonical(_ logprobs: JSON) -> JSON? {
        guard let tokens = logprobs["tokens"]?.arrayValue else { return nil }
        let values = logprobs["token_logprobs"]?.arrayValue ?? []
        let alternatives = logprobs["top_logprobs"]?.arrayValue ?? []
        var content: [JSON] = []
        for (index, token) in tokens.enumerated() {
            let value = index < values.count && !values[index].isNull ? values[index] : self.unknown
            let others = index < alternatives.count ? alternatives[index].objectValue ?? JSONObject() : JSONObject()
            content.append([
                "token": token, "logprob": value, "bytes": .null,
                "top_logprobs": .array(others.map { ["token": .string($0.name), "logprob": $0.value, "bytes": .null] }),
            ])
        }
        return ["content": .array(content), "refusal": .null]
    }

    /// - Parameter offset: characters of the text before, which is moved behind these tokens.
    static func legacy(_ logprobs: JSON, offset: inout Int) -> JSON {
        let content = logprobs["content"]?.arrayValue ?? []
        var offsets: [JSON] = []
        var alternatives: [JSON] = []
        for token in content {
            offsets.append(.integer(offset))
            offset += token["token"]?.stringValue?.unicodeScalars.count ?? 0
            var others = JSONObject()
            for other in token["top_logprobs"]?.arrayValue ?? [] {
                guard let text = other["token"]?.stringValue, let value = other["logprob"] else { continue }
                others[text] = value
            }
            alternatives.append(.object(others))
        }
        return [
            "tokens": .array(content.map { $0["token"] ?? "" }), "token_logprobs": .array(content.map { $0["logprob"] ?? .null }),
            "top_logprobs": .array(alternatives), "text_offset": .array(offsets),
        ]
    }
}
