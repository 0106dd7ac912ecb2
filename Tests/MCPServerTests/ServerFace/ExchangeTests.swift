import Testing
import Wire

@testable import MCPServer

@Suite("the answer to a request, undecided between a document and a stream")
struct ExchangeTests {
    private let start = ContinuousClock.now
    private let message = Array(#"{"a":1}"#.utf8)

    private func terms(_ change: (inout MCPServer.Exchange.Terms) -> Void = { _ in }) -> MCPServer.Exchange.Terms {
        var terms = MCPServer.Exchange.Terms()
        change(&terms)
        return terms
    }

    private func after(_ seconds: Int) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    private func kinds(_ steps: [MCPServer.Exchange.Step]) -> [String] {
        steps.map { step in
            switch step.what {
            case .whole: "whole"
            case .begin: "begin"
            case .write(let bytes): String(decoding: bytes, as: UTF8.self)
            case .end: "end"
            case .release: "release"
            }
        }
    }

    @Test("without a message before it, the answer is a document")
    func document() {
        var exchange = MCPServer.Exchange(terms(), at: start)
        let steps = exchange.answer({ [message] }, orWhole: { .json(message) }, at: start)
        #expect(kinds(steps) == ["whole", "release"])
        #expect(exchange.isSettled)
        #expect(exchange.send(message, at: start).isEmpty, "nothing comes behind the answer")
    }

    @Test("the first message makes it a stream, which the answer ends")
    func stream() {
        var exchange = MCPServer.Exchange(terms(), at: start)
        #expect(kinds(exchange.send(message, at: start)) == ["begin", "data: {\"a\":1}\n\n"])
        let steps = exchange.answer({ [message] }, orWhole: { .json(message) }, at: start)
        #expect(kinds(steps) == ["data: {\"a\":1}\n\n", "end", "release"])
        #expect(exchange.end(at: start).isEmpty)
    }

    @Test("after two seconds it is a stream; comments show that a quiet one is alive")
    func time() {
        var exchange = MCPServer.Exchange(terms(), at: start)
        #expect(exchange.tick(at: after(1)).isEmpty)
        #expect(kinds(exchange.tick(at: after(2))) == ["begin"])
        #expect(exchange.tick(at: after(16)).isEmpty)
        #expect(kinds(exchange.tick(at: after(17))) == [": \n\n"])
        #expect(exchange.tick(at: after(18)).isEmpty)
        #expect(kinds(exchange.tick(at: after(32))) == [": \n\n"])
    }

    @Test("a client without event streams gets the document, however late, and can't be asked")
    func documentOnly() {
        var exchange = MCPServer.Exchange(terms { $0.acceptsStream = false }, at: start)
        #expect(!exchange.carriesRequests)
        #expect(exchange.send(message, at: start).isEmpty)
        #expect(exchange.tick(at: after(60)).isEmpty)
        #expect(kinds(exchange.answer({ [message] }, orWhole: { .json(message) }, at: after(61))) == ["whole", "release"])
    }

    @Test("what gets no answer is an empty stream, or an empty document")
    func noAnswer() {
        var stream = MCPServer.Exchange(terms(), at: start)
        #expect(kinds(stream.end(at: start)) == ["begin", "end", "release"])
        var document = MCPServer.Exchange(terms { $0.acceptsStream = false }, at: start)
        #expect(kinds(document.end(at: start)) == ["whole", "release"])
    }

    @Test("a primed stream begins with an event that has an id, no data, and the time to wait")
    func primed() {
        var exchange = MCPServer.Exchange(
            terms {
                $0.stream = "p3"
                $0.isPrimed = true
            }, at: start)
        #expect(
            kinds(exchange.send(message, at: start)) == [
                "begin", "id: p3_0\nretry: 1000\ndata: \n\n", "id: p3_1\ndata: {\"a\":1}\n\n",
            ])
    }

    @Test("a broken stream without ids is lost; one with ids goes on, and who comes back gets what was missed")
    func resumption() throws {
        var lost = MCPServer.Exchange(terms(), at: start)
        _ = lost.send(message, at: start)
        #expect(kinds(lost.leave(1, at: start)) == ["release"])
        #expect(!lost.isOpen)

        var kept = MCPServer.Exchange(terms { $0.stream = "p1" }, at: start)
        _ = kept.send(message, at: start)
        _ = kept.leave(1, at: start)
        #expect(kept.isOpen && !kept.isAttached)
        #expect(kept.send(message, at: start).isEmpty)
        #expect(kept.answer({ [message] }, orWhole: { .json(message) }, at: start).isEmpty)
        let attached = kept.attach(after: 1, at: start)
        let (attachment, steps) = try #require(attached)
        #expect(attachment == 2)
        #expect(steps.allSatisfy { $0.attachment == 2 })
        #expect(kinds(steps) == ["begin", "id: p1_2\ndata: {\"a\":1}\n\n", "id: p1_3\ndata: {\"a\":1}\n\n", "end", "release"])
    }

    @Test("who left before the first event has nothing to come back to")
    func leftEarly() {
        var exchange = MCPServer.Exchange(terms { $0.stream = "p1" }, at: start)
        #expect(exchange.attach(after: 0, at: start) == nil)
        _ = exchange.leave(1, at: start)
        #expect(exchange.isSettled)
        #expect(exchange.send(message, at: start).isEmpty)
    }

