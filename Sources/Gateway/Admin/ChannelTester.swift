public import Directory
public import Ledger

/// Asks an upstream something small, to see whether a channel works. Implemented over the relay.
public protocol ChannelTester: Sendable {
    /// Sends one small request for `model` by `channel`, which need not be stored or enabled. Never throws and ends in bounded time: a
    /// failure is a result.
    func test(channel: Channel, model: String) async -> ChannelTestResult
}

/// How a test of a channel ended.
public struct ChannelTestResult: Sendable, Hashable {
    public var succeeded: Bool
    /// The HTTP status of the upstream's answer; 0 where there was none.
    public var code: Int64
    /// The upstream's answer, or what went wrong; never a credential.
    public var response: String
    /// The name that the model was sent upstream by.
    public var actualModel: String
    public var mode: CallMode
    public var tookSeconds: Double
    /// When it was asked, milliseconds since 1970.
    public var testedAt: Int64

    public init(
        succeeded: Bool, code: Int64, response: String, actualModel: String, mode: CallMode, tookSeconds: Double, testedAt: Int64
    ) {
        self.succeeded = succeeded
        self.code = code
        self.response = response
        self.actualModel = actualModel
        self.mode = mode
        self.tookSeconds = tookSeconds
        self.testedAt = testedAt
    }
}
