/// When compiling has to be over. It is looked at between parts of the work, each of which is bounded: what is not compiled by then is refused,
/// and never half a tool is made.
struct CompileDeadline: Sendable {
    private let end: ContinuousClock.Instant

    /// So long after an instant.
    init(_ time: Duration, after start: ContinuousClock.Instant = .now) { end = start + time }

    /// Whether there is no time left.
    var isPassed: Bool { ContinuousClock.now >= end }
}

extension Diagnostic.Code {
    /// Compiling took longer than it may.
    static let outOfTime = Self("out-of-time")
    /// The tools together would be larger than any client could take.
    static let listTooLarge = Self("list-too-large")
}
