import Testing

@testable import MCPServer

extension LegacySession: HeldSession {
    public var isInUse: Bool { phase == .initialising }
}

@Suite("sessions of legacy clients")
struct LegacySessionsTests {
    private let start = ContinuousClock.now
    private let alice = Principal(id: "alice")
    private let bob = Principal(id: "bob")

    private func ready(_ owner: Principal) -> LegacySession {
        var session = LegacySession(owner: owner)
        _ = session.initialize(
            LegacySession.Greeting(
                revision: .march2025, capabilities: ClientCapabilities(), info: Implementation(name: "c", version: "1")))
        session.confirm()
        return session
    }

    @Test("a session goes from new over initialising to ready to closed, and never back")
    func phases() {
        var session = LegacySession(owner: alice)
        let greeting = LegacySession.Greeting(
            revision: .june2025, capabilities: ClientCapabilities(), info: Implementation(name: "c", version: "1"))
        session.confirm()
        #expect(session.phase == .new)
        #expect(session.admits(method: "ping"))
        #expect(!session.admits(method: "tools/list"))
        let first = session.initialize(greeting)
        #expect(first)
        #expect(session.phase == .initialising)
        #expect(!session.admits(method: "tools/call"))
        let second = session.initialize(greeting)
        #expect(!second)
        session.confirm()
        session.confirm()
        #expect(session.phase == .ready)
        #expect(session.admits(method: "tools/call"))
        #expect(session.revision == .june2025)
        session.close()
        session.confirm()
        #expect(session.phase == .closed)
        #expect(!session.admits(method: "ping"))
    }

    @Test("a session is known to its owner, at its endpoint, until it ends")
    func ownership() {
        var sessions = LegacySessions<LegacySession>(limits: LegacySessionLimits())
        let answer1 = sessions.open(ready(alice), id: "s", endpoint: "one", at: start)
        #expect(answer1)
        let answer2 = sessions.open(ready(bob), id: "s", endpoint: "one", at: start)
        #expect(!answer2, "an id is given once")
        let answer3 = sessions.use("s", endpoint: "one", principal: alice, at: start)
        #expect(answer3 != nil)
        let answer4 = sessions.use("s", endpoint: "two", principal: alice, at: start)
        #expect(answer4 == nil)
        let answer5 = sessions.use("s", endpoint: "one", principal: bob, at: start)
        #expect(answer5 == nil)
        let answer6 = sessions.close("s", endpoint: "one", principal: bob, at: start)
        #expect(!answer6)
        let answer7 = sessions.close("s", endpoint: "one", principal: alice, at: start)
        #expect(answer7)
        let answer8 = sessions.close("s", endpoint: "one", principal: alice, at: start)
        #expect(!answer8)
        #expect(sessions.count == 0)
    }

    @Test("an idle session is forgotten, a used one is not")
    func idle() {
        var sessions = LegacySessions<LegacySession>(limits: LegacySessionLimits(idle: .seconds(10)))
        _ = sessions.open(ready(alice), id: "idle", endpoint: "one", at: start)
        _ = sessions.open(ready(alice), id: "used", endpoint: "one", at: start)
        _ = sessions.use("used", endpoint: "one", principal: alice, at: start.advanced(by: .seconds(6)))
        let later = start.advanced(by: .seconds(10))
        let answer9 = sessions.use("idle", endpoint: "one", principal: alice, at: later)
        #expect(answer9 == nil)
        let answer10 = sessions.use("used", endpoint: "one", principal: alice, at: later)
        #expect(answer10 != nil)
        #expect(sessions.count == 1)
    }

    @Test("a session in use does not become idle, and what goes is handed out to be ended")
    func inUse() {
        var sessions = LegacySessions<LegacySession>(limits: LegacySessionLimits(idle: .seconds(10)))
        var used = LegacySession(owner: alice)
        _ = used.initialize(
            LegacySession.Greeting(
                revision: .march2025, capabilities: ClientCapabilities(), info: Implementation(name: "c", version: "1")))
        _ = sessions.open(used, id: "used", endpoint: "one", at: start)
        _ = sessions.open(ready(bob), id: "idle", endpoint: "one", at: start)
        sessions.expire(at: start.advanced(by: .seconds(10)))
        #expect(sessions.count == 1)
        let gone = sessions.takeRemoved()
        #expect(gone.map(\.owner) == [bob])
        let again = sessions.takeRemoved()
        #expect(again.isEmpty)
        sessions.update("used", endpoint: "one", principal: alice) { $0.confirm() }
        sessions.expire(at: start.advanced(by: .seconds(20)))
        #expect(sessions.count == 0)
    }

    @Test("who has too many loses the one used longest ago, and nobody else loses one")
    func perPrincipal() {
        var sessions = LegacySessions<LegacySession>(limits: LegacySessionLimits(total: 100, perPrincipal: 2))
        _ = sessions.open(ready(bob), id: "b", endpoint: "one", at: start)
        _ = sessions.open(ready(alice), id: "a1", endpoint: "one", at: start)
        _ = sessions.open(ready(alice), id: "a2", endpoint: "one", at: start)
        _ = sessions.use("a1", endpoint: "one", principal: alice, at: start)
        _ = sessions.open(ready(alice), id: "a3", endpoint: "one", at: start)
        let answer11 = sessions.use("a2", endpoint: "one", principal: alice, at: start)
        #expect(answer11 == nil)
        let answer12 = sessions.use("a1", endpoint: "one", principal: alice, at: start)
        #expect(answer12 != nil)
        let answer13 = sessions.use("b", endpoint: "one", principal: bob, at: start)
        #expect(answer13 != nil)
    }

    @Test("any order of events keeps to the limits and to a plain model of the table", arguments: 0..<12)
    func againstModel(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let limits = LegacySessionLimits(total: 12, perPrincipal: 5, idle: .seconds(40))
        var sessions = LegacySessions<LegacySession>(limits: limits)
        // The model: ids in the order of their last use, each with its owner and time.
        var model: [(id: String, owner: String, used: Int)] = []
        let owners = ["p", "q", "r", "s"]
        for step in 0..<2000 {
            let now = start.advanced(by: .seconds(step))
            model.removeAll { step - $0.used >= 40 }
            let owner = owners.randomElement(using: &random) ?? "p"
            let principal = Principal(id: owner)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3:
                if model.count(where: { $0.owner == owner }) >= 5, let index = model.firstIndex(where: { $0.owner == owner }) {
                    model.remove(at: index)
                }
                if model.count >= 12 { model.removeFirst() }
                model.append((id: "id-\(step)", owner: owner, used: step))
                let answer14 = sessions.open(ready(principal), id: "id-\(step)", endpoint: "e", at: now)
                #expect(answer14)
            case 3..<9:
                let id = "id-\(Int.random(in: max(0, step - 30)...step, using: &random))"
                let index = model.firstIndex { $0.id == id && $0.owner == owner }
                let answer15 = sessions.use(id, endpoint: "e", principal: principal, at: now)
                #expect((answer15 != nil) == (index != nil))
                if let index {
                    var entry = model.remove(at: index)
                    entry.used = step
                    model.append(entry)
                }
            default:
                let id = "id-\(Int.random(in: max(0, step - 30)...step, using: &random))"
                let index = model.firstIndex { $0.id == id && $0.owner == owner }
                let answer16 = sessions.close(id, endpoint: "e", principal: principal, at: now)
                #expect(answer16 == (index != nil))
                if let index { model.remove(at: index) }
            }
            sessions.expire(at: now)
            #expect(sessions.count == model.count)
        }
    }
}
