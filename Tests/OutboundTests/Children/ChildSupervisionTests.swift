import TestSupport
import Testing

@testable import Outbound

@Suite("When a server's children are started again")
struct ChildSupervisionTests {
    private let origin = ContinuousClock.now

    private func policy(_ change: (inout RestartPolicy) -> Void = { _ in }) -> RestartPolicy {
        var policy = RestartPolicy()
        policy.firstDelay = .seconds(1)
        policy.maximumDelay = .seconds(60)
        policy.maximumFailures = 10
        change(&policy)
        return policy
    }

    /// A child that is started at `seconds` and ends by itself `after` seconds.
    private func crash(_ supervision: inout ChildSupervision, at now: ContinuousClock.Instant, after: Duration = .zero) throws {
        guard case .start(let child) = supervision.ask(at: now) else {
            Issue.record("it was not to be started")
            return
        }
        supervision.started(child, processIdentifier: 1, at: now)
        supervision.ended(child, .exited(code: 1), errorLines: ["why"], wasAsked: false, at: now + after)
    }

    @Test(
        "the first failure is answered at once, then each delay is about twice the one before, up to the longest",
        arguments: 0..<20)
    func backOff(seed: Int) throws {
        var supervision = ChildSupervision(policy: self.policy(), seed: UInt64(seed))
        var now = self.origin
        try self.crash(&supervision, at: now)
        try self.crash(&supervision, at: now)
        for expected in [1, 2, 4, 8, 16, 32, 60] {
            guard case .wait(let until) = supervision.ask(at: now) else {
                Issue.record("it has to wait \(expected) s")
                return
            }
            #expect(until - now >= .milliseconds(expected * 500))
            #expect(until - now <= .seconds(expected))
            #expect(supervision.phase(at: now) == .backoff(retryIn: until - now))
            now = until
            try self.crash(&supervision, at: now)
        }
        #expect(supervision.failures == 9)
        #expect(supervision.restarts == 8)
        #expect(supervision.lastErrorLines == ["why"])
    }

    @Test("the jitter follows from the seed")
    func jitter() throws {
        func delays(seed: UInt64) throws -> [ChildSupervision.Answer] {
            var supervision = ChildSupervision(policy: self.policy(), seed: seed)
            return try (0..<6).map { minute in
                try self.crash(&supervision, at: self.origin + .seconds(minute * 60))
                return supervision.ask(at: self.origin + .seconds(minute * 60))
            }.filter { if case .wait = $0 { true } else { false } }
        }
        #expect(try delays(seed: 1) == delays(seed: 1))
        #expect(try delays(seed: 1) != delays(seed: 2))
    }

    @Test("after too many failures it is given up, until the operator asks or it had its rest; then one may try")
    func givenUp() throws {
        var supervision = ChildSupervision(policy: self.policy { $0.maximumFailures = 3 }, seed: 1)
        let now = self.origin
        for minute in 0..<3 { try self.crash(&supervision, at: now + .seconds(minute * 60)) }
        let until = now + .seconds(120 + 300)
        #expect(supervision.ask(at: now + .seconds(120)) == .refuse(.givenUp(until: until)))
        #expect(supervision.phase(at: now + .seconds(120)) == .dead(retryIn: .seconds(300)))
        var revived = supervision
        revived.revive()
        #expect(revived.ask(at: now + .seconds(121)) == .start(4))
        #expect(supervision.ask(at: until) == .start(4))
        #expect(supervision.ask(at: until) == .refuse(.givenUp(until: until + .seconds(300))))
        supervision.failed(4, "gone", at: until)
        #expect(supervision.ask(at: until + .seconds(299)) == .refuse(.givenUp(until: until + .seconds(300))))
        #expect(supervision.lastMistake == "gone")
    }

