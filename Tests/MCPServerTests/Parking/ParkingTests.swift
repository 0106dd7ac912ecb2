import Synchronization
import Testing
import Wire

@testable import MCPServer

@Suite("a modern client of a service that asks live")
struct ParkingTests {
    @Test("gets the question as input_required, and the result when it comes back; the service ran once")
    func roundTrip() async throws {
        let runs = Counter()
        let client = try ModernClient(greeter(runs: runs))
        let first = try await client.call("tool", ["arguments": ["a": 1, "b": 2]])
        #expect(first.result?["resultType"] == "input_required")
        #expect(
            first.result?["inputRequests"] == [
                "name": ["method": "elicitation/create", "params": ["message": "Name?", "requestedSchema": ["type": "object"]]]
            ])
        #expect(client.lot.count == 1)
        var retry = ModernClient.retry(first.ticket, ["name": ModernClient.accept("Alice")])
        retry["arguments"] = ["b": 2, "a": 1]
        let second = try await client.call("tool", retry)
        #expect(second.result?["resultType"] == "complete")
        #expect(second.text == "Hello, Alice")
        #expect(runs.value == 1)
        #expect([first, second].map(\.closings) == [1, 1])
    }

    @Test("a client that can't be asked is told what is missing")
    func noCapability() async throws {
        let client = try ModernClient(greeter())
        let answer = try await client.call(capabilities: [:])
        #expect(answer.code == -32021)
        #expect(client.lot.count == 0)
    }

    @Test("several rounds, each with a ticket of its own")
    func rounds() async throws {
        let client = try ModernClient(
            ScriptedService { _, context in
                let first = name(in: try await context.ask([liveQuestion]))
                let second = name(in: try await context.ask([liveQuestion]))
                return said("\(first) \(second)")
            })
        let first = try await client.call()
        let second = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]))
        #expect(second.asked == ["name"])
        #expect(second.ticket != first.ticket)
        let old = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]))
        #expect(old.code == -32602 && old.data == ["reason": "consumed"] && old.status == 400)
        let third = try await client.call("tool", ModernClient.retry(second.ticket, ["name": ModernClient.accept("b")]))
        #expect(third.text == "a b")
    }

    @Test("asks at once make one round; part of the answers leaves the rest to be asked again")
    func partialAnswers() async throws {
        let client = try ModernClient(
            ScriptedService { _, context in
                let answers = try await context.ask([
                    PendingAsk("x", .elicit(["message": "x", "requestedSchema": ["type": "object"]])), PendingAsk("y", .roots),
                ])
                return said("\(name(in: answers, "x")) \(answers.count)")
            })
        let first = try await client.call()
        #expect(first.asked == ["x", "y"])
        #expect(first.result?["inputRequests"]?["y"] == ["method": "roots/list"])
        let second = try await client.call("tool", ModernClient.retry(first.ticket, ["x": ModernClient.accept("a")]))
        #expect(second.asked == ["y"])
        let third = try await client.call("tool", ModernClient.retry(second.ticket, ["y": ["roots": []]]))
        #expect(third.text == "a 2")
    }

    @Test("the same retry twice joins the running call, other answers are refused, the outcome is kept")
    func duplicates() async throws {
        let (runs, answered, door) = (Counter(), Door(), Door())
        let client = try ModernClient(
            ScriptedService { _, context in
                runs.increment()
                let answers = try await context.ask([liveQuestion])
                answered.open()
                await door.wait()
                return said("Hello, \(name(in: answers))")
            })
        let first = try await client.call()
        let retry = try client.toolCall("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]))
        let one = client.start(retry)
        await answered.wait()
        let two = client.start(retry)
        let other = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("b")]))
        #expect(other.data == ["reason": "consumed"])
        door.open()
        await one.task.value
        await two.task.value
        let texts = [one.port.text, two.port.text]
        let again = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]))
        #expect(texts == ["Hello, a", "Hello, a"])
        #expect(again.text == "Hello, a")
        #expect(runs.value == 1)
        client.time.advance(by: .seconds(61))
        client.lot.watchdog.sweep()
        #expect(client.lot.count == 0)
        let late = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]))
        #expect(late.data == ["reason": "consumed"])
    }

    @Test("a service that ends while the call is parked: the retry gets the outcome")
    func endsWhileParked() async throws {
        let door = Door()
        // As a legacy server that waits for answers only so long.
        let client = try ModernClient(
            ScriptedService { _, context in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try? await context.ask([liveQuestion]) }
                    await door.wait()
                    group.cancelAll()
                }
                return said("gave up")
            })
        let first = try await client.call()
        #expect(first.asked == ["name"])
        door.open()
        let second = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]))
        #expect(second.text == "gave up")
    }

    @Test("progress while parked is kept, and goes on under the retry's token with growing values; log entries are dropped")
    func progress() async throws {
        let (parked, reported) = (Door(), Door())
        let client = try ModernClient(
            ScriptedService { _, context in
                context.progress(Progress(1))
                async let answers = context.ask([liveQuestion])
                await parked.wait()
                context.progress(Progress(2))
                context.log(LogEntry(.error, data: "nobody listens"))
                reported.open()
                let answer = name(in: try await answers)
                context.progress(Progress(1.5))
                context.progress(Progress(3, of: 4, message: "soon"))
                context.log(LogEntry(.info, data: "not wanted"))
                context.log(LogEntry(.warning, logger: "l", data: ["wanted": true]))
                return said(answer)
            })
        let first = try await client.call(meta: ["progressToken": "first"])
        #expect(first.messages.map { $0["params"] } == [["progressToken": "first", "progress": 1]])
        parked.open()
        await reported.wait()
        let second = try await client.call(
            "tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]),
            meta: ["progressToken": 2, ProtocolKey.logLevel: "warning"])
        #expect(second.text == "a")
        #expect(
            second.messages == [
                ["jsonrpc": "2.0", "method": "notifications/progress", "params": ["progressToken": 2, "progress": 2]],
                [
                    "jsonrpc": "2.0", "method": "notifications/progress",
                    "params": ["progressToken": 2, "progress": 3, "total": 4, "message": "soon"],
                ],
                [
                    "jsonrpc": "2.0", "method": "notifications/message",
                    "params": ["level": "warning", "data": ["wanted": true], "logger": "l"],
                ],
            ])
    }

    @Test("the retry's connection drops: the call is cancelled")
    func dropped() async throws {
        let (cancelled, running) = (Door(), Door())
        let client = try ModernClient(
            ScriptedService { _, context in
                _ = try await context.ask([liveQuestion])
                running.open()
                do {
                    try await Task.sleep(for: .seconds(600))
                } catch {
                    cancelled.open()
                    throw error
                }
                return said("never")
            })
        let first = try await client.call()
        let (port, task) = client.start(
            try client.toolCall("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")])))
        await running.wait()
        task.cancel()
        await cancelled.wait()
        await task.value
        #expect(port.isEnded && port.json == nil)
        #expect(client.lot.count == 0)
    }

    @Test("a client that never returns: its question counts as dismissed, and the call is cancelled")
    func neverReturns() async throws {
        let heard = Mutex("")
        let cancelled = Door()
        let client = try ModernClient(
            ScriptedService { _, context in
                let answer = name(in: try await context.ask([liveQuestion]))
                heard.withLock { $0 = answer }
                try? await Task.sleep(for: .seconds(600))
                cancelled.open()
                return said("")
            })
        let first = try await client.call()
        client.time.advance(by: .seconds(299))
        client.lot.watchdog.sweep()
        #expect(client.lot.count == 1)
        client.time.advance(by: .seconds(2))
        client.lot.watchdog.sweep()
        await cancelled.wait()
        #expect(heard.withLock { $0 } == "cancel")
        #expect(client.lot.count == 0)
        let late = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]))
        #expect(late.code == -32602)
    }

    @Test("the limit of a call goes on while it is parked, the idle limit does not")
    func deadlines() async throws {
        let client = try ModernClient(
            greeter(), limits: ParkingLimits(ticketLifetime: .seconds(900), window: .milliseconds(2)),
            calls: CallClock.Limits(idle: .seconds(60), total: .seconds(600)))
        let first = try await client.call()
        let second = try await client.call()
        client.time.advance(by: .seconds(590))
        client.lot.watchdog.sweep()
        let inTime = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]))
        #expect(inTime.text == "Hello, a")
        client.time.advance(by: .seconds(11))
        client.lot.watchdog.sweep()
        let late = try await client.call("tool", ModernClient.retry(second.ticket, ["name": ModernClient.accept("a")]))
        #expect(late.code == -32603)
        #expect(late.message.contains("longer"))
    }

    @Test("a retry with fewer capabilities can't be asked again: the call ends")
    func capabilitiesOfTheRetry() async throws {
        let client = try ModernClient(greeter())
        let first = try await client.call()
        let second = try await client.call("tool", ModernClient.retry(first.ticket), capabilities: ["sampling": [:]])
        #expect(second.code == -32021)
        #expect(second.data == ["requiredCapabilities": ["elicitation": [:]]])
        #expect(client.lot.count == 0)
    }

    @Test("many clients at once, in any order: one execution each, one answer to each request", arguments: 0..<8)
    func anyOrder(seed: Int) async throws {
        let runs = Counter()
        let client = try ModernClient(
            ScriptedService { operation, context in
                runs.increment()
                let first = name(in: try await context.ask([liveQuestion]))
                let second = name(in: try await context.ask([liveQuestion]))
                return said("\(operation.target ?? "") \(first) \(second)")
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<12 {
                group.addTask {
                    var random = SeededRandom(seed: UInt64(seed * 100 + index))
                    let tool = "tool-\(index)"
                    let first = try await client.call(tool)
                    var params = ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")])
                    var ports = [first]
                    // Each retry may be sent twice at once; one of the two must lead on.
                    for answer in ["b", "end"] {
                        let request = try client.toolCall(tool, params)
                        let isTwice = Bool.random(using: &random)
                        let started = (0..<(isTwice ? 2 : 1)).map { _ in client.start(request) }
                        for one in started { await one.task.value }
                        ports += started.map(\.port)
                        let next = try #require(started.map(\.port).first { $0.ticket != nil || $0.text != nil })
                        if answer == "end" {
                            #expect(next.text == "\(tool) a b")
                        } else {
                            params = ModernClient.retry(next.ticket, ["name": ModernClient.accept(answer)])
                        }
                    }
                    #expect(ports.allSatisfy { $0.closings == 1 })
                }
            }
            try await group.waitForAll()
        }
        #expect(runs.value == 12)
    }
}
