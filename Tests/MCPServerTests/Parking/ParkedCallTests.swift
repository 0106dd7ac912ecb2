import Testing
import Wire

@testable import MCPServer

/// Actions as they are compared: what is done to whom.
enum Step: Hashable, CustomStringConvertible {
    case openWindow(Int)
    case requireInput(Int, [String], ticket: Int, round: Int)
    case deliver(Int)
    case deliverFailure(Int)
    case refuse(Int, code: Int, reason: String?)
    case answer(Int, [String: String])
    case fail(Int)
    case cancel
    case expire(ParkedCall.Expiry)
    case forget

    init(_ action: ParkedCall.Action) {
        switch action {
        case .openWindow(let window): self = .openWindow(window)
        case .requireInput(let id, let asks, let ticket, let round):
            self = .requireInput(id, asks.map(\.key.name), ticket: ticket, round: round)
        case .deliver(let id, .success): self = .deliver(id)
        case .deliver(let id, .failure): self = .deliverFailure(id)
        case .refuse(let id, let error): self = .refuse(id, code: error.code, reason: error.data?["reason"]?.stringValue)
        case .answer(let id, let answers):
            let texts = answers.map { ($0.key.name, Self.text($0.value)) }
            self = .answer(id, Dictionary(texts) { first, _ in first })
        case .fail(let id, _): self = .fail(id)
        case .cancel: self = .cancel
        case .expire(let expiry): self = .expire(expiry)
        case .forget: self = .forget
        }
    }

    private static func text(_ answer: Answer) -> String {
        switch answer {
        case .result(let object): object["value"]?.stringValue ?? object["action"]?.stringValue ?? ""
        case .refused: "refused"
        }
    }

    var description: String {
        switch self {
        case .openWindow(let window): "openWindow \(window)"
        case .requireInput(let id, let keys, let ticket, let round): "requireInput \(id) \(keys) ticket \(ticket) round \(round)"
        case .deliver(let id): "deliver \(id)"
        case .deliverFailure(let id): "deliverFailure \(id)"
        case .refuse(let id, let code, let reason): "refuse \(id) \(code) \(reason ?? "")"
        case .answer(let id, let answers): "answer \(id) \(answers)"
        case .fail(let id): "fail \(id)"
        case .cancel: "cancel"
        case .expire(let expiry): "expire \(expiry)"
        case .forget: "forget"
        }
    }
}

extension ParkedCall {
    static let everything = ClientCapabilities(["elicitation": ["form": [:], "url": [:]], "sampling": [:], "roots": [:]])

    /// A call of exchange 0, whose client can be asked everything.
    static func started() -> ParkedCall { ParkedCall(0, capabilities: everything) }

    mutating func ask(_ id: Int, _ keys: AskKey...) -> [Step] {
        asked(id, keys.map { PendingAsk($0, .elicit(["message": "?"])) }).map(Step.init)
    }

    mutating func close(_ window: Int) -> [Step] { windowClosed(window).map(Step.init) }

    mutating func retry(
        _ exchange: Int, ticket: Int, _ answers: [String: String] = [:], capabilities: ClientCapabilities = everything
    ) -> [Step] {
        let results = answers.map { (AskKey($0.key), Answer.result(["value": .string($0.value)])) }
        return returned(
            exchange, ticket: ticket, answers: Dictionary(results) { first, _ in first },
            digest: answers.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&"),
            capabilities: capabilities
        ).map(Step.init)
    }

    mutating func finish() -> [Step] { finished(.success(.complete(RawObject()))).map(Step.init) }

    /// Asks one question under the key `a` with ask 10, and parks the call under ticket 1.
    static func parked() -> ParkedCall {
        var call = started()
        _ = call.ask(10, "a")
        _ = call.close(1)
        return call
    }
}

@Suite("a parked call, by events")
struct ParkedCallTests {
    @Test("a call that asks nothing is delivered and forgotten")
    func plain() {
        var call = ParkedCall.started()
        #expect(call.finish() == [.deliver(0), .forget])
        #expect(call.phase == .gone)
    }

