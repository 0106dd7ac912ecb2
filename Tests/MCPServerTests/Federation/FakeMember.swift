import Synchronization
import Wire

@testable import MCPServer

/// A server of a test's own: its lists in pages, an answer to every call that says who was called under which name, and changes.
final class FakeMember: MCPService {
    struct Content: Sendable {
        var lists: [Operation.ListKind: [JSON]] = [:]
        var pageSize = 100
        var hint: CacheHint?
        /// Thrown by everything.
        var failure: MCPError?
        /// Never answers, until it is cancelled.
        var hangs = false
        /// Gives the same cursor again and again.
        var repeatsCursor = false
        /// Can be watched, but tells nothing.
        var honoursNothing = false
        var capabilities = ServerCapabilities(.tools)
        var instructions: String?
    }

    typealias Call = @Sendable (Operation, any CallContext) async throws -> Outcome

    private let content: Mutex<Content>
    private let call: Call?
    private let asked = Mutex<[Operation]>([])
    private let listeners = Mutex(0)
    private let rootNews = Counter()
    private let watched = Mutex<[(filter: ChangeFilter, changes: AsyncStream<Change>.Continuation)]>([])

    init(
        tools: [String] = [], prompts: [String] = [], resources: [String] = [], templates: [String] = [],
        call: Call? = nil
    ) {
        var content = Content()
        content.lists[.tools] = tools.map { ["name": .string($0), "inputSchema": ["type": "object"], "vendor": 1] }
        content.lists[.prompts] = prompts.map { ["name": .string($0)] }
        content.lists[.resources] = resources.map { ["name": "r", "uri": .string($0)] }
        content.lists[.resourceTemplates] = templates.map { ["name": "t", "uriTemplate": .string($0)] }
        self.content = Mutex(content)
        self.call = call
    }

    func change(_ change: (inout Content) -> Void) { content.withLock { change(&$0) } }

    var operations: [Operation] { asked.withLock { $0 } }
    func count(of kind: Operation.Kind) -> Int { operations.count { $0.kind == kind } }
    var filters: [ChangeFilter] { watched.withLock { $0.map(\.filter) } }

    var hasListeners: Bool { listeners.withLock { $0 > 0 } }

    /// How often it was told that the client's roots have changed.
    var rootChanges: Int { rootNews.value }
    func rootsChanged(_ context: any CallContext) async { rootNews.increment() }

    func tell(_ change: Change) { watched.withLock { for watch in $0 { watch.changes.yield(change) } } }
    func endWatches() { watched.withLock { for watch in $0 { watch.changes.finish() } } }

    private func ready() async throws -> Content {
        let content = content.withLock { $0 }
        if content.hangs { try await Task.sleep(for: .seconds(3600)) }
        if let failure = content.failure { throw failure }
        return content
    }

    func profile(_ context: any CallContext) async throws -> ServiceProfile {
        let content = try await ready()
        return ServiceProfile(
            identity: Implementation(name: "fake", version: "1"), capabilities: content.capabilities,
            instructions: content.instructions)
    }

    func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        asked.withLock { $0.append(operation) }
        let content = try await ready()
        if case .list(let kind) = operation.kind {
            let start = operation.cursor.flatMap { Int($0) } ?? 0
            let all = content.lists[kind] ?? []
            let end = min(start + content.pageSize, all.count)
            var result: JSONObject = [kind.member: .array(Array(all[min(start, end)..<end]))]
            if content.repeatsCursor {
                result["nextCursor"] = "0"
            } else if end < all.count {
                result["nextCursor"] = .string(String(end))
            }
            return .complete(RawObject(result), content.hint)
        }
        if let call { return try await call(operation, context) }
        return .complete(["content": [], "called": operation.target.map { .string($0) } ?? .null])
    }

    func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject? {
        ["title": .string(name)]
    }

    func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch {
        let content = try await ready()
        guard !content.honoursNothing else { return Watch(honoured: ChangeFilter(), changes: AsyncStream { $0.finish() }) }
        let (changes, continuation) = AsyncStream<Change>.makeStream(bufferingPolicy: .bufferingOldest(100))
        listeners.withLock { $0 += 1 }
        continuation.onTermination = { [weak self] _ in self?.listeners.withLock { $0 -= 1 } }
        watched.withLock { $0.append((filter, continuation)) }
        return Watch(honoured: filter, changes: changes)
    }

    func task(_ operation: TaskOperation, _ context: any CallContext) async throws -> RawObject {
        ["taskId": .string(operation.id), "status": "working"]
    }
}

