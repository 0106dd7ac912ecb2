/// Who waits for what in one exchange, and what is kept of its body meanwhile, as a pure state machine: events in, what to do out.
///
/// At any time at most one waits: for the head, later for the body. What comes while nobody waits is kept; at `highWater` the upstream
/// is no longer read, until all that is kept has been taken.
struct WebExchangeState {
    enum Delivery: Equatable {
        case head
        case part([UInt8])
        case end
        case failure(OutboundError)
    }

    enum Reading: Equatable { case pause, resume }

    struct Actions: Equatable {
        /// For who waits now, or asks with this event; they are then no longer waiting.
        var delivery: Delivery?
        var reading: Reading?
        /// The call is to be given up.
        var givesUp = false
    }

    private enum Waiting { case nobody, head, body }
    private enum Source: Equatable {
        case open, ended
        case failed(OutboundError)
    }

    private let highWater: Int
    private var waiting = Waiting.nobody
    private var source = Source.open
    private var kept: [UInt8] = []
    private var isPaused = false

    init(highWater: Int) { self.highWater = highWater }

    /// Whether nothing more can come from the upstream.
    var isFinished: Bool { self.source != .open }

    // MARK: The caller

    mutating func awaitHead() -> Actions {
        if case .failed(let error) = self.source { return Actions(delivery: .failure(error)) }
        self.waiting = .head
        return Actions()
    }

    /// The caller wants the next part, and does not wait where there is none yet.
    mutating func poll() -> Actions {
        guard self.waiting == .nobody else {
            return Actions(delivery: .failure(OutboundError(.closed, "the answer is being read by another task")))
        }
        if !self.kept.isEmpty { return self.taken() }
        switch self.source {
        case .open: return Actions()
        case .ended: return Actions(delivery: .end)
        case .failed(let error): return Actions(delivery: .failure(error))
        }
    }

    /// The caller wants the next part; without a delivery it waits from now on.
    mutating func next() -> Actions {
        let actions = self.poll()
        if actions.delivery == nil { self.waiting = .body }
        return actions
    }

    /// The caller's task is cancelled, or it has enough.
    mutating func cancel() -> Actions {
        let error = OutboundError(.cancelled, "cancelled")
        let wasOpen = self.source == .open
        // What was read to its end stays so, for who asks for the end once more.
        if self.source != .ended || !self.kept.isEmpty { self.source = .failed(error) }
        self.kept = []
        guard self.waiting != .nobody else { return Actions(givesUp: wasOpen) }
        self.waiting = .nobody
        return Actions(delivery: .failure(error), givesUp: wasOpen)
    }

    // MARK: The upstream

    mutating func headArrived() -> Actions {
        guard self.waiting == .head else { return Actions() }
        self.waiting = .nobody
        return Actions(delivery: .head)
    }

    mutating func partArrived(_ part: some Sequence<UInt8>) -> Actions {
        guard self.source == .open else { return Actions() }
        self.kept.append(contentsOf: part)
        guard self.kept.count >= self.highWater else { return Actions() }
        if self.waiting == .body { return self.taken() }
        guard !self.isPaused else { return Actions() }
        self.isPaused = true
        return Actions(reading: .pause)
    }

    /// What arrived together is complete: delivered as one part, it wakes its reader once.
    mutating func readCompleted() -> Actions {
        self.waiting == .body && !self.kept.isEmpty ? self.taken() : Actions()
    }

    mutating func ended() -> Actions { self.finish(.ended) }

    mutating func failed(_ error: OutboundError) -> Actions { self.finish(.failed(error)) }

    private mutating func finish(_ source: Source) -> Actions {
        guard self.source == .open else { return Actions() }
        self.source = source
        self.isPaused = false
        let waited = self.waiting
        self.waiting = .nobody
        if waited == .nobody { return Actions() }
        if !self.kept.isEmpty { return self.taken() }
        if case .failed(let error) = source { return Actions(delivery: .failure(error)) }
        // An end without a head doesn't come; who waits for one must not wait for ever.
        return Actions(delivery: waited == .head ? .failure(OutboundError(.closed, "no answer came")) : .end)
    }

    private mutating func taken() -> Actions {
        self.waiting = .nobody
        var actions = Actions(delivery: .part(self.kept))
        self.kept = []
        if self.isPaused {
            self.isPaused = false
            actions.reading = .resume
        }
        return actions
    }
}
