internal import Wire

/// What of a format's stream the relay looks at while it passes the bytes on, as data.
///
/// Most events are the model's text and are only searched for marks; those that have one are scanned.
final class StreamRules: Sendable {
    /// How a stream says that it is whole.
    enum Ending: Sendable {
        /// `data: [DONE]`, or the transfer's proper end.
        case doneMark
        /// An event of one of these types, and nothing else.
        case types([String])
        /// The transfer's proper end, once an event had one of these texts.
        case texts([StaticString])
    }

    /// Texts of which an event that matters has at least one.
    let marks: [StaticString]
    /// Texts of which an event that names the model has at least one; empty = every event may.
    let modelMarks: [StaticString]
    let names: AnswerNames
    let ending: Ending
    /// Types of events that tell of a failure.
    let failingTypes: [String]
    /// Events that tell nothing yet: those that have one of `fillers` and none of `unless`.
    let fillers: [StaticString]
    let unless: [StaticString]
    /// Whether usage comes with nearly every event, so that only the last is read.
    let tellsUsageOften: Bool
    /// What keeps a client waiting that hears nothing; empty where its readers don't bear it.
    let keepAlive: StaticString

    init(
        marks: [StaticString], modelMarks: [StaticString] = [], names: AnswerNames, ending: Ending, failingTypes: [String] = [],
        fillers: [StaticString] = [], unless: [StaticString] = [], tellsUsageOften: Bool = false, keepAlive: StaticString
    ) {
        self.marks = marks
        self.modelMarks = modelMarks
        self.names = names
        self.ending = ending
        self.failingTypes = failingTypes
        self.fillers = fillers
        self.unless = unless
        self.tellsUsageOften = tellsUsageOften
        self.keepAlive = keepAlive
    }

    static let chatCompletions = StreamRules(
        marks: ["\"usage\"", "\"error\""], names: FormatRules.openAINames, ending: .doneMark,
        fillers: ["\"content\":\"\"", "\"content\":null"],
        unless: ["\"tool_calls\"", "\"reasoning", "\"finish_reason\":\"", "\"usage\":{", "\"function_call\""],
        keepAlive: ": keep-alive\n\n")

    static let completions = StreamRules(
        marks: ["\"usage\"", "\"error\""], names: FormatRules.openAINames, ending: .doneMark, keepAlive: ": keep-alive\n\n")

    static let responses = StreamRules(
        marks: ["\"response\"", "\"error\""], modelMarks: ["\"response\""],
        names: AnswerNames(
            error: "error", type: "type",
            inner: ("response", AnswerNames(usage: "usage", id: "id", model: "model", tier: "service_tier"))),
        ending: .types(["response.completed", "response.incomplete"]), failingTypes: ["error", "response.failed"],
        fillers: [
            "\"response.created\"", "\"response.queued\"", "\"response.in_progress\"", "\"response.output_item.added\"",
            "\"response.content_part.added\"", "\"response.reasoning_summary_part.added\"",
        ], keepAlive: ": keep-alive\n\n")

    static let messages = StreamRules(
        marks: ["\"usage\"", "\"error\"", "\"message_stop\""], modelMarks: ["\"message_start\""],
        names: AnswerNames(
            usage: "usage", error: "error", type: "type",
            inner: ("message", AnswerNames(usage: "usage", id: "id", model: "model"))),
        ending: .types(["message_stop"]), failingTypes: ["error"],
        fillers: ["\"message_start\"", "\"content_block_start\"", "\"ping\""],
        unless: ["\"content_block_delta\"", "\"server_tool_use\"", "\"redacted_thinking\""],
        keepAlive: "event: ping\ndata: {\"type\": \"ping\"}\n\n")

    static let generateContent = StreamRules(
        marks: ["\"usageMetadata\"", "\"error\""], names: FormatRules.geminiNames,
        ending: .texts(["\"finishReason\"", "\"blockReason\""]), tellsUsageOften: true, keepAlive: "")
}

/// What passing a format on takes, as data.
final class FormatRules: Sendable {
    let request: RequestRules
    let answer: AnswerNames
    let usage: UsageRules
    /// Nil where the format has no streams.
    let stream: StreamRules?
    /// Whether the model writes, so that what it wrote can be charged where the upstream doesn't count; else only what it read is.
    let generates: Bool
    /// Whether calls are never charged by tokens.
    let isFree: Bool

    init(
        request: RequestRules, answer: AnswerNames, usage: UsageRules, stream: StreamRules? = nil, generates: Bool = false,
        isFree: Bool = false
    ) {
        self.request = request
        self.answer = answer
        self.usage = usage
        self.stream = stream
        self.generates = generates
        self.isFree = isFree
    }

    static let openAINames = AnswerNames(
        usage: "usage", id: "id", model: "model", error: "error", tier: "service_tier", list: "choices")
    static let geminiNames = AnswerNames(
        usage: "usageMetadata", id: "responseId", model: "modelVersion", error: "error", list: "candidates")

    static let chatCompletions = FormatRules(
        request: .chatCompletions, answer: openAINames, usage: .chatCompletions, stream: .chatCompletions, generates: true)
    static let completions = FormatRules(
        request: .completions, answer: openAINames, usage: .chatCompletions, stream: .completions, generates: true)
    static let responses = FormatRules(
        request: .responses,
        answer: AnswerNames(usage: "usage", id: "id", model: "model", error: "error", tier: "service_tier", list: "output"),
        usage: .responses, stream: .responses, generates: true)
    static let messages = FormatRules(
        request: .messages, answer: AnswerNames(usage: "usage", id: "id", model: "model", error: "error", list: "content"),
        usage: .messages, stream: .messages, generates: true)
    static let generateContent = FormatRules(
        request: .generateContent, answer: geminiNames, usage: .generateContent, stream: .generateContent, generates: true)
    static let embeddings = FormatRules(
        request: .embeddings, answer: AnswerNames(usage: "usage", id: "id", model: "model", error: "error", list: "data"),
        usage: .chatCompletions)
    static let embedContent = FormatRules(
        request: .embedContent, answer: AnswerNames(usage: "usageMetadata", error: "error"), usage: .generateContent)
    static let moderations = FormatRules(
        request: .moderations, answer: AnswerNames(usage: "usage", id: "id", model: "model", error: "error", list: "results"),
        usage: .chatCompletions)
    static let rerank = FormatRules(
        request: .rerank,
        answer: AnswerNames(
            usage: "usage", id: "id", model: "model", error: "error", list: "results",
            inner: ("meta", AnswerNames(usage: "tokens"))),
        usage: .rerank)
    static let inputTokens = FormatRules(
        request: .inputTokens, answer: AnswerNames(error: "error"), usage: .responses, isFree: true)
    static let countTokens = FormatRules(
        request: .countTokens, answer: AnswerNames(error: "error"), usage: .messages, isFree: true)
    static let geminiCountTokens = FormatRules(
        request: .geminiCountTokens, answer: AnswerNames(error: "error"), usage: .generateContent, isFree: true)
}

extension WireFormat {
    /// What passing it on takes.
    var rules: FormatRules {
        switch self {
        case .chatCompletions: .chatCompletions
        case .completions: .completions
        case .responses: .responses
        case .messages: .messages
        case .generateContent: .generateContent
        case .embeddings: .embeddings
        case .embedContent: .embedContent
        case .moderations: .moderations
        case .rerank: .rerank
        case .inputTokens: .inputTokens
        case .countTokens: .countTokens
        case .geminiCountTokens: .geminiCountTokens
        }
    }
}