    @Test("a run of a minute forgets the failures before, whether it ended or goes on")
    func stable() throws {
        var supervision = ChildSupervision(policy: self.policy(), seed: 1)
        for minute in 0..<4 { try self.crash(&supervision, at: self.origin + .seconds(minute * 60)) }
        var running = supervision
        let later = self.origin + .seconds(3600)
        #expect(running.ask(at: later) == .start(5))
        running.started(5, processIdentifier: 1, at: later)
        #expect(running.failures == 4)
        #expect(running.ask(at: later + .seconds(60)) == .start(6))
        #expect(running.failures == 0)
        try self.crash(&supervision, at: later, after: .seconds(60))
        #expect(supervision.failures == 1)
        #expect(supervision.ask(at: later + .seconds(60)) == .start(6))
    }

    @Test("children that fall together are one failure")
    func together() {
        var supervision = ChildSupervision(policy: self.policy(), seed: 1)
        let now = self.origin
        for child in 1...20 {
            #expect(supervision.ask(at: now) == .start(child))
            supervision.started(child, processIdentifier: Int32(child), at: now)
        }
        for child in 1...20 {
            supervision.ended(
                child, .signalled(9), errorLines: [], wasAsked: false, at: now + .seconds(1) + .milliseconds(child))
        }
        #expect(supervision.failures == 1)
    }

    @Test("one that was closed from here is no failure, and none is one that nobody wanted any more")
    func noFault() {
        var supervision = ChildSupervision(policy: self.policy(), seed: 1)
        #expect(supervision.ask(at: self.origin) == .start(1))
        #expect(supervision.phase(at: self.origin) == .starting)
        supervision.started(1, processIdentifier: 7, at: self.origin)
        #expect(supervision.phase(at: self.origin) == .ready)
        supervision.ended(1, .signalled(15), errorLines: [], wasAsked: true, at: self.origin)
        #expect(supervision.phase(at: self.origin) == .idle)
        #expect(supervision.ask(at: self.origin) == .start(2))
        supervision.failed(2, "cancelled", isFault: false, at: self.origin)
        #expect(supervision.failures == 0)
        #expect(supervision.lastExit == .signalled(15))
    }

    @Test("no more run than may; after the end none is started")
    func limits() {
        var supervision = ChildSupervision(policy: self.policy { $0.maximumChildren = 2 }, seed: 1)
        #expect(supervision.ask(at: self.origin) == .start(1))
        #expect(supervision.ask(at: self.origin) == .start(2))
        #expect(supervision.ask(at: self.origin) == .refuse(.full))
        supervision.failed(1, "", isFault: false, at: self.origin)
        #expect(supervision.ask(at: self.origin) == .start(3))
        supervision.shutDown()
        supervision.failed(2, "", isFault: false, at: self.origin)
        #expect(supervision.ask(at: self.origin) == .refuse(.shutDown))
    }

    @Test("in any order of events the bounds hold", arguments: 0..<200)
    func anyOrder(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let policy = self.policy { $0.maximumChildren = 5 }
        var supervision = ChildSupervision(policy: policy, seed: UInt64(seed))
        var now = self.origin
        for _ in 0..<300 {
            now += .milliseconds(Int.random(in: 0...20000, using: &random))
            let children = supervision.children.keys.sorted()
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                switch supervision.ask(at: now) {
                case .start(let child): #expect(!children.contains(child))
                case .wait(let until): #expect(until > now && until - now <= policy.maximumDelay)
                case .refuse(.full): #expect(children.count == 5)
                case .refuse(.givenUp(let until)): #expect(until > now && until - now <= policy.rest)
                case .refuse(.shutDown): Issue.record("nobody shut it down")
                }
            case 2:
                if let child = children.randomElement(using: &random) {
                    supervision.started(child, processIdentifier: 1, at: now)
                }
            case 3: if let child = children.randomElement(using: &random) { supervision.failed(child, "no", at: now) }
            default:
                if let child = children.randomElement(using: &random) {
                    supervision.ended(child, .lost, errorLines: [], wasAsked: Bool.random(using: &random), at: now)
                }
            }
            #expect(supervision.children.count <= 5)
            #expect(supervision.restarts <= supervision.starts)
        }
    }
}
