import Synchronization
import Wire

/// What a request gets that waits for a parkable call.
enum ParkingDelivery: Sendable {
    case outcome(CallOutcome)
    /// Questions under their keys on the wire, and the ticket with which the answers come back.
    case inputRequired([PendingAsk], ParkingTicket)
    case refused(WireError)
    /// The request's own client has gone.
    case dropped
}

/// One call whose service may ask its modern client live: it runs in a task of its own, which outlives the request that
/// started it as long as it is parked.
///
/// It holds a `ParkedCall` and performs what that says; the lot that made it owns it.
final class ParkableCall: WatchedCall {
    private struct Waiting {
        let exchange: ModernExchange
        let slot: OneShot<ParkingDelivery>
    }

    private struct State {
        var machine: ParkedCall
        var waiting: [ParkedCall.ExchangeID: Waiting]
        var asks: [ParkedCall.AskID: OneShot<Result<[AskKey: Answer], MCPError>>] = [:]
        var nextID = 1
        /// The call's id in the lot; nil until it first asks.
        var ticketID: String?
        var task: Task<Void, Never>?
        var isCancelled = false
        var expiry: ContinuousClock.Instant?
        /// That of the latest request.
        var client: ClientProfile
        /// Only what is greater goes on to a client, whichever token it has meanwhile.
        var progress = -Double.infinity
        /// The newest report that came while no request waited.
        var unsent: Progress?

        /// A number that no request and no question of this call had before.
        mutating func takeID() -> Int {
            defer { nextID += 1 }
            return nextID
        }
    }

    let principal: Principal
    let chain: String
    let isContinued: Bool
    let clock: CallClock
    private let lot: ParkingLot
    private let state: Mutex<State>

    /// A call that a request starts. It does nothing before `start`.
    init(_ exchange: ModernExchange, in lot: ParkingLot) {
        principal = exchange.principal
        chain = exchange.chain
        isContinued = exchange.isContinued
        clock = exchange.clock
        self.lot = lot
        let waiting = Waiting(exchange: exchange, slot: OneShot())
        state = Mutex(
            State(
                machine: ParkedCall(0, capabilities: exchange.client.capabilities), waiting: [0: waiting],
                client: exchange.client))
    }

    /// Starts the work, and waits for what becomes of the request that it was started for.
    ///
    /// - Parameter executor: where the work runs; nil: anywhere.
    func start(
        on executor: (any TaskExecutor)?, _ work: @escaping @Sendable (any CallContext) async throws -> Outcome
    ) async -> ParkingDelivery {
        // Before there is a task: the work may be over, and its request served, by the time that this goes on.
        guard let slot = state.withLock({ $0.waiting[0]?.slot }) else { return .dropped }
        let watched = lot.watchdog.watch(self)
        let task = Task(executorPreference: executor) {
            let outcome: CallOutcome
            do { outcome = .success(try await work(self)) } catch { outcome = .failure(MCPError(wrapping: error)) }
            self.lot.watchdog.forget(watched)
            self.handle { $0.machine.finished(outcome) }
        }
        let isCancelled = state.withLock {
            // What is over already needs no handle; the task ends by itself.
            if !$0.machine.isOver { $0.task = task }
            return $0.isCancelled
        }
        if isCancelled { task.cancel() }
        return await delivery(of: 0, slot)
    }

    /// Lets a repeated request go on with the call, and waits for what becomes of it.
    func rejoin(
        _ exchange: ModernExchange, ticket: Int, answers: [AskKey: Answer], digest: String
    ) async -> ParkingDelivery {
        let slot = OneShot<ParkingDelivery>()
        let capabilities = exchange.client.capabilities
        var id = 0
        handle {
            id = $0.takeID()
            $0.waiting[id] = Waiting(exchange: exchange, slot: slot)
            return $0.machine.returned(id, ticket: ticket, answers: answers, digest: digest, capabilities: capabilities)
        } after: {
            // From here on this request's tokens and level count, if it still waits.
            guard $0.waiting[id] != nil else { return }
            $0.client = exchange.client
            if let progress = $0.unsent.take() { exchange.outlet.queue(progress) }
        }
        exchange.outlet.drain()
        // The limits of the call count while this request waits for it.
        exchange.clock.pause()
        defer { exchange.clock.resume() }
        return await delivery(of: id, slot)
    }

    private func delivery(of id: ParkedCall.ExchangeID, _ slot: OneShot<ParkingDelivery>) async -> ParkingDelivery {
        await withTaskCancellationHandler {
            await slot.value()
        } onCancel: {
            guard slot.settle(.dropped) else { return }
            handle {
                $0.machine.dropped(id)
            } after: {
                $0.waiting[id] = nil
            }
        }
    }

    // MARK: - Time

