/// The way of one request over models and their channels, until one answers or none is left.
///
/// A model's channels are tried as long as it has attempts and time left; then come those of the next model. The caller asks `next` what to
/// do, does it, and tells how it failed.
struct RouteWalk: Sendable {
    /// One model of the way.
    struct Leg: Sendable {
        let model: String
        fileprivate(set) var choice: RouteChoice
        /// Attempts after the first, as the model's configuration has it; 0 = the setting.
        let retryTimes: Int64
        /// How long its channels are tried before the next model's are; nil = as long as attempts are left.
        let budgetMilliseconds: Int64?
        fileprivate var plan: RetryPlan?

        init(model: String, choice: RouteChoice, retryTimes: Int64 = 0, budgetMilliseconds: Int64? = nil) {
            self.model = model
            self.choice = choice
            self.retryTimes = retryTimes
            self.budgetMilliseconds = budgetMilliseconds
        }
    }

    /// An attempt that is to be made.
    struct Attempt: Sendable {
        /// Which of the legs it belongs to.
        let leg: Int
        let model: String
        let candidate: RouteCandidate
        let pass: RoutePass
        /// Whether the turn of round robin goes on with it: `RouteMemory.tookTurn` is to be told.
        let takesTurn: Bool
        fileprivate let place: Int
    }

    enum Step: Sendable {
        case attempt(Attempt)
        /// Nothing can be done for so many milliseconds; then ask again.
        case wait(milliseconds: Int64)
        /// No channel is left, or no attempt, or no time; or none would do better. The time is how long the first channel is still closed
        /// by its upstream, where there is such.
        case end(retryAfterMilliseconds: Int64?)
    }

    private(set) var legs: [Leg]
    private var current = 0
    private let retryTimes: Int64
    /// When, at the latest, an attempt may begin, milliseconds.
    private let latest: Int64
    private var isOver = false
    private var opensAt: Int64?
    /// How many attempts failed.
    private(set) var failures = 0

    /// - Parameters:
    ///   - legs: the model that was asked for, then its fallbacks.
    ///   - retryTimes: the operator's setting, for models that name no number.
    ///   - latest: when, at the latest, an attempt may begin, milliseconds (`CallDeadlines.attempts` from the request's arrival).
    init(_ legs: [Leg], retryTimes: Int64, latest: Int64) {
        self.legs = legs
        self.retryTimes = retryTimes
        self.latest = latest
    }

    /// Whether the current leg is another model than the one that was asked for.
    var isFallback: Bool { self.current > 0 }

    mutating func next(
        _ health: some RouteConditions, at now: Int64, using random: inout some RandomNumberGenerator
    ) -> Step {
        while !self.isOver, self.current < self.legs.count {
            let plan = self.plan(at: now)
            guard plan.mayBegin(at: now) else {
                self.current += 1
                continue
            }
            let leg = self.legs[self.current]
            let conditions = health.conditions(
                ofModel: leg.model, candidates: leg.choice.candidates, needsLatency: leg.choice.needsLatency, at: now)
            let latest = min(plan.latest, now + RetryPlan.longestWait)
            switch leg.choice.next(conditions, at: now, latest: latest, using: &random) {
            case .call(let place, let pass):
                let candidate = leg.choice.candidates[place]
                if pass.kind == .permit, !health.takePermit(model: leg.model, channelID: candidate.id, at: now) {
                    self.legs[self.current].choice.lacksPermit(place)
                    continue
                }
                self.legs[self.current].plan?.began()
                return .attempt(
                    Attempt(
                        leg: self.current, model: leg.model, candidate: candidate, pass: pass,
                        takesTurn: leg.choice.strategy == .roundRobin, place: place))
            case .wait(let until):
                // Another model now is better than this one later.
                guard self.current + 1 == self.legs.count else {
                    self.current += 1
                    continue
                }
                return .wait(milliseconds: Self.spread(until - now, latest: latest - now, using: &random))
            case .exhausted(let opensAt):
                if let opensAt { self.opensAt = min(self.opensAt ?? .max, opensAt) }
                self.current += 1
            }
        }
        self.isOver = true
        return .end(retryAfterMilliseconds: self.opensAt.map { max($0 - now, 0) })
    }

    /// A quarter longer by chance, at most a second: those that wait for the same channel must not come all at once.
    private static func spread(_ wait: Int64, latest: Int64, using random: inout some RandomNumberGenerator) -> Int64 {
        max(min(wait + Int64.random(in: 0...min(max(wait, 0) / 4, 1000), using: &random), latest), 1)
    }

    /// The attempt failed before anything reached the client.
    mutating func failed(
        _ attempt: Attempt, _ outcome: AttemptOutcome, at now: Int64, using random: inout some RandomNumberGenerator
    ) {
        self.failures += 1
        guard outcome.isWorthAnotherChannel else {
            self.isOver = true
            return
        }
        let failures = self.legs[attempt.leg].choice.failures(of: attempt.place) + 1
        self.legs[attempt.leg].choice.failed(
            attempt.place, isLasting: outcome.isLasting,
            pause: RetryPlan.pause(after: outcome, failures: failures, using: &random), at: now)
        self.legs[attempt.leg].plan?.failed(outcome)
    }

    /// The plan of the current leg, which begins with it.
    private mutating func plan(at now: Int64) -> RetryPlan {
        let leg = self.legs[self.current]
        if let plan = leg.plan { return plan }
        let latest = min(self.latest, leg.budgetMilliseconds.map { now + $0 } ?? .max)
        let plan = RetryPlan(
            modelRetryTimes: leg.retryTimes, retryTimes: self.retryTimes, candidateCount: leg.choice.candidates.count,
            latest: latest)
        self.legs[self.current].plan = plan
        return plan
    }
}
