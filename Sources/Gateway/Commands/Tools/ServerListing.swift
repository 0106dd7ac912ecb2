internal import Directory
internal import Outbound
internal import Storage
internal import Wire

/// Finds the MCP servers that a key may use.
struct ServerListing: Sendable {
    /// The most servers that are told of.
    static let maximumCount = 1000
    private static let maximumAnswerBytes = 32 << 20

    let access: ToolAccess
    /// The key of the admin API, where it is known: a running server tells of its servers only by that.
    let adminKey: String?

    /// The places of the servers, those that are offered to all first; nil where a running server does not tell.
    /// - Throws: where the key is refused, or the server answers nonsense.
    func places() async throws -> [ToolClient.Place]? {
        if let local = self.access.local { return try Self.places(of: self.access.client.key, in: local.server) }
        guard let adminKey else { return nil }
        var candidates: [ToolClient.Place] = []
        for id in try await self.ids("/api/mcp/publics/all?status=1", adminKey) { candidates.append(.offered(id)) }
        for id in try await self.ids("/api/mcp/group/all?status=1", adminKey) { candidates.append(.own(id)) }
        var places: [ToolClient.Place] = []
        for place in candidates.prefix(Self.maximumCount) where try await self.isUsable(place) { places.append(place) }
        return places
    }

    /// A server that the key may not use, or not before its group has saved what it needs, is none of its servers.
    private func isUsable(_ place: ToolClient.Place) async throws(ToolAccessError) -> Bool {
        do {
            return try await self.access.client.serves(place)
        } catch {
            guard error.kind == .refused else { throw error }
            return false
        }
    }

    /// The ids in a list of the admin API, each once.
    private func ids(_ path: String, _ adminKey: String) async throws -> [String] {
        let client = self.access.client
        let request = WebRequest("GET", client.url + path, headers: [("Authorization", "Bearer \(adminKey)")])
        let response = try await client.web.send(request)
        let body = try await response.collect(upTo: Self.maximumAnswerBytes)
        guard response.status == 200, let servers = try? JSON.parse(body)["data"]?.arrayValue else {
            throw ToolAccessError(
                response.status == 401 ? .refused : .unavailable, "\(client.name) does not list its servers (\(response.status))")
        }
        return Set(servers.compactMap { $0["id"]?.stringValue }.filter(isServerIdentifier)).sorted()
    }

    private static func places(of key: String, in server: Server) throws(ToolAccessError) -> [ToolClient.Place] {
        let snapshot = server.directory.current
        let caller: Caller
        do {
            caller = try snapshot.caller(forKeyHash: server.store.secrets.tokenKeys.hash(String(Credential.strip(key[...]))))
        } catch {
            throw ToolAccessError(.refused, "the key is refused: \(error)")
        }
        return snapshot.servers(for: caller).prefix(Self.maximumCount).map { server in
            switch server {
            case .offered(let server): .offered(server.id)
            case .own(let server): .own(server.id)
            }
        }
    }
}
