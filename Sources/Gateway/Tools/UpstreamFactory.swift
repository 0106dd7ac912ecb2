internal import Directory
internal import MCPServer
internal import Outbound

/// Makes the services of servers that are elsewhere: behind a URL, or in a child process.
struct UpstreamFactory: Sendable {
    /// For URLs that the operator gave.
    let operatorClient: any WebClient
    /// For URLs that a tenant gave.
    let tenantClient: any WebClient
    let children: ChildSupervisor
    let eras = EraCache()
    let failures = FailureCounts()

    /// - Parameter id: what tells the service from all others in caches; holds no secret.
    func service(for target: UpstreamTarget, id: String) -> UpstreamService {
        let client = target.urlSource == .tenant ? self.tenantClient : self.operatorClient
        let transport: UpstreamEndpoint.Transport =
            switch target.transport {
            case .serverSentEvents: .eventStream(url: target.url.text, client: client)
            case .streamableHTTP: .streamableHTTP(url: target.url.text, client: client)
            }
        var endpoint = UpstreamEndpoint(
            id: id, transport: transport, headers: target.headers.map { ($0.name, $0.value) },
            query: target.queries.map { ($0.name, $0.value) })
        endpoint.failures = self.failures.count(of: UpstreamLabel(endpointID: id))
        return UpstreamService(endpoint, eras: self.eras)
    }

    /// - Parameter name: the child's id in the configuration file.
    func service(forProcess name: String) -> UpstreamService {
        let open = self.children.factory(for: name)
        var endpoint = UpstreamEndpoint(id: "stdio/\(name)", transport: .lines { try await open() })
        endpoint.failures = self.failures.count(of: .offered(id: name))
        return UpstreamService(endpoint, eras: self.eras)
    }
}
