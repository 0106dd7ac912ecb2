internal import Directory
internal import Embedded
internal import MCPServer
internal import NIOHTTP1
internal import Outbound
internal import Synchronization
internal import Wire

/// Makes the services behind MCP servers, each once for as long as its configuration stays.
final class ToolHost: Sendable {
    /// Why a server can't be reached.
    struct Unavailable: Error {
        var status: HTTPResponseStatus
        var message: String
    }

    /// What services and endpoints are made with, one of each for a node.
    struct Parts: Sendable {
        var sessions = LegacySessionStore()
        /// Where calls wait whose servers ask modern clients.
        var parking = ParkingLot()
        /// Seals what a call needs to go on, and the cursors of joined lists; nil: only in tests.
        var tokens: SealedTokens?
        var catalogue = EmbeddedCatalogue()
        /// Makes what is elsewhere; nil: such servers are not served.
        var upstreams: UpstreamFactory?
        /// Makes what is an OpenAPI document; nil: such servers are not served.
        var documents: DocumentFactory?
        /// Services that are made already, by the id of their embedded server.
        var given: [String: any MCPService] = [:]
    }

    private let parts: Parts
    private let seal: ContinuationSeal?
    private let federation = FederationMemory()
    private let hosted = Mutex(HostedServers())

    init(_ parts: Parts) {
        self.parts = parts
        self.seal = parts.tokens.map { ContinuationSeal(tokens: $0) }
    }

    // MARK: - Servers

    /// What answers for a server that a caller may use.
    func hosted(_ server: UsableServer, for caller: Caller, in snapshot: Snapshot) throws(Unavailable) -> HostedServer {
        try self.hosted(server, group: caller.group.id, in: snapshot)
    }

    /// What answers for a server with what a group saved for it.
    func hosted(_ server: UsableServer, group: String, in snapshot: Snapshot) throws(Unavailable) -> HostedServer {
        let parameters: ServerParameters?
        let key: HostedServers.Key
        let updatedAt: Int64
        switch server {
        case .offered(let server):
            parameters = snapshot.parameters(ofServer: server.id, group: group)
            key = .offered(id: server.id, group: parameters == nil ? nil : group)
            updatedAt = server.updatedAt
        case .own(let server):
            parameters = nil
            key = .own(id: server.id, group: group)
            updatedAt = server.updatedAt
        }
        let version = HostedServer.Version(
            serverUpdatedAt: updatedAt, parametersUpdatedAt: parameters?.updatedAt ?? 0)
        return try self.kept(key, version) { (changes) throws(Unavailable) in
            let target: ServerTarget
            do throws(ServerTargetError) {
                target = try snapshot.target(of: server, group: group)
            } catch {
                throw Unavailable(error)
            }
            return try self.make(server, target, version, group: group, changes: changes)
        }
    }

    /// What is kept under a key, made where it is not there in that version.
    /// - Parameter make: is handed where the service that it takes the place of announced its changes.
    func kept(
        _ key: HostedServers.Key, _ version: HostedServer.Version, make: (ChangeHub?) throws(Unavailable) -> HostedServer
    ) throws(Unavailable) -> HostedServer {
        if let known = self.hosted.withLock({ $0.use(key, version) }) { return known }
        let previous = self.hosted.withLock { $0.last(key)?.changes }
        let made = try make(previous)
        self.close(self.hosted.withLock { $0.insert(made, key) })
        // Who watched the service that was here before asks again.
        previous?.announce(.toolsListChanged)
        return made
    }

    private func make(
        _ server: UsableServer, _ target: ServerTarget, _ version: HostedServer.Version, group: String,
        changes: ChangeHub? = nil
    ) throws(Unavailable) -> HostedServer {
        let (endpointID, kind) =
            switch server {
            case .offered(let server): ("public/\(server.id)", server.kind.name)
            case .own(let server): ("group/\(group)/\(server.id)", server.kind.name)
            }
        func hosted(_ service: any MCPService, upstream: UpstreamService? = nil, target: UpstreamTarget? = nil) -> HostedServer {
            HostedServer(
                version: version, endpointID: endpointID, service: service, tariff: ToolTariff(server), kind: kind,
                upstream: upstream, target: target)
        }
        switch target {
        case .embedded(let target):
            do {
                return hosted(try self.embedded(target.id, initial: target.initial, reusing: target.reusing))
            } catch {
                throw Unavailable(status: .serviceUnavailable, message: "This server is not configured: \(error)")
            }
        case .upstream(let target):
            guard let service = self.parts.upstreams?.service(for: target, id: endpointID) else { throw Unavailable(kind: kind) }
            return hosted(service, upstream: service, target: target)
        case .process(let id):
            guard let service = self.parts.upstreams?.service(forProcess: id) else { throw Unavailable(kind: kind) }
            return hosted(service, upstream: service)
        case .document(let target):
            guard let documents = self.parts.documents else { throw Unavailable(kind: kind) }
            let changes = changes ?? ChangeHub()
            do throws(ServerFault) {
                var made = hosted(try documents.service(for: target, changes: changes))
                made.changes = changes
                return made
            } catch {
                throw Unavailable(ServerTargetError.invalid(error))
            }
        }
    }

