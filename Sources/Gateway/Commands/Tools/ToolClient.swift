internal import MCPServer
internal import Outbound
internal import Wire

/// A client of a gateway's tool side, with one key.
struct ToolClient: Sendable {
    /// Where a gateway serves tools.
    enum Place: Equatable, Sendable {
        /// All that the key may use.
        case everything
        /// A server that is offered to all groups.
        case offered(String)
        /// A server of the key's own group.
        case own(String)

        var path: String {
            switch self {
            case .everything: "/mcp"
            case .offered(let id): "/mcp/public/\(id)"
            case .own(let id): "/mcp/group/\(id)"
            }
        }
    }

    private static let maximumReasonBytes = 512

    let web: any WebClient
    /// The gateway's address.
    let url: String
    /// What messages call the gateway.
    let name: String
    let key: String

    private var authorization: (name: String, value: String) { ("Authorization", "Bearer \(self.key)") }

    /// Where the server of that id is served: among those that are offered to all, or else among the group's own. Without an
    /// id, the place of everything.
    /// - Throws: why the key gets at it nowhere.
    func place(of server: String?) async throws(ToolAccessError) -> Place {
        let candidates: [Place] = server.map { [.offered($0), .own($0)] } ?? [.everything]
        for place in candidates where try await self.serves(place) { return place }
        let what = server.map { "There is no MCP server \"\($0)\"" } ?? "There is no endpoint for all MCP servers"
        throw ToolAccessError(.unknownServer, "\(what) for this key at \(self.name)")
    }

    /// Whether anything listens at the address.
    func isThere() async -> Bool {
        do { _ = try await self.serves(.everything) } catch { return error.kind != .noServer }
        return true
    }

    /// Whether the gateway serves the place for the key. Nothing behind the gateway is asked: `OPTIONS` is about the resource
    /// itself (RFC 9110 §9.3.7).
    /// - Throws: where the key is refused, or nothing can be said.
    func serves(_ place: Place) async throws(ToolAccessError) -> Bool {
        var request = WebRequest("OPTIONS", self.url + place.path, headers: [self.authorization, ("Accept", "*/*")])
        request.connectTimeout = .seconds(5)
        request.headTimeout = .seconds(15)
        let response: any WebResponse
        do { response = try await self.web.send(request) } catch { throw self.failure(error) }
        switch response.status {
        case 404: return false
        case 401:
            throw ToolAccessError(.refused, "\(self.name) does not accept the key\(await Self.reason(response))")
        case 403: throw ToolAccessError(.refused, "\(self.name) refuses \(place.path)\(await Self.reason(response))")
        case 300..<400:
            throw ToolAccessError(
                .unavailable, "\(self.name) redirects elsewhere: give the address where the gateway itself answers")
        case 421, 500...:
            throw ToolAccessError(
                .unavailable, "\(self.name) does not serve \(place.path) (\(response.status))\(await Self.reason(response))")
        default: return true
        }
    }

    /// The service at that place, which finds out by itself how to speak with the gateway.
    func service(at place: Place) -> UpstreamService {
        var limits = UpstreamLimits()
        // The gateway may have to reach a server of its own before it can say anything of it.
        limits.probe = .seconds(30)
        let endpoint = UpstreamEndpoint(
            id: "gateway\(place.path)", transport: .streamableHTTP(url: self.url + place.path, client: self.web),
            headers: [self.authorization], limits: limits)
        return UpstreamService(endpoint, eras: EraCache())
    }

    private func failure(_ error: OutboundError) -> ToolAccessError {
        switch error.code {
        case .connect: ToolAccessError(.noServer, "no server answers at \(self.name)")
        default: ToolAccessError(.unavailable, "\(self.name) can't be reached (\(error.code))")
        }
    }

    /// What an answer says in plain text, as the end of a sentence.
    private static func reason(_ response: any WebResponse) async -> String {
        guard response.header("content-type")?.hasPrefix("text/plain") == true,
            let body = try? await response.collect(upTo: Self.maximumReasonBytes)
        else { return "" }
        let text = String(decoding: body, as: UTF8.self).trimmingSpaces()
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.isEmpty ? "" : ": \(line)"
    }
}
