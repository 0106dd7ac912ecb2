internal import NIOCore

/// What one client connection may take.
struct FrontLimits: Sendable {
    /// Bytes of a request's body, as sent and as decoded.
    var body = 50 << 20
    /// Bytes of a refused request that are read and dropped, so that the answer isn't lost in a reset.
    var discardedBody = 8 << 20
    var headerField = 16 << 10
    var headerList = 64 << 10
    var headerCount = 128
    /// From the connection's start to the end of its first head.
    var firstHead = TimeAmount.seconds(10)
    /// From an answer's end to the end of the next head.
    var head = TimeAmount.seconds(75)
    /// Between two parts of a body, and for the whole of it.
    var bodyPart = TimeAmount.seconds(30)
    var wholeBody = TimeAmount.minutes(10)
    /// How long a client may leave an answer unread.
    var unreadAnswer = TimeAmount.seconds(60)
    /// How long a client that is sent away in the middle of its request may go on sending.
    var linger = TimeAmount.seconds(2)
}
