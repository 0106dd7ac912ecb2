import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Outbound

@Suite("The guarded client", .timeLimit(.minutes(1)))
struct GuardedClientTests {
    private static func request(
        _ server: LoopbackServer, _ method: String = "GET", host: String = "127.0.0.1"
    ) -> WebRequest {
        WebRequest(method, "http://\(host):\(server.port)/")
    }

    @Test("A request arrives as it was written, and its answer comes back with status, headers and body")
    func exchange() async throws {
        let server = try await WebFixtures.server { peer, request in
            peer.answer(request.head + "|" + request.body, status: "201 Created", headers: "X-A: 1\r\nX-A: 2\r\n")
        }
        let client = try await WebFixtures.client()
        let response = try await client.send(
            WebRequest("POST", "http://0x7f.1:\(server.port)/a?b=c#d", headers: [("X-Test", "yes")], body: Array("{}".utf8)))
        #expect(response.status == 201)
        #expect(response.headers.filter { $0.name == "X-A" }.map(\.value) == ["1", "2"])
        #expect(response.header("x-a") == "1")
        #expect(response.url == "http://0x7f.1:\(server.port)/a?b=c#d")
        let lines = String(decoding: try await response.collect(upTo: 1000), as: UTF8.self).split(separator: "\r\n").map(
            String.init)
        #expect(lines.first == "POST /a?b=c HTTP/1.1")
        #expect(
            Set(lines.dropFirst()) == [
                "X-Test: yes", "Accept-Encoding: identity", "Host: 127.0.0.1:\(server.port)", "Content-Length: 2|{}",
            ])
        #expect(try await response.next() == nil, "the end stays the end")
        await server.stop()
    }

    @Test("On an event loop of its own it uses that loop's connection and no other thread; the connection is kept")
    func onTheLoop() async throws {
        let server = try await WebFixtures.server { peer, request in peer.answer("\(peer.number).\(request.number)") }
        let client = try await WebFixtures.client()
        let eventLoop = WebFixtures.group.next()
        let request = Self.request(server)
        let bodies = try await Task(executorPreference: EventLoopTaskExecutor(eventLoop: eventLoop)) {
            var bodies: [String] = []
            for _ in 1...3 {
                bodies.append(try await client.exchange(request).body)
                #expect(eventLoop.inEventLoop)
            }
            return bodies
        }.value
        #expect(bodies == ["1.1", "1.2", "1.3"])
        await server.stop()
    }

    @Test("Many at once from anywhere all get their own answer")
    func concurrently() async throws {
        let server = try await WebFixtures.server { peer, request in peer.answer(request.body) }
        let client = try await WebFixtures.client()
        let url = Self.request(server).url
        try await withThrowingTaskGroup(of: (String, String).self) { group in
            for number in 0..<200 {
                group.addTask {
                    let outcome = try await client.exchange(WebRequest("PUT", url, body: Array("\(number)".utf8)))
                    return ("\(number)", outcome.body)
                }
            }
            for try await (sent, answered) in group { #expect(sent == answered) }
        }
        await server.stop()
    }

    // MARK: The body

    @Test("Parts come as they are sent, long before the end")
    func streaming() async throws {
        let peers = NIOLockedValueBox<Peer?>(nil)
        let server = try await WebFixtures.server { peer, _ in
            peers.withLockedValue { $0 = peer }
            peer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        }
        let client = try await WebFixtures.client()
        let response = try await client.send(Self.request(server))
        for text in ["data: 1\n\n", "data: 2\n\n"] {
            try #require(peers.withLockedValue { $0 }).write("9\r\n\(text)\r\n")
            #expect(try await response.next().map { String(decoding: $0, as: UTF8.self) } == text)
        }
        try #require(peers.withLockedValue { $0 }).write("0\r\n\r\n")
        #expect(try await response.next() == nil)
        await server.stop()
    }

    @Test("What isn't read stays with the upstream; afterwards all of it comes")
    func backPressure() async throws {
        let (total, piece) = (24 << 20, 256 << 10)
        let sent = NIOLockedValueBox(0)
        @Sendable func pour(into channel: any Channel) {
            channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: piece)).whenSuccess {
                let now = sent.withLockedValue { sent in
                    sent += piece
                    return sent
                }
                if now < total { pour(into: channel) }
            }
        }
        let server = try await WebFixtures.server { peer, _ in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            pour(into: peer.channel)
        }
        let client = try await WebFixtures.client()
        let response = try await client.send(Self.request(server))
        var last = -1
        while true {
            let now = sent.withLockedValue { $0 }
            if now == last, now > 0 { break }
            last = now
            try await Task.sleep(for: .milliseconds(150))
        }
        #expect(last < total)
        var received = 0
        var largest = 0
        while let part = try await response.next() {
            received += part.count
            largest = max(largest, part.count)
        }
        #expect(received == total)
        #expect(
            largest < GuardedClient.bufferedBytes + (2 << 20), "no more is kept than the mark and what one turn of the loop reads"
        )
        await server.stop()
    }

    @Test("More than may be collected is an error, and the rest is given up")
    func tooLarge() async throws {
        let server = try await WebFixtures.server { peer, _ in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + String(repeating: "x", count: 5000))
        }
        let client = try await WebFixtures.client()
        let response = try await client.send(Self.request(server))
        await #expect(throws: OutboundError(.tooLarge, "the answer has more than 4000 bytes")) {
            _ = try await response.collect(upTo: 4000)
        }
        await server.events.wait(for: .closed(1))
        await server.stop()
    }

    @Test("An answer that breaks off is an error after what came of it")
    func brokenOff() async throws {
        let server = try await WebFixtures.server { peer, _ in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            peer.close()
        }
        let client = try await WebFixtures.client()
        let response = try await client.send(Self.request(server))
        #expect(try await response.next() == Array("half".utf8))
        let error = await #expect(throws: OutboundError.self) { _ = try await response.next() }
        #expect(error?.code == .closed)
        await server.stop()
    }

    @Test("A compressed answer that nobody asked for is refused")
    func compressed() async throws {
        let server = try await WebFixtures.server { peer, _ in peer.answer("zzzz", headers: "Content-Encoding: gzip\r\n") }
        let client = try await WebFixtures.client()
        #expect(await client.failure(of: Self.request(server))?.code == .protocolViolation)
        await server.stop()
    }

    // MARK: Giving up

    @Test("Cancelled while it waits for the head, or for the body, the connection is closed", arguments: [false, true])
    func cancellation(hasHead: Bool) async throws {
        let (asked, continuation) = AsyncStream.makeStream(of: Void.self)
        let server = try await WebFixtures.server { peer, _ in
            if hasHead { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") }
            continuation.yield()
        }
        let client = try await WebFixtures.client()
        let request = Self.request(server)
        let task = Task { await client.failure(of: request) }
        for await _ in asked { break }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        await server.events.wait(for: .closed(1))
        await server.stop()
    }

    @Test("A task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        let client = try await WebFixtures.client()
        let server = try await WebFixtures.server { peer, _ in peer.answer("in") }
        let request = Self.request(server)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await client.failure(of: request)
        }
        #expect(await task.value?.code == .cancelled)
        #expect(try await client.exchange(request).body == "in")
        await server.stop()
    }

    @Test("Let go or cancelled, an answer that was not read to its end is closed", arguments: [false, true])
    func lettingGo(cancels: Bool) async throws {
        let server = try await WebFixtures.server { peer, _ in
            peer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        }
        let client = try await WebFixtures.client()
        var response: (any WebResponse)? = try await client.send(Self.request(server))
        #expect(try await response?.next() != nil)
        if cancels {
            response?.cancel()
            let error = await #expect(throws: OutboundError.self) { _ = try await response?.next() }
            #expect(error?.code == .cancelled)
        } else {
            response = nil
        }
        await server.events.wait(for: .closed(1))
        await server.stop()
    }

    // MARK: Deadlines

    @Test("A head that doesn't come, and a body that stops, are timed out by the request's own limits", arguments: [false, true])
    func timeouts(hasHead: Bool) async throws {
        let server = try await WebFixtures.server { peer, _ in
            if hasHead { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") }
        }
        let client = try await WebFixtures.client()
        var request = Self.request(server)
        if hasHead { request.idleTimeout = .milliseconds(150) } else { request.headTimeout = .milliseconds(150) }
        let error = await client.failure(of: request)
        #expect(error == OutboundError(.timedOut, "timed out waiting for the \(hasHead ? "next part of the " : "")answer"))
        await server.events.wait(for: .closed(1))
        await server.stop()
    }

    @Test("A stream may be silent for as long as its own limit says, however large that is")
    func longSilence() async throws {
        let peers = NIOLockedValueBox<Peer?>(nil)
        let server = try await WebFixtures.server { peer, _ in
            peers.withLockedValue { $0 = peer }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        }
        let client = try await WebFixtures.client()
        var request = Self.request(server)
        request.idleTimeout = .seconds(Int64.max)
        request.headTimeout = .seconds(Int64.max)
        request.connectTimeout = .seconds(Int64.max)
        let response = try await client.send(request)
        try #require(peers.withLockedValue { $0 }).write("ok")
        #expect(try await response.collect(upTo: 10) == Array("ok".utf8))
        await server.stop()
    }

    // MARK: Addresses

    @Test("Where the first address doesn't answer, the next one is tried, and is the first from then on")
    func nextAddress() async throws {
        let server = try await WebFixtures.server { peer, request in peer.answer("\(peer.number).\(request.number)") }
        // Nothing listens at the first two.
        let resolver = ScriptedResolver(["many.example": [["127.0.0.3", "::1", "127.0.0.1"]]])
        let client = try await WebFixtures.client(resolver: resolver)
        let eventLoop = WebFixtures.group.next()
        let request = Self.request(server, "POST", host: "many.example")
        let bodies = try await Task(executorPreference: EventLoopTaskExecutor(eventLoop: eventLoop)) {
            [try await client.exchange(request).body, try await client.exchange(request).body]
        }.value
        #expect(bodies == ["1.1", "1.2"])
        let nowhere = try await WebFixtures.client(resolver: ScriptedResolver(["many.example": [["127.0.0.3", "127.0.0.4"]]]))
        #expect(await nowhere.failure(of: request)?.code == .connect)
        await server.stop()
    }

    @Test("A host that nobody knows, or that knows no address, can't be connected to")
    func noHost() async throws {
        let client = try await WebFixtures.client(resolver: ScriptedResolver(["empty.example": [[]]]))
        for host in ["unknown.example", "empty.example"] {
            #expect(
                await client.failure(of: WebRequest("GET", "http://\(host)/"))
                    == OutboundError(.connect, "there is no host \(host)"))
        }
    }

    @Test("More hosts than may be kept make room for each other; more than may be in use are refused")
    func manyHosts() async throws {
        let server = try await WebFixtures.server { peer, request in if !request.head.contains("/hold") { peer.answer("in") } }
        var configuration = UpstreamClient.Configuration()
        configuration.maximumPinnedUpstreams = 2
        let url = { @Sendable (host: String, path: String) in "http://\(host):\(server.port)\(path)" }
        let names = Dictionary(uniqueKeysWithValues: (0..<8).map { ("h\($0).example", [["127.0.0.1"]]) })
        let client = GuardedClient(
            loops: try await UpstreamLoops(
                MultiThreadedEventLoopGroup.singleton.next(), tls: WebFixtures.tls.get(), configuration: configuration),
            policy: .anything, resolver: ScriptedResolver(names))
        for name in names.keys { #expect(try await client.exchange(WebRequest("GET", url(name, "/"))).body == "in") }
        let held = ["h0.example", "h1.example"].map { name in
            Task { await client.failure(of: WebRequest("GET", url(name, "/hold"))) }
        }
        var requested = 0
        for await event in server.events {
            if case .requested = event { requested += 1 }
            if requested == names.count + 2 { break }
        }
        #expect(await client.failure(of: WebRequest("GET", url("h2.example", "/")))?.code == .overloaded)
        for task in held { task.cancel() }
        for task in held { #expect(await task.value?.code == .cancelled) }
        #expect(try await client.exchange(WebRequest("GET", url("h2.example", "/"))).body == "in")
        await server.stop()
    }

    // MARK: Again

    @Test("A kept connection that ends without an answer: what may be done twice is sent again, what may not is an error")
    func staleConnection() async throws {
        let seen = NIOLockedValueBox<[String]>([])
        let server = try await WebFixtures.server { peer, request in
            seen.withLockedValue { $0.append("\(peer.number).\(request.number)") }
            if request.number == 1 { peer.answer("\(peer.number)") } else { peer.close() }
        }
        let client = try await WebFixtures.client()
        let eventLoop = WebFixtures.group.next()
        let (get, post) = (Self.request(server), Self.request(server, "POST"))
        var idempotent = post
        idempotent.isIdempotent = true
        let repeated = idempotent
        let bodies = try await Task(executorPreference: EventLoopTaskExecutor(eventLoop: eventLoop)) {
            var bodies: [String] = []
            for request in [get, get, repeated] { bodies.append(try await client.exchange(request).body) }
            #expect(await client.failure(of: post)?.code == .closed)
            return try await bodies + [client.exchange(post).body]
        }.value
        #expect(bodies == ["1", "2", "3", "4"], "the second and third were sent on an old connection first")
        #expect(seen.withLockedValue { $0 } == ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "4.1"])
        await server.stop()
    }

    @Test("A POST on a connection that is closed already goes out on a fresh one, once")
    func closedBetween() async throws {
        let peers = NIOLockedValueBox<[Peer]>([])
        let server = try await WebFixtures.server { peer, request in
            peers.withLockedValue { $0.append(peer) }
            peer.answer("\(peer.number).\(request.number)")
        }
        let client = try await WebFixtures.client()
        let eventLoop = WebFixtures.group.next()
        let post = Self.request(server, "POST")
        let bodies = try await Task(executorPreference: EventLoopTaskExecutor(eventLoop: eventLoop)) {
            let first = try await client.exchange(post).body
            // The loop is kept busy until the kernel knows of the end, so that the news of it is still unread when the next one goes out.
            if let peer = peers.withLockedValue({ $0.first }) { peer.channel.closeAndWait() }
            return [first, try await client.exchange(post).body]
        }.value
        #expect(bodies == ["1.1", "2.1"])
        await server.stop()
    }
}

extension Channel {
    /// Closes the channel from another thread than its own, and blocks this one until that is done.
    fileprivate func closeAndWait() {
        let done = ConditionLock(value: 0)
        self.close().whenComplete { _ in
            done.lock()
            done.unlock(withValue: 1)
        }
        done.lock(whenValue: 1)
        done.unlock()
    }
}
