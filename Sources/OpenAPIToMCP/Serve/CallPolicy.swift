/// How calls of an API go: how often, how long, how much.
public struct CallPolicy: Sendable, Hashable {
    /// How often a request is sent at most, where sending it again is the same as sending it once (RFC 9110 §9.2.2).
    public var attempts = 3
    /// How long the head of an answer may take, and how long its body may pause.
    public var answerTimeout = Duration.seconds(60)
    /// The longest that is waited because the API says `Retry-After`.
    public var longestWait = Duration.seconds(10)
    /// The most bytes of an answer that are read; the rest is cut, and that is said.
    public var answerBytes = 8 << 20
    /// Redirects followed within the origin.
    public var redirects = 5

    public init() {}
}
