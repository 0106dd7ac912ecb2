internal import Wire

extension Definitions {
    /// An upstream MCP server as it was found.
    static let upstream = Definition<UpstreamHealth>(
        name: "MCPUpstream",
        members: [
            .string("id") { $0.serverID },
            .string("group_id") { $0.groupID ?? "" },
            .string("type") { $0.kind },
            .string("transport") { $0.transport },
            .string("era") { $0.era.rawValue },
            .string("revision") { $0.revision ?? "" },
            .integer("sessions") { Int64($0.sessions) },
            .integer("calls") { Int64($0.calls) },
            .string("last_error") { String(($0.lastError ?? "").prefix(500)) },
            .moment("last_error_at") { $0.lastErrorAt },
            .moment("last_success_at") { $0.lastSuccessAt },
        ])
}
