internal import Wire

/// A public server with what decides whether a group may use it, worked out once.
struct OfferedServer: Sendable {
    let server: PublicServer
    /// The keys of the parameters that each group has to save.
    let requiredKeys: [String]

    init(_ server: PublicServer) {
        self.server = server
        requiredKeys = server.reusingParameters.filter(\.isRequired).map(\.key)
    }

    /// Why a group with those saved parameters can't use it; nil where it can. They are only looked at where some are required.
    func refusal(_ parameters: @autoclosure () -> ServerParameters?) -> ServerRefusal? {
        guard server.status == .enabled else { return .disabled }
        guard server.kind.isCallable else { return .notCallable }
        guard !requiredKeys.isEmpty else { return nil }
        let parameters = parameters()
        let missing = requiredKeys.filter { parameters?.has($0) != true }
        return missing.isEmpty ? nil : .missingParameters(missing)
    }
}

/// The public servers: those that are stored, and over them those of the configuration file.
struct PublicServers: Sendable {
    private var stored: [String: PublicServer] = [:]
    private let configured: [String: PublicServer]
    private var offered: [String: OfferedServer] = [:]
    /// By id.
    private(set) var sorted: [OfferedServer] = []

    init(stored: [PublicServer], configured: [PublicServer]) {
        for server in stored { self.stored[server.id] = server }
        self.configured = Dictionary(configured.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        let all = self.stored.merging(self.configured) { _, configured in configured }
        offered = all.mapValues { OfferedServer($0) }
        sorted = offered.values.sorted { $0.server.id < $1.server.id }
    }

    subscript(id: String) -> OfferedServer? { offered[id] }

    mutating func upsert(_ server: PublicServer) {
        stored[server.id] = server
        if configured[server.id] == nil { offer(OfferedServer(server), id: server.id) }
    }

    mutating func remove(_ id: String) {
        stored[id] = nil
        if configured[id] == nil { offer(nil, id: id) }
    }

    private mutating func offer(_ server: OfferedServer?, id: String) {
        let place = sorted.partitioningIndex { $0.server.id >= id }
        let isThere = place < sorted.count && sorted[place].server.id == id
        offered[id] = server
        switch (server, isThere) {
        case (let server?, true): sorted[place] = server
        case (let server?, false): sorted.insert(server, at: place)
        case (nil, true): sorted.remove(at: place)
        case (nil, false): break
        }
    }

    /// By id.
    var allStored: [PublicServer] { stored.values.sorted { $0.id < $1.id } }
    var allConfigured: [PublicServer] { configured.values.sorted { $0.id < $1.id } }
}

extension Array {
    /// The first index whose element meets a condition that all after it meet, too.
    fileprivate func partitioningIndex(_ condition: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
