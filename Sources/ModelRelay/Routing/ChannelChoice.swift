internal import Directory

/// Chooses among the channels that offer a model: by chance, weighted by priority, never one that failed this request before.
struct ChannelChoice {
    private var candidates: [ServedChannel]

    init(_ candidates: [ServedChannel]) { self.candidates = candidates }

    var isExhausted: Bool { self.candidates.isEmpty }

    /// Takes one out. A channel with a negative priority is chosen only where no other is left.
    mutating func next(using random: inout some RandomNumberGenerator) -> ServedChannel? {
        guard self.candidates.count > 1 else { return self.candidates.popLast() }
        let total = self.candidates.reduce(0) { $0 + Self.weight($1) }
        guard total > 0 else {
            return self.candidates.remove(at: Int.random(in: self.candidates.indices, using: &random))
        }
        var mark = Int64.random(in: 0..<total, using: &random)
        for index in self.candidates.indices {
            mark -= Self.weight(self.candidates[index])
            if mark < 0 { return self.candidates.remove(at: index) }
        }
        return self.candidates.popLast()
    }

    /// A priority of 0 counts as 10, as the contract has it; it is a weight, not a tier.
    private static func weight(_ channel: ServedChannel) -> Int64 {
        let priority = channel.channel.priority
        return priority == 0 ? 10 : min(max(priority, 0), 1_000_000)
    }
}

/// Which failures are worth another channel.
enum RetryPolicy {
    /// The request itself is at fault with these, so no other upstream would take it.
    static func isRetryable(status: UInt) -> Bool {
        switch status {
        case 400, 413, 422, 451: false
        default: true
        }
    }
}