/// The context of a test's call; it remembers what was asked, and accepts everything.
final class FakeContext: CallContext {
    let principal: Principal
    let client = ClientProfile(revision: .july2026, askForm: .live, affinity: "one")
    let chain = "chain"
    let isContinued = false
    let clock = CallClock()
    let ended = Told()
    private let questions = Mutex<[PendingAsk]>([])

    init(principal: String = "alice") { self.principal = Principal(id: principal) }

    var asked: [PendingAsk] { questions.withLock { $0 } }
    var elicitations: ElicitationOutlet? { ElicitationOutlet(session: "one") { [ended] in ended.tell($0) } }

    func progress(_ progress: Progress) {}
    func log(_ entry: LogEntry) {}

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        questions.withLock { $0 += asks }
        return Dictionary(asks.map { ($0.key, .result(["action": "accept"])) }, uniquingKeysWith: { first, _ in first })
    }
}

/// An endpoint made of fake servers, and what it needs.
struct Federation {
    let time = TestTime()
    let memory: FederationMemory
    var members: [VirtualService.Member]
    var visibility = "alice"
    var endpoint = "mcp"
    var tokens: SealedTokens?
    var wall = ManualTime(1_000_000)
    var limits = FederationLimits()
    var isVisible: VirtualService.ToolVisibility = { _, _ in true }

    /// - Parameter sleep: waits for a deadline; the default never comes to its end.
    init(
        _ members: [(String, FakeMember)], bounds: FederationMemory.Bounds = FederationMemory.Bounds(),
        sleep: @escaping Sleeper = { _ in try await Task.sleep(for: .seconds(3600)) }
    ) {
        let time = self.time
        memory = FederationMemory(bounds: bounds, now: { time.now }, sleep: sleep)
        self.members = members.map { VirtualService.Member(id: $0.0, label: $0.0.uppercased(), service: $0.1) }
    }

    var service: VirtualService {
        VirtualService(
            endpoint: endpoint, identity: Implementation(name: "portico", version: "1"), members: members,
            visibility: visibility, memory: memory, tokens: tokens, clock: .manual(wall), limits: limits,
            isVisible: isVisible)
    }

    func perform(
        _ kind: Operation.Kind, _ target: String? = nil, _ params: RawObject = RawObject(),
        context: any CallContext = FakeContext(), resumption: Resumption? = nil
    ) async throws -> Outcome {
        var params = params
        switch kind {
        case .callTool, .getPrompt: params["name"] = target.map { .string($0) }
        case .readResource: params["uri"] = target.map { .string($0) }
        case .complete, .list, .other: break
        }
        return try await service.perform(
            Operation(kind, target: target, params: params, resumption: resumption), context)
    }

    func result(
        _ kind: Operation.Kind, _ target: String? = nil, _ params: RawObject = RawObject(),
        context: any CallContext = FakeContext()
    ) async throws -> JSONObject {
        guard case .complete(let result, _) = try await perform(kind, target, params, context: context) else {
            throw MCPError.internalError("not complete")
        }
        return result.object
    }

    /// All pages of a list; at most 100.
    func names(_ kind: Operation.ListKind, context: any CallContext = FakeContext()) async throws -> [String] {
        var names: [String] = []
        var params = RawObject()
        for _ in 0..<100 {
            let page = try await result(.list(kind), nil, params, context: context)
            names += (page[kind.member]?.arrayValue ?? []).compactMap { $0[kind.keyMember]?.stringValue }
            guard let cursor = page["nextCursor"] else { break }
            params["cursor"] = cursor
        }
        return names
    }

    /// What kind of error an operation ends with.
    func error(
        _ kind: Operation.Kind, _ target: String? = nil, _ params: RawObject = RawObject(),
        context: any CallContext = FakeContext(), resumption: Resumption? = nil
    ) async -> MCPError? {
        do {
            _ = try await perform(kind, target, params, context: context, resumption: resumption)
            return nil
        } catch { return error as? MCPError }
    }
}
