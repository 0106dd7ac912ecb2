/// How often one call may be tried, and when again.
///
/// What the upstream has certainly not taken is sent again, whatever it is. What it may have carried out is repeated only
/// where that does no harm: lists, reads, and tools that a trusted upstream calls idempotent.
struct CallAttempts: Sendable {
    enum Step: Sendable {
        case done(Outcome)
        case again(after: Duration)
    }

    /// How often a call that was not taken is sent again.
    private static let maximumResends = 3
    /// How long to wait before the upstream is tried again that could not be reached.
    private static let pause = Duration.milliseconds(200)

    private var resends = 0
    private var hasRepeated = false
    private var hasReprobed = false
    private var hasRefreshed = false

    /// The fault, unless the call is to be tried again.
    mutating func handle(_ fault: LinkFault, isRepeatable: Bool) -> Step? {
        switch fault.kind {
        case .notTaken, .sessionLost:
            guard resends < Self.maximumResends else { return nil }
            resends += 1
            return .again(after: fault.kind == .sessionLost ? .zero : Self.pause * (resends - 1))
        case .broken:
            guard isRepeatable, !hasRepeated else { return nil }
            hasRepeated = true
            return .again(after: .zero)
        default: return nil
        }
    }

    /// What was known of the era was contradicted: asked again once.
    mutating func reprobe() -> Bool {
        defer { hasReprobed = true }
        return !hasReprobed
    }

    /// The headers of a tool were wrong: its schema is read again once.
    mutating func refresh() -> Bool {
        defer { hasRefreshed = true }
        return !hasRefreshed
    }
}
