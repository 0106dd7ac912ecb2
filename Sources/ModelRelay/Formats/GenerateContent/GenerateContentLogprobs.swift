internal import Wire

/// Between `logprobsResult` and chat completions' `logprobs`.
enum GenerateContentLogprobs {
    /// - Returns: nil where nothing was chosen.
    static func chat(_ result: JSON) -> JSON? {
        guard let chosen = result["chosenCandidates"]?.arrayValue else { return nil }
        let tops = result["topCandidates"]?.arrayValue ?? []
        let content: [JSON] = chosen.enumerated().map { index, token in
            var entry = self.entry(token)
            let alternatives = index < tops.count ? tops[index]["candidates"]?.arrayValue ?? [] : []
            entry["top_logprobs"] = .array(alternatives.map { .object(self.entry($0)) })
            return .object(entry)
        }
        return ["content": .array(content)]
    }

    private static func entry(_ token: JSON) -> JSONObject {
        let text = token["token"]?.stringValue ?? ""
        return [
            "token": .string(text), "logprob": token["logProbability"] ?? 0,
            "bytes": .array(text.utf8.map { .integer(Int64($0)) }),
        ]
    }

    /// - Returns: nil where there are none.
    static func result(_ chat: JSON) -> JSON? {
        guard let content = chat["content"]?.arrayValue, !content.isEmpty else { return nil }
        return [
            "chosenCandidates": .array(content.map(self.candidate)),
            "topCandidates": .array(
                content.map { ["candidates": .array(($0["top_logprobs"]?.arrayValue ?? []).map(self.candidate))] }),
        ]
    }

    private static func candidate(_ entry: JSON) -> JSON {
        ["token": entry["token"] ?? "", "logProbability": entry["logprob"] ?? 0]
    }

    /// The mean, which is told beside the list.
    static func average(_ chat: JSON) -> JSON? {
        let values = (chat["content"]?.arrayValue ?? []).compactMap { $0["logprob"]?.doubleValue }
        guard !values.isEmpty else { return nil }
        return JSONNumber(values.reduce(0, +) / Double(values.count)).map { .number($0) }
    }
}
