internal import Ledger
internal import Wire

/// What the simulator says that an answer consumed: a token for four bytes of text, or what its configuration says.
enum SimulatedUsage {
    static func tokens(_ text: String) -> Int64 { self.tokens(bytes: text.utf8.count) }

    static func tokens(bytes: Int) -> Int64 { Int64((bytes + 3) / 4) }

    static func of(_ answer: Answer, to conversation: Conversation?, settings: SimulatorSettings) -> Usage {
        var usage = Usage()
        usage.input = conversation.map { self.tokens(bytes: $0.seenBytes) } ?? 1
        for choice in answer.choices {
            for block in choice.blocks {
                switch block.content {
                case .text(let text, _), .refusal(let text): usage.output += self.tokens(text)
                case .reasoning(let reasoning):
                    usage.reasoning += self.tokens(reasoning.text)
                    usage.output += self.tokens(reasoning.text)
                case .toolCall(let call): usage.output += self.tokens(call.name) + self.tokens(call.arguments)
                default: break
                }
            }
        }
        return self.configured(settings.usage, over: usage)
    }

    /// Names of the contract, and those that chat completions have for the same.
    private static func configured(_ json: JSON, over counted: Usage) -> Usage {
        let input = json["prompt_tokens_details"] ?? json["input_tokens_details"] ?? .null
        let output = json["completion_tokens_details"] ?? json["output_tokens_details"] ?? .null
        func count(_ values: JSON?...) -> Int64? {
            values.lazy.compactMap { $0?.int64Value }.first.map { min(max($0, 0), 1 << 40) }
        }
        var usage = counted
        usage.input = count(json["prompt_tokens"], json["input_tokens"]) ?? usage.input
        usage.output = count(json["completion_tokens"], json["output_tokens"]) ?? usage.output
        usage.cached = count(json["cached_tokens"], input["cached_tokens"]) ?? 0
        usage.cacheCreation =
            count(json["cache_creation_tokens"], input["cache_creation_tokens"], input["cache_write_tokens"]) ?? 0
        usage.imageInput = count(json["image_input_tokens"], input["image_tokens"]) ?? 0
        usage.audioInput = count(json["audio_input_tokens"], input["audio_tokens"]) ?? 0
        usage.videoInput = count(json["video_input_tokens"], input["video_tokens"]) ?? 0
        usage.reasoning = count(json["reasoning_tokens"], output["reasoning_tokens"]) ?? usage.reasoning
        usage.imageOutput = count(json["image_output_tokens"], output["image_tokens"]) ?? 0
        usage.audioOutput = count(json["audio_output_tokens"], output["audio_tokens"]) ?? 0
        usage.webSearchCount = count(json["web_search_count"]) ?? 0
        usage.total = count(json["total_tokens"]) ?? usage.input + usage.output
        return usage
    }

    /// Input alone, for what is no conversation.
    static func input(_ tokens: Int64, settings: SimulatorSettings) -> Usage {
        var counted = Usage()
        counted.input = tokens
        return self.configured(settings.usage, over: counted)
    }
}
