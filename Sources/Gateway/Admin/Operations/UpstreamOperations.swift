internal import HTTPTypes
internal import Storage
internal import Wire

extension OperationTable {
    static let upstreamOperations: [Operation] = [
        Operation(
            .get, "/mcp/upstreams",
            "Shows the MCP servers that calls were passed on to since the start: what each speaks, its sessions, its last failure.",
            query: [
                Parameter("id", .string, "The server's id."),
                Parameter("group", .string, "The group that it belongs to; absent = any, and those offered to all."),
            ] + Parameter.paging, answer: .page(member: "upstreams", of: .reference(Definitions.upstream.name))
        ) { call, services in
            let id = call.query.text("id")
            let group = call.query.text("group")
            let found = (services.upstreams?.upstreams() ?? []).filter { upstream in
                (id == nil || upstream.serverID == id) && (group == nil || upstream.groupID == group)
            }.sorted { ($0.groupID ?? "", $0.serverID, $0.kind) < ($1.groupID ?? "", $1.serverID, $1.kind) }
            let page = try call.query.page()
            let presentation = services.presentation(for: call)
            return Listing(total: Int64(found.count), items: Array(found[page.range(in: found.count)])).json("upstreams") {
                Definitions.upstream.json($0, presentation)
            }
        }
    ]
}
