internal import Directory
internal import HTTPTypes
internal import Storage

/// The public servers of the configuration file among those that are stored: seen in every list, changed by none of the operations.
struct ConfiguredServers: Sendable {
    let servers: [PublicServer]

    var ids: [String] { servers.map(\.id) }

    subscript(id: String) -> PublicServer? { servers.first { $0.id == id } }

    /// - Throws: 409 where the file has a server of that id.
    func checkIsNone(_ id: String) throws(AdminFailure) {
        guard self[id] != nil else { return }
        throw AdminFailure(
            .conflict, "id: the MCP server \(id) comes from the configuration file (stdio.\(id)) and can only be changed there")
    }

    /// Those that a list's filters leave, by id.
    func filtered(
        kind: String?, id: String?, keyword: String?, status: PublicServer.Status?
    ) -> [PublicServer] {
        servers.filter { server in
            (kind == nil || server.kind.name == kind) && (id == nil || server.id == id)
                && (status == nil || server.status == status) && (keyword.map { server.matches($0) } ?? true)
        }
    }
}

extension PublicServer {
    /// Whether a text that people search by has the keyword in it.
    func matches(_ keyword: String) -> Bool {
        let keyword = keyword.lowercased()
        return ([id, name, nameChinese, description, descriptionChinese] + tags).contains { $0.lowercased().contains(keyword) }
    }
}
