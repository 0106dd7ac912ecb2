public import Ledger
public import Wire

/// What the operator says of one model: kind, limits, price, retries, time-outs.
public struct ModelConfig: Sendable, Hashable {
    public var model: String
    public var owner = ""
    public var type = CallMode.unknown
    /// Shown to people, not enforced (context sizes, abilities ...): a JSON object.
    public var config = JSONObject()
    /// Settings of plugins by name: a JSON object of objects.
    public var plugin = JSONObject()
    public var price = Price()
    public var rpm: Int64 = 0
    public var tpm: Int64 = 0
    /// 0 = the operator's option `RetryTimes`.
    public var retryTimes: Int64 = 0
    /// Whole seconds; 0 = the default of the mode.
    public var requestTimeoutSeconds: Int64 = 0
    public var streamRequestTimeoutSeconds: Int64 = 0
    public var excludeFromTests = false
    public var forceSaveDetail = false
    public var maxImageGenerationCount: Int64 = 0
    public var maxVideoGenerationSeconds: Int64 = 0
    public var maxVideoGenerationCount: Int64 = 0
    public var allowedResolutions: [String] = []
    /// Bytes; 0 = the operator's option, below 0 = not stored.
    public var requestBodyStorageMaxSize: Int64 = 0
    public var responseBodyStorageMaxSize: Int64 = 0
    public var summaryServiceTier = false
    public var summaryClaudeLongContext = false
    public var disableResolutionFuzzyMatch = false
    /// Milliseconds since 1970.
    public var createdAt: Int64
    public var updatedAt: Int64

    public init(model: String, createdAt: Int64) {
        self.model = model
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }
}
