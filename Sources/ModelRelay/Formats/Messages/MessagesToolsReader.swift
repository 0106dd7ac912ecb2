internal import Wire

/// Reads `tools` and `tool_choice`.
enum MessagesToolsReader {
    /// The version of the search that a conversation without a version of its own is given.
    static let webSearchType = "web_search_20250305"

    static func read(_ request: Member, into conversation: inout Conversation) throws(RelayError) {
        for tool in try request.member("tools")?.elements() ?? [] {
            let type = try tool.member("type")?.string() ?? "custom"
            switch type {
            case "custom": conversation.tools.append(try self.function(tool))
            case _ where type.hasPrefix("web_search_"): conversation.webSearch = try self.webSearch(tool, type: type)
            default:
                let name = try tool.member("name")?.string() ?? type
                conversation.tools.append(Tool(name: name, kind: .own(.messages, tool.json)))
            }
        }
        guard let choice = try request.member("tool_choice") else { return }
        let type = try choice.required("type")
        switch try type.string() {
        case "auto": conversation.toolChoice = .auto
        case "any": conversation.toolChoice = .required
        case "none": conversation.toolChoice = ToolChoice.none
        case "tool": conversation.toolChoice = .named(try choice.required("name").string())
        default: throw type.unacceptable("must be `auto`, `any`, `tool` or `none`")
        }
        conversation.allowsParallelToolCalls = try choice.member("disable_parallel_tool_use").map { (value) throws(RelayError) in
            !(try value.bool())
        }
    }

    private static func function(_ tool: Member) throws(RelayError) -> Tool {
        let schema = try tool.required("input_schema")
        _ = try schema.object()
        let name = try tool.required("name")
        guard !(try name.string()).isEmpty else { throw name.unacceptable("must not be empty") }
        return Tool(
            name: try name.string(), description: try tool.member("description")?.string(),
            kind: .function(parameters: schema.json, isStrict: try tool.member("strict")?.bool()),
            cacheMark: try MessagesBlockReader.cacheMark(tool),
            ownMembers: try self.others(
                of: tool, beside: ["type", "name", "description", "input_schema", "strict", "cache_control"]))
    }

    private static func webSearch(_ tool: Member, type: String) throws(RelayError) -> WebSearchRequest {
        var search = WebSearchRequest()
        search.maximumUses = try tool.member("max_uses")?.integer()
        for domain in try tool.member("allowed_domains")?.elements() ?? [] { search.allowedDomains.append(try domain.string()) }
        for domain in try tool.member("blocked_domains")?.elements() ?? [] { search.blockedDomains.append(try domain.string()) }
        if let location = try tool.member("user_location") {
            search.location = try self.others(of: location, beside: ["type"])
        }
        search.ownMembers = try self.others(
            of: tool, beside: ["name", "max_uses", "allowed_domains", "blocked_domains", "user_location"])
        if type == self.webSearchType { search.ownMembers["type"] = nil }
        return search
    }

    private static func others(of member: Member, beside known: Set<String>) throws(RelayError) -> JSONObject {
        var others = JSONObject()
        for (name, value) in try member.object() where !known.contains(name) && !value.isNull { others[name] = value }
        return others
    }
}
