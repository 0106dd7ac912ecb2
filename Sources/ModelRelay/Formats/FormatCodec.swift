internal import Wire

/// One wire format for conversations: how it is read into the canonical form and written from it. A codec knows no format but its own.
protocol FormatCodec: Sendable {
    static var format: WireFormat { get }

    /// The client's request.
    /// - Parameter endpoint: what the request's path says.
    /// - Throws: a 400 that names the member at fault, in the client's own words (`messages[3].content[1].image_url`).
    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation

    /// The request as an upstream of this format gets it. What it can't be told goes to `losses`.
    /// - Throws: a 400 for what would change the meaning of the request if it were left out. Its `parameter` is a name by `memberName`
    ///   of the client's codec.
    static func request(_ conversation: Conversation, for target: EncodingTarget, losses: inout Losses) throws(RelayError) -> JSON

    /// An upstream's whole answer.
    /// - Throws: where it is none of this format.
    static func answer(_ body: JSON) throws(FormatFault) -> Answer

    /// The answer as a client of this format gets it.
    static func body(of answer: Answer, for reply: ReplyContext) -> JSON

    static func streamDecoder() -> any AnswerStreamDecoder
    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder

    /// What this format calls a feature, as it stands in a request; nil where it has no such thing.
    static func memberName(of feature: Feature) -> String?
}

/// What a request's path says in formats that say part of the request there.
struct EndpointPath: Sendable, Hashable {
    /// Gemini's `models/{model}`.
    var model: String?
    /// Gemini's `:streamGenerateContent`; nil where the body says it.
    var isStreamed: Bool?
    /// Whether a stream is one JSON array rather than events (Gemini without `alt=sse`).
    var isArrayFramed = false
    /// Gemini's word behind the colon.
    var verb: String?
}

/// What an encoder has to know of the upstream.
struct EncodingTarget: Sendable {
    /// The name that the upstream knows the model by.
    var model: String
    /// The model's greatest output in tokens, where the catalogue knows it; for formats in which a limit is required.
    var maximumOutputTokens: Int64?
    var quirks = Quirks()
    /// The codec of the client's format, for the names in errors.
    var client: any FormatCodec.Type
    /// Whole seconds since 1970, and an id that is new: for what a format requires and the client didn't say.
    var now: Int64 = 0
    var requestID = ""
}

/// How one upstream differs from its format's reference, as its provider's file says.
public struct Quirks: Sendable, Hashable {
    /// How thinking is asked for where it isn't the format's own way.
    public enum ThinkingStyle: String, Sendable, Hashable {
        /// The format's own.
        case standard
        /// `thinking: {type: enabled | disabled}`
        case thinkingType = "thinking-type"
        /// `enable_thinking` and `thinking_budget`
        case enableThinking = "enable-thinking"
        /// `reasoning: {effort, max_tokens, exclude}`
        case reasoningObject = "reasoning-object"
        /// It can't be asked for.
        case none
    }

    /// How a prompt's parts are marked as worth keeping, in chat completions.
    public enum CacheMarkStyle: String, Sendable, Hashable {
        /// They can't be: an unknown member of a part is refused.
        case none
        /// `cache_control: {type: ephemeral, ttl}` on parts and tools
        case cacheControl = "cache-control"
        /// `prompt_cache_breakpoint: {mode: explicit, ttl}` on parts
        case breakpoint
    }

    public var thinking = ThinkingStyle.standard
    public var cacheMarks = CacheMarkStyle.none
    /// The member of a message in which thoughts of an earlier turn are taken back (`reasoning_content`, `reasoning`), where the style of
    /// thinking doesn't tell.
    public var reasoningTextName: String?
    /// Whether `video_url` is a part of a message there, which chat completions have not by themselves.
    public var hasVideoParts = false
    /// Whether content of nothing but texts has to be one string.
    public var lacksTextParts = false
    /// The name of the limit on output, where it is another than the format's: `max_tokens`, `max_completion_tokens`.
    public var outputLimitName: String?
    /// Members that are refused there and so are left out.
    public var unsupportedMembers: [String] = []
    /// Whether `developer` is no role there.
    public var lacksDeveloperRole = false
    /// Whether usage in a stream need not be asked for, and may not.
    public var lacksStreamOptions = false
    /// Whether only `json_object` is known, not `json_schema`.
    public var lacksJSONSchema = false
    /// Whether schemas have to be in the subset of OpenAPI 3.0 that Gemini's API began with (`parameters`, `responseSchema`).
    public var lacksFullSchemas = false
    /// Whether files have to come with the request, and can't be fetched from a URL.
    public var lacksMediaURLs = false

    public init() {}
}

/// What an encoder of answers has to know of the client's request.
struct ReplyContext: Sendable {
    /// The model's name as the client asked for it.
    var model: String
    /// For answers that bring no id or time of their own.
    var requestID: String
    /// Seconds since 1970.
    var now: Int64
    /// Whether the client asked for a chunk of usage (chat completions, completions).
    var wantsUsageChunk = false
    /// Whether the stream is framed as a JSON array rather than as events (Gemini without `alt=sse`).
    var isArrayFramed = false
    /// The client's request as a JSON object, for formats whose answer repeats it (Responses).
    var request: JSON = nil
    /// The answer's id, where the client was told one already (Responses); nil = the upstream's.
    var answerID: String?
}

/// An upstream's answer that isn't what its format says.
struct FormatFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// An event that tells of a failure, with the status that it stands for; nil for an answer that can't be read.
    var told: Told?
    var description: String

    struct Told: Sendable, Hashable {
        var status: Int
        var type: String?
        var code: String?
    }

    init(_ description: String, told: Told? = nil) {
        self.description = description
        self.told = told
    }
}

/// Reads the events of an upstream's stream. A value of its own for each answer.
protocol AnswerStreamDecoder: Sendable {
    /// - Parameters:
    ///   - name: the event's type, where it has one.
    ///   - data: its data, without framing.
    /// - Throws: where it tells of a failure, or isn't what the format says.
    mutating func event(
        _ name: String?, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) throws(FormatFault)

    /// The stream ended properly, by its connection.
    /// - Throws: where it ended in the middle of an answer.
    mutating func end(into events: inout [AnswerEvent]) throws(FormatFault)
}

/// Writes the events of a client's stream, framed. A value of its own for each answer.
protocol AnswerStreamEncoder: Sendable {
    /// `ended` writes the stream's end, such as `[DONE]`.
    mutating func write(_ event: AnswerEvent, to output: inout [UInt8])

    /// The stream's last event where it failed after it began.
    mutating func fail(_ error: RelayError, requestID: RequestID, to output: inout [UInt8])

    /// The bytes of an event that keeps the connection alive and says nothing.
    var keepAlive: [UInt8] { get }
}
