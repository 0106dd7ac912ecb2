internal import Ledger
internal import Wire

/// Where a format's usage object says what, as data; and how the call's usage follows from it.
final class UsageRules: Sendable {
    /// What a member of a usage object counts.
    enum Part: Sendable {
        case input, output, total, cached, cacheCreation, reasoning, webSearches
        case imageInput, audioInput, videoInput, imageOutput, audioOutput
        /// Input beside `input`.
        case furtherInput
        /// Where some providers put `cached`.
        case cachedElsewhere
        /// An object with parts of its own.
        case within(UsageRules)
        /// Gemini's lists of `{modality, tokenCount}`.
        case inputModalities, outputModalities
    }

    let names: MemberNames
    let parts: [Part]
    /// Whether `input` is only what was neither read from a cache nor written to one (Anthropic).
    let inputExcludesCache: Bool
    /// Whether `output` is without the thoughts (Gemini).
    let outputExcludesReasoning: Bool

    init(_ members: [(String, Part)], inputExcludesCache: Bool = false, outputExcludesReasoning: Bool = false) {
        self.names = MemberNames(members.map(\.0))
        self.parts = members.map(\.1)
        self.inputExcludesCache = inputExcludesCache
        self.outputExcludesReasoning = outputExcludesReasoning
    }

    /// - Returns: nil where `bytes` is no usage object.
    func usage(_ bytes: UnsafeRawBufferPointer) -> Usage? {
        var counts = TokenCounts()
        return counts.read(bytes, by: self) ? counts.usage(by: self) : nil
    }

    static let chatCompletions = UsageRules([
        ("prompt_tokens", .input), ("completion_tokens", .output), ("total_tokens", .total),
        (
            "prompt_tokens_details",
            .within(
                UsageRules([
                    ("cached_tokens", .cached), ("audio_tokens", .audioInput), ("image_tokens", .imageInput),
                    ("video_tokens", .videoInput), ("cache_creation_tokens", .cacheCreation),
                    ("cache_write_tokens", .cacheCreation),
                ]))
        ),
        (
            "completion_tokens_details",
            .within(
                UsageRules([
                    ("reasoning_tokens", .reasoning), ("audio_tokens", .audioOutput), ("image_tokens", .imageOutput),
                ]))
        ),
        ("web_search_count", .webSearches), ("num_search_queries", .webSearches),
        ("prompt_cache_hit_tokens", .cachedElsewhere), ("cached_tokens", .cachedElsewhere),
    ])

    static let responses = UsageRules([
        ("input_tokens", .input), ("output_tokens", .output), ("total_tokens", .total),
        ("input_tokens_details", .within(UsageRules([("cached_tokens", .cached)]))),
        ("output_tokens_details", .within(UsageRules([("reasoning_tokens", .reasoning)]))),
    ])

    static let messages = UsageRules(
        [
            ("input_tokens", .input), ("output_tokens", .output), ("cache_read_input_tokens", .cached),
            ("cache_creation_input_tokens", .cacheCreation),
            ("server_tool_use", .within(UsageRules([("web_search_requests", .webSearches)]))),
        ], inputExcludesCache: true)

    static let generateContent = UsageRules(
        [
            ("promptTokenCount", .input), ("candidatesTokenCount", .output), ("totalTokenCount", .total),
            ("cachedContentTokenCount", .cached), ("thoughtsTokenCount", .reasoning), ("toolUsePromptTokenCount", .furtherInput),
            ("promptTokensDetails", .inputModalities), ("candidatesTokensDetails", .outputModalities),
        ], outputExcludesReasoning: true)

    /// Rerankers: `usage` or `meta` with `total_tokens`, or `meta.tokens`.
    static let rerank = UsageRules([
        ("prompt_tokens", .input), ("input_tokens", .input), ("total_tokens", .total), ("output_tokens", .output),
        ("tokens", .within(UsageRules([("input_tokens", .input), ("output_tokens", .output)]))),
    ])
}

/// Counts as a format told them, perhaps in several events: what a later one says stands, what it leaves out or says to be nothing stays.
struct TokenCounts: Sendable, Hashable {
    private var told = Usage()
    private var furtherInput: Int64 = 0
    private var cachedElsewhere: Int64 = 0

    /// - Returns: whether `bytes` is a usage object.
    mutating func read(_ bytes: UnsafeRawBufferPointer, by rules: UsageRules) -> Bool {
        guard let object = try? JSONScanner.scan(bytes, for: rules.names) else { return false }
        for (index, part) in rules.parts.enumerated() {
            guard let member = object[index], !member.isNull else { continue }
            switch part {
            case .within(let inner):
                if member.kind == .object, let value = member.value(in: bytes) { _ = self.read(value, by: inner) }
            case .inputModalities, .outputModalities:
                if member.kind == .array, let value = member.value(in: bytes) { self.readModalities(value, part) }
            default:
                // What is negative or absurd counts as nothing, so that it can't be charged.
                if let count = member.int64(in: bytes), (1..<1 << 40).contains(count) { self.set(part, to: count) }
            }
        }
        return true
    }

    /// What is to be charged: `input` and `output` with all of their parts.
    func usage(by rules: UsageRules) -> Usage {
        var usage = self.told
        usage.input += self.furtherInput
        if usage.cached == 0 { usage.cached = self.cachedElsewhere }
        if rules.inputExcludesCache { usage.input += usage.cached + usage.cacheCreation }
        if rules.outputExcludesReasoning { usage.output += usage.reasoning }
        if usage.total == 0 { usage.total = usage.input + usage.output }
        // One that tells nothing but the total (embeddings, rerankers) read it all.
        if usage.input == 0, usage.output == 0 { usage.input = usage.total }
        return usage
    }

    private mutating func set(_ part: UsageRules.Part, to count: Int64) {
        switch part {
        case .input: self.told.input = count
        case .output: self.told.output = count
        case .total: self.told.total = count
        case .cached: self.told.cached = count
        case .cacheCreation: self.told.cacheCreation = count
        case .reasoning: self.told.reasoning = count
        case .webSearches: self.told.webSearchCount = count
        case .imageInput: self.told.imageInput = count
        case .audioInput: self.told.audioInput = count
        case .videoInput: self.told.videoInput = count
        case .imageOutput: self.told.imageOutput = count
        case .audioOutput: self.told.audioOutput = count
        case .furtherInput: self.furtherInput = count
        case .cachedElsewhere: self.cachedElsewhere = count
        case .within, .inputModalities, .outputModalities: break
        }
    }

    private mutating func readModalities(_ bytes: UnsafeRawBufferPointer, _ part: UsageRules.Part) {
        guard let list = try? JSON.parse(bytes).arrayValue else { return }
        for entry in list.prefix(16) {
            let count = entry["tokenCount"]?.int64Value ?? 0
            guard (0..<1 << 40).contains(count) else { continue }
            switch (part, entry["modality"]?.stringValue) {
            case (.inputModalities, "IMAGE"): self.told.imageInput = count
            case (.inputModalities, "AUDIO"): self.told.audioInput = count
            case (.inputModalities, "VIDEO"): self.told.videoInput = count
            case (.outputModalities, "IMAGE"): self.told.imageOutput = count
            case (.outputModalities, "AUDIO"): self.told.audioOutput = count
            default: break
            }
        }
    }
}
