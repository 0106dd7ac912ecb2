import Testing
import Wire

@testable import MCPServer

@Suite("what is known of a client's answers between two rounds")
struct InterviewTests {
    private static let form = Ask.form(
        "?", schema: ["type": "object", "properties": ["n": ["type": "integer"]], "required": ["n"]])
    private static let good: RawObject = ["action": "accept", "content": ["n": 1]]
    private static let malformedAnswers: [(Ask, JSON)] = [
        (form, [:]), (form, ["action": "maybe"]), (form, ["action": "accept"]), (form, ["action": "accept", "content": []]),
        (form, ["action": "accept", "content": ["n": "1"]]), (.roots, [:]), (.roots, ["roots": [["name": "x"]]]),
        (.sample([:]), ["role": "assistant", "content": ["type": "text"]]),
        (.sample([:]), ["role": "system", "model": "m", "content": ["type": "text"]]),
        (.sample([:]), ["role": "assistant", "model": "m", "content": "text"]),
        (.sample([:]), ["role": "assistant", "model": "m", "content": [["text": "x"]]]),
    ]

    private static let wellFormedAnswers: [(Ask, JSON)] = [
        (form, ["action": "accept", "content": ["n": 1]]), (form, ["action": "decline"]),
        (form, ["action": "cancel", "content": .null]),
        (.visit("https://example.com/", message: "?", id: "1"), ["action": "accept"]),
        (.roots, ["roots": [["uri": "file:///"]]]),
        (.sample([:]), ["role": "assistant", "model": "m", "content": [["type": "tool_use"]]]),
        (.sample([:]), ["role": "user", "model": "m", "content": ["type": "image"]]), (.other(method: "x", [:]), [:]),
    ]

    private let asks = [PendingAsk("a", form), PendingAsk("b", form), PendingAsk("c", .roots)]

    private func notebook(
        _ answers: [AskKey: Answer] = [:], state: Continuation? = nil
    ) throws -> InterviewNotebook {
        try InterviewNotebook(Resumption(state: state, answers: answers))
    }

    @Test("what was answered is kept, the rest asked again, until all is there")
    func partial() throws {
        var first = try notebook(["b": .result(Self.good), "unknown": .result(["x": 1])])
        #expect(try first.open(asks).map(\.key.name) == ["a", "c"])
        var second = try notebook(["c": .result(["roots": []])], state: first.continuation())
        #expect(try second.open(asks).map(\.key.name) == ["a"])
        var third = try notebook(["a": .result(Self.good)], state: second.continuation())
        #expect(try third.open(asks).isEmpty)
        #expect(third.answers(to: asks).keys.sorted() == ["a", "b", "c"])
    }

    @Test("an answer that was kept is not changed by a later one")
    func keptOnce() throws {
        var first = try notebook(["a": .result(Self.good)])
        _ = try first.open(asks)
        var second = try notebook(
            ["a": .result(["action": "accept", "content": ["n": 2]])], state: first.continuation())
        _ = try second.open(asks)
        #expect(second.answers(to: asks)["a"]?["content"]?["n"] == 1)
    }

    @Test(
        "an answer of the wrong shape is asked again twice, then refused by its name",
        arguments: malformedAnswers)
    func malformed(ask: Ask, answer: JSON) throws {
        let asks = [PendingAsk("a", ask)]
        var state: Continuation?
        for _ in 1..<InterviewNotebook.maximumAttempts {
            var book = try notebook(["a": .result(RawObject(answer.objectValue ?? JSONObject()))], state: state)
            #expect(try book.open(asks).map(\.key.name) == ["a"])
            state = try book.continuation()
        }
        var last = try notebook(["a": .result(RawObject(answer.objectValue ?? JSONObject()))], state: state)
        let error = #expect(throws: MCPError.self) { try last.open(asks) }
        guard case .invalidParams = error?.kind else {
            Issue.record("\(String(describing: error)) is not about the answer")
            return
        }
        #expect(error?.message.contains("answer to a ") == true)
    }

    @Test(
        "answers of the right shape are taken",
        arguments: wellFormedAnswers)
    func wellFormed(ask: Ask, answer: JSON) throws {
        var book = try notebook(["a": .result(RawObject(answer.objectValue ?? JSONObject()))])
        #expect(try book.open([PendingAsk("a", ask)]).isEmpty)
    }

    @Test("an error instead of an answer cancels an elicitation, and ends the rest")
    func refused() throws {
        var book = try notebook(["a": .refused(code: -1, message: "no")])
        #expect(try book.open([PendingAsk("a", Self.form)]).isEmpty)
        #expect(book.answers(to: asks)["a"]?["action"] == "cancel")
        var other = try notebook(["c": .refused(code: -1, message: "User rejected")])
        let error = #expect(throws: AskRefused.self) { try other.open([PendingAsk("c", .roots)]) }
        #expect(error?.method == "roots/list")
    }

    @Test("too much text is refused")
    func size() throws {
        let long = String(repeating: "x", count: InterviewNotebook.maximumBytes)
        var book = try notebook(["a": .result(["action": "accept", "content": ["n": 1, "text": .string(long)]])])
        #expect(throws: MCPError.self) { try book.open(asks) }
    }

    @Test("a state that can't be read is refused", arguments: ["", "[]", "{", "7"])
    func unreadable(text: String) {
        #expect(throws: MCPError.self) { try notebook(state: Continuation(text)) }
    }

    @Test("the state is the same text for the same answers, and another for others")
    func stable() throws {
        var one = try notebook(["a": .result(Self.good), "b": .result(Self.good)])
        var two = try notebook(["b": .result(Self.good), "a": .result(Self.good)])
        _ = try one.open(asks)
        #expect(try two.open(asks.reversed()).map(\.key.name) == ["c"])
        #expect(try one.continuation() == two.continuation())
        var three = try notebook(["a": .result(Self.good)])
        _ = try three.open(asks)
        #expect(try three.continuation() != one.continuation())
    }

    @Test("a postponed call comes back as often as it was told")
    func postponed() throws {
        var state: Continuation?
        for _ in 0..<3 {
            var book = try notebook(state: state)
            state = try book.postpone(times: 3)
            #expect(state != nil)
        }
        var last = try notebook(state: state)
        #expect(try last.postpone(times: 3) == nil)
    }
}
