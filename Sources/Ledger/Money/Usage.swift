/// What one call consumed, by part. Counts are tokens unless the model's unit is another (characters, seconds, pictures).
///
/// `input` and `output` are totals: the special parts below them are contained in them.
public struct Usage: Sendable, Hashable {
    public var input: Int64 = 0
    public var imageInput: Int64 = 0
    public var audioInput: Int64 = 0
    public var videoInput: Int64 = 0
    public var output: Int64 = 0
    public var imageOutput: Int64 = 0
    public var audioOutput: Int64 = 0
    public var cached: Int64 = 0
    public var cacheCreation: Int64 = 0
    public var reasoning: Int64 = 0
    public var total: Int64 = 0
    public var webSearchCount: Int64 = 0

    public init() {}

    /// Whether nothing was consumed.
    public var isZero: Bool { self == Usage() }
}

/// What a conditional price may depend on beside the counts.
public struct UsageContext: Sendable, Hashable {
    public var resolution = ""
    public var nativeResolution = ""
    public var quality = ""
    public var serviceTier = ""
    public var inputMedia = false
    public var inputVideo = false
    public var outputAudio = false

    public init() {}
}

/// What one call cost, by part.
public struct Amount: Sendable, Hashable {
    public var input = Money.zero
    public var imageInput = Money.zero
    public var audioInput = Money.zero
    public var videoInput = Money.zero
    public var output = Money.zero
    public var imageOutput = Money.zero
    public var audioOutput = Money.zero
    public var cached = Money.zero
    public var cacheCreation = Money.zero
    public var webSearch = Money.zero
    /// The whole charge: the sum of the parts, or the price per request.
    public var used = Money.zero

    public init() {}
}
