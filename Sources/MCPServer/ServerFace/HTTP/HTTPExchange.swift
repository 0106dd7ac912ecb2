import Synchronization
import Wire

/// The answer to one HTTP request: performs what its `Exchange` says, in order, whoever tells it something.
final class HTTPExchange: AnswerPort, Pulsing {
    /// A connection on which the exchange is, or was, answered.
    final class Attachment: Sendable {
        fileprivate let number: Int
        fileprivate let sink: any MCPHTTPSink
        fileprivate let served = OneShot<Void>()

        fileprivate init(_ number: Int, _ sink: any MCPHTTPSink) {
            self.number = number
            self.sink = sink
        }
    }

    private struct State {
        var exchange: Exchange
        var attachments: [Attachment]
        var steps: [Exchange.Step] = []
        /// Somebody performs steps. Whoever adds some meanwhile leaves them to that one, so that they stay in order without
        /// a lock being held while they are performed.
        var isPerforming = false
        /// The kept bytes that the budget knows of.
        var countedBytes = 0
    }

    private let state: Mutex<State>
    private let pulse: Pulse
    private let budget: ByteBudget?
    /// The connection of the request that began the exchange.
    let first: Attachment

    /// - Parameter budget: bounds what all exchanges together keep for clients that come back.
    init(_ terms: Exchange.Terms, sink: any MCPHTTPSink, pulse: Pulse, budget: ByteBudget? = nil) {
        self.pulse = pulse
        self.budget = budget
        first = Attachment(1, sink)
        state = Mutex(State(exchange: Exchange(terms, at: pulse.now), attachments: [first]))
        pulse.add(self)
        if terms.isListening { event { exchange, now in exchange.open(at: now) } }
    }

    deinit { _ = budget?.count(-state.withLock { $0.countedBytes }) }

    /// Waits until nothing more comes on a connection. A cancelled task is a client that has gone.
    func served(_ attachment: Attachment) async {
        await withTaskCancellationHandler {
            await attachment.served.value()
        } onCancel: {
            event { exchange, now in exchange.leave(attachment.number, at: now) }
        }
    }

    /// The client of the first connection has gone.
    func leave() { event { exchange, now in exchange.leave(first.number, at: now) } }

    /// Goes on on another connection, behind the event of that number.
    /// - Returns: nil where nothing was streamed yet, or the stream can't be resumed.
    func attach(_ sink: any MCPHTTPSink, after number: Int) -> Attachment? {
        let now = pulse.now
        let attached = state.withLock { state -> (Attachment, [Exchange.Step]?)? in
            guard let (attached, steps) = state.exchange.attach(after: number, at: now) else { return nil }
            let attachment = Attachment(attached, sink)
            state.attachments.append(attachment)
            return (attachment, Self.queue(steps, &state))
        }
        guard let (attachment, batch) = attached else { return nil }
        pulse.add(self)
        if let batch { perform(batch) }
        return attachment
    }

    /// Whether what is sent can still reach the client, perhaps when it comes back.
    var isOpen: Bool { state.withLock { $0.exchange.isOpen } }
    /// Whether the client is there.
    var isAttached: Bool { state.withLock { $0.exchange.isAttached } }
    /// Whether nothing is left of it.
    var isSettled: Bool { state.withLock { $0.exchange.isSettled } }
    /// What it keeps for a client that comes back, in bytes.
    var keptBytes: Int { state.withLock { $0.exchange.keptBytes } }

    /// Lets go of what is kept for a client that comes back.
    func forget() {
        event { exchange, _ in
            exchange.forget()
            return []
        }
    }

    // MARK: - The port

    var carriesRequests: Bool { state.withLock { $0.exchange.carriesRequests } }

    func send(_ message: [UInt8]) { event { exchange, now in exchange.send(message, at: now) } }

    func answer(_ reply: Reply, for revision: Revision) {
        event { exchange, now in
            // Without an id it is no message up to 2025-06-18; its request was unreadable, so nothing was sent before it.
            exchange.answer({ [reply.message] }, orWhole: { reply.response(for: revision) }, at: now)
        }
    }

    /// The answers to the requests of one batch: an array, or each an event of the stream that has begun.
    func answer(_ replies: [Reply]) {
        event { exchange, now in
            exchange.answer({ replies.map(\.message) }, orWhole: { Self.array(replies.map(\.message)) }, at: now)
        }
    }

    private static func array(_ messages: [[UInt8]]) -> MCPHTTPResponse {
        guard !messages.isEmpty else { return .accepted }
        return .json([UInt8(ascii: "[")] + Array(messages.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "]")])
    }

    func end() { event { exchange, now in exchange.end(at: now) } }

    func pulse(at now: ContinuousClock.Instant) -> Bool {
        event { exchange, _ in exchange.tick(at: now) }
        return !isSettled
    }

    // MARK: - Steps

    private func event(_ happen: (inout Exchange, ContinuousClock.Instant) -> [Exchange.Step]) {
        let now = pulse.now
        let batch = state.withLock { state in
            let batch = Self.queue(happen(&state.exchange, now), &state)
            if let budget { Self.count(&state, in: budget) }
            return batch
        }
        if let batch { perform(batch) }
    }

    private static func count(_ state: inout State, in budget: ByteBudget) {
        let change = state.exchange.keptBytes - state.countedBytes
        guard change != 0 else { return }
        state.countedBytes += change
        if !budget.count(change), change > 0 {
            state.exchange.forget()
            _ = budget.count(-state.countedBytes)
            state.countedBytes = 0
        }
    }

    /// Adds steps; returns those to be performed now, or nil where somebody else does it.
    private static func queue(_ steps: [Exchange.Step], _ state: inout State) -> [Exchange.Step]? {
        guard !state.isPerforming else {
            state.steps += steps
            return nil
        }
        guard !steps.isEmpty else { return nil }
        state.isPerforming = true
        return steps
    }

    private func perform(_ steps: [Exchange.Step]) {
        var batch = steps
        while true {
            for step in batch { perform(step) }
            let (rest, isSettled) = state.withLock { state -> ([Exchange.Step], Bool) in
                defer { state.steps = [] }
                state.isPerforming = !state.steps.isEmpty
                return (state.steps, state.exchange.isSettled)
            }
            guard !rest.isEmpty else {
                if isSettled { pulse.remove(self) }
                return
            }
            batch = rest
        }
    }

    private func perform(_ step: Exchange.Step) {
        guard let attachment = state.withLock({ $0.attachments.first { $0.number == step.attachment } }) else { return }
        switch step.what {
        case .whole(let response): attachment.sink.whole(response)
        case .begin(let headers): attachment.sink.begin(status: 200, headers: headers)
        case .write(let bytes): attachment.sink.write(bytes)
        case .end: attachment.sink.end()
        case .release:
            state.withLock { $0.attachments.removeAll { $0.number == step.attachment } }
            attachment.served.settle(())
        }
    }
}