    @Test("questions that come shortly after one another go out together; later ones wait for the next round")
    func collecting() {
        var call = ParkedCall.started()
        #expect(call.ask(10, "a") == [.openWindow(1)])
        #expect(call.ask(11, "b") == [])
        #expect(call.close(1) == [.requireInput(0, ["a", "b"], ticket: 1, round: 1), .expire(.ticket)])
        #expect(call.ask(12, "c") == [], "nobody is there to be asked")
        #expect(
            call.retry(1, ticket: 1, ["a": "1", "b": "2"])
                == [.answer(10, ["a": "1"]), .answer(11, ["b": "2"]), .expire(.none), .openWindow(2)])
        #expect(call.close(2) == [.requireInput(1, ["c"], ticket: 2, round: 2), .expire(.ticket)])
    }

    @Test("each round has a ticket of its own; old ones are dead")
    func rounds() {
        var call = ParkedCall.parked()
        #expect(call.retry(1, ticket: 1, ["a": "1"]) == [.answer(10, ["a": "1"]), .expire(.none)])
        #expect(call.ask(11, "a") == [.openWindow(2)])
        #expect(call.close(2) == [.requireInput(1, ["a"], ticket: 2, round: 2), .expire(.ticket)])
        #expect(call.retry(2, ticket: 1, ["a": "1"]) == [.refuse(2, code: -32602, reason: "consumed")])
        #expect(call.retry(3, ticket: 3, ["a": "1"]) == [.refuse(3, code: -32602, reason: "consumed")])
        #expect(call.phase == .parked)
    }

    @Test("rounds are bounded")
    func maximumRounds() {
        var call = ParkedCall.started()
        for round in 1...ParkedCall.maximumRounds {
            #expect(call.ask(100 + round, "a") == [.openWindow(round)])
            #expect(call.close(round).first == .requireInput(round - 1, ["a"], ticket: round, round: round))
            #expect(call.retry(round, ticket: round, ["a": "x"]).first == .answer(100 + round, ["a": "x"]))
        }
        #expect(call.ask(99, "a") == [.fail(99)])
        #expect(call.phase == .running)
    }

    @Test("answers that are there are forwarded, the rest is asked again in the same round under a new ticket")
    func partialAnswers() {
        var call = ParkedCall.started()
        _ = call.ask(10, "a", "b")
        _ = call.ask(11, "c")
        _ = call.close(1)
        #expect(
            call.retry(1, ticket: 1, ["a": "1", "c": "3", "unknown": "?"])
                == [.answer(11, ["c": "3"]), .requireInput(1, ["b"], ticket: 2, round: 1), .expire(.ticket)])
        #expect(call.retry(2, ticket: 2, ["b": "2"]) == [.answer(10, ["a": "1", "b": "2"]), .expire(.none)])
        #expect(call.phase == .running)
    }

    @Test("two questions of one name get two keys")
    func keys() {
        var call = ParkedCall.started()
        _ = call.ask(10, "a")
        _ = call.ask(11, "a")
        #expect(call.close(1).first == .requireInput(0, ["a", "a-2"], ticket: 1, round: 1))
        #expect(
            call.retry(1, ticket: 1, ["a": "1", "a-2": "2"])
                == [.answer(10, ["a": "1"]), .answer(11, ["a": "2"]), .expire(.none)])
    }

    @Test("a service that ends while the call is parked leaves the outcome for the retry, whatever it answers")
    func finishedWhileParked() {
        var call = ParkedCall.parked()
        #expect(call.finish() == [.fail(10)])
        #expect(call.phase == .kept(isDelivered: false))
        #expect(call.retry(1, ticket: 1) == [.deliver(1), .expire(.outcome)])
        #expect(call.expired().map(Step.init) == [.expire(.none), .forget])
    }

    @Test("an outcome that nobody fetches is dropped with the ticket")
    func outcomeExpires() {
        var call = ParkedCall.parked()
        _ = call.finish()
        #expect(call.expired().map(Step.init) == [.expire(.none), .forget])
        #expect(call.retry(1, ticket: 1) == [.refuse(1, code: -32602, reason: "consumed")])
    }

    @Test("the same retry again joins the running call, and gets the kept outcome later")
    func duplicates() {
        var call = ParkedCall.parked()
        _ = call.retry(1, ticket: 1, ["a": "1"])
        #expect(call.retry(2, ticket: 1, ["a": "1"]) == [], "it waits too")
        #expect(call.finish() == [.deliver(1), .deliver(2), .expire(.outcome)])
        #expect(call.retry(3, ticket: 1, ["a": "1"]) == [.deliver(3)])
        #expect(call.retry(4, ticket: 1, ["a": "2"]) == [.refuse(4, code: -32602, reason: "consumed")])
    }

    @Test("other answers to a round that was answered are refused, and nothing else happens")
    func differentAnswers() {
        var call = ParkedCall.parked()
        _ = call.retry(1, ticket: 1, ["a": "1"])
        #expect(call.retry(2, ticket: 1, ["a": "2"]) == [.refuse(2, code: -32602, reason: "consumed")])
        #expect(call.finish() == [.deliver(1), .expire(.outcome)])
    }

    @Test("a retry that joined gets the next questions as well")
    func duplicatesAreAskedToo() {
        var call = ParkedCall.parked()
        _ = call.retry(1, ticket: 1, ["a": "1"])
        _ = call.retry(2, ticket: 1, ["a": "1"])
        _ = call.ask(11, "b")
        #expect(
            call.close(2)
                == [
                    .requireInput(1, ["b"], ticket: 2, round: 2), .requireInput(2, ["b"], ticket: 2, round: 2),
                    .expire(.ticket),
                ])
    }

    @Test("the connection of a retry that drops cancels the call; between rounds nobody's going is a signal")
    func drops() {
        var call = ParkedCall.parked()
        #expect(call.dropped(0).isEmpty, "its request was answered")
        _ = call.retry(1, ticket: 1, ["a": "1"])
        #expect(call.dropped(1).map(Step.init) == [.cancel, .expire(.none), .forget])
        #expect(call.finish() == [])
    }

    @Test("a drop while questions gather fails them")
    func dropWhileCollecting() {
        var call = ParkedCall.started()
        _ = call.ask(10, "a")
        #expect(call.dropped(0).map(Step.init) == [.fail(10), .cancel, .expire(.none), .forget])
        #expect(call.close(1) == [])
    }

    @Test("of a request that came twice, the last connection counts")
    func dropOfOne() {
        var call = ParkedCall.parked()
        _ = call.retry(1, ticket: 1, ["a": "1"])
        _ = call.retry(2, ticket: 1, ["a": "1"])
        #expect(call.dropped(1).isEmpty)
        #expect(call.finish() == [.deliver(2), .expire(.outcome)])
    }

    @Test("a client that never comes back: elicitations are dismissed, other questions fail, the call is cancelled")
    func neverReturns() {
        var call = ParkedCall.started()
        _ = call.asked(10, [PendingAsk("a", .elicit(["message": "?"]))])
        _ = call.asked(11, [PendingAsk("b", .sample(RawObject())), PendingAsk("c", .roots)])
        _ = call.close(1)
        _ = call.asked(12, [PendingAsk("d", .elicit(RawObject()))])
        #expect(
            call.expired().map(Step.init)
                == [
                    .answer(10, ["a": "cancel"]), .answer(11, ["b": "refused", "c": "refused"]), .answer(12, ["d": "cancel"]),
                    .cancel, .expire(.none), .forget,
                ])
    }

    @Test("a call that outlives its limit while parked: cancelled, and the retry is told")
    func outlivedWhileParked() {
        var call = ParkedCall.parked()
        #expect(call.outlived().map(Step.init) == [.fail(10), .cancel])
        #expect(call.finish() == [], "what the service says to that comes too late")
        #expect(call.retry(1, ticket: 1, ["a": "1"]) == [.deliverFailure(1), .expire(.outcome)])
    }

    @Test("a call that outlives its limit while its client waits")
    func outlived() {
        var call = ParkedCall.started()
        #expect(call.outlived().map(Step.init) == [.deliverFailure(0), .forget, .cancel])
        #expect(call.outlived().isEmpty)
    }

    @Test("the capabilities of the retry count for what is asked again")
    func capabilitiesOfTheRetry() {
        var call = ParkedCall.started()
        _ = call.ask(10, "a", "b")
        _ = call.close(1)
        let steps = call.retry(1, ticket: 1, ["a": "1"], capabilities: ClientCapabilities())
        #expect(steps == [.refuse(1, code: -32021, reason: nil), .fail(10), .cancel, .expire(.none), .forget])
    }

    @Test("a retry that declares less may still answer everything; later questions find it can't be asked")
    func fewerCapabilities() {
        var call = ParkedCall.parked()
        #expect(
            call.retry(1, ticket: 1, ["a": "1"], capabilities: ClientCapabilities())
                == [.answer(10, ["a": "1"]), .expire(.none)])
        #expect(call.ask(11, "b") == [.fail(11)])
        #expect(call.finish() == [.deliver(1), .expire(.outcome)])
    }

    @Test("a question that the service takes back is not asked")
    func withdrawn() {
        var call = ParkedCall.started()
        _ = call.ask(10, "a")
        #expect(call.withdrawn(10).map(Step.init) == [.fail(10)])
        #expect(call.close(1) == [])
        #expect(call.phase == .running)
        _ = call.ask(11, "b")
        _ = call.close(2)
        #expect(call.withdrawn(11).map(Step.init) == [.fail(11)])
        #expect(call.retry(1, ticket: 1, ["b": "1"]) == [.expire(.none)], "an answer to nothing")
        #expect(call.finish() == [.deliver(1), .expire(.outcome)])
    }

    @Test("an ask without questions is answered at once")
    func emptyAsk() {
        var call = ParkedCall.started()
        #expect(call.ask(10) == [.answer(10, [:])])
        #expect(call.phase == .running)
    }
}
