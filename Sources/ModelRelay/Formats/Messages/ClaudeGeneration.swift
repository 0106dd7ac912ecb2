/// Which generation of Claude a model's name tells of: what the API takes depends on it.
///
/// Names differ by house (`claude-sonnet-4-5-20250929`, `claude-3-5-haiku-20241022`, `anthropic.claude-opus-4-6-v1:0`,
/// `anthropic/claude-haiku-4.5`, `claude-opus-4-1@20250805`); the version is the first one or two short numbers after `claude`.
struct ClaudeGeneration: Sendable, Hashable, Comparable {
    var major: Int
    var minor: Int

    /// Nil for a model that is no Claude: other houses serve theirs in this format too.
    init?(model: String) {
        let name = model.lowercased()
        guard let start = name.firstRange(of: "claude") else { return nil }
        let parts = name[start.upperBound...].split { !$0.isLetter && !$0.isNumber }
        guard let first = parts.firstIndex(where: { Self.number($0) != nil }), let major = Self.number(parts[first]) else {
            // A preview without a number is newer than what has one.
            self.init(99, 0)
            return
        }
        self.init(major, first + 1 < parts.count ? Self.number(parts[first + 1]) ?? 0 : 0)
    }

    init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }

    /// Whether the model decides itself how much it thinks, within an effort.
    var thinksAdaptively: Bool { self >= Self(4, 6) }
    /// Whether a budget is refused, and so is everything that changes how tokens are drawn.
    var refusesBudgetsAndSampling: Bool { self >= Self(4, 7) }
    /// Whether messages of the role `system` may stand among the others.
    var takesSystemMessages: Bool { self >= Self(4, 8) }
    /// Whether `temperature` and `top_p` are refused beside each other.
    var refusesTemperatureWithTopP: Bool { self >= Self(4, 1) }

    /// A version's part: longer numbers are dates.
    private static func number(_ part: Substring) -> Int? { part.count <= 2 ? Int(part) : nil }
}