    @Test("a second connection takes the place of one whose break was not noticed")
    func replaced() throws {
        var exchange = MCPServer.Exchange(terms { $0.stream = "p1" }, at: start)
        _ = exchange.send(message, at: start)
        let attached = exchange.attach(after: 0, at: start)
        let (_, steps) = try #require(attached)
        #expect(steps.map(\.attachment) == [1, 1, 2, 2])
        #expect(kinds(steps) == ["end", "release", "begin", "id: p1_1\ndata: {\"a\":1}\n\n"])
        #expect(exchange.leave(1, at: start).isEmpty, "the old connection's end changes nothing")
        #expect(exchange.isAttached)
    }

    @Test("what is kept is let go with age, and then nothing is left")
    func age() {
        var exchange = MCPServer.Exchange(terms { $0.stream = "p1" }, at: start)
        _ = exchange.send(message, at: start)
        _ = exchange.answer({ [message] }, orWhole: { .json(message) }, at: start)
        #expect(!exchange.isSettled)
        #expect(exchange.keptBytes > 0)
        _ = exchange.tick(at: after(300))
        #expect(exchange.isSettled)
        #expect(exchange.keptBytes == 0)
    }

    @Test("any order of events keeps to the form of an answer on every connection", arguments: 0..<40)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var exchange = MCPServer.Exchange(
            terms {
                $0.acceptsStream = Bool.random(using: &random)
                $0.stream = Bool.random(using: &random) ? "p1" : nil
                $0.isPrimed = Bool.random(using: &random)
                $0.isListening = Bool.random(using: &random)
            }, at: start)
        // What each connection was given, in order: begin, writes, end; or whole; and release as the last.
        var given: [Int: [String]] = [:]
        var attachments = 1
        var now = start
        for _ in 0..<200 {
            now = now.advanced(by: .milliseconds(Int.random(in: 0..<20_000, using: &random)))
            let steps: [MCPServer.Exchange.Step]
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<5: steps = exchange.send(message, at: now)
            case 5..<8: steps = exchange.tick(at: now)
            case 8: steps = exchange.leave(Int.random(in: 1...attachments, using: &random), at: now)
            case 9:
                let attached = exchange.attach(after: Int.random(in: 0..<5, using: &random), at: now)
                attachments = attached?.attachment ?? attachments
                steps = attached?.1 ?? []
            case 10 where Int.random(in: 0..<8, using: &random) == 0:
                steps = exchange.answer({ [message] }, orWhole: { .json(message) }, at: now)
            case 11 where Int.random(in: 0..<8, using: &random) == 0: steps = exchange.end(at: now)
            default: steps = []
            }
            for (step, kind) in zip(steps, kinds(steps)) { given[step.attachment, default: []].append(kind) }
        }
        for (attachment, kinds) in given {
            #expect(kinds.filter { $0 == "release" }.count <= 1)
            if kinds.contains("release") { #expect(kinds.last == "release") }
            if kinds.contains("whole") {
                #expect(kinds == ["whole", "release"], "connection \(attachment)")
            } else if kinds != ["release"] {
                #expect(kinds.first == "begin")
                #expect(kinds.filter { $0 == "begin" }.count == 1)
                let behindEnd = kinds.drop { $0 != "end" }
                #expect(behindEnd.isEmpty || Array(behindEnd) == ["end", "release"])
            }
        }
    }
}

@Suite("the events that are kept of a stream")
struct EventLogTests {
    private let start = ContinuousClock.now

    @Test("are numbered from one, and found behind any number")
    func numbers() {
        var log = EventLog()
        for byte in UInt8(1)...5 { log.append([byte], at: start) }
        #expect(log.events(after: 0) == [[1], [2], [3], [4], [5]])
        #expect(log.events(after: 3) == [[4], [5]])
        #expect(log.events(after: 5).isEmpty)
        #expect(log.events(after: .max).isEmpty)
        #expect(log.next == 6)
        log.clear()
        #expect(log.next == 6)
        #expect(log.events(after: 0).isEmpty)
    }

    @Test("any order of events keeps to the bounds and to a plain model", arguments: 0..<10)
    func bounds(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let limits = EventLog.Limits(count: 8, bytes: 100, age: .seconds(20))
        var log = EventLog(limits: limits)
        var model: [(number: Int, size: Int, second: Int)] = []
        for step in 1...500 {
            let second = step * 3
            let now = start.advanced(by: .seconds(second))
            if Bool.random(using: &random) {
                let size = Int.random(in: 0...40, using: &random)
                model.append((log.next, size, second))
                log.append(Array(repeating: 0, count: size), at: now)
            } else {
                log.prune(at: now)
            }
            model.removeAll { second - $0.second >= 20 }
            while model.count > 8 || model.reduce(0, { $0 + $1.size }) > 100 { model.removeFirst() }
            #expect(log.bytes == model.reduce(0) { $0 + $1.size })
            let number = Int.random(in: 0...(log.next + 2), using: &random)
            #expect(log.events(after: number).map(\.count) == model.filter { $0.number > number }.map(\.size))
        }
    }
}
