internal import NIOCore

/// How a connection comes to its end, as a state machine: what it says to do is done by `FrontHandler`.
struct ConnectionEnd {
    enum Action: Equatable {
        case wait
        /// Tell the client that nothing more comes, and go on reading.
        case closeOutput
        case close
    }

    private enum Phase {
        case open
        /// Nothing is read or served any more; what was written is going out. Closing now would drop it.
        case draining(lingers: Bool)
        /// All was sent. What the client still sends is read and dropped for a while: closing with unread input is a reset, which
        /// may take the answer with it (RFC 9112 §9.6).
        case lingering(until: NIODeadline)
        case closed
    }

    private var phase = Phase.open

    var hasBegun: Bool { if case .open = self.phase { false } else { true } }

    /// - Parameter lingers: whether the client may be in the middle of sending.
    mutating func begin(lingers: Bool) {
        if !self.hasBegun { self.phase = .draining(lingers: lingers) }
    }

    /// What comes next.
    /// - Parameter waiting: bytes that were written and that the socket has not taken.
    mutating func next(waiting: Int, now: NIODeadline, linger: TimeAmount) -> Action {
        switch self.phase {
        case .draining where waiting > 0: return .wait
        case .draining(lingers: true):
            self.phase = .lingering(until: now + linger)
            return .closeOutput
        case .draining(lingers: false): return self.cut()
        case .lingering(let end): return now >= end ? self.cut() : .wait
        case .open, .closed: return .wait
        }
    }

    /// The client has said its last word.
    mutating func inputClosed() -> Action {
        switch self.phase {
        case .draining:
            self.phase = .draining(lingers: false)
            return .wait
        case .lingering: return self.cut()
        case .open, .closed: return .wait
        }
    }

    /// The end without regard to what waits.
    mutating func cut() -> Action {
        self.phase = .closed
        return .close
    }
}
