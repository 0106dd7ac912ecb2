import Testing
import Wire

@testable import MCPServer

@Suite("finding out the era")
struct EraProbeTests {
    typealias Event = EraProbe.Event
    typealias Step = EraProbe.Step

    @Test(
        "each order of answers leads where the specification says",
        arguments: [
            (EraProbe.Medium.http, [Event.discovered(versions: ["2026-07-28", "2025-11-25"])], Step.settled(.modern(.july2026))),
            (.http, [.discovered(versions: ["2099-01-01"])], .stopped(.noCommonRevision)),
            (.http, [.discovered(versions: ["2025-11-25"]), .initialized], .settled(.legacy(.streamableHTTP))),
            (.http, [.failed(code: -32022, supported: ["2025-06-18"], status: 400)], .initialize(afresh: false)),
            (.http, [.failed(code: -32022, supported: ["2099-01-01"], status: 400)], .stopped(.noCommonRevision)),
            (.http, [.failed(code: -32022, supported: ["2026-07-28"], status: 400)], .discover),
            (
                .http,
                [
                    .failed(code: -32022, supported: ["2026-07-28"], status: 400),
                    .failed(code: -32022, supported: ["2026-07-28"], status: 400),
                ], .stopped(.noCommonRevision)
            ),
            (.http, [.failed(code: -32022, supported: nil, status: 400)], .initialize(afresh: false)),
            (.http, [.failed(code: -32020, supported: nil, status: 400)], .settled(.modern(.july2026))),
            (.http, [.failed(code: -32021, supported: nil, status: 400)], .settled(.modern(.july2026))),
            (.http, [.failed(code: -32601, supported: nil, status: 200)], .initialize(afresh: false)),
            (.http, [.failed(code: -32603, supported: nil, status: 500)], .stopped(.outage)),
            (.http, [.unauthorized], .stopped(.unauthorized)),
            (.http, [.outage], .stopped(.outage)),
            (.http, [.answered(status: 404), .answered(status: 405)], .openEventStream),
            (.http, [.answered(status: 404), .answered(status: 405), .initialized], .settled(.legacy(.eventStream))),
            (.http, [.answered(status: 404), .answered(status: 405), .answered(status: 404)], .stopped(.notMCP)),
            (.http, [.answered(status: 200), .unauthorized], .stopped(.unauthorized)),
            (.http, [.answered(status: 400), .failed(code: -32022, supported: nil, status: 400)], .discover),
            (
                .http,
                [
                    .answered(status: 400), .failed(code: -32022, supported: nil, status: 400), .answered(status: 400),
                    .failed(code: -32022, supported: nil, status: 400),
                ], .stopped(.noCommonRevision)
            ),
            (.lines, [.silence], .initialize(afresh: false)),
            (.lines, [.exited], .initialize(afresh: true)),
            (.lines, [.exited, .initialized], .settled(.legacy(.lines))),
            (.lines, [.failed(code: -32601, supported: nil, status: 200), .exited], .stopped(.outage)),
            (.lines, [.discovered(versions: ["2026-07-28"])], .settled(.modern(.july2026))),
        ])
    func table(medium: EraProbe.Medium, events: [Event], expected: Step) {
        var probe = EraProbe(medium)
        var step = probe.first
        for event in events { step = probe.handle(event) }
        #expect(step == expected)
    }

