/// What is served of a document, and when to look whether it changed.
struct RefreshState<Served: Sendable>: Sendable {
    /// What a caller is to do.
    enum Action: Sendable {
        case use(Served)
        /// Use it, and see meanwhile whether the document changed.
        case useAndRefresh(Served)
        /// There is nothing yet: read the document.
        case load
        /// Reading it failed a moment ago.
        case fail(String)
    }

    /// How reading ended.
    enum Reading: Sendable {
        case loaded(Served)
        /// The document is the one that is served.
        case unchanged
        case failed(String)
    }

    /// How long a document is served without looking again; nil: it can't change.
    private let interval: Duration?
    /// How long a failure stands before the next try.
    static var pause: Duration { .seconds(10) }

    private var served: Served?
    private var failure: String?
    private var nextLook: ContinuousClock.Instant?

    init(interval: Duration?) { self.interval = interval }

    /// Somebody calls.
    mutating func need(now: ContinuousClock.Instant) -> Action {
        let isDue = nextLook.map { now >= $0 } ?? (served == nil)
        if let served {
            guard isDue, let interval else { return .use(served) }
            // Who comes next uses what is there, whether or not this look ends.
            nextLook = now.advanced(by: interval)
            return .useAndRefresh(served)
        }
        if let failure, !isDue { return .fail(failure) }
        return .load
    }

    /// A reading ended.
    /// - Returns: whether what is served is now another.
    mutating func ended(_ reading: Reading, now: ContinuousClock.Instant) -> Bool {
        switch reading {
        case .loaded(let new):
            let isAnother = served != nil
            served = new
            failure = nil
            nextLook = interval.map { now.advanced(by: $0) }
            return isAnother
        case .unchanged:
            nextLook = interval.map { now.advanced(by: $0) }
        case .failed(let message):
            // What was good is served on: an outage of the document's host is none of the API's.
            failure = message
            nextLook = now.advanced(by: Self.pause)
        }
        return false
    }
}
