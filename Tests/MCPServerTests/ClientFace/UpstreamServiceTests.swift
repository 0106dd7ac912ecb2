import Outbound
import Synchronization
import Testing
import Wire

@testable import MCPServer

/// The kinds of upstream there are: every transport, in every era it carries.
enum UpstreamKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case streamableJSON, streamableEvents, eventStream, lines, modernJSON, modernEvents, modernLines

    var testDescription: String { rawValue }
    var isModern: Bool { self == .modernJSON || self == .modernEvents || self == .modernLines }
    /// Whether the server can reach the client during a call.
    var hasWayBack: Bool { self != .streamableJSON && self != .modernJSON }

    static let legacy: [UpstreamKind] = [.streamableJSON, .streamableEvents, .eventStream, .lines]
    static let asking: [UpstreamKind] = [.streamableEvents, .eventStream, .lines]

    func server(_ more: [String: FakeServer.Handler] = [:], capabilities: JSON = ["tools": [:]]) -> FakeServer {
        isModern ? .modern(capabilities: capabilities, more) : .legacy(capabilities: capabilities, more)
    }

    /// A service whose upstream is that server, behind this kind of transport.
    func service(_ server: FakeServer, limits: UpstreamLimits = .quick) -> UpstreamService {
        switch self {
        case .streamableJSON: .http(FakeHTTP(server).client(), limits: limits)
        case .streamableEvents:
            .http(FakeHTTP(server, FakeHTTP.Options(streams: true, hasOwnStream: true)).client(), limits: limits)
        case .modernJSON: .http(FakeHTTP(server, FakeHTTP.Options(isModern: true)).client(), limits: limits)
        case .modernEvents: .http(FakeHTTP(server, FakeHTTP.Options(streams: true, isModern: true)).client(), limits: limits)
        case .eventStream: .sse(FakeEventStream(server).client(), limits: limits)
        case .lines, .modernLines: .lines(limits: limits) { FakeProcess(server) }
        }
    }
}

@Suite("an upstream of every kind", .timeLimit(.minutes(1)))
struct UpstreamServiceTests {
    @Test("a call reaches the upstream and its result comes back", arguments: UpstreamKind.allCases)
    func call(kind: UpstreamKind) async throws {
        let server = kind.server()
        let service = kind.service(server)
        let outcome = try await service.perform(.call("greet", ["a": 1]), TestCall())
        #expect(outcome.result?["content"]?[0]?["text"] == "greet")
        let sent = try #require(server.received("tools/call").first)
        #expect(sent["params"]?["arguments"] == ["a": 1])
        #expect(service.health.era == (kind.isModern ? .modern : .legacy))
        #expect(service.health.lastContactMilliseconds == 1000)
        await service.close()
    }

    @Test("what the upstream says of itself is passed on", arguments: UpstreamKind.allCases)
    func profile(kind: UpstreamKind) async throws {
        let capabilities: JSON = ["tools": ["listChanged": true, "x": 1], "tasks": [:], "experimental": ["y": [:]]]
        let service = kind.service(kind.server(capabilities: capabilities))
        let profile = try await service.profile(TestCall())
        #expect(profile.identity.name == "fake")
        #expect(profile.instructions == "Be kind.")
        #expect(profile.capabilities.json["experimental"]?["y"] == [:])
        #expect(profile.capabilities.json["tools"]?["x"] == 1)
        #expect(profile.capabilities.json["tasks"] == nil)
        // Nothing is promised that no stream delivers.
        #expect((profile.capabilities.json["tools"]?["listChanged"] == true) == (kind != .streamableJSON))
        await service.close()
    }

    private static let number: JSON = (try? JSON.parse("[1,2.50]")) ?? .null

    @Test("arguments that are absent stay absent, and members of the call's own stay", arguments: UpstreamKind.allCases)
    func absence(kind: UpstreamKind) async throws {
        let server = kind.server()
        let service = kind.service(server)
        let params: RawObject = ["name": "x", "unknown": Self.number, "_meta": ["vendor/key": true]]
        _ = try await service.perform(Operation(.callTool, target: "x", params: params), TestCall())
        let sent = try #require(server.received("tools/call").first?["params"])
        #expect(sent["arguments"] == nil)
        #expect(sent["unknown"]?.serialized() == "[1,2.50]")
        #expect(sent["_meta"]?["vendor/key"] == true)
        #expect((sent["_meta"]?["io.modelcontextprotocol/protocolVersion"] != nil) == kind.isModern)
        await service.close()
    }

