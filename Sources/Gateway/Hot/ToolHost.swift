internal import Directory
internal import Embedded
internal import MCPServer
internal import NIOHTTP1
internal import Synchronization
internal import Wire

/// Makes the services behind public servers, each once for as long as its configuration stays.
final class ToolHost: Sendable {
    /// Why a server can't be reached.
    struct Unavailable: Error {
        var status: HTTPResponseStatus
        var message: String
    }

    private struct Hosted {
        var updatedAt: Int64
        var endpoint: MCPEndpoint
    }

    private let sessions: LegacySessionStore
    private let catalogue: EmbeddedCatalogue
    private let hosted = Mutex<[String: Hosted]>([:])

    init(sessions: LegacySessionStore, catalogue: EmbeddedCatalogue) {
        self.sessions = sessions
        self.catalogue = catalogue
    }

    func endpoint(for server: PublicServer) throws(Unavailable) -> MCPEndpoint {
        guard server.kind == .embedded else {
            throw Unavailable(status: .notImplemented, message: "Servers of the kind \(server.kind.name) are not served yet")
        }
        if let known = self.hosted.withLock({ $0[server.id] }), known.updatedAt == server.updatedAt { return known.endpoint }
        let service = try self.service(for: server)
        let endpoint = MCPEndpoint(id: "public/\(server.id)", service: service, sessions: self.sessions)
        self.hosted.withLock { $0[server.id] = Hosted(updatedAt: server.updatedAt, endpoint: endpoint) }
        return endpoint
    }

    private func service(for server: PublicServer) throws(Unavailable) -> any MCPService {
        do {
            return try self.catalogue.makeService(
                id: server.id, initial: Self.texts(server.embedConfig["init"]), reusing: [:])
        } catch {
            throw Unavailable(status: .serviceUnavailable, message: "This server is not configured: \(error)")
        }
    }

    private static func texts(_ json: JSON?) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, value) in json?.objectValue ?? JSONObject() { texts[name] = value.stringValue }
        return texts
    }
}