    /// A server that is built in, made of those values.
    func embedded(
        _ id: String, initial: [String: String], reusing: [String: String]
    ) throws(EmbeddedConfigError) -> any MCPService {
        if let service = self.parts.given[id] { return service }
        return try self.parts.catalogue.makeService(id: id, initial: initial, reusing: reusing)
    }

    /// Ends what is used no longer. Calls that still run on it end with an error; who waits for changes learns of the end.
    private func close(_ servers: [HostedServer]) {
        for upstream in servers.compactMap(\.upstream) {
            // It ends by itself, within the deadlines of its own goodbyes.
            Task { await upstream.close() }
        }
    }

    /// Ends all sessions, of clients and with upstreams.
    func shutDown() async {
        self.parts.sessions.closeAll()
        for upstream in self.hosted.withLock({ $0.removeAll() }).compactMap(\.upstream) { await upstream.close() }
        await self.parts.upstreams?.children.shutDown(within: .seconds(10))
    }

    // MARK: - Endpoints

    /// The endpoint of one server: names, URIs and order are its own.
    func endpoint(_ server: HostedServer) -> MCPEndpoint { self.endpoint(server.endpointID, server.service) }

    /// The endpoint of everything that a caller may use. What can't be made is left out.
    /// - Parameter gate: puts a server's gate before it.
    func everything(
        for caller: Caller, principal: Principal, in snapshot: Snapshot,
        gate: (any MCPService, ToolTariff) -> any MCPService
    ) -> MCPEndpoint {
        var members: [VirtualService.Member] = []
        for server in snapshot.servers(for: caller) {
            guard let hosted = try? self.hosted(server, for: caller, in: snapshot) else { continue }
            members.append(
                VirtualService.Member(
                    id: server.id, label: server.label, service: gate(hosted.service, hosted.tariff)))
        }
        let service = VirtualService(
            endpoint: "all", identity: .portico, members: members,
            visibility: principal.id, memory: self.federation, tokens: self.parts.tokens)
        return self.endpoint("all", service)
    }

    private func endpoint(_ id: String, _ service: any MCPService) -> MCPEndpoint {
        MCPEndpoint(
            id: id, service: service, sessions: self.parts.sessions, seal: self.seal, parking: self.parts.parking)
    }

    // MARK: - For the admin API and the metrics

    /// Makes what is an OpenAPI document.
    var documents: DocumentFactory? { self.parts.documents }

    /// Everything that is hosted, in any order.
    var all: [(key: HostedServers.Key, server: HostedServer)] { self.hosted.withLock { $0.all } }

    /// Failures of upstreams since the start.
    var upstreamFailures: [UpstreamLabel: Int] { self.parts.upstreams?.failures.all ?? [:] }

    /// A service of its own for a target, for one use. Whoever takes it closes the upstream, where there is one.
    func separate(
        _ server: UsableServer, _ target: ServerTarget
    ) throws(Unavailable) -> HostedServer {
        try self.make(
            server, target, HostedServer.Version(serverUpdatedAt: 0, parametersUpdatedAt: 0), group: "")
    }
}

extension ToolHost.Unavailable {
    /// A kind that answers no calls here.
    fileprivate init(kind: String) {
        self.init(status: .notImplemented, message: "Servers of the kind \(kind) are not served yet")
    }

    fileprivate init(_ error: ServerTargetError) {
        switch error {
        case .missingParameters: self.init(status: .forbidden, message: "\(error)\n")
        case .invalid: self.init(status: .serviceUnavailable, message: "This server is not configured: \(error)\n")
        case .notCallable: self.init(status: .notFound, message: "There is no MCP server of this id for this key\n")
        }
    }
}

extension UsableServer {
    /// What a person knows the server by.
    fileprivate var label: String {
        switch self {
        case .offered(let server): server.name.isEmpty ? server.id : server.name
        case .own(let server): server.name.isEmpty ? server.id : server.name
        }
    }
}