    static let document =
        #"{"content":[{"type":"text","text":"\u00e9\/","x":1.00,"annotations":{"new":[null]}}],"structuredContent":{"n":1e2},"future":{"b":[],"a":{"z":-0}},"_meta":{"vendor/x":{"q":"\ud83d\ude00"}}}"#

    @Test("a result comes out byte for byte, unknown members at every level", arguments: UpstreamKind.allCases)
    func transparency(kind: UpstreamKind) async throws {
        let service = kind.service(kind.server(["tools/call": { _ in .text(Self.document) }]))
        let outcome = try await service.perform(.call("x"), TestCall())
        #expect(String(decoding: try #require(outcome.result).serializedBytes(), as: UTF8.self) == Self.document)
        await service.close()
    }

    @Test("an error keeps its code, message and data, numbers as they were written", arguments: UpstreamKind.allCases)
    func errors(kind: UpstreamKind) async throws {
        let error = #"{"code":-31999,"message":"No.","data":{"deep":[{"n":1.0}]},"more":1}"#
        let service = kind.service(kind.server(["tools/call": { _ in .errorText(error) }]))
        let thrown = await #expect(throws: MCPError.self) { try await service.perform(.call("x"), TestCall()) }
        guard case .custom(code: -31999)? = thrown?.kind else {
            Issue.record("\(String(describing: thrown))")
            return
        }
        #expect(thrown?.message == "No.")
        #expect(thrown?.data?.serialized() == #"{"deep":[{"n":1.0}]}"#)
        await service.close()
    }

    @Test("progress reaches the client of the call, late and shrinking reports do not", arguments: UpstreamKind.allCases)
    func progress(kind: UpstreamKind) async throws {
        guard kind.hasWayBack else { return }
        let server = kind.server([
            "tools/call": { port in
                let token = port.params["_meta"]?["progressToken"] ?? .null
                for value in [1.0, 2, 2, 1, 5] {
                    port.notify(
                        "notifications/progress",
                        ["progressToken": token, "progress": JSONNumber(value).map(JSON.number) ?? .null, "message": "m"])
                }
                port.notify("notifications/progress", ["progressToken": "nobody's", "progress": 9])
                return .result(["content": []])
            }
        ])
        let service = kind.service(server)
        let call = TestCall(wantsProgress: true)
        _ = try await service.perform(.call("x"), call)
        #expect(call.progress.map(\.value) == [1, 2, 5])
        #expect(call.progress.first?.message == "m")
        let quiet = TestCall()
        _ = try await service.perform(.call("x"), quiet)
        #expect(quiet.progress.isEmpty)
        #expect(server.received("tools/call").last?["params"]?["_meta"]?["progressToken"] == nil)
        await service.close()
    }

    @Test("log entries reach the call that wants them", arguments: UpstreamKind.allCases)
    func logs(kind: UpstreamKind) async throws {
        guard kind.hasWayBack else { return }
        let server = kind.server(
            [
                "logging/setLevel": { _ in .result([:]) },
                "tools/call": { port in
                    for level in ["debug", "info", "error"] as [JSON] {
                        port.notify("notifications/message", ["level": level, "logger": "l", "data": ["x": 1]])
                    }
                    return .result(["content": []])
                },
            ], capabilities: ["tools": [:], "logging": [:]])
        let service = kind.service(server)
        let call = TestCall(logLevel: .info)
        _ = try await service.perform(.call("x"), call)
        #expect(call.log.map(\.level) == [.info, .error])
        #expect(call.log.first?.data == ["x": 1])
        let silent = TestCall()
        _ = try await service.perform(.call("x"), silent)
        #expect(silent.log.isEmpty)
        if kind.isModern {
            let calls = server.received("tools/call").map { $0["params"]?["_meta"]?["io.modelcontextprotocol/logLevel"] }
            #expect(calls == ["info", nil])
        } else {
            // A less grave level is told once, a graver one not at all.
            _ = try await service.perform(.call("x"), TestCall(logLevel: .error))
            _ = try await service.perform(.call("x"), TestCall(logLevel: .debug))
            #expect(server.received("logging/setLevel").map { $0["params"]?["level"] } == ["info", "debug"])
        }
        await service.close()
    }

