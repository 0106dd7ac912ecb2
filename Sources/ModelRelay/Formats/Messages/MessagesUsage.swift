internal import Ledger
internal import Wire

/// Reads and writes the `usage` object.
///
/// On the wire `input_tokens` counts only what neither came from the prompt cache nor went into it; canonical usage counts all input.
enum MessagesUsage {
    private static let known: Set<String> = [
        "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens", "service_tier",
    ]

    /// - Parameter earlier: what an event before this one told: what is absent here stays as it was there.
    static func read(_ json: JSON, after earlier: Usage? = nil) -> Usage {
        var usage = earlier ?? Usage()
        let uncached = self.count(json["input_tokens"]) ?? usage.input - usage.cached - usage.cacheCreation
        usage.cached = self.count(json["cache_read_input_tokens"]) ?? usage.cached
        usage.cacheCreation = self.count(json["cache_creation_input_tokens"]) ?? usage.cacheCreation
        usage.input = uncached + usage.cached + usage.cacheCreation
        usage.output = self.count(json["output_tokens"]) ?? usage.output
        usage.reasoning = self.count(json["output_tokens_details"]?["thinking_tokens"]) ?? usage.reasoning
        usage.webSearchCount = self.count(json["server_tool_use"]?["web_search_requests"]) ?? usage.webSearchCount
        usage.total = usage.input + usage.output
        return usage
    }

    /// What canonical usage has no place for: the split of what was cached, where it ran ...
    static func ownMembers(_ json: JSON) -> JSONObject {
        var own = JSONObject()
        for (name, value) in json.objectValue ?? [:] where !value.isNull && !self.known.contains(name) {
            switch name {
            case "output_tokens_details":
                guard value.objectValue?.names != ["thinking_tokens"] else { continue }
                own[name] = value
            case "server_tool_use":
                guard (value.objectValue ?? [:]).contains(where: { $0.name != "web_search_requests" && $0.value.int64Value != 0 })
                else { continue }
                own[name] = value
            default: own[name] = value
            }
        }
        return own
    }

    /// - Parameter own: what `ownMembers` found, where the upstream's format is this one.
    static func write(_ usage: Usage, own: JSONObject, tier: String?) -> JSONObject {
        var object: JSONObject = [
            "input_tokens": .integer(max(0, usage.input - usage.cached - usage.cacheCreation)),
            "cache_creation_input_tokens": .integer(usage.cacheCreation),
            "cache_read_input_tokens": .integer(usage.cached),
            "output_tokens": .integer(usage.output),
        ]
        if usage.reasoning > 0 {
            // The official clients count on a part that is no more than the whole.
            object["output_tokens_details"] = ["thinking_tokens": .integer(min(usage.reasoning, usage.output))]
        }
        if usage.webSearchCount > 0 {
            object["server_tool_use"] = ["web_search_requests": .integer(usage.webSearchCount), "web_fetch_requests": 0]
        }
        for (name, value) in own { object[name] = value }
        if let tier = tier.flatMap(MessagesNames.answerTier) { object["service_tier"] = .string(tier) }
        return object
    }

    /// A count that can be charged: what is absent, negative or absurd counts as not told.
    private static func count(_ json: JSON?) -> Int64? {
        guard let value = json?.int64Value, value >= 0, value < 1 << 40 else { return nil }
        return value
    }
}
