internal import Wire

/// What desktop clients read to reach MCP servers: for each server one configuration that starts `portico stdio`, and one that
/// goes by HTTP. A key stands in neither.
struct ClientLines: Sendable {
    /// Variables for `portico stdio` beside the key: names and values.
    let variables: [(name: String, value: String)]
    /// Where the gateway is, or will be.
    let url: String

    /// The lines for a place: its name, and the two configurations.
    ///
    /// - Parameter isReachedByID: false where the id alone means another server, so that only HTTP reaches this one.
    func lines(for place: ToolClient.Place, isReachedByID: Bool = true) -> [String] {
        let name: String
        var arguments: [JSON] = ["stdio"]
        switch place {
        case .everything: name = "portico"
        case .offered(let id), .own(let id):
            name = id
            arguments += ["--server", .string(id)]
        }
        var environment = JSONObject()
        for (name, value) in self.variables { environment[name] = .string(value) }
        environment["PORTICO_KEY"] = ""
        let command: JSON = ["command": "portico", "args": .array(arguments), "env": .object(environment)]
        let http: JSON = [
            "type": "http", "url": .string(self.url + place.path), "headers": ["Authorization": "Bearer ${PORTICO_KEY}"],
        ]
        let forms = isReachedByID ? [command, http] : [http]
        return [Self.title(of: place)] + forms.map { "    " + Self.configuration(name, $0).serialized() }
    }

    /// The lines for everything and for each place.
    func lines(for places: [ToolClient.Place]) -> [String] {
        let offered = Set(places.compactMap { if case .offered(let id) = $0 { id } else { nil } })
        return self.lines(for: .everything)
            + places.flatMap { place in
                if case .own(let id) = place { return self.lines(for: place, isReachedByID: !offered.contains(id)) }
                return self.lines(for: place)
            }
    }

    private static func title(of place: ToolClient.Place) -> String {
        switch place {
        case .everything: "all servers as one"
        case .offered(let id): id
        case .own(let id): "\(id) (of the key's group)"
        }
    }

    private static func configuration(_ name: String, _ server: JSON) -> JSON {
        var servers = JSONObject()
        servers[name] = server
        return ["mcpServers": .object(servers)]
    }
}
