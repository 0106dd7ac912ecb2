/// The host names that MCP servers have of their own: `<id>.<host>`, for servers that are offered to all below one host, for those of
/// groups below another.
struct ServerHosts: Sendable {
    private let offered: [UInt8]?
    private let own: [UInt8]?
    private let gateway: Set<String>

    /// - Parameters:
    ///   - offered: the host below which public servers are. It counts first where both are the same.
    ///   - own: the host below which a group's own servers are.
    ///   - gateway: hosts of the gateway itself, which may lie below one of the others and never name a server.
    /// - Returns: nil where no server has a host name.
    init?(offered: String?, own: String?, gateway: [String] = []) {
        guard offered != nil || own != nil else { return nil }
        self.offered = offered.map { Array(".\(HotPolicy.name(ofHost: $0))".utf8) }
        self.own = own.map { Array(".\(HotPolicy.name(ofHost: $0))".utf8) }
        self.gateway = Set(gateway.map { HotPolicy.name(ofHost: $0) })
    }

    /// The server that a `Host` header names, with the id as it is spelt there; nil where it names none.
    func server(ofHost host: String) -> ToolPath.Server? {
        guard let name = Self.name(of: host) else { return nil }
        let server: ToolPath.Server
        if let id = Self.label(of: name, below: self.offered) {
            server = .offered(id: id)
        } else if let id = Self.label(of: name, below: self.own) {
            server = .own(id: id)
        } else {
            return nil
        }
        return self.gateway.contains(name.lowercased()) ? nil : server
    }

    /// The host without its port (RFC 9110 §7.2: `uri-host [":" port]`); nil where what follows the colon is none.
    private static func name(of host: String) -> Substring? {
        guard let colon = host.utf8.firstIndex(of: UInt8(ascii: ":")) else { return host[...] }
        let port = host[host.index(after: colon)...]
        let isPort = port.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isPort && (port.isEmpty || UInt16(port) != nil) ? host[..<colon] : nil
    }

    /// What stands before `suffix`, where it can be a server's id. Compared by bytes: this runs for every request.
    private static func label(of name: Substring, below suffix: [UInt8]?) -> String? {
        guard let suffix, name.utf8.count > suffix.count else { return nil }
        let end = name.utf8.index(name.utf8.endIndex, offsetBy: -suffix.count)
        guard name.utf8[end...].elementsEqual(suffix, by: { Self.lowercased($0) == $1 }) else { return nil }
        let label = String(name[..<end])
        return isServerIdentifier(label) ? label : nil
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
