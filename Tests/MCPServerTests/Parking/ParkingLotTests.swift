import Synchronization
import Testing
import Wire

@testable import MCPServer

@Suite("who may come back to a parked call, and how many there may be")
struct ParkingLotTests {
    @Test("a ticket is good for its principal, endpoint, tool and arguments only")
    func foreignTickets() async throws {
        let runs = Counter()
        var client = try ModernClient(greeter(runs: runs))
        let first = try await client.call("tool", ["arguments": ["a": 1]])
        func retry(_ ticket: String?, tool: String = "tool", arguments: JSON = ["a": 1]) async throws -> RecordingPort {
            var params = ModernClient.retry(ticket, ["name": ModernClient.accept("x")])
            params["arguments"] = arguments
            return try await client.call(tool, params)
        }
        for refused in [
            try await retry("forged"), try await retry(first.ticket.map { $0 + "A" }),
            try await retry(first.ticket, tool: "other"), try await retry(first.ticket, arguments: ["a": 2]),
        ] {
            #expect(refused.code == -32602)
            #expect(refused.status == 400)
        }
        client.principal = Principal(id: "mallory")
        #expect(try await retry(first.ticket).code == -32602)
        client.principal = Principal(id: "alice")
        #expect(try await retry(first.ticket).text == "Hello, x")
        #expect(runs.value == 1)
    }

    @Test("the limits refuse a call that begins to ask, never one that goes on")
    func limits() async throws {
        let twice = ScriptedService { _, context in
            _ = try await context.ask([liveQuestion])
            return said(name(in: try await context.ask([liveQuestion])))
        }
        let client = try ModernClient(twice, limits: ParkingLimits(total: 3, perPrincipal: 1, window: .milliseconds(2)))
        let first = try await client.call()
        let refused = try await client.call()
        #expect(refused.code == 429)
        let second = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]))
        #expect(second.asked == ["name"])
        let third = try await client.call("tool", ModernClient.retry(second.ticket, ["name": ModernClient.accept("b")]))
        #expect(third.text == "b")
        var bob = client
        bob.principal = Principal(id: "bob")
        #expect(try await bob.call().asked == ["name"], "another principal has places of its own")
    }

    @Test("another node's ticket: handed to that node, or lost")
    func otherNodes() async throws {
        struct Route: ParkingRouter {
            let owner: ModernClient
            func resume(
                _ retry: ParkedRetry, on node: String, notify: @escaping @Sendable ([UInt8]) -> Void
            ) async -> ForwardedResponse? {
                guard node == "there", case .request(let message)? = try? Message(.object(retry.message)),
                    let request = try? ModernRequest(message, headers: nil, served: owner.engine.served)
                else { return nil }
                let answer = await owner.send(request, chain: retry.requestID)
                return answer.result?.objectValue.map { .result(RawObject($0)) }
            }
        }
        let there = try ModernClient(greeter(), node: "there")
        let here = try ModernClient(greeter(), node: "here", router: Route(owner: there))
        let first = try await there.call()
        let retry = ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")])
        #expect(try await here.call("tool", retry).text == "Hello, a")
        let gone = try await ModernClient(greeter(), node: "elsewhere").call("tool", retry)
        #expect(gone.code == -32603)
        #expect(gone.message.contains("may have run"))
    }

    @Test("a gate sees one call, however often its client comes back, under the id of the first request")
    func gate() async throws {
        final class Shared: Sendable {
            let passed = Counter()
            let chains = Mutex<[String]>([])
        }
        struct SharedGate: OperationGate {
            let shared: Shared
            func perform(
                _ operation: Operation, _ context: any CallContext, on service: any MCPService
            ) async throws -> Outcome {
                if !context.isContinued { shared.passed.increment() }
                let outcome = try await service.perform(operation, context)
                shared.chains.withLock { $0.append(context.chain) }
                return outcome
            }
        }
        let shared = Shared()
        let client = try ModernClient(GatedService(greeter(), gate: SharedGate(shared: shared)))
        let first = try await client.call("tool", chain: "one")
        _ = try await client.call("tool", ModernClient.retry(first.ticket, ["name": ModernClient.accept("a")]), chain: "two")
        #expect(shared.passed.value == 1)
        #expect(shared.chains.withLock { $0 } == ["one"])
    }

    @Test("answers without a ticket start a new call")
    func answersWithoutTicket() async throws {
        let runs = Counter()
        let client = try ModernClient(greeter(runs: runs))
        let first = try await client.call("tool", ["inputResponses": ["name": ModernClient.accept("a")]])
        #expect(first.asked == ["name"])
        #expect(runs.value == 1)
    }

    @Test("a list can't ask")
    func lists() async throws {
        let client = try ModernClient(
            ScriptedService { _, context in
                _ = try await context.ask([liveQuestion])
                return .complete(["tools": []])
            })
        let answer = await client.send(try client.request("tools/list"))
        #expect(answer.code == -32603)
        #expect(client.lot.count == 0)
    }
}
