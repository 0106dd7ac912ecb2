public import Wire

/// One finished call of either side (a model or a tool) as the log keeps it: who, what, how it ended, what it cost.
///
/// The journal carries it to the database; there it becomes one row and one charge.
public struct CallRecord: Sendable, Hashable {
    /// The call's name towards its client, and the idempotency key of its charge.
    public var requestID: RequestID
    /// When the request arrived, milliseconds since 1970.
    public var requestAt: Int64
    /// When the last attempt began, milliseconds since 1970; nil without a retry.
    public var retryAt: Int64?
    /// When the call was settled, milliseconds since 1970.
    public var createdAt: Int64
    /// Milliseconds from the request to the first byte of the answer's body.
    public var ttfbMilliseconds: Int64 = 0
    public var groupID: String
    public var tokenID: Int64
    public var tokenName: String
    /// The model, or for a tool call `mcp/<server>/<tool>`.
    public var model: String
    /// The channel that answered; 0 where none did (a tool call, a refusal).
    public var channelID: Int64 = 0
    /// The HTTP status that the client got.
    public var code: Int64
    public var mode: CallMode
    /// The path that was asked for.
    public var endpoint: String
    /// A failure's text, at most 1 KiB.
    public var content = ""
    public var clientAddress = ""
    public var retryTimes: Int64 = 0
    public var upstreamID = ""
    public var asyncUsageStatus: Int64 = 0
    public var usage = Usage()
    public var usageContext = UsageContext()
    public var amount = Amount()
    /// The price in force as JSON text, shared with the snapshot.
    public var price = ""
    /// The end user that the client named, if any.
    public var user = ""
    /// The client's metadata as JSON text (an object of strings), or "".
    public var metadata = ""
    public var promptCacheKey = ""
    /// Bodies, kept on error or where the operator asks for them.
    public var detail: CallDetail?

    public init(
        requestID: RequestID, requestAt: Int64, createdAt: Int64, groupID: String, tokenID: Int64, tokenName: String,
        model: String, code: Int64, mode: CallMode, endpoint: String
    ) {
        self.requestID = requestID
        self.requestAt = requestAt
        self.createdAt = createdAt
        self.groupID = groupID
        self.tokenID = tokenID
        self.tokenName = tokenName
        self.model = model
        self.code = code
        self.mode = mode
        self.endpoint = endpoint
    }
}

/// The bodies of a call, each cut at the operator's limit.
public struct CallDetail: Sendable, Hashable {
    public var requestBody: String
    public var requestBodyIsTruncated: Bool
    public var responseBody: String
    public var responseBodyIsTruncated: Bool

    public init(requestBody: String, requestBodyIsTruncated: Bool, responseBody: String, responseBodyIsTruncated: Bool) {
        self.requestBody = requestBody
        self.requestBodyIsTruncated = requestBodyIsTruncated
        self.responseBody = responseBody
        self.responseBodyIsTruncated = responseBodyIsTruncated
    }
}

/// The kind of endpoint that a call used, by the number that programs written for the contract know.
public struct CallMode: Sendable, Hashable {
    public let number: Int64
    public init(number: Int64) { self.number = number }

    public static let unknown = CallMode(number: 0)
    public static let chatCompletions = CallMode(number: 1)
    public static let completions = CallMode(number: 2)
    public static let embeddings = CallMode(number: 3)
    public static let moderations = CallMode(number: 4)
    public static let imageGenerations = CallMode(number: 5)
    public static let imageEdits = CallMode(number: 6)
    public static let audioSpeech = CallMode(number: 7)
    public static let audioTranscription = CallMode(number: 8)
    public static let audioTranslation = CallMode(number: 9)
    public static let rerank = CallMode(number: 10)
    public static let parsePDF = CallMode(number: 11)
    /// Anthropic's messages.
    public static let messages = CallMode(number: 12)
    public static let responses = CallMode(number: 16)
    public static let responsesGet = CallMode(number: 17)
    public static let responsesDelete = CallMode(number: 18)
    public static let responsesCancel = CallMode(number: 19)
    public static let responsesInputItems = CallMode(number: 20)
    /// Gemini's content, whole and streamed.
    public static let gemini = CallMode(number: 21)
    public static let geminiTTS = CallMode(number: 29)
    public static let geminiImage = CallMode(number: 30)
    /// A tool call over MCP; outside the range that the contract uses.
    public static let toolCall = CallMode(number: 1001)
    /// Tokens counted without an answer; outside the range that the contract uses.
    public static let countTokens = CallMode(number: 1002)
}

/// Takes finished calls on their way to the database. Implemented by Storage's journal.
public protocol CallJournal: Sendable {
    /// Appends `record` for `lane` (one lane for each event loop; only that loop's thread appends to it).
    ///
    /// Returns at once, makes no system call, and survives the process being killed from then on.
    /// - Returns: false where the journal is full; the call must then be refused or its answer withheld.
    func append(_ record: CallRecord, lane: Int) -> Bool
    /// Whether `lane` has room for the record of one more call; asked before a call is admitted.
    func hasRoom(lane: Int) -> Bool
}
