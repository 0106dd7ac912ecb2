internal import MCPServer

/// Which URL of which server a path of the tool side names: `/mcp/public/{id}`, `/mcp/group/{id}` or `/mcp` for everything, and below
/// each `/sse` and `/message`.
struct ToolPath {
    enum Place { case endpoint, eventStream, messages }

    enum Server {
        /// One that is offered to all.
        case offered(id: String)
        /// One of the caller's group.
        case own(id: String)
        /// All that the caller may use, as one.
        case all
    }

    let server: Server
    let place: Place

    /// nil where nothing is ever served.
    init?(_ target: RequestPath) {
        guard target.isUnder("/mcp") else { return nil }
        var parts = target.path.dropFirst("/mcp".utf8.count).utf8
            .split(separator: UInt8(ascii: "/"), maxSplits: 4, omittingEmptySubsequences: false)
            .map { String($0) ?? "" }[...]
        // The path begins with a slash, or is empty.
        guard parts.popFirst() == "" else { return nil }
        switch parts.last {
        case "sse": self.place = .eventStream
        case "message": self.place = .messages
        default: self.place = .endpoint
        }
        if self.place != .endpoint { parts.removeLast() }
        switch (parts.first, parts.dropFirst().first, parts.count) {
        case (nil, nil, 0): self.server = .all
        case ("public", let id?, 2): self.server = .offered(id: id)
        case ("group", let id?, 2): self.server = .own(id: id)
        default: return nil
        }
    }

    /// Where messages to the server are posted.
    ///
    /// A client that can't set headers sends its key in the query of every request. It only knows to do so where the path
    /// that it is told has it: its own key goes back to it, and to nobody else.
    func messages(query: Substring?) -> String {
        let path =
            switch self.server {
            case .offered(let id): "/mcp/public/\(id)/message"
            case .own(let id): "/mcp/group/\(id)/message"
            case .all: "/mcp/message"
            }
        guard let key = query?.split(separator: "&").first(where: { $0.hasPrefix("key=") }) else { return path }
        return "\(path)?\(key)"
    }

    /// The place as an endpoint knows it.
    func place(query: Substring?) -> MCPHTTPRequest.Place {
        switch self.place {
        case .endpoint: return .endpoint
        case .eventStream: return .eventStream
        case .messages:
            let name = "sessionId="
            let pair = query?.split(separator: "&").first { $0.hasPrefix(name) }
            return .messages(session: pair.map { String($0.dropFirst(name.count)) })
        }
    }
}
