import Outbound
import Synchronization
import Testing
import Wire

@testable import MCPServer

@Suite("an upstream that gets lost and comes back", .timeLimit(.minutes(1)))
struct HealingTests {
    @Test("a session that the upstream has forgotten is made anew, for any method", arguments: [false, true])
    func forgottenSession(streams: Bool) async throws {
        let upstream = FakeHTTP(.legacy(), FakeHTTP.Options(streams: streams))
        let service = UpstreamService.http(upstream.client())
        _ = try await service.perform(.call("one"), TestCall())
        upstream.restart()
        let again = try await service.perform(.call("two"), TestCall())
        #expect(again.result?["content"]?[0]?["text"] == "two")
        // The call was executed once: the first attempt was not taken.
        #expect(upstream.server.received("tools/call").count == 2)
        #expect(upstream.server.received("initialize").count == 2)
        #expect(service.health.sessions == 1)
        await service.close()
        #expect(upstream.sessions.isEmpty)
    }

    @Test("a process that ended between calls is started again")
    func endedProcess() async throws {
        let server = FakeServer.legacy()
        let started = Mutex<[FakeProcess]>([])
        let service = UpstreamService.lines {
            let process = FakeProcess(server)
            started.withLock { $0.append(process) }
            return process
        }
        _ = try await service.perform(.call("one"), TestCall())
        started.withLock { $0.last }?.die()
        let again = try await service.perform(.call("two"), TestCall())
        #expect(again.result?["content"]?[0]?["text"] == "two")
        #expect(started.withLock { $0.count } == 2)
        #expect(server.received("tools/call").count == 2)
        await service.close()
    }

    @Test("a modern process that ended between calls is started again, and its era is known")
    func endedModernProcess() async throws {
        let server = FakeServer.modern()
        let started = Mutex<[FakeProcess]>([])
        let service = UpstreamService.lines {
            let process = FakeProcess(server)
            started.withLock { $0.append(process) }
            return process
        }
        _ = try await service.perform(.call("one"), TestCall())
        started.withLock { $0.last }?.die()
        _ = try await service.perform(.call("two"), TestCall())
        #expect(started.withLock { $0.count } == 2)
        #expect(server.received("server/discover").count == 1)
        await service.close()
    }

    @Test("a stream of a session over HTTP+SSE that ended between calls is opened again")
    func endedEventStream() async throws {
        let upstream = FakeEventStream(.legacy())
        let service = UpstreamService.sse(upstream.client())
        _ = try await service.perform(.call("one"), TestCall())
        upstream.opened.last?.finish()
        _ = try await service.perform(.call("two"), TestCall())
        #expect(upstream.opened.count == 2)
        #expect(upstream.server.received("tools/call").count == 2)
        await service.close()
    }

    private static let breaking: FakeServer.Handler = { port in
        port.response?.breakOff()
        return .none
    }

    @Test("a call whose stream breaks off is an error, and is not sent again")
    func brokenCall() async throws {
        let upstream = FakeHTTP(.legacy(["tools/call": Self.breaking]), FakeHTTP.Options(streams: true))
        let service = UpstreamService.http(upstream.client())
        let thrown = await #expect(throws: MCPError.self) { try await service.perform(.call("x"), TestCall()) }
        guard case .upstreamUnavailable? = thrown?.kind else {
            Issue.record("\(String(describing: thrown))")
            return
        }
        #expect(thrown?.message.contains("may have been carried out") == true)
        #expect(upstream.server.received("tools/call").count == 1)
        #expect(service.health.lastError != nil)
        #expect(service.health.failures == service.endpoint.failures.total && service.health.failures > 0)
        await service.close()
    }

