import Testing
import Wire

@testable import MCPServer

/// A parked call in a world of random events, which keeps account of what must hold in any order of them.
private struct World {
    var call = ParkedCall.started()
    var random: SeededRandom
    var waiting: Set<Int> = [0]
    var settledExchanges: Set<Int> = []
    var openAsks: Set<Int> = []
    var settledAsks: Set<Int> = []
    /// The keys that went out with each ticket.
    var tickets: [Int: [String]] = [:]
    var newestTicket = 0
    var windows: [Int] = []
    var expiry = ParkedCall.Expiry.none
    var isFinished = false
    var isForgotten = false
    var deliveries = 0
    var cancellations = 0
    var nextID = 1
    /// What each retry was, to send it twice.
    var retries: [(ticket: Int, answers: [String: String])] = []

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func newID() -> Int {
        nextID += 1
        return nextID
    }

    /// One random event.
    mutating func step() {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1, 2: ask()
        case 3, 4:
            guard let window = windows.randomElement(using: &random) else { return }
            apply(call.windowClosed(window))
        case 5, 6, 7: retry()
        case 8:
            guard let exchange = waiting.sorted().randomElement(using: &random) else { return }
            waiting.remove(exchange)
            apply(call.dropped(exchange))
        case 9:
            guard let ask = openAsks.sorted().randomElement(using: &random) else { return }
            apply(call.withdrawn(ask))
        case 10:
            if Bool.random(using: &random), expiry != .none {
                apply(call.expired())
            } else if Int.random(in: 0..<4, using: &random) == 0 {
                apply(call.outlived())
            }
        default:
            // A service ends once, and only when it waits for nothing.
            guard !isFinished, openAsks.isEmpty else { return }
            finish()
        }
    }

    mutating func finish() {
        isFinished = true
        let wasOver = call.isOver
        let waiters = waiting
        let before = deliveries
        apply(call.finished(.success(.complete(RawObject()))))
        guard !wasOver else { return }
        #expect(deliveries == before + waiters.count, "every request that waits gets it")
        if waiters.isEmpty { #expect(call.phase == .kept(isDelivered: false), "else it is kept") }
    }

    private mutating func ask() {
        guard !isFinished, openAsks.count < 3 else { return }
        let id = newID()
        let keys = ["a", "b", "c"].shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random))
        openAsks.insert(id)
        apply(call.asked(id, keys.map { PendingAsk(AskKey($0), .elicit(RawObject())) }))
    }

    private mutating func retry() {
        let retry: (ticket: Int, answers: [String: String])
        if Int.random(in: 0..<3, using: &random) == 0, let earlier = retries.randomElement(using: &random) {
            retry = earlier
        } else {
            guard newestTicket > 0 else { return }
            let ticket =
                Int.random(in: 0..<5, using: &random) == 0 ? Int.random(in: 1...newestTicket, using: &random) : newestTicket
            var answers: [String: String] = [:]
            for key in tickets[ticket] ?? [] where Int.random(in: 0..<4, using: &random) > 0 {
                answers[key] = String(Int.random(in: 0..<3, using: &random))
            }
            retry = (ticket, answers)
            retries.append(retry)
        }
        let id = newID()
        waiting.insert(id)
        let wasKept = call.phase == .kept(isDelivered: false) && retry.ticket == newestTicket
        let before = deliveries
        let capable = Int.random(in: 0..<10, using: &random) > 0
        let results = retry.answers.map { (AskKey($0.key), Answer.result(["value": .string($0.value)])) }
        apply(
            call.returned(
                id, ticket: retry.ticket, answers: Dictionary(results) { first, _ in first },
                digest: "\(retry.answers.sorted { $0.key < $1.key })",
                capabilities: capable ? ParkedCall.everything : ClientCapabilities()))
        if wasKept { #expect(deliveries == before + 1, "a kept outcome is not lost") }
    }

    private mutating func settle(_ exchange: Int) {
        #expect(waiting.remove(exchange) != nil, "only who waits is answered")
        #expect(settledExchanges.insert(exchange).inserted, "and once")
    }

    private mutating func settleAsk(_ id: Int) {
        #expect(openAsks.remove(id) != nil, "only what is asked is answered")
        #expect(settledAsks.insert(id).inserted, "and once")
    }

    private mutating func apply(_ actions: [ParkedCall.Action]) {
        for action in actions {
            switch action {
            case .openWindow(let window): windows.append(window)
            case .requireInput(let id, let asks, let ticket, let round):
                settle(id)
                #expect(round <= ParkedCall.maximumRounds)
                #expect(ticket == newestTicket || ticket == newestTicket + 1)
                #expect(Set(asks.map(\.key)).count == asks.count)
                #expect(!asks.isEmpty)
                newestTicket = ticket
                tickets[ticket] = asks.map(\.key.name)
            case .deliver(let id, _):
                settle(id)
                deliveries += 1
            case .refuse(let id, _): settle(id)
            case .answer(let id, _), .fail(let id, _): settleAsk(id)
            case .cancel: cancellations += 1
            case .expire(let expiry): self.expiry = expiry
            case .forget:
                #expect(!isForgotten)
                isForgotten = true
            }
        }
        check()
    }

    private func check() {
        #expect(Set(call.exchanges.map(\.id)) == waiting)
        #expect(cancellations <= 1)
        switch call.phase {
        case .running, .collecting: #expect(!waiting.isEmpty && expiry == .none)
        case .parked: #expect(waiting.isEmpty && expiry == .ticket)
        case .kept: #expect(waiting.isEmpty && expiry != .none && openAsks.isEmpty)
        case .gone: #expect(waiting.isEmpty && expiry == .none && openAsks.isEmpty && isForgotten)
        }
        if case .collecting = call.phase { #expect(!call.open.isEmpty) }
    }
}

@Suite("a parked call, in any order of events")
struct ParkedCallPropertyTests {
    @Test("nothing is answered twice, nobody is left waiting, no outcome is lost", arguments: 0..<40)
    func anyOrder(block: Int) {
        for seed in 0..<50 {
            var world = World(seed: UInt64(block * 50 + seed))
            for _ in 0..<80 { world.step() }
        }
    }
}
