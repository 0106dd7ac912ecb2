internal import Ledger
internal import Wire

extension ChatUsage {
    static func read(_ json: JSON) -> Usage? { json.serializedBytes().withUnsafeBytes { self.read($0) } }

    /// The `usage` object, in all its parts. Parts that OpenAI always names are there always, others where there is something to tell.
    static func json(_ usage: Usage) -> JSON {
        var input: JSONObject = ["cached_tokens": .integer(usage.cached), "audio_tokens": .integer(usage.audioInput)]
        if usage.imageInput > 0 { input["image_tokens"] = .integer(usage.imageInput) }
        if usage.videoInput > 0 { input["video_tokens"] = .integer(usage.videoInput) }
        if usage.cacheCreation > 0 { input["cache_write_tokens"] = .integer(usage.cacheCreation) }
        var output: JSONObject = [
            "reasoning_tokens": .integer(usage.reasoning), "audio_tokens": .integer(usage.audioOutput),
        ]
        if usage.imageOutput > 0 { output["image_tokens"] = .integer(usage.imageOutput) }
        var object: JSONObject = [
            "prompt_tokens": .integer(usage.input), "completion_tokens": .integer(usage.output),
            "total_tokens": .integer(usage.total > 0 ? usage.total : usage.input &+ usage.output),
            "prompt_tokens_details": .object(input), "completion_tokens_details": .object(output),
        ]
        if usage.webSearchCount > 0 { object["web_search_count"] = .integer(usage.webSearchCount) }
        return .object(object)
    }
}
