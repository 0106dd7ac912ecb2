internal import Directory
internal import Synchronization
internal import Wire

/// The tools of public servers as groups are shown them: asked for when they are looked at, and kept for a while.
final class ToolLists: Sendable {
    private struct State {
        var cache = ToolListCache()
        var asking = 0
    }

    /// How many servers may be asked at once.
    private static let greatestAsking = 16

    private let lister: (any ToolLister)?
    private let clock: WallClock
    private let patience: Duration
    private let state = Mutex(State())

    /// - Parameter patience: how long a server may take.
    init(lister: (any ToolLister)?, clock: WallClock, patience: Duration = .seconds(15)) {
        self.lister = lister
        self.clock = clock
        self.patience = patience
    }

    /// The tools of a server that answers with `parameters`.
    /// - Throws: whatever the lister throws, `ToolListFailure`, or `ServerTargetError`.
    func tools(of server: PublicServer, _ parameters: ServerParameters?) async throws -> [JSON] {
        let target = try ServerTarget(server, parameters: parameters)
        guard let lister else { throw ToolListFailure.none }
        let key = ToolListCache.Key(
            server: server.id, serverUpdatedAt: server.updatedAt, group: parameters?.groupID ?? "",
            valuesUpdatedAt: parameters?.updatedAt ?? 0)
        let now = clock.nowMilliseconds()
        if let known = state.withLock({ $0.cache.tools(key, now: now) }) { return known }
        guard enter() else { throw ToolListFailure.busy }
        defer { state.withLock { $0.asking -= 1 } }
        do {
            let tools = try await bounded { try await lister.tools(of: .offered(server), target: target) }
            state.withLock { $0.cache.insert(tools, key, now: now) }
            return tools
        } catch {
            throw ToolListFailure(description: Self.text(of: error, target))
        }
    }

    private func enter() -> Bool {
        state.withLock { state in
            guard state.asking < Self.greatestAsking else { return false }
            state.asking += 1
            return true
        }
    }

    private func bounded(_ work: @escaping @Sendable () async throws -> [JSON]) async throws -> [JSON] {
        let patience = patience
        return try await withThrowingTaskGroup(of: [JSON].self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: patience)
                throw ToolListFailure.late
            }
            return try await group.next() ?? []
        }
    }

    /// An error as a person is told of it: short, and without the secrets that the server was asked with.
    private static func text(of error: any Error, _ target: ServerTarget) -> String {
        let text = if case .upstream(let upstream) = target { upstream.redacting("\(error)") } else { "\(error)" }
        return String(text.prefix(500))
    }
}
