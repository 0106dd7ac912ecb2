import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import Outbound

@Suite("Requests to an upstream", .timeLimit(.minutes(1)))
struct UpstreamClientTests {
    @Test("The request arrives whole, with the host and its length")
    func request() async throws {
        let server = try await LoopbackServer { peer, request in peer.answer(request.head + "|" + request.body) }
        let client = try await TestClient(port: server.port)
        let outcome = try await client.exchange("{\"a\":1}") { $0.head.headers.add(name: "X-Test", value: "yes") }
        #expect(outcome.status == 200)
        #expect(outcome.end == .ended)
        let lines = outcome.body.split(separator: "\r\n").map(String.init)
        #expect(lines.first == "POST /v1/chat HTTP/1.1")
        #expect(Set(lines.dropFirst()) == ["X-Test: yes", "Host: 127.0.0.1:\(server.port)", "Content-Length: 7|{\"a\":1}"])
        await server.stop()
    }

    @Test("A connection is used again, and by many calls at once as many connections as needed")
    func reuse() async throws {
        let server = try await LoopbackServer { peer, request in peer.answer("\(peer.number).\(request.number)") }
        let client = try await TestClient(port: server.port)
        for number in 1...3 { #expect(try await client.exchange().body == "1.\(number)") }
        #expect(try await client.counts() == [1, 1, 0])
        let calls = [try await client.start(), try await client.start()]
        for call in calls { #expect(await call.outcome().end == .ended) }
        #expect(try await client.counts()[0] <= 2)
        await server.stop()
    }

    @Test(
        "An upstream that won't keep the connection is asked on a new one each time",
        arguments: ["Connection: close\r\n", "connection: Close\r\n"])
    func notKeptAlive(header: String) async throws {
        let server = try await LoopbackServer { peer, request in peer.answer("\(peer.number).\(request.number)", headers: header)
        }
        let client = try await TestClient(port: server.port)
        for number in 1...3 { #expect(try await client.exchange().body == "\(number).1") }
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }

    @Test("Who waits in the queue is served although the connection before it can't be used again")
    func queueWithoutKeepAlive() async throws {
        let server = try await LoopbackServer { peer, _ in peer.answer("\(peer.number)", headers: "Connection: close\r\n") }
        let client = try await TestClient(port: server.port, maximumConnections: 1)
        var calls: [StartedCall] = []
        for _ in 1...4 { calls.append(try await client.start()) }
        for (index, call) in calls.enumerated() { #expect(await call.outcome().body == "\(index + 1)") }
        await server.stop()
    }

    @Test("An answer without a length ends with its connection")
    func endsWithConnection() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.write("HTTP/1.1 200 OK\r\n\r\nall of it")
            peer.close()
        }
        let client = try await TestClient(port: server.port)
        let outcome = try await client.exchange()
        #expect(outcome.body == "all of it")
        #expect(outcome.end == .ended)
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }

    @Test("Informational answers are passed over")
    func informational() async throws {
        let server = try await LoopbackServer { peer, request in
            peer.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
            peer.answer("\(peer.number).\(request.number)")
        }
        let client = try await TestClient(port: server.port)
        #expect(try await client.exchange().body == "1.1")
        #expect(try await client.exchange().body == "1.2")
        await server.stop()
    }

    @Test("A switch of protocols nobody asked for is an answer, and the end of its connection")
    func switchingProtocols() async throws {
        let server = try await LoopbackServer { peer, request in
            if peer.number == 1 {
                peer.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nxxxx")
            } else {
                peer.answer("after")
            }
        }
        let client = try await TestClient(port: server.port)
        let first = try await client.exchange { $0.headTimeout = .seconds(2) }
        #expect(first.status == 101 || first.status == nil)
        #expect(first.end != nil)
        #expect(try await client.exchange().body == "after")
        await server.stop()
    }

    // MARK: Failures

    @Test("A refused connection is told as one that doesn't name more than the host, and nothing is left over")
    func refused() async throws {
        // A port that nobody has; one that was given back may be another test's by now.
        let client = try await TestClient(port: 1)
        #expect(try await client.exchange().end == .failed(.connect, "no connection to 127.0.0.1:1"))
        #expect(try await client.counts() == [0, 0, 0])
    }

    @Test("A host without an address is no connection either")
    func unknownHost() async throws {
        let client = try await TestClient(UpstreamAddress(host: "does-not-exist.invalid", port: 80, usesTLS: false))
        guard case .failed(let code, _) = try await client.exchange().end else {
            Issue.record("it can't have been answered")
            return
        }
        #expect(code == .connect || code == .timedOut)
        #expect(try await client.counts() == [0, 0, 0])
    }

    @Test("A host of several addresses is reached at the one that answers")
    func severalAddresses() async throws {
        // Where the system knows localhost by ::1 too, nobody listens there.
        let server = try await LoopbackServer { peer, request in peer.answer("\(peer.number).\(request.number)") }
        let client = try await TestClient(UpstreamAddress(host: "localhost", port: server.port, usesTLS: false))
        #expect(try await client.exchange().body == "1.1")
        #expect(try await client.exchange().body == "1.2")
        #expect(try await client.counts() == [1, 1, 0])
        await server.stop()
    }

    @Test(
        "An answer that is cut is a failure after what came",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        ],
        [false, true])
    func cut(_ answer: String, byReset: Bool) async throws {
        let peer = NIOLockedValueBox<Peer?>(nil)
        let server = try await LoopbackServer { new, _ in
            // First: once it is written, the test may go on.
            peer.withLockedValue { $0 = new }
            new.write(answer)
        }
        let client = try await TestClient(port: server.port)
        let call = try await client.start()
        // A reset takes along what wasn't read.
        for await told in call.told where told == .body("half") { break }
        if byReset { peer.withLockedValue { $0 }?.reset() } else { peer.withLockedValue { $0 }?.close() }
        guard case .failed(.closed, _) = await call.outcome().end else {
            Issue.record("it must be told that the connection was closed")
            return
        }
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }

    @Test("A connection that ends without an answer is a failure, told once, without another try")
    func closedUnanswered() async throws {
        let server = try await LoopbackServer { peer, _ in peer.close() }
        let client = try await TestClient(port: server.port)
        let outcome = try await client.exchange()
        #expect(outcome.status == nil)
        guard case .failed(.closed, _) = outcome.end else {
            Issue.record("told as \(String(describing: outcome.end))")
            return
        }
        await server.stop()
    }

    @Test(
        "What isn't HTTP is a failure",
        arguments: [
            "220 mail.example.com ESMTP\r\n", "HTTP/1.1 two hundred OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "\u{0}\u{1}\u{2}",
            "{\"error\":\"plain\"}\r\n\r\n",
        ])
    func garbage(_ text: String) async throws {
        let server = try await LoopbackServer { peer, _ in peer.write(text) }
        let client = try await TestClient(port: server.port)
        #expect(try await client.exchange().end == .failed(.protocolViolation, "the upstream's answer is not valid HTTP/1.1"))
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }

    @Test("A queue that is full refuses; one that waits is timed out, and its place is free again")
    func queue() async throws {
        let server = try await LoopbackServer { _, _ in }
        let client = try await TestClient(port: server.port, maximumConnections: 1, maximumWaitingRequests: 1)
        let first = try await client.start()
        let second = try await client.start()
        let third = try await client.start()
        #expect(await third.outcome().end == .failed(.overloaded, "too many requests wait for a connection to this upstream"))
        #expect(try await client.counts() == [1, 0, 1])
        try await second.tick(after: .seconds(11))
        #expect(await second.outcome().end == .failed(.timedOut, "timed out waiting for a connection"))
        #expect(try await client.counts() == [1, 0, 0])
        for await event in server.events where event == .requested(1) { break }
        try await client.run { first.call.value.cancel() }
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }

    // MARK: Stale connections

    @Test("A connection that the upstream closed while it was idle isn't used again")
    func closedWhileIdle() async throws {
        let server = try await LoopbackServer { peer, request in
            peer.answer("\(peer.number).\(request.number)")
            if peer.number == 1 { peer.close() }
        }
        let client = try await TestClient(port: server.port)
        #expect(try await client.exchange().body == "1.1")
        // Whether the close was seen before the next call or by it, the call isn't concerned.
        #expect(try await client.exchange().body == "2.1")
        #expect(try await client.exchange().body == "2.2")
        await server.stop()
    }

    @Test(
        "A request that meets the upstream's close on its way is sent again on a fresh connection, before it is told of anything",
        arguments: [false, true])
    func crossing(byReset: Bool) async throws {
        let isClosed = NIOLockedValueBox(false)
        let server = try await LoopbackServer { peer, request in
            peer.answer("\(peer.number).\(request.number)")
            guard peer.number == 1 else { return }
            peer.channel.closeFuture.whenComplete { _ in isClosed.withLockedValue { $0 = true } }
            peer.channel.eventLoop.scheduleTask(in: .milliseconds(50)) { byReset ? peer.reset() : peer.close() }
        }
        let client = try await TestClient(port: server.port)
        #expect(try await client.exchange().body == "1.1")
        // The client's event loop is held up until the other end is closed, so that it can't know when it sends.
        let call = try await client.start(before: { while !isClosed.withLockedValue({ $0 }) {} })
        let outcome = await call.outcome()
        #expect(outcome.body == "2.1")
        #expect(outcome.end == .ended)
        #expect(try await client.counts() == [1, 1, 0])
        await server.stop()
    }

    @Test("A second connection that fails is the end: nothing is sent three times")
    func onceOnly() async throws {
        let requests = NIOLockedValueBox(0)
        let server = try await LoopbackServer { peer, request in
            requests.withLockedValue { $0 += 1 }
            if peer.number == 1, request.number == 1 { peer.answer("first") } else { peer.close() }
        }
        let client = try await TestClient(port: server.port)
        #expect(try await client.exchange().body == "first")
        guard case .failed(.closed, _) = try await client.exchange().end else {
            Issue.record("it must fail")
            return
        }
        #expect(requests.withLockedValue { $0 } == 3)
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }

    @Test("An answer that was begun is never asked for again")
    func begunAnswer() async throws {
        let server = try await LoopbackServer { peer, request in
            if request.number == 1 {
                peer.answer("first")
            } else {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
                peer.close()
            }
        }
        let client = try await TestClient(port: server.port)
        #expect(try await client.exchange().body == "first")
        let outcome = try await client.exchange()
        #expect(outcome.body == "half")
        #expect(outcome.end == .failed(.closed, "the upstream closed the connection before its answer was complete"))
        await server.stop()
    }

    @Test("An answer that nobody asked for ends its connection, and never becomes another request's")
    func unsolicited() async throws {
        let server = try await LoopbackServer { peer, request in
            peer.answer("\(peer.number).\(request.number)")
            if peer.number == 1 { peer.answer("smuggled") }
        }
        let client = try await TestClient(port: server.port)
        #expect(try await client.exchange().body == "1.1")
        await server.events.wait(for: .closed(1))
        #expect(try await client.exchange().body == "2.1")
        #expect(try await client.counts() == [1, 1, 0])
        await server.stop()
    }

    // MARK: Deadlines and giving up

    @Test("An upstream that doesn't answer in time is left")
    func headTimeout() async throws {
        let server = try await LoopbackServer { _, _ in }
        let client = try await TestClient(port: server.port)
        let call = try await client.start { $0.headTimeout = .milliseconds(100) }
        #expect(await call.outcome().end == .failed(.timedOut, "timed out waiting for the answer"))
        await server.events.wait(for: .closed(1))
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }

    @Test("An upstream that falls silent within its answer is left")
    func idleTimeout() async throws {
        let server = try await LoopbackServer { peer, _ in peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") }
        let client = try await TestClient(port: server.port)
        let outcome = try await client.exchange { $0.idleTimeout = .milliseconds(100) }
        #expect(outcome.body == "half")
        #expect(outcome.end == .failed(.timedOut, "timed out waiting for the next part of the answer"))
        await server.events.wait(for: .closed(1))
        await server.stop()
    }

    @Test("What is awaited has its own time: a connection, the answer, each part of it")
    func deadlines() async throws {
        let peer = NIOLockedValueBox<Peer?>(nil)
        let server = try await LoopbackServer { new, _ in peer.withLockedValue { $0 = new } }
        let client = try await TestClient(port: server.port)
        let call = try await client.start {
            $0.headTimeout = .minutes(10)
            $0.idleTimeout = .minutes(20)
        }
        for await event in server.events where event == .requested(1) { break }
        try await call.tick(after: .minutes(9))
        #expect(try await !call.isFinished())
        peer.withLockedValue { $0 }?.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        for await told in call.told where told == .body("half") { break }
        try await call.tick(after: .minutes(19))
        #expect(try await !call.isFinished())
        try await call.tick(after: .minutes(21))
        #expect(await call.outcome().end == .failed(.timedOut, "timed out waiting for the next part of the answer"))
        await server.stop()
    }

    @Test("Giving up closes the connection, and nothing more is told", arguments: [false, true])
    func cancel(withinAnswer: Bool) async throws {
        let server = try await LoopbackServer { peer, _ in
            if withinAnswer { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") }
        }
        let client = try await TestClient(port: server.port)
        let call = try await client.start()
        if withinAnswer {
            for await told in call.told where told == .body("half") { break }
        } else {
            for await event in server.events where event == .requested(1) { break }
        }
        try await client.run {
            call.call.value.cancel()
            call.call.value.cancel()
        }
        await server.events.wait(for: .closed(1))
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }

    @Test("A call that is given up while it is dialled leaves its connection to others")
    func cancelDialling() async throws {
        let server = try await LoopbackServer { peer, request in peer.answer("\(peer.number).\(request.number)") }
        let client = try await TestClient(port: server.port, maximumConnections: 1)
        _ = try await client.start(after: { call, _ in call.cancel() })
        #expect(try await client.exchange().body == "1.1")
        #expect(try await client.counts() == [1, 1, 0])
        await server.stop()
    }

    @Test("A connection that is old when it becomes free is not kept: a new one asks anew where the name leads")
    func age() async throws {
        let server = try await LoopbackServer { peer, request in peer.answer("\(peer.number).\(request.number)") }
        let address = UpstreamAddress(host: "127.0.0.1", port: server.port, usesTLS: false)
        let brief = try await TestClient(address, maximumConnections: 1, maximumConnectionAge: .zero)
        let calls = [try await brief.start(), try await brief.start()]
        #expect(await calls[0].outcome().body == "1.1")
        #expect(await calls[1].outcome().body == "2.1", "who waits gets a new one")
        #expect(try await brief.counts() == [0, 0, 0])
        let client = try await TestClient(address)
        for number in 1...2 { #expect(try await client.exchange().body == "3.\(number)") }
        await server.stop()
    }

    @Test("Idle connections are closed after their time, all of them at the end")
    func closing() async throws {
        let server = try await LoopbackServer { peer, request in peer.answer("\(peer.number).\(request.number)") }
        let brief = try await TestClient(port: server.port, idleTimeout: .milliseconds(10))
        #expect(try await brief.exchange().body == "1.1")
        await server.events.wait(for: .closed(1))
        #expect(try await brief.counts() == [0, 0, 0])
        let client = try await TestClient(port: server.port)
        #expect(try await client.exchange().body == "2.1")
        try await client.shutDown()
        await server.events.wait(for: .closed(2))
        // What is asked afterwards is answered, and leaves nothing behind.
        #expect(try await client.exchange().body == "3.1")
        await server.events.wait(for: .closed(3))
        await server.stop()
    }
}
