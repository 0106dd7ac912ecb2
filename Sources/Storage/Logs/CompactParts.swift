internal import Ledger
internal import Wire

/// The rarer parts of a call's usage and amount as JSON text that names only what is not zero; NULL where all of it is.
/// The names are the contract's.
enum CompactParts {
    /// What of the usage has no column of its own.
    static let usage: [(name: StaticString, part: any WritableKeyPath<Usage, Int64> & Sendable)] = [
        ("image_input_tokens", \.imageInput), ("audio_input_tokens", \.audioInput), ("video_input_tokens", \.videoInput),
        ("image_output_tokens", \.imageOutput), ("audio_output_tokens", \.audioOutput), ("cached_tokens", \.cached),
        ("cache_creation_tokens", \.cacheCreation), ("reasoning_tokens", \.reasoning), ("web_search_count", \.webSearchCount),
    ]

    /// All of the amount but its sum, which has a column.
    static let amount: [(name: StaticString, part: any WritableKeyPath<Amount, Money> & Sendable)] = [
        ("input_amount", \.input), ("image_input_amount", \.imageInput), ("audio_input_amount", \.audioInput),
        ("video_input_amount", \.videoInput), ("output_amount", \.output), ("image_output_amount", \.imageOutput),
        ("audio_output_amount", \.audioOutput), ("cached_amount", \.cached), ("cache_creation_amount", \.cacheCreation),
        ("web_search_amount", \.webSearch),
    ]

    static func read(_ text: String, into usage: inout Usage) throws(StorageError) {
        if text.isEmpty { return }
        let object = try JSONText.object(text)
        for (name, part) in Self.usage { usage[keyPath: part] = object["\(name)"]?.int64Value ?? 0 }
    }

    static func read(_ text: String, into amount: inout Amount) throws(StorageError) {
        if text.isEmpty { return }
        let object = try JSONText.object(text)
        for (name, part) in Self.amount { amount[keyPath: part] = Money(nanos: object["\(name)"]?.int64Value ?? 0) }
    }

    static func read(_ text: String, into context: inout UsageContext) throws(StorageError) {
        if text.isEmpty { return }
        let object = try JSONText.object(text)
        context.resolution = object["resolution"]?.stringValue ?? ""
        context.nativeResolution = object["native_resolution"]?.stringValue ?? ""
        context.quality = object["quality"]?.stringValue ?? ""
        context.serviceTier = object["service_tier"]?.stringValue ?? ""
        context.inputMedia = object["input_media"]?.boolValue ?? false
        context.inputVideo = object["input_video"]?.boolValue ?? false
        context.outputAudio = object["output_audio"]?.boolValue ?? false
    }
}
