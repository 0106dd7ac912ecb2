import MCPServer
import Synchronization
import Testing
import Wire

/// A client that is asked in one of the two forms, answers what it is asked, and remembers what it heard.
final class TrialClient: CallContext {
    typealias Answering = @Sendable (PendingAsk) -> Answer?

    /// What a client declares that can do everything.
    static let everything: JSONObject = [
        "sampling": ["tools": [:], "context": [:]], "elicitation": ["form": [:], "url": [:]], "roots": [:],
    ]
    /// The most rounds that a call may take.
    private static let maximumRounds = 16

    struct Heard: Sendable {
        var progress: [Progress] = []
        var log: [LogEntry] = []
        /// What was asked, one element a round.
        var asked: [[PendingAsk]] = []
    }

    let principal: Principal
    let client: ClientProfile
    let chain = "chain-1"
    let isContinued = false
    let clock = CallClock()
    private let answering: Answering
    private let heardSoFar = Mutex(Heard())

    init(
        _ form: ClientProfile.AskForm = .value, capabilities: JSONObject = TrialClient.everything,
        principal: String = "alice", answering: @escaping Answering = TrialClient.answer
    ) {
        self.principal = Principal(id: principal)
        client = ClientProfile(
            revision: form == .live ? .november2025 : .july2026, capabilities: ClientCapabilities(capabilities),
            info: Implementation(name: "trial", version: "1"), logLevel: .debug, progressToken: "token", askForm: form,
            affinity: principal)
        self.answering = answering
    }

    var heard: Heard { heardSoFar.withLock { $0 } }

    func progress(_ progress: Progress) { heardSoFar.withLock { $0.progress.append(progress) } }

    func log(_ entry: LogEntry) { heardSoFar.withLock { $0.log.append(entry) } }

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        guard client.askForm == .live else { throw MCPError.internalError("this client is not asked live") }
        return answers(to: asks)
    }

    private func answers(to asks: [PendingAsk]) -> [AskKey: Answer] {
        heardSoFar.withLock { $0.asked.append(asks) }
        return Dictionary(uniqueKeysWithValues: asks.compactMap { pending in answering(pending).map { (pending.key, $0) } })
    }

    // MARK: - Calling

    /// The result of an operation, after as many rounds of questions as it takes.
    func run(_ operation: MCPServer.Operation, on service: any MCPService) async throws -> RawObject {
        var operation = operation
        for _ in 0..<Self.maximumRounds {
            switch try await service.perform(operation, self) {
            case .complete(let result, _): return result
            case .needs(let asks, let state):
                #expect(client.askForm == .value, "only a client that is asked by value gets questions as an outcome")
                operation.resumption = Resumption(state: state, answers: answers(to: asks))
            case .task: throw MCPError.internalError("nothing here becomes a task")
            }
        }
        throw MCPError.internalError("the call asked too many times")
    }

    func call(_ tool: String, _ arguments: JSONObject? = nil, on service: any MCPService) async throws -> RawObject {
        try await run(.tool(tool, arguments), on: service)
    }

    // MARK: - Answers

    /// A good answer to any question.
    static let answer: Answering = { pending in
        switch pending.ask {
        case .elicit(let params) where params["mode"] == "url": .result(["action": "accept"])
        case .elicit(let params): .result(["action": "accept", "content": .object(filled(params["requestedSchema"]))])
        case .sample(let params) where params["tools"] != nil && params["messages"]?.arrayValue?.count == 1:
            .result([
                "role": "assistant", "model": "test-model", "stopReason": "toolUse",
                "content": [["type": "tool_use", "id": "use-1", "name": "add", "input": ["a": 2, "b": 3]]],
            ])
        case .sample(let params):
            .result([
                "role": "assistant", "model": "test-model",
                "content": ["type": "text", "text": .string("Answer to \(params["messages"]?.arrayValue?.count ?? 0)")],
            ])
        case .roots: .result(["roots": [["uri": "file:///work", "name": "work"]]])
        case .other: nil
        }
    }

    /// A form filled in: with its defaults, else its first choice, else something of its type.
    private static func filled(_ schema: JSON?) -> JSONObject {
        JSONObject(
            (schema?["properties"]?.objectValue ?? JSONObject()).map { name, field in
                (name, field["default"] ?? choice(field) ?? sample(field))
            })
    }

    private static func choice(_ field: JSON) -> JSON? {
        field["enum"]?[0] ?? field["oneOf"]?[0]?["const"] ?? field["anyOf"]?[0]?["const"]
    }

    private static func sample(_ field: JSON) -> JSON {
        switch field["type"]?.stringValue {
        case "integer": 7
        case "number": 2.5
        case "boolean": true
        case "array": field["items"].flatMap(choice).map { .array([$0]) } ?? []
        default: text(field["format"]?.stringValue)
        }
    }

    private static func text(_ format: String?) -> JSON {
        switch format {
        case "email": "alice@example.com"
        case "uri": "https://example.com/alice"
        case "date": "1990-04-01"
        case "date-time": "2026-04-01T09:30:00Z"
        default: "Alice"
        }
    }
}

extension MCPServer.Operation {
    static func tool(_ name: String, _ arguments: JSONObject? = nil) -> MCPServer.Operation {
        named(.callTool, "name", name, arguments)
    }

    static func prompt(_ name: String, _ arguments: JSONObject? = nil) -> MCPServer.Operation {
        named(.getPrompt, "name", name, arguments)
    }

    static func read(_ uri: String) -> MCPServer.Operation { named(.readResource, "uri", uri, nil) }

    static func list(_ kind: ListKind, cursor: String? = nil) -> MCPServer.Operation {
        MCPServer.Operation(.list(kind), params: cursor.map { ["cursor": .string($0)] } ?? RawObject())
    }

    static func complete(
        _ reference: JSON, _ argument: String, _ value: String, resolved: JSONObject? = nil
    ) -> MCPServer.Operation {
        var params: RawObject = [
            "ref": reference, "argument": ["name": .string(argument), "value": .string(value)],
        ]
        if let resolved { params["context"] = ["arguments": .object(resolved)] }
        return MCPServer.Operation(.complete, params: params)
    }

    private static func named(
        _ kind: Kind, _ member: String, _ target: String, _ arguments: JSONObject?
    ) -> MCPServer.Operation {
        var params = RawObject(JSONObject([(member, JSON.string(target))]))
        if let arguments { params["arguments"] = .object(arguments) }
        return MCPServer.Operation(kind, target: target, params: params)
    }
}
