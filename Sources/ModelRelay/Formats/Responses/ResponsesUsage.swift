internal import Ledger
internal import Wire

/// The counts of tokens. `input_tokens` holds what was read from the cache and what was written to it, as the canonical form has it.
enum ResponsesUsage {
    /// Nil where the value is no object. Counts that are negative or absurd count as nothing.
    static func read(_ json: JSON?) -> Usage? {
        guard let json, case .object = json else { return nil }
        var usage = Usage()
        usage.input = self.count(json["input_tokens"])
        usage.output = self.count(json["output_tokens"])
        let input = json["input_tokens_details"]
        usage.cached = self.count(input?["cached_tokens"])
        usage.cacheCreation = self.count(input?["cache_write_tokens"])
        usage.imageInput = self.count(input?["image_tokens"])
        usage.audioInput = self.count(input?["audio_tokens"])
        usage.reasoning = self.count(json["output_tokens_details"]?["reasoning_tokens"])
        usage.total = json["total_tokens"] == nil ? usage.input + usage.output : self.count(json["total_tokens"])
        return usage
    }

    static func write(_ usage: Usage) -> JSON {
        [
            "input_tokens": .integer(usage.input),
            "input_tokens_details": [
                "cached_tokens": .integer(usage.cached), "cache_write_tokens": .integer(usage.cacheCreation),
            ],
            "output_tokens": .integer(usage.output),
            "output_tokens_details": ["reasoning_tokens": .integer(usage.reasoning)],
            "total_tokens": .integer(usage.total == 0 ? usage.input + usage.output : usage.total),
        ]
    }

    private static func count(_ json: JSON?) -> Int64 {
        guard let value = json?.int64Value, 0...(1 << 40) ~= value else { return 0 }
        return value
    }
}
