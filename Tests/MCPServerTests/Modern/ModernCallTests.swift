import Synchronization
import Testing
import Wire

@testable import MCPServer

@Suite("a call of a modern client")
struct ModernCallTests {
    private let reporting = ScriptedService { operation, context in
        context.progress(Progress(1))
        context.progress(Progress(1))
        context.progress(Progress(0.5))
        context.progress(Progress(.nan))
        context.progress(Progress(2, of: 2))
        context.log(LogEntry(.debug, data: "d"))
        context.log(LogEntry(.error, data: "e"))
        return .complete(RawObject())
    }

    @Test("gets progress under its token, growing, and log entries from its level on; without, none")
    func notifications() async throws {
        let client = try ModernClient(reporting)
        for capabilities in [client.capabilities, [:]] {
            let port = try await client.call(
                capabilities: capabilities, meta: ["progressToken": 7, ProtocolKey.logLevel: "error"])
            #expect(
                port.messages.map { $0["method"] } == [
                    "notifications/progress", "notifications/progress", "notifications/message",
                ])
            #expect(port.messages.compactMap { $0["params"]?["progress"]?.doubleValue } == [1, 2])
            #expect(port.messages.last?["params"] == ["level": "error", "data": "e"])
            #expect(try await client.call(capabilities: capabilities).messages.isEmpty)
        }
    }

    @Test("is ended when it shows no sign of life, however its service behaves", arguments: [true, false])
    func idle(canBeAsked: Bool) async throws {
        let (started, door) = (Door(), Door())
        defer { door.open() }
        let client = try ModernClient(
            ScriptedService { _, context in
                context.progress(Progress(1))
                started.open()
                await door.wait()
                return .complete(RawObject())
            })
        let (port, task) = client.start(try client.toolCall(capabilities: canBeAsked ? nil : [:]))
        await started.wait()
        client.time.advance(by: .seconds(61))
        client.lot.watchdog.sweep()
        await task.value
        #expect(port.code == -32603)
        #expect(port.message.contains("longer"))
    }

    @Test("is cancelled with its connection, and then gets no answer", arguments: [true, false])
    func cancelled(canBeAsked: Bool) async throws {
        let (running, ended) = (Door(), Door())
        let client = try ModernClient(
            ScriptedService { _, _ in
                running.open()
                defer { ended.open() }
                try await Task.sleep(for: .seconds(600))
                return .complete(RawObject())
            })
        let (port, task) = client.start(try client.toolCall(capabilities: canBeAsked ? nil : [:]))
        await running.wait()
        task.cancel()
        await ended.wait()
        await task.value
        #expect(port.isEnded && port.json == nil && port.closings == 1)
    }
}

@Suite("a server that wants pages visited first")
struct URLVisitTests {
    /// A server that performs nothing until pages were visited; each call says how often it was tried.
    private final class Behaviour: Sendable {
        let pages: Mutex<[[String]]>
        let tries = Counter()
        let continued = Mutex<[Bool]>([])

        /// - Parameter pages: what each performance wants visited.
        init(_ pages: [[String]]) { self.pages = Mutex(pages) }

        var service: ScriptedService {
            ScriptedService { operation, context in
                self.tries.increment()
                self.continued.withLock { $0.append(context.isContinued) }
                let wanted = self.pages.withLock { $0.isEmpty ? [] : $0.removeFirst() }
                guard wanted.isEmpty else {
                    throw MCPError(
                        .urlElicitationRequired(
                            wanted.map {
                                ["mode": "url", "elicitationId": "e", "url": .string($0), "message": "Sign in"]
                            }), "Sign in first")
                }
                return .complete(["content": [["type": "text", "text": "done"]]])
            }
        }
    }

    @Test("the client is shown them, and the call is performed again once it has accepted, counted once")
    func accepted() async throws {
        let behaviour = Behaviour([["https://a.example", "https://b.example"], ["https://a.example"]])
        let client = try ModernClient(behaviour.service)
        let first = try await client.call()
        #expect(
            first.result?["inputRequests"] == [
                "url-1": [
                    "method": "elicitation/create", "params": ["mode": "url", "url": "https://a.example", "message": "Sign in"],
                ],
                "url-2": [
                    "method": "elicitation/create", "params": ["mode": "url", "url": "https://b.example", "message": "Sign in"],
                ],
            ])
        let accepted: JSONObject = ["url-1": ["action": "accept"], "url-2": ["action": "accept"]]
        let second = try await client.call("tool", ModernClient.retry(first.ticket, accepted))
        #expect(second.result?["content"]?[0]?["text"] == "done", "a page that was shown is waited for, not shown again")
        #expect(behaviour.tries.value == 3)
        #expect(behaviour.continued.withLock { $0 } == [false, true, true])
    }

    @Test("another page is shown at once, the same one only after some waiting")
    func again() async throws {
        let same = ["https://a.example"]
        let behaviour = Behaviour([same, ["https://b.example"], same, same, same])
        let client = try ModernClient(behaviour.service)
        let accepted: JSONObject = ["url-1": ["action": "accept"]]
        let first = try await client.call()
        let second = try await client.call("tool", ModernClient.retry(first.ticket, accepted))
        #expect(second.result?["inputRequests"]?["url-1"]?["params"]?["url"] == "https://b.example")
        #expect(behaviour.tries.value == 2)
        let third = try await client.call("tool", ModernClient.retry(second.ticket, accepted))
        #expect(third.result?["inputRequests"]?["url-1"]?["params"]?["url"] == "https://a.example")
        let fourth = try await client.call("tool", ModernClient.retry(third.ticket, accepted))
        #expect(fourth.result?["content"]?[0]?["text"] == "done")
        #expect(behaviour.tries.value == 6)
    }

    @Test("a user who declines ends the call; without answers the pages are shown again")
    func declined() async throws {
        let behaviour = Behaviour([["https://a.example"], ["https://a.example"]])
        let client = try ModernClient(behaviour.service)
        let first = try await client.call()
        let second = try await client.call("tool", ModernClient.retry(first.ticket))
        #expect(second.asked == ["url-1"])
        let third = try await client.call("tool", ModernClient.retry(second.ticket, ["url-1": ["action": "decline"]]))
        #expect(third.result?["isError"] == true)
        #expect(behaviour.tries.value == 2)
    }

    @Test("a client without that form of elicitation is told what is missing, and not the URL")
    func noCapability() async throws {
        let behaviour = Behaviour([["https://a.example"]])
        let client = try ModernClient(behaviour.service)
        let answer = try await client.call(capabilities: ["elicitation": [:]])
        #expect(answer.code == -32021)
        #expect(answer.data == ["requiredCapabilities": ["elicitation": ["url": [:]]]])
    }

    @Test("answers that came before the visit are not lost by it")
    func interrupted() async throws {
        let tries = Counter()
        let client = try ModernClient(
            ScriptedService { operation, _ in
                guard let resumption = operation.resumption, case .result(let name)? = resumption.answers["name"] else {
                    return .needs([PendingAsk("name", .elicit(["message": "?"]))], Continuation("state"))
                }
                guard tries.increment() > 1 else {
                    throw MCPError(.urlElicitationRequired([["url": "https://a.example"]]), "first")
                }
                return .complete(["name": name["content"]?["name"] ?? .null, "state": .string(resumption.state?.text ?? "")])
            })
        let first = try await client.call()
        let second = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("Alice")]))
        #expect(second.asked == ["url-1"])
        let third = try await client.call("tool", ModernClient.retry(second.ticket, ["url-1": ["action": "accept"]]))
        #expect(third.result?["name"] == "Alice")
        #expect(third.result?["state"] == "state")
    }
}
