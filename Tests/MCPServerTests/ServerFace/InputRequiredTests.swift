import Testing
import Wire

@testable import MCPServer

@Suite("questions to a modern client, by value")
struct InputRequiredTests {
    private let time = ManualTime(1_000_000)
    private let canElicit: JSON = ["elicitation": [:]]

    /// A server whose tools ask for a name and greet with it; the state must come back.
    private func greeter() -> ScriptedService {
        ScriptedService { operation, context in
            if case .result(let answer)? = operation.resumption?.answers["name"],
                let name = answer["content"]?["name"]?.stringValue, operation.resumption?.state == Continuation("secret state")
            {
                return .complete([
                    "content": [["type": "text", "text": .string("Hello, \(name)")]], "chain": .string(context.chain),
                    "isContinued": .bool(context.isContinued),
                ])
            }
            let question: RawObject = ["message": "Name?", "requestedSchema": ["type": "object"], "elicitationId": "e"]
            return .needs([PendingAsk("name", .elicit(question))], Continuation("secret state"))
        }
    }

    private func exchange(_ service: any MCPService) throws -> Exchange {
        let key = try #require(SealingKey(id: 1, bytes: [UInt8](repeating: 7, count: 32)))
        let tokens = try #require(SealedTokens(keys: [key], current: 1))
        return Exchange(service, seal: ContinuationSeal(tokens: tokens, clock: .manual(time), lifetime: .seconds(60)))
    }

    private let answers: JSON = ["name": ["action": "accept", "content": ["name": "Alice"]], "unknown": [:]]

    private func ask(_ exchange: Exchange) async throws -> String {
        let answer = await exchange.modern(
            "tools/call", ["name": "greet", "arguments": ["a": 1, "b": 2]], capabilities: canElicit)
        #expect(answer.result?["resultType"] == "input_required")
        #expect(
            answer.result?["inputRequests"] == [
                "name": ["method": "elicitation/create", "params": ["message": "Name?", "requestedSchema": ["type": "object"]]]
            ])
        let state = try #require(answer.result?["requestState"]?.stringValue)
        #expect(!state.contains("secret"))
        return state
    }

    @Test("the call goes on with the answers, under the id of its first request")
    func roundTrip() async throws {
        let exchange = try exchange(greeter())
        let state = try await ask(exchange)
        // The order of members is the client's own.
        let answer = await exchange.modern(
            "tools/call",
            ["name": "greet", "arguments": ["b": 2, "a": 1], "requestState": .string(state), "inputResponses": answers],
            capabilities: canElicit)
        #expect(answer.result?["resultType"] == "complete")
        #expect(answer.result?["content"]?[0]?["text"] == "Hello, Alice")
        #expect(answer.result?["chain"] == "request-1")
        #expect(answer.result?["isContinued"] == true)
    }

    @Test("a state is of no use for anybody else, anything else, or later")
    func foreignStates() async throws {
        var exchange = try exchange(greeter())
        let state = try await ask(exchange)
        func retry(_ state: String, name: String = "greet", arguments: JSON = ["a": 1, "b": 2]) async -> Answered {
            await exchange.modern(
                "tools/call",
                ["name": .string(name), "arguments": arguments, "requestState": .string(state), "inputResponses": answers],
                capabilities: canElicit)
        }
        for answer in [
            await retry(state + "x"), await retry("nonsense"), await retry(state, name: "other"),
            await retry(state, arguments: ["a": 1, "b": 3]), await retry(state, arguments: [:]),
        ] {
            #expect(answer.status == 400)
            #expect(answer.code == -32602)
            #expect(answer.message.contains("requestState"))
        }
        exchange.principal = Principal(id: "mallory")
        #expect(await retry(state).code == -32602)
        exchange.principal = Principal(id: "alice")
        #expect(await retry(state).status == 200)
        time.advance(by: 60_000)
        #expect(await retry(state).code == -32602)
    }

    @Test(
        "answers of the wrong shape are refused",
        arguments: [nil, 7, [], ["name": 12345], ["name": nil]] as [JSON])
    func badAnswers(answers: JSON) async throws {
        let exchange = try exchange(greeter())
        let state = try await ask(exchange)
        let answer = await exchange.modern(
            "tools/call",
            ["name": "greet", "arguments": ["a": 1, "b": 2], "requestState": .string(state), "inputResponses": answers],
            capabilities: canElicit)
        #expect(answer.code == -32602)
        #expect(answer.message.contains("inputResponses"))
    }

    @Test("what is missing is asked again; answers without a state start a new call")
    func missingAnswers() async throws {
        let exchange = try exchange(greeter())
        let state = try await ask(exchange)
        let again = await exchange.modern(
            "tools/call",
            ["name": "greet", "arguments": ["a": 1, "b": 2], "requestState": .string(state), "inputResponses": ["wrong": [:]]],
            capabilities: canElicit)
        #expect(again.result?["resultType"] == "input_required")
        #expect(again.result?["requestState"]?.stringValue != state)
        let new = await exchange.modern(
            "tools/call", ["name": "greet", "inputResponses": answers], capabilities: canElicit)
        #expect(new.result?["resultType"] == "input_required")
    }

    @Test("the capabilities of each request count")
    func capabilities() async throws {
        let exchange = try exchange(greeter())
        let state = try await ask(exchange)
        let retry = await exchange.modern(
            "tools/call", ["name": "greet", "arguments": ["a": 1, "b": 2], "requestState": .string(state)])
        #expect(retry.code == -32021)
        #expect(retry.data == ["requiredCapabilities": ["elicitation": [:]]])
    }

    @Test("rounds are bounded")
    func rounds() async throws {
        let exchange = try exchange(ScriptedService { _, _ in .needs([], Continuation("again")) })
        var params: JSONObject = ["name": "x"]
        var rounds = 0
        while let state = await exchange.modern("tools/call", params).result?["requestState"] {
            params["requestState"] = state
            rounds += 1
            guard rounds <= InputRound.maximumRounds else { break }
        }
        #expect(rounds == InputRound.maximumRounds)
    }

    @Test("a list can't ask, and its protocol members are not passed on")
    func lists() async throws {
        let service = ScriptedService { _, _ in .complete(["tools": []]) }
        let answer = await (try exchange(service)).modern("tools/list", ["requestState": "x", "inputResponses": 7])
        #expect(answer.status == 200)
        #expect(service.operations.first?.params.object == [:])
    }

    @Test("a legacy client that can't be asked gets a failed tool, not a half result")
    func legacy() async throws {
        let exchange = Exchange(greeter())
        let session = try await exchange.open()
        let answer = await exchange.call("tools/call", ["name": "greet"], in: session)
        #expect(answer.result?["isError"] == true)
        #expect(answer.text.contains("elicitation"))
    }
}
