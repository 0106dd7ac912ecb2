internal import MCPServer

/// Which URL of which server a request of the tool side names: `/mcp/public/{id}`, `/mcp/group/{id}` or `/mcp` for everything, and below
/// each `/sse` and `/message`; on a host name that a server has of its own `/mcp`, `/sse` and `/message`; and for the operator's trials
/// `/api/test-embedmcp/{id}` and `/api/test-publicmcp/{group}/{id}` with the same two below.
struct ToolPath {
    enum Place { case endpoint, eventStream, messages }

    enum Server {
        /// One that is offered to all.
        case offered(id: String)
        /// One of the caller's group.
        case own(id: String)
        /// All that the caller may use, as one.
        case all
        /// One that the operator tries.
        case trial(Trial)
    }

    /// What an operator tries.
    enum Trial {
        /// A server that is built in, with the values in the query.
        case embedded(id: String)
        /// A public server with what a group saved for it.
        case offered(id: String, group: String)
    }

    let server: Server
    let place: Place
    /// Whether the host names the server, so that the case of its id is lost.
    let isByHost: Bool
    /// The path without the place, which says where messages are posted.
    private let base: Substring

    /// nil where nothing is ever served.
    init?(_ target: RequestPath) {
        let parts: ArraySlice<String>
        (self.place, self.base, parts) = Self.split(target.path)
        self.isByHost = false
        switch (parts.first, parts.dropFirst().first, parts.dropFirst(2).first, parts.dropFirst(3).first, parts.count) {
        case ("mcp", nil, nil, nil, 1): self.server = .all
        case ("mcp", "public", let id?, nil, 3): self.server = .offered(id: id)
        case ("mcp", "group", let id?, nil, 3): self.server = .own(id: id)
        case ("api", "test-embedmcp", let id?, nil, 3): self.server = .trial(.embedded(id: id))
        case ("api", "test-publicmcp", let group?, let id?, 4):
            // Unlike a server's, a group's id may be any text.
            guard let group = percentDecoded(group[...]) else { return nil }
            self.server = .trial(.offered(id: id, group: group))
        default: return nil
        }
    }

    /// The URL of a server that the host names; nil for a path that has nothing to do with it.
    init?(_ target: RequestPath, onHostOf server: Server) {
        switch target.path {
        case "/mcp": self.place = .endpoint
        case "/sse": self.place = .eventStream
        case "/message": self.place = .messages
        default: return nil
        }
        self.server = server
        self.isByHost = true
        self.base = ""
    }

    /// The place, the path before it, and that in its parts.
    private static func split(_ path: Substring) -> (Place, Substring, ArraySlice<String>) {
        var parts = path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 6, omittingEmptySubsequences: false)
            .map { String($0) ?? "" }[...]
        // A path begins with a slash.
        guard parts.popFirst() == "" else { return (.endpoint, path, []) }
        let place: Place
        switch parts.last {
        case "sse": place = .eventStream
        case "message": place = .messages
        default: return (.endpoint, path, parts)
        }
        let last = parts.removeLast()
        return (place, Substring(path.utf8.dropLast(last.utf8.count + 1)), parts)
    }

    /// Whether only the operator may ask for paths like this.
    static func isTrial(_ target: RequestPath) -> Bool {
        target.isUnder("/api/test-embedmcp") || target.isUnder("/api/test-publicmcp")
    }

    /// Where messages to the server are posted.
    ///
    /// A client that can't set headers sends its key in the query of every request. It only knows to do so where the path
    /// that it is told has it: its own key goes back to it, and to nobody else. The same holds for the values that a server is tried with.
    func messages(query: Substring?) -> String {
        let path = "\(self.base)/message"
        let pairs = (query?.split(separator: "&") ?? []).filter { pair in
            if case .trial = self.server { !pair.hasPrefix(Self.sessionName) } else { pair.hasPrefix("key=") }
        }
        let kept = if case .trial = self.server { pairs[...] } else { pairs.prefix(1) }
        return kept.isEmpty ? path : "\(path)?\(kept.joined(separator: "&"))"
    }

    /// The place as an endpoint knows it.
    func place(query: Substring?) -> MCPHTTPRequest.Place {
        switch self.place {
        case .endpoint: return .endpoint
        case .eventStream: return .eventStream
        case .messages:
            let pair = query?.split(separator: "&").first { $0.hasPrefix(Self.sessionName) }
            return .messages(session: pair.map { String($0.dropFirst(Self.sessionName.count)) })
        }
    }

    private static let sessionName = "sessionId="
}
