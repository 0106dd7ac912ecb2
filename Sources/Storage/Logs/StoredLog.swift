public import Ledger

/// A call as the log keeps it.
public struct StoredLog: Sendable, Hashable {
    /// Begins with the time at which the row was written; below 2^53.
    public var id: Int64
    public var call: CallRecord
}

/// One page of the log, with what a filter may offer.
public struct LogPage: Sendable {
    /// How many rows there are, as far as `LogRepository.countLimit`.
    public var total: Int64
    public var logs: [StoredLog]
    /// The models, channels and token names among the newest rows of the same group and time.
    public var models: [String]
    public var channels: [Int64]
    public var tokenNames: [String]
}