    /// Whether the call or its ticket is over.
    func check(at now: ContinuousClock.Instant) -> Bool {
        if state.withLock({ $0.expiry.map { $0 <= now } ?? false }) { handle { $0.machine.expired() } }
        if clock.isOver { handle { $0.machine.outlived() } }
        return state.withLock { $0.machine.phase != .gone }
    }

    private func openWindow(_ window: Int) {
        // Ends by itself, after a moment.
        Task {
            try? await Task.sleep(for: lot.limits.window)
            handle { $0.machine.windowClosed(window) }
        }
    }

    // MARK: - Performing

    private enum Effect {
        case request(OneShot<ParkingDelivery>, ParkingDelivery)
        case ask(OneShot<Result<[AskKey: Answer], MCPError>>, Result<[AskKey: Answer], MCPError>)
        case openWindow(Int)
        case cancel(Task<Void, Never>?)
        case forget(String?)
    }

    /// Tells the machine what happened, and does what it says: the state under the lock, everything else behind it.
    private func handle(
        _ event: (inout State) -> [ParkedCall.Action], after: (inout State) -> Void = { _ in }
    ) {
        let effects = state.withLock { state in
            let actions = event(&state)
            let effects = actions.compactMap { apply($0, &state) }
            after(&state)
            return effects
        }
        for effect in effects {
            switch effect {
            case .request(let slot, let delivery): slot.settle(delivery)
            case .ask(let slot, let answer): slot.settle(answer)
            case .openWindow(let window): openWindow(window)
            case .cancel(let task): task?.cancel()
            case .forget(let id): if let id { lot.leave(id, principal) }
            }
        }
    }

    private func apply(_ action: ParkedCall.Action, _ state: inout State) -> Effect? {
        func end(_ id: ParkedCall.ExchangeID, _ delivery: ParkingDelivery) -> Effect? {
            state.waiting.removeValue(forKey: id).map { .request($0.slot, delivery) }
        }
        switch action {
        case .openWindow(let window): return .openWindow(window)
        case .requireInput(let id, let asks, let number, let round):
            let ticket = ParkingTicket(
                node: lot.node, call: state.ticketID ?? "", number: number, round: round, chain: chain)
            return end(id, .inputRequired(asks, ticket))
        case .deliver(let id, let outcome): return end(id, .outcome(outcome))
        case .refuse(let id, let error): return end(id, .refused(error))
        case .answer(let id, let answers): return state.asks.removeValue(forKey: id).map { .ask($0, .success(answers)) }
        case .fail(let id, let error): return state.asks.removeValue(forKey: id).map { .ask($0, .failure(error)) }
        case .cancel:
            state.isCancelled = true
            return .cancel(state.task)
        case .expire(let expiry):
            state.expiry = lot.limits.lifetime(of: expiry).map { lot.now().advanced(by: $0) }
            return nil
        case .forget:
            state.task = nil
            return .forget(state.ticketID)
        }
    }
}

// MARK: - What the service sees

extension ParkableCall: CallContext {
    /// The client of the latest request.
    var client: ClientProfile { state.withLock { $0.client } }

    func progress(_ progress: Progress) {
        clock.touch()
        let outlets = state.withLock { state -> [ExchangeOutlet] in
            guard progress.value > state.progress else { return [] }
            state.progress = progress.value
            let outlets = state.waiting.values.map(\.exchange.outlet)
            state.unsent = outlets.isEmpty ? progress : nil
            for outlet in outlets { outlet.queue(progress) }
            return outlets
        }
        for outlet in outlets { outlet.drain() }
    }

    func log(_ entry: LogEntry) {
        let outlets = state.withLock { $0.waiting.values.map(\.exchange.outlet) }
        for outlet in outlets {
            outlet.queue(entry)
            outlet.drain()
        }
    }

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        try takePlace()
        let slot = OneShot<Result<[AskKey: Answer], MCPError>>()
        clock.pause()
        defer { clock.resume() }
        var asked = 0
        handle {
            asked = $0.takeID()
            $0.asks[asked] = slot
            return $0.machine.asked(asked, asks)
        }
        let id = asked
        return try await withTaskCancellationHandler {
            try await slot.value().get()
        } onCancel: {
            handle { $0.machine.withdrawn(id) }
        }
    }

    /// The first question of a call needs a place in the lot; those that follow don't.
    private func takePlace() throws(MCPError) {
        guard state.withLock({ $0.ticketID == nil && $0.machine.phase != .gone }) else { return }
        let id = try lot.enter(self)
        let isFirst = state.withLock {
            guard $0.ticketID == nil, $0.machine.phase != .gone else { return false }
            $0.ticketID = id
            return true
        }
        if !isFirst { lot.leave(id, principal) }
    }
}