    @Test("what does no harm twice is sent again once", arguments: ["list", "read", "trusted", "untrusted"])
    func repeatable(what: String) async throws {
        let count = Mutex(0)
        let flaky: FakeServer.Handler = { port in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            guard isFirst else { return .result(["content": [], "resources": [], "contents": []]) }
            port.response?.breakOff()
            return .none
        }
        let tools: FakeServer.Handler = { _ in
            .result(["tools": [["name": "x", "inputSchema": ["type": "object"], "annotations": ["readOnlyHint": true]]]])
        }
        let server = FakeServer.legacy(
            ["tools/call": flaky, "resources/list": flaky, "resources/read": flaky, "tools/list": tools])
        let upstream = FakeHTTP(server, FakeHTTP.Options(streams: true))
        let service = UpstreamService.http(upstream.client(), isTrusted: what == "trusted")
        _ = try await service.perform(Operation(.list(.tools)), TestCall())
        let operation: MCPServer.Operation =
            switch what {
            case "list": Operation(.list(.resources))
            case "read": Operation(.readResource, target: "a:b", params: ["uri": "a:b"])
            default: .call("x")
            }
        if what == "untrusted" {
            await #expect(throws: MCPError.self) { try await service.perform(operation, TestCall()) }
        } else {
            _ = try await service.perform(operation, TestCall())
        }
        #expect(count.withLock { $0 } == (what == "untrusted" ? 1 : 2))
        await service.close()
    }

    @Test("a stream that breaks off behind an event id goes on where it was, after the time that the upstream asks for")
    func resumption() async throws {
        let server = FakeServer.legacy([
            "tools/call": { port in
                // Primed, told to come back soon, and closed on purpose.
                port.response?.event(text: "", id: "e1", retry: 5)
                port.response?.event(
                    ["jsonrpc": "2.0", "method": "notifications/progress", "params": ["progressToken": port.id, "progress": 1]],
                    id: "e2")
                port.response?.finish()
                return .none
            }
        ])
        let upstream = FakeHTTP(server, FakeHTTP.Options(streams: true))
        let resumed = Mutex<[String]>([])
        upstream.override { request in
            guard request.method == "GET", let id = request.header("Last-Event-ID") else { return nil }
            resumed.withLock { $0.append(id) }
            let response = FakeResponse.events()
            let call = server.received("tools/call").first?["id"] ?? .null
            if id == "e2" {
                // Once more broken off, now without a word.
                response.event(
                    ["jsonrpc": "2.0", "method": "notifications/progress", "params": ["progressToken": call, "progress": 2]],
                    id: "e3")
                response.breakOff()
            } else {
                response.event(["jsonrpc": "2.0", "id": call, "result": ["content": [], "late": true]], id: "e4")
                response.finish()
            }
            return response
        }
        let service = UpstreamService.http(upstream.client())
        let call = TestCall(wantsProgress: true)
        let outcome = try await service.perform(.call("x"), call)
        #expect(outcome.result?["late"] == true)
        #expect(resumed.withLock { $0 } == ["e2", "e3"])
        #expect(call.progress.map(\.value) == [1, 2])
        #expect(server.received("tools/call").count == 1)
        await service.close()
    }

    @Test("an upstream that is down is an error in words, and is used once it is up")
    func down() async throws {
        let upstream = FakeHTTP(.legacy())
        let service = UpstreamService.http(upstream.client(), headers: [("Authorization", "Bearer secret-text")])
        upstream.fail(1)
        let thrown = await #expect(throws: MCPError.self) { try await service.perform(.call("x"), TestCall()) }
        #expect(thrown?.message.contains("can't be reached") == true)
        #expect(service.health.era == nil)
        _ = try await service.perform(.call("x"), TestCall())
        // Down for a moment between two calls.
        upstream.fail(2)
        _ = try await service.perform(.call("y"), TestCall())
        #expect(upstream.server.received("initialize").count == 1)
        #expect(service.health.lastError?.contains("secret-text") == false)
        await service.close()
    }

    @Test("a server that was replaced by one of the other era is learnt again, without an error", arguments: [false, true])
    func replaced(fromModern: Bool) async throws {
        let old = FakeHTTP(fromModern ? .modern() : .legacy(), FakeHTTP.Options(isModern: fromModern))
        let new = FakeHTTP(fromModern ? .legacy() : .modern(), FakeHTTP.Options(isModern: !fromModern))
        let (first, second) = (old.client(), new.client())
        let isReplaced = Mutex(false)
        let web = FakeWeb { (request: FakeWeb.Seen) async throws(OutboundError) -> FakeResponse in
            let target = isReplaced.withLock { $0 } ? second : first
            var headers = request.headers
            headers.removeAll { $0.name == "none" }
            var forwarded = WebRequest(request.method, request.url, headers: headers, body: request.body)
            forwarded.maximumRedirects = 0
            guard let response = try await target.send(forwarded) as? FakeResponse else { throw OutboundError(.closed, "") }
            return response
        }
        let service = UpstreamService.http(web)
        _ = try await service.perform(.call("one"), TestCall())
        isReplaced.withLock { $0 = true }
        let again = try await service.perform(.call("two"), TestCall())
        #expect(again.result?["content"]?[0]?["text"] == "two")
        #expect(new.server.received("tools/call").count == 1)
        #expect(service.health.era == (fromModern ? .legacy : .modern))
        await service.close()
    }