    @Test("a legacy upstream's questions reach the client, and the answers the upstream", arguments: UpstreamKind.asking)
    func asks(kind: UpstreamKind) async throws {
        let server = kind.server([
            "tools/call": { port in
                let name = await port.ask(
                    "elicitation/create", ["message": "Name?", "_meta": ["progressToken": 7, "vendor/x": 1]], id: "ask-1")
                let roots = await port.ask("roots/list", nil, id: 44)
                let pong = await port.ask("ping", nil, id: 45)
                let unknown = await port.ask("sampling/createMessage", ["messages": []], id: 46)
                return .result([
                    "content": [], "name": name["result"] ?? .null, "roots": roots["error"] ?? .null,
                    "pong": pong["result"] ?? .null, "unknown": unknown["error"]?["code"] ?? .null,
                ])
            }
        ])
        let service = kind.service(server)
        let call = TestCall(capabilities: ["elicitation": [:], "roots": ["listChanged": true]]) { pending in
            switch pending.ask {
            case .elicit: .result(["action": "accept", "content": ["name": "Alice"]])
            default: .refused(code: -1, message: "No roots.")
            }
        }
        let result = try #require(try await service.perform(.call("x"), call).result)
        #expect(result["name"] == ["action": "accept", "content": ["name": "Alice"]])
        #expect(result["roots"] == ["code": -1, "message": "No roots."])
        #expect(result["pong"] == [:])
        #expect(result["unknown"] == -32601)
        #expect(call.asks.map(\.ask.method) == ["elicitation/create", "roots/list"])
        #expect(call.asks.first?.ask.params?["_meta"] == ["vendor/x": 1])
        // Exactly what this client can do, and nothing that does not reach services.
        let declared = server.received("initialize").first?["params"]?["capabilities"]
        #expect(declared == ["elicitation": [:], "roots": ["listChanged": true]])
        await service.close()
    }

    @Test("a question that the upstream takes back is taken back from the client", arguments: UpstreamKind.asking)
    func withdrawn(kind: UpstreamKind) async throws {
        let (asked, isAsked) = AsyncStream.makeStream(of: Void.self)
        let (cancelled, isCancelled) = AsyncStream.makeStream(of: Void.self)
        let server = kind.server([
            "tools/call": { port in
                port.send(["jsonrpc": "2.0", "id": 5, "method": "elicitation/create", "params": ["message": "?"]])
                for await _ in asked { break }
                port.notify("notifications/cancelled", ["requestId": 5])
                for await _ in cancelled { break }
                return .result(["content": []])
            }
        ])
        let service = kind.service(server)
        let call = TestCall(capabilities: ["elicitation": [:]]) { _ in
            isAsked.yield()
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                isCancelled.yield()
                throw error
            }
            return .result(["action": "accept"])
        }
        _ = try await service.perform(.call("x"), call)
        // Nobody waits for the answer any more.
        #expect(!server.received.contains { $0["id"] == 5 && $0["result"] != nil })
        await service.close()
    }

    @Test("a call that its client gives up is cancelled upstream", arguments: UpstreamKind.allCases)
    func cancellation(kind: UpstreamKind) async throws {
        guard kind.hasWayBack else { return }
        let (started, isStarted) = AsyncStream.makeStream(of: Void.self)
        let server = kind.server([
            "tools/call": { _ in
                isStarted.yield()
                return .none
            }
        ])
        let service = kind.service(server)
        let task = Task { try await service.perform(.call("x"), TestCall()) }
        for await _ in started { break }
        task.cancel()
        let thrown = await #expect(throws: MCPError.self) { try await task.value }
        guard case .cancelled? = thrown?.kind else {
            Issue.record("\(String(describing: thrown))")
            return
        }
        if kind != .modernEvents {
            await server.until("notifications/cancelled")
            let id = server.received("tools/call").first?["id"]
            #expect(server.received("notifications/cancelled").first?["params"]?["requestId"] == id)
        }
        await service.close()
    }

    @Test("calls run side by side on one session", arguments: UpstreamKind.allCases)
    func concurrency(kind: UpstreamKind) async throws {
        let server = kind.server()
        let service = kind.service(server)
        try await withThrowingTaskGroup(of: JSON?.self) { group in
            for index in 0..<50 {
                group.addTask { try await service.perform(.call("t\(index)"), TestCall()).result?["content"]?[0]?["text"] }
            }
            var names: Set<String> = []
            for try await name in group { names.insert(name?.stringValue ?? "") }
            #expect(names.count == 50)
        }
        #expect(server.received("initialize").count == (kind.isModern ? 0 : 1))
        #expect(service.health.calls == 0)
        await service.close()
    }
}
