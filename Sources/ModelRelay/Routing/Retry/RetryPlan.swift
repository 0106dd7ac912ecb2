/// How many attempts a request has left with one model, and until when they may begin.
struct RetryPlan: Sendable, Hashable {
    /// More than any request could make use of.
    static let mostRetries: Int64 = 1000
    /// The longest pause between two attempts at one channel, where its upstream names no time.
    static let longestPause: Int64 = 5000
    /// The longest that a request waits for a channel whatever its upstream says.
    static let longestWait: Int64 = 60_000

    private(set) var attemptsLeft: Int
    /// How many attempts may still be given back.
    private var gifts: Int
    /// When, at the latest, another may begin, milliseconds.
    let latest: Int64

    /// - Parameters:
    ///   - modelRetryTimes: attempts after the first, as the model's configuration has it; 0 or less = the setting.
    ///   - retryTimes: the operator's setting.
    ///   - candidateCount: how many channels there are; so many attempts that only show that a channel isn't permitted cost none.
    ///   - latest: when, at the latest, an attempt may begin, milliseconds.
    init(modelRetryTimes: Int64, retryTimes: Int64, candidateCount: Int, latest: Int64) {
        let retries = modelRetryTimes > 0 ? modelRetryTimes : retryTimes
        self.attemptsLeft = 1 + Int(min(max(retries, 0), Self.mostRetries))
        self.gifts = max(candidateCount, 0)
        self.latest = latest
    }

    func mayBegin(at now: Int64) -> Bool { self.attemptsLeft > 0 && now <= self.latest }

    mutating func began() { self.attemptsLeft -= 1 }

    /// An attempt failed. One that met a channel without permission is given back, at most as often as there are channels: a bad key among
    /// the channels must not use up the attempts that the good ones are for.
    mutating func failed(_ outcome: AttemptOutcome) {
        guard outcome.isLasting, self.gifts > 0 else { return }
        self.gifts -= 1
        self.attemptsLeft += 1
    }

    /// How long the same channel is left alone: where it asked for time a second for each of its failures and up to one more by chance, at
    /// most five; else not at all.
    static func pause(after outcome: AttemptOutcome, failures: Int, using random: inout some RandomNumberGenerator) -> Int64 {
        guard outcome.asksForTime else { return 0 }
        let jitter = Int64.random(in: 0...1000, using: &random)
        return min(Int64(min(max(failures, 1), 10)) * 1000 + jitter, Self.longestPause)
    }
}
