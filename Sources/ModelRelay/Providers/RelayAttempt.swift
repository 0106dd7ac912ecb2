internal import Outbound

/// One try at one channel. It tells an `UpstreamReceiver` what comes of it.
protocol RelayAttempt: AnyObject {
    /// Gives up; nothing more is told.
    func cancel()
    var isReadingPaused: Bool { get set }
}

extension UpstreamCall: RelayAttempt {}