    @Test("whatever comes in whatever order, it ends soon, and never with a verdict that nothing supports", arguments: 0..<200)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let medium: EraProbe.Medium = Bool.random(using: &random) ? .http : .lines
        let versions = [[], ["2026-07-28"], ["2025-11-25"], ["2099-01-01"], ["x"]]
        var probe = EraProbe(medium)
        var step = probe.first
        var history: [(Step, Event)] = []
        while true {
            if case .settled = step { break }
            if case .stopped = step { break }
            let event: Event =
                switch Int.random(in: 0..<8, using: &random) {
                case 0: .discovered(versions: versions.randomElement(using: &random) ?? [])
                case 1: .failed(code: -32022, supported: versions.randomElement(using: &random), status: 400)
                case 2: .failed(code: [-32601, -32600, -32020].randomElement(using: &random) ?? 0, supported: nil, status: 400)
                case 3: .answered(status: [200, 400, 404, 405, 503].randomElement(using: &random) ?? 200)
                case 4: .unauthorized
                case 5: .outage
                case 6: [.silence, .exited].randomElement(using: &random) ?? .silence
                default: .initialized
                }
            history.append((step, event))
            step = probe.handle(event)
            if history.count > 8 {
                Issue.record("no end: \(history)")
                return
            }
        }
        if case .settled(.legacy) = step { #expect(history.last?.1 == .initialized) }
        if case .settled(.legacy(.eventStream)) = step { #expect(history.last?.0 == .openEventStream) }
        let sawUnauthorized = history.contains { $0.1 == .unauthorized }
        if sawUnauthorized { #expect(step == .stopped(.unauthorized)) }
    }

    @Test("a legacy verdict ages, a modern one stays, and the number of places is bounded")
    func cache() {
        let time = TestTime()
        let cache = EraCache(legacyLifetime: .seconds(10), maximumCount: 2, now: { time.now })
        cache.record(.legacy(.streamableHTTP), for: "a")
        cache.record(.modern(.july2026), for: "b")
        #expect(cache.verdict(for: "a") == .legacy(.streamableHTTP))
        time.advance(by: .seconds(10))
        #expect(cache.verdict(for: "a") == nil)
        #expect(cache.verdict(for: "b") == .modern(.july2026))
        cache.record(.modern(.july2026), for: "c")
        cache.record(.modern(.july2026), for: "d")
        #expect(["b", "c", "d"].count { cache.verdict(for: $0) != nil } == 2)
        cache.forget("d")
        #expect(cache.verdict(for: "d") == nil)
    }
}

@Suite("the pool of sessions, in any order of events")
struct SessionPoolTests {
    private struct Key: Hashable { let owner: Int, number: Int }

    @Test("a session has as many users as took it, is opened once, and stays within the bounds", arguments: 0..<100)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let start = ContinuousClock.now
        var pool = SessionPool<Key, Int>(maximum: 6, maximumPerGroup: 3, group: { "\($0.owner)" })
        var opening: [Key: Set<Int>] = [:]
        var users: [Int: Int] = [:]
        var keys: [Int: Key] = [:]
        var next = 0
        for step in 0..<300 {
            let now = start.advanced(by: .seconds(step))
            let key = Key(owner: Int.random(in: 0..<3, using: &random), number: Int.random(in: 0..<4, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                switch pool.acquire(key, waiter: step, now: now) {
                case .use(let session):
                    #expect(keys[session] == key)
                    users[session, default: 0] += 1
                case .open:
                    #expect(opening[key] == nil)
                    opening[key] = [step]
                case .wait: opening[key]?.insert(step)
                case .refuse: #expect(pool.count > 0)
                }
            case 2:
                guard let waiters = opening.removeValue(forKey: key) else { break }
                next += 1
                keys[next] = key
                users[next] = waiters.count
                let told = pool.opened(key, next, now: now)
                #expect(Set(told) == waiters)
            case 3:
                guard let waiters = opening.removeValue(forKey: key) else { break }
                let told = pool.failed(key)
                #expect(Set(told) == waiters)
            case 4:
                guard let session = pool.peek(key), users[session, default: 0] > 0 else { break }
                users[session, default: 0] -= 1
                pool.release(key, where: { $0 == session }, now: now)
            default:
                guard let waiter = opening[key]?.first else { break }
                let isGone = pool.abandon(key, waiter: waiter)
                #expect(isGone)
                opening[key]?.remove(waiter)
            }
            for session in pool.takeEvicted() { #expect(users[session] == 0) }
            #expect(pool.count <= 6)
            if step % 50 == 49 {
                for session in pool.expire(unusedSince: start.advanced(by: .seconds(step - 20))) { #expect(users[session] == 0) }
            }
        }
    }
}

@Suite("what belongs to what")
struct CorrelationTests {
    @Test("answers, progress and questions find the calls under way, and nothing finds one that is over", arguments: 0..<100)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var correlation = Correlation<Int>(maximumQuestions: 4)
        var calls: [Int: (mayAsk: Bool, progress: Double)] = [:]
        var questions: [Int: Int?] = [:]
        var used: Set<Int> = []
        for _ in 0..<300 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                let id = correlation.nextID()
                #expect(used.insert(id).inserted)
                let mayAsk = Bool.random(using: &random)
                correlation.begin(id, id, mayAsk: mayAsk)
                calls[id] = (mayAsk, -1)
            case 1:
                guard let id = calls.keys.sorted().randomElement(using: &random) else { break }
                calls[id] = nil
                let orphans = Set(correlation.end(id).compactMap(\.json.intValue))
                #expect(orphans == Set(questions.filter { $0.value == id }.keys))
                for orphan in orphans { questions[orphan] = nil }
            case 2:
                let id = used.sorted().randomElement(using: &random) ?? 0
                let value = Double(Int.random(in: 0..<10, using: &random))
                let isNews = calls[id].map { $0.progress < value } ?? false
                let found = correlation.progress(id, value: value)
                #expect((found == id) == isNews)
                if isNews { calls[id]?.progress = value }
            case 3, 4:
                let question = Int.random(in: 0..<8, using: &random)
                let during = Bool.random(using: &random) ? used.sorted().randomElement(using: &random) : nil
                switch correlation.ask(MessageID(question), during: during) {
                case .refused: #expect(questions.keys.contains(question) || questions.count == 4)
                case .call(let call):
                    #expect(calls[call]?.mayAsk == true)
                    if let during, calls[during] != nil { #expect(call == during) }
                    if during.flatMap({ calls[$0] }) == nil {
                        // Who waits for an answer already is asked only where all do.
                        let able = calls.filter { $0.value.mayAsk }.keys
                        let free = able.filter { id in !questions.values.contains { $0 == id } }
                        #expect(call == free.min() ?? able.min())
                    }
                    questions[question] = .some(call)
                case .outside: questions[question] = .some(nil)
                }
            default:
                let question = Int.random(in: 0..<8, using: &random)
                let isAwaited = correlation.answered(MessageID(question))
                #expect(isAwaited == questions.keys.contains(question))
                questions.removeValue(forKey: question)
            }
        }
        #expect(correlation.count == calls.count)
    }
}

@Suite("who hears of a change")
struct SubscriptionHubTests {
    @Test("each resource is subscribed to as long as anybody wants it", arguments: 0..<50)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var hub = SubscriptionHub()
        var model: [Int: Set<String>] = [:]
        for _ in 0..<200 {
            if Bool.random(using: &random) || model.isEmpty {
                var filter = ChangeFilter()
                filter.resourceSubscriptions = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                    "r:\(Int.random(in: 0..<5, using: &random))"
                }
                let before = Set(model.values.joined())
                #expect(Set(hub.news(in: filter)) == Set(filter.resourceSubscriptions).subtracting(before))
                model[hub.add(filter)] = Set(filter.resourceSubscriptions)
            } else if let id = model.keys.sorted().randomElement(using: &random) {
                let wanted = model.removeValue(forKey: id) ?? []
                let unwanted = hub.remove(id)
                #expect(Set(unwanted) == wanted.subtracting(model.values.joined()))
                let again = hub.remove(id)
                #expect(again.isEmpty)
            }
            #expect(Set(hub.resources) == Set(model.values.joined()))
            for uri in hub.resources {
                let recipients = hub.recipients(of: .resourceUpdated(["uri": .string(uri)]))
                #expect(Set(recipients) == Set(model.filter { $0.value.contains(uri) }.keys))
            }
        }
    }

    @Test("an update of a part goes to who subscribed to the whole, else to all")
    func parts() {
        var hub = SubscriptionHub()
        var filters: [ChangeFilter] = []
        for uris in [["file:///a"], ["file:///a/b"], []] {
            var filter = ChangeFilter()
            filter.resourceSubscriptions = uris
            filter.toolsListChanged = uris.isEmpty
            filters.append(filter)
        }
        let ids = filters.map { hub.add($0) }
        #expect(hub.recipients(of: .resourceUpdated(["uri": "file:///a/b/c"])) == [ids[1]])
        #expect(hub.recipients(of: .resourceUpdated(["uri": "file:///a/x"])) == [ids[0]])
        #expect(hub.recipients(of: .resourceUpdated(["uri": "other:"])) == [ids[0], ids[1]])
        #expect(hub.recipients(of: .toolsListChanged) == [ids[2]])
        #expect(hub.resync().map(\.changes.count) == [1, 1, 1])
    }
}
