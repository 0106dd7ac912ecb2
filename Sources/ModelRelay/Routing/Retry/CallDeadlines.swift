internal import Directory

/// How long each part of a call may take, in milliseconds.
struct CallDeadlines: Sendable, Hashable {
    /// From the sending of one attempt to its answer's head.
    var head: Int64
    /// From the sending of one attempt to the first event of a stream that says something; nil for whole answers. Some upstreams send the
    /// head at once and comments for as long as they have no place.
    var firstToken: Int64?
    /// The longest silence within an answer.
    var idle: Int64
    /// From the request's arrival to the last moment in which another attempt may begin.
    var attempts: Int64
    /// From the request's arrival to its end, however it ends.
    var whole: Int64

    /// What is asked for, as far as time matters.
    enum Work: Sendable, Hashable, CaseIterable {
        /// Chat completions, completions, responses, messages, generateContent.
        case generation
        case embeddings
        case moderation
        case rerank
        case images
        case speechToText
        case video
        /// What is asked about an answer that is stored: retrieval, cancellation, deletion, its input; and the counting of tokens.
        case lookUp
        case other
    }

    private static let second: Int64 = 1000
    private static let minute: Int64 = 60_000
    /// The longest that a stream may take which goes on and on.
    private static let longestStream = 60 * Self.minute
    /// The longest time that a model's configuration may name.
    private static let longest = 24 * 60 * Self.minute
    /// Until when another attempt may begin, where twice the time for a head would be later.
    private static let longestAttempts = 15 * Self.minute

    /// - Parameters:
    ///   - inputTokens: an estimate.
    ///   - configuredSeconds: the model's own time for this kind of request; 0 or less = the default of the work.
    ///   - idle: the operator's setting.
    init(_ work: Work, isStreamed: Bool, inputTokens: Int64, configuredSeconds: Int64 = 0, idle: Int64 = 2 * 60_000) {
        let head =
            configuredSeconds > 0
            ? min(configuredSeconds, Self.longest / 1000) * 1000
            : Self.head(work, isStreamed: isStreamed, inputTokens: inputTokens)
        self.head = head
        self.firstToken = isStreamed ? head : nil
        self.idle = idle
        // Room for a second attempt where the first one used up its time.
        self.attempts = max(head, min(2 * head, Self.longestAttempts))
        self.whole = self.attempts + (isStreamed ? max(Self.longestStream, head) : head + idle)
    }

    init(_ work: Work, isStreamed: Bool, inputTokens: Int64, model: ModelConfig, idle: Int64 = 2 * 60_000) {
        self.init(
            work, isStreamed: isStreamed, inputTokens: inputTokens,
            configuredSeconds: isStreamed ? model.streamRequestTimeoutSeconds : model.requestTimeoutSeconds, idle: idle)
    }

    /// The incumbent's table: by the kind of work, and for generated text by the length of the input.
    private static func head(_ work: Work, isStreamed: Bool, inputTokens: Int64) -> Int64 {
        switch work {
        case .generation:
            switch inputTokens {
            case ...10_000: isStreamed ? 3 * self.minute : 5 * self.minute
            case ...100_000: isStreamed ? 5 * self.minute : 10 * self.minute
            default: isStreamed ? 10 * self.minute : 15 * self.minute
            }
        case .embeddings, .video, .lookUp: 30 * self.second
        case .moderation, .speechToText: 5 * self.minute
        case .rerank: 3 * self.minute
        case .images: 10 * self.minute
        case .other: isStreamed ? 3 * self.minute : 15 * self.minute
        }
    }
}

extension CallDeadlines.Work {
    init(_ format: WireFormat) {
        switch format {
        case .chatCompletions, .completions, .responses, .messages, .generateContent: self = .generation
        case .embeddings, .embedContent: self = .embeddings
        case .moderations: self = .moderation
        case .rerank: self = .rerank
        case .inputTokens, .countTokens, .geminiCountTokens: self = .lookUp
        }
    }
}
