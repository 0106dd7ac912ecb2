public import Logging
public import NIOCore
internal import Synchronization

/// All child processes of this process: started on demand, with back-off where they fail, counted, and ended together.
///
/// A stdio server *is* one session, so every call of `open` starts a child of its own; whoever gets it closes it.
public final class ChildSupervisor: Sendable {
    private struct Server {
        var launch: ChildLaunch
        var policy: RestartPolicy
        var supervision: ChildSupervision
        var running: [Int: ChildConnection] = [:]
    }

    private struct State {
        var servers: [String: Server] = [:]
        var isShutDown = false

        var childCount: Int { self.servers.values.reduce(0) { $0 + $1.supervision.children.count } }
    }

    private let group: any EventLoopGroup
    private let maximumChildren: Int
    private let seed: UInt64
    private let logger: Logger
    private let clock = ContinuousClock()
    private let state = Mutex(State())
    private let allGone = OneAnswer<Void>()

    /// - Parameters:
    ///   - maximumChildren: of all servers together.
    ///   - seed: of the jitter in back-off.
    public init(
        on group: any EventLoopGroup, maximumChildren: Int = 256, seed: UInt64 = .random(in: .min ... .max), logger: Logger
    ) {
        self.group = group
        self.maximumChildren = maximumChildren
        self.seed = seed
        self.logger = logger
    }

    /// Makes a server known. One that is known already keeps its children and gets the new description for the next ones.
    public func add(_ server: String, _ launch: ChildLaunch, policy: RestartPolicy = RestartPolicy()) {
        self.state.withLock { state in
            if state.servers[server] != nil {
                state.servers[server]?.launch = launch
                return
            }
            let seed = server.utf8.reduce(self.seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            state.servers[server] = Server(
                launch: launch, policy: policy, supervision: ChildSupervision(policy: policy, seed: seed))
        }
    }

    /// What starts children of `server`, for who needs no more than that.
    public func factory(for server: String) -> @Sendable () async throws(OutboundError) -> any LineChannel {
        { () async throws(OutboundError) in try await self.open(server) }
    }

    /// Starts a child of `server`; waits first where it failed just now, at most `RestartPolicy.patience`.
    /// - Throws: `OutboundError.overloaded` where too many run, or it failed too often; what `ChildProcess.start` throws; `.closed`
    ///   after `shutDown`.
    public func open(_ server: String) async throws(OutboundError) -> ChildProcess {
        let askedAt = self.clock.now
        while true {
            let (answer, policy, launch) = try self.ask(server)
            switch answer {
            case .start(let child): return try await self.start(server, child, launch)
            case .wait(let until):
                guard until - askedAt <= policy.patience else {
                    throw OutboundError(.overloaded, "the server \"\(server)\" failed and is started again later")
                }
                do { try await self.clock.sleep(until: until) } catch { throw OutboundError(.cancelled, "cancelled") }
            case .refuse(.full): throw OutboundError(.overloaded, "too many children of the server \"\(server)\" run")
            case .refuse(.givenUp):
                throw OutboundError(.overloaded, "the server \"\(server)\" failed too often and was given up for now")
            case .refuse(.shutDown): throw OutboundError(.closed, "no more children are started")
            }
        }
    }

    private func ask(_ name: String) throws(OutboundError) -> (ChildSupervision.Answer, RestartPolicy, ChildLaunch) {
        let now = self.clock.now
        return try self.state.withLock { state throws(OutboundError) in
            guard var server = state.servers[name] else {
                throw OutboundError(.connect, "there is no server \"\(name)\"")
            }
            guard state.isShutDown || state.childCount < self.maximumChildren else {
                throw OutboundError(.overloaded, "too many child processes run")
            }
            let answer = state.isShutDown ? .refuse(.shutDown) : server.supervision.ask(at: now)
            state.servers[name] = server
            return (answer, server.policy, server.launch)
        }
    }

    private func start(_ server: String, _ child: Int, _ launch: ChildLaunch) async throws(OutboundError) -> ChildProcess {
        let connection: ChildConnection
        do {
            connection = try await ChildConnection.open(launch, on: self.group.any(), logger: self.logger)
        } catch {
            self.update(server) {
                $0.supervision.failed(child, error.message, isFault: error.code != .cancelled, at: self.clock.now)
            }
            throw error
        }
        let process = ChildProcess(connection)
        let isShutDown = self.state.withLock { state in
            state.servers[server]?.supervision.started(
                child, processIdentifier: connection.processIdentifier, at: self.clock.now)
            state.servers[server]?.running[child] = connection
            return state.isShutDown
        }
        connection.onGone { connection in
            self.update(server) { server in
                server.running[child] = nil
                server.supervision.ended(
                    child, connection.exit ?? .lost, errorLines: connection.errorLines.suffix(20),
                    wasAsked: connection.wasAsked, at: self.clock.now)
            }
        }
        // Letting `process` go ends it.
        guard !isShutDown else { throw OutboundError(.closed, "no more children are started") }
        return process
    }

    private func update(_ server: String, _ change: (inout Server) -> Void) {
        let isOver = self.state.withLock { state in
            if var changed = state.servers[server] {
                change(&changed)
                state.servers[server] = changed
            }
            return state.isShutDown && state.childCount == 0
        }
        if isOver { self.allGone.give(()) }
    }

    /// How all servers are doing, by name.
    public func health() -> [ChildServerHealth] {
        let now = self.clock.now
        let servers = self.state.withLock { $0.servers }
        return servers.sorted { $0.key < $1.key }.map { name, server in
            let supervision = server.supervision
            let youngest = server.running.max { $0.key < $1.key }?.value
            return ChildServerHealth(
                server: name, phase: supervision.phase(at: now),
                children: supervision.children.sorted { $0.key < $1.key }.compactMap { _, child in
                    guard let identifier = child.processIdentifier, let startedAt = child.startedAt else { return nil }
                    return ChildServerHealth.Child(processIdentifier: identifier, runningFor: now - startedAt)
                },
                starts: supervision.starts, restarts: supervision.restarts, failures: supervision.failures,
                lastExit: supervision.lastExit, lastMistake: supervision.lastMistake,
                errorLines: youngest.map { $0.errorLines.suffix(20) } ?? supervision.lastErrorLines)
        }
    }

    /// Forgets the failures of a server, so that the next `open` starts it at once.
    public func revive(_ server: String) { self.update(server) { $0.supervision.revive() } }

    /// Ends all children and starts no more. Returns once they are gone, or when the time is over; their guards go on even then, and
    /// when this process ends.
    public func shutDown(within time: Duration) async {
        let (running, isOver) = self.state.withLock { state in
            state.isShutDown = true
            return (state.servers.values.flatMap { $0.running.values }, state.childCount == 0)
        }
        guard !isOver else { return }
        for connection in running { connection.abandon() }
        let loop = self.group.any()
        // Half of the time is for those that end by themselves.
        let hurry = loop.scheduleTask(in: .milliseconds(time.milliseconds / 2)) {
            for connection in running { connection.hurry() }
        }
        let end = loop.scheduleTask(in: .milliseconds(time.milliseconds)) { self.allGone.give(()) }
        await self.allGone.value(cancelled: ())
        hurry.cancel()
        end.cancel()
    }
}
