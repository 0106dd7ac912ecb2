/// How grave a log entry is (RFC 5424 names, in every revision).
public enum LogLevel: String, Sendable, Hashable, CaseIterable {
    case debug, info, notice, warning, error, critical, alert, emergency
}

extension LogLevel: Comparable {
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// By gravity: `debug` is the least.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}
