import Testing
import Wire

@testable import MCPServer

@Suite("questions that are out")
struct AskTableTests {
    private let start = ContinuousClock.now

    @Test("an answer comes once; a second is late, and one to nothing that was asked is unknown")
    func matches() throws {
        var table = AskTable<String>()
        let id = try #require(MessageID(.integer(table.open("a", call: MessageID(1), deadline: start))))
        guard case .answer(let entry) = table.match(id) else { return #expect(Bool(false), "no answer") }
        #expect(entry.asker == "a")
        guard case .late = table.match(id) else { return #expect(Bool(false), "not late") }
        for json: JSON in [0, 2, -1, "1", 1e30] {
            guard case .unknown = table.match(MessageID(json)) else { return #expect(Bool(false), "\(json) is known") }
        }
        guard case .unknown = table.match(nil) else { return #expect(Bool(false), "no id is known") }
    }

    @Test("ids are never used again, and nothing is lost, in any order of events", arguments: 0..<10)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var table = AskTable<Int>()
        var model: [Int: (call: Int, second: Int)] = [:]
        var used: Set<Int> = []
        for second in 0..<1000 {
            let now = start.advanced(by: .seconds(second))
            switch Int.random(in: 0..<6, using: &random) {
            case 0..<3:
                let call = Int.random(in: 0..<4, using: &random)
                let id = table.open(second, call: MessageID(call), deadline: now.advanced(by: .seconds(30)))
                #expect(used.insert(id).inserted)
                model[id] = (call, second)
            case 3:
                let id = Int.random(in: 1...(used.count + 3), using: &random)
                switch table.match(MessageID(id)) {
                case .answer(let entry): #expect(model.removeValue(forKey: id)?.second == entry.asker)
                case .late: #expect(used.contains(id) && model[id] == nil)
                case .unknown: #expect(!used.contains(id))
                }
            case 4:
                let call = Int.random(in: 0..<4, using: &random)
                let withdrawn = table.withdraw(call: MessageID(call)).map(\.id)
                #expect(withdrawn == model.filter { $0.value.call == call }.keys.sorted())
                for id in withdrawn { model[id] = nil }
            default:
                let expired = table.expire(at: now).map(\.id)
                #expect(expired == model.filter { second - $0.value.second >= 30 }.keys.sorted())
                for id in expired { model[id] = nil }
            }
            #expect(table.count == model.count)
        }
    }
}

@Suite("a client that is asked live, and a service that asks by value")
struct AskLoopTests {
    private let visit = PendingAsk("visit", .elicit(["mode": "url", "url": "https://example.com/pay", "message": "Pay."]))

    @Test("rounds are bounded")
    func rounds() {
        var loop = AskLoop()
        for _ in 0..<AskLoop.maximumRounds {
            guard case .ask(let asks, .zero) = loop.needs([PendingAsk("a", .roots)]) else {
                return #expect(Bool(false), "not asked")
            }
            #expect(asks.count == 1)
            _ = loop.answered(["a": .result(["roots": []])], to: asks)
        }
        guard case .giveUp = loop.needs([PendingAsk("a", .roots)]) else { return #expect(Bool(false), "asked on") }
    }

    @Test("where only time is wanted, the wait grows up to a bound")
    func waits() {
        var loop = AskLoop()
        var waits: [Duration] = []
        while case .ask(let asks, let wait) = loop.needs([]) {
            #expect(asks.isEmpty)
            waits.append(wait)
        }
        #expect(waits.count == AskLoop.maximumRounds)
        #expect(waits.first == .milliseconds(250))
        #expect(waits == waits.sorted())
        #expect(waits.last == .seconds(8))
    }

    @Test("who agreed to visit a URL is not asked for it again: the call is tried again after a while")
    func consent() {
        var loop = AskLoop()
        guard case .ask(let first, .zero) = loop.needs([visit]) else { return #expect(Bool(false), "not asked") }
        _ = loop.answered(["visit": .result(["action": "accept"])], to: first)
        guard case .ask(let second, let wait) = loop.needs([visit, PendingAsk("name", .elicit(["message": "Name?"]))]) else {
            return #expect(Bool(false), "given up")
        }
        #expect(second.map(\.key) == ["name"])
        #expect(wait == .zero)
        let answers = loop.answered(["name": .result(["action": "decline"])], to: second)
        #expect(answers.keys.sorted() == ["name", "visit"])
        guard case .ask(let third, let pause) = loop.needs([visit]) else { return #expect(Bool(false), "given up") }
        #expect(third.isEmpty)
        #expect(pause > .zero)
    }

    @Test("who declined a visit may be asked again")
    func declined() {
        var loop = AskLoop()
        guard case .ask(let first, _) = loop.needs([visit]) else { return #expect(Bool(false), "not asked") }
        _ = loop.answered(["visit": .result(["action": "decline"])], to: first)
        guard case .ask(let second, _) = loop.needs([visit]) else { return #expect(Bool(false), "given up") }
        #expect(second.count == 1)
    }
}

@Suite("what a session watches for")
struct SubscriptionPlanTests {
    private func open(_ actions: [SubscriptionPlan.Action]) -> ChangeFilter? {
        for case .open(let filter) in actions { return filter }
        return nil
    }

    private func honoured(_ uris: [String]) -> ChangeFilter {
        var filter = ChangeFilter()
        filter.resourceSubscriptions = uris
        return filter
    }

    @Test("a change opens a new watch, and only once that stands, the old is replaced")
    func makeBeforeBreak() {
        var plan = SubscriptionPlan()
        #expect(open(plan.request(.subscribe("a:1"), ticket: 1))?.resourceSubscriptions == ["a:1"])
        #expect(plan.request(.subscribe("a:2"), ticket: 2).isEmpty, "one at a time")
        let first = plan.opened(honoured: honoured(["a:1"]))
        guard case .replace? = first.first else { return #expect(Bool(false), "not replaced") }
        #expect(open(first)?.resourceSubscriptions == ["a:1", "a:2"])
        #expect(plan.filter.resourceSubscriptions == ["a:1"])
        _ = plan.opened(honoured: honoured(["a:1", "a:2"]))
        #expect(plan.filter.resourceSubscriptions == ["a:1", "a:2"])
    }

    @Test("a resource that is not honoured is refused, and what stood stays")
    func notHonoured() {
        var plan = SubscriptionPlan()
        _ = plan.request(.subscribe("a:1"), ticket: 1)
        _ = plan.opened(honoured: honoured(["a:1"]))
        _ = plan.request(.subscribe("b:1"), ticket: 2)
        let actions = plan.opened(honoured: honoured(["a:1"]))
        guard case .discard? = actions.first, case .settle(2, let error?)? = actions.last else {
            return #expect(Bool(false), "not refused")
        }
        #expect(error.message.contains("b:1"))
        #expect(plan.filter.resourceSubscriptions == ["a:1"])
    }

    @Test("what changes nothing needs no watch, and where nothing is left, it stops")
    func nothing() {
        var plan = SubscriptionPlan()
        guard case .settle(1, nil)? = plan.request(.unsubscribe("a:1"), ticket: 1).first else {
            return #expect(Bool(false), "not settled")
        }
        _ = plan.request(.subscribe("a:1"), ticket: 2)
        _ = plan.opened(honoured: honoured(["a:1"]))
        guard case .stop? = plan.request(.unsubscribe("a:1"), ticket: 3).first else {
            return #expect(Bool(false), "not stopped")
        }
    }

    @Test("every wish is settled once, in order, whatever opens and fails", arguments: 0..<20)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var plan = SubscriptionPlan()
        var pending: ChangeFilter?
        var settled: [Int] = []
        var model: Set<String> = []
        var edits: [Int: SubscriptionPlan.Edit] = [:]
        func take(_ actions: [SubscriptionPlan.Action]) {
            for action in actions {
                switch action {
                case .open(let filter): pending = filter
                case .settle(let ticket, let error):
                    settled.append(ticket)
                    guard error == nil, let edit = edits[ticket] else { continue }
                    if case .subscribe(let uri) = edit { model.insert(uri) }
                    if case .unsubscribe(let uri) = edit { model.remove(uri) }
                case .replace, .discard, .stop: break
                }
            }
        }
        for ticket in 1...300 {
            let uri = "a:\(Int.random(in: 0..<5, using: &random))"
            let edit: SubscriptionPlan.Edit = Bool.random(using: &random) ? .subscribe(uri) : .unsubscribe(uri)
            edits[ticket] = edit
            take(plan.request(edit, ticket: ticket))
            while let filter = pending, Bool.random(using: &random) {
                pending = nil
                take(Int.random(in: 0..<4, using: &random) == 0 ? plan.failed(.internalError()) : plan.opened(honoured: filter))
            }
        }
        while let filter = pending {
            pending = nil
            take(plan.opened(honoured: filter))
        }
        #expect(settled == Array(1...300))
        #expect(Set(plan.filter.resourceSubscriptions) == model)
    }
}
