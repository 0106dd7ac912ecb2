internal import Directory
internal import MCPServer

/// The service of one server, as long as nothing that it was made of changes.
struct HostedServer: Sendable {
    /// What it was made of: when the server and the group's parameters were last changed.
    struct Version: Sendable, Hashable {
        let serverUpdatedAt: Int64
        let parametersUpdatedAt: Int64
    }

    let version: Version
    /// The endpoint's id: sessions and states belong to it.
    let endpointID: String
    let service: any MCPService
    let tariff: ToolTariff
    /// The contract's name of its kind.
    let kind: String
    /// Where the service passes its calls on to another server.
    var upstream: UpstreamService?
    /// Where that is behind a URL; it knows which texts must not be shown.
    var target: UpstreamTarget?
    /// Where a service made here announces that its lists changed; the one that takes its place goes on with it.
    var changes: ChangeHub?
}

/// The services that are kept: bounded, the least recently used go first.
struct HostedServers: Sendable {
    /// What tells them apart: an offered server is one for all groups but those that saved values for it.
    enum Key: Sendable, Hashable {
        case offered(id: String, group: String?)
        case own(id: String, group: String)
        /// A server that is built in, as the operator tries it with those values.
        case trial(id: String, initial: [String: String], reusing: [String: String])
    }

    private struct Entry {
        var server: HostedServer
        var use: UInt64
    }

    private let maximum: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0

    init(maximum: Int = 4096) { self.maximum = max(1, maximum) }

    /// All of them, in any order.
    var all: [(key: Key, server: HostedServer)] { self.entries.map { ($0.key, $0.value.server) } }

    /// The service of whatever version.
    func last(_ key: Key) -> HostedServer? { self.entries[key]?.server }

    /// The service of that version.
    mutating func use(_ key: Key, _ version: HostedServer.Version) -> HostedServer? {
        guard let place = self.entries.index(forKey: key), self.entries.values[place].server.version == version else {
            return nil
        }
        self.uses += 1
        self.entries.values[place].use = self.uses
        return self.entries.values[place].server
    }

    /// Keeps a service; returns those that are kept no longer.
    mutating func insert(_ server: HostedServer, _ key: Key) -> [HostedServer] {
        self.uses += 1
        var removed = [self.entries.updateValue(Entry(server: server, use: self.uses), forKey: key)?.server].compactMap { $0 }
        if self.entries.count > self.maximum {
            // Many at once, so that the search is paid for seldom.
            let oldest = self.entries.sorted { $0.value.use < $1.value.use }.prefix(max(1, self.maximum / 16))
            for (key, entry) in oldest {
                self.entries[key] = nil
                removed.append(entry.server)
            }
        }
        return removed
    }

    mutating func removeAll() -> [HostedServer] {
        defer { self.entries = [:] }
        return self.entries.values.map(\.server)
    }
}