    @Test("a process that ends at the question for its era gets a handshake in a new one")
    func exitsOnProbe() async throws {
        let server = FakeServer.legacy()
        let started = Mutex(0)
        let eras = EraCache()
        let start: @Sendable () -> FakeProcess = {
            started.withLock { $0 += 1 }
            return FakeProcess(server, diesOn: "server/discover")
        }
        let service = UpstreamService.lines(eras: eras) { start() }
        _ = try await service.perform(.call("one"), TestCall())
        #expect(started.withLock { $0 } == 2)
        await service.close()
        // Known from now on, by whatever service.
        let next = UpstreamService.lines(eras: eras) { start() }
        _ = try await next.perform(.call("two"), TestCall())
        #expect(started.withLock { $0 } == 3)
        await next.close()
    }

    @Test("lines that are no messages are counted and skipped; a request never holds a line feed")
    func noise() async throws {
        let started = Mutex<[FakeProcess]>([])
        let server = FakeServer.legacy()
        let service = UpstreamService.lines {
            let process = FakeProcess(server)
            process.emit("Server listening on stdio")
            process.emit("")
            process.emit("{\"jsonrpc\":\"2.0\"}")
            process.emit("[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},7]")
            started.withLock { $0.append(process) }
            return process
        }
        let params = try RawObject(bytes: Array("{\"name\":\n\"x\",\r\n\"arguments\":{ }}".utf8))
        _ = try await service.perform(Operation(.callTool, target: "x", params: params), TestCall())
        #expect(service.health.skippedMessages == 2)
        let lines = try #require(started.withLock { $0.first }).lines.withLock { $0 }
        #expect(lines.allSatisfy { !$0.contains(0x0A) && !$0.contains(0x0D) })
        #expect(server.received("tools/call").first?["params"]?["name"] == "x")
        await service.close()
    }

    @Test("sessions are never shared between principals, nor between clients of different abilities")
    func sharing() async throws {
        let upstream = FakeHTTP(.legacy())
        let service = UpstreamService.http(upstream.client())
        let callers = [
            TestCall(principal: "alice", affinity: "s1"), TestCall(principal: "alice", affinity: "s2"),
            TestCall(principal: "bob", affinity: "s1"), TestCall(.july2026, principal: "alice"),
            TestCall(.july2026, principal: "alice", capabilities: ["sampling": [:]]),
        ]
        for caller in callers + callers { _ = try await service.perform(.call("x"), caller) }
        #expect(upstream.server.received("initialize").count == callers.count)
        await service.endSessions(affinity: "s1", of: Principal(id: "bob"))
        #expect(upstream.sessions.count == callers.count - 1)
        let stateless = FakeHTTP(.legacy())
        let shared = UpstreamService.http(stateless.client(), isStateless: true)
        for caller in callers { _ = try await shared.perform(.call("x"), caller) }
        // One for all who can't be asked, one for the one who can.
        #expect(stateless.server.received("initialize").count == 2)
        await service.close()
        await shared.close()
    }

    @Test("sessions that nobody uses are closed, and their number is bounded")
    func bounds() async throws {
        let time = TestTime()
        let upstream = FakeHTTP(.legacy())
        var limits = UpstreamLimits.quick
        limits.maximumSessions = 3
        limits.maximumSessionsPerPrincipal = 2
        let service = UpstreamService(
            UpstreamEndpoint(
                id: "one", transport: .streamableHTTP(url: FakeHTTP.url, client: upstream.client()), limits: limits),
            eras: EraCache(), now: { time.now })
        for index in 0..<6 {
            _ = try await service.perform(.call("x"), TestCall(principal: "p\(index % 3)", affinity: "s\(index)"))
            #expect(service.health.sessions <= 3)
        }
        time.advance(by: limits.idleSession)
        let goesOn = await service.expire()
        #expect(!goesOn)
        // Those that had to make room end on their own.
        while !upstream.sessions.isEmpty { await Task.yield() }
        _ = try await service.perform(.call("x"), TestCall())
        await service.close()
    }
}
