internal import Wire

/// Definitions of tools and the choice among them.
enum ResponsesTools {
    static func read(_ tool: Member, into conversation: inout Conversation) throws(RelayError) {
        let type = try tool.required("type").string()
        switch type {
        case "function":
            let parameters = try tool.member("parameters")
            if let parameters { _ = try parameters.object() }
            conversation.tools.append(
                Tool(
                    name: try self.name(of: tool), description: try tool.member("description")?.string(),
                    kind: .function(parameters: parameters?.json, isStrict: try tool.member("strict")?.bool()),
                    ownMembers: try self.others(of: tool, than: ["type", "name", "description", "parameters", "strict"])))
        case "custom":
            conversation.tools.append(
                Tool(
                    name: try self.name(of: tool), description: try tool.member("description")?.string(),
                    kind: .custom(format: try tool.member("format")?.json),
                    ownMembers: try self.others(of: tool, than: ["type", "name", "description", "format"])))
        case _ where type.hasPrefix("web_search") && conversation.webSearch == nil:
            try self.readSearch(tool, into: &conversation)
        default:
            conversation.tools.append(Tool(name: type, kind: .own(.responses, tool.json)))
        }
    }

    private static func name(of tool: Member) throws(RelayError) -> String {
        let member = try tool.required("name")
        let name = try member.string()
        guard !name.isEmpty else { throw member.unacceptable("must not be empty") }
        return name
    }

    private static func others(of tool: Member, than known: [String]) throws(RelayError) -> JSONObject {
        JSONObject(try tool.object().filter { !known.contains($0.name) && !$0.value.isNull }.map { ($0.name, $0.value) })
    }

    private static func readSearch(_ tool: Member, into conversation: inout Conversation) throws(RelayError) {
        var search = WebSearchRequest()
        for (name, _) in try tool.object() {
            guard let member = try tool.member(name) else { continue }
            switch name {
            case "type":
                // The same tool by another version's name.
                if member.json != "web_search" { search.ownMembers["type"] = member.json }
            case "search_context_size": search.contextSize = try member.string()
            case "user_location":
                var location = try member.object()
                location["type"] = nil
                search.location = location
            case "filters":
                for (filter, _) in try member.object() {
                    guard let domains = try member.member(filter) else { continue }
                    switch filter {
                    case "allowed_domains": search.allowedDomains = try self.strings(domains)
                    case "blocked_domains": search.blockedDomains = try self.strings(domains)
                    default: search.ownMembers["filters"] = member.json
                    }
                }
            default: search.ownMembers[name] = member.json
            }
        }
        conversation.webSearch = search
    }

    private static func strings(_ member: Member) throws(RelayError) -> [String] {
        var result: [String] = []
        for element in try member.elements() { result.append(try element.string()) }
        return result
    }

    static func readChoice(_ choice: Member, into conversation: inout Conversation) throws(RelayError) {
        if case .string(let word) = choice.json {
            switch word {
            case "auto": conversation.toolChoice = .auto
            case "none": conversation.toolChoice = ToolChoice.none
            case "required": conversation.toolChoice = .required
            default: throw choice.unacceptable("must be `none`, `auto`, `required` or an object")
            }
            return
        }
        switch try choice.required("type").string() {
        case "function", "custom": conversation.toolChoice = .named(try choice.required("name").string())
        case "allowed_tools":
            let mode = try choice.member("mode")
            let isRequired = try mode?.string() == "required"
            var names: [String] = []
            for tool in try choice.required("tools").elements() {
                let type = try tool.required("type").string()
                guard type == "function" || type == "custom" else {
                    // The provider's own tools have no place in the canonical list.
                    conversation.keepEssential("tool_choice", choice.json)
                    return
                }
                names.append(try tool.required("name").string())
            }
            conversation.toolChoice = .allowed(names, isRequired: isRequired)
        default: conversation.keepEssential("tool_choice", choice.json)
        }
    }

    // MARK: Writing

    /// - Returns: nil for another provider's own tool.
    static func write(_ tool: Tool, forOwnClient isOwnClient: Bool, losses: inout Losses) -> JSON? {
        var result: JSONObject
        switch tool.kind {
        case .own(.responses, let json): return json
        case .own:
            losses.drop(.ownTools)
            return nil
        case .function(let parameters, let isStrict):
            result = ["type": "function", "name": .string(tool.name)]
            result["description"] = tool.description.map { .string($0) }
            if isOwnClient {
                result["parameters"] = parameters ?? .null
                result["strict"] = isStrict.map { .bool($0) }
            } else {
                result["parameters"] = parameters ?? ["type": "object", "properties": [:]]
                // Here a schema is strict where nothing is said; elsewhere it is not.
                result["strict"] = .bool(isStrict ?? false)
            }
        case .custom(let format):
            result = ["type": "custom", "name": .string(tool.name)]
            result["description"] = tool.description.map { .string($0) }
            result["format"] = format.map { self.flattened($0) }
        }
        if tool.cacheMark != nil { losses.drop(.cacheMarks) }
        for (name, value) in tool.ownMembers {
            if isOwnClient { result[name] = value } else { losses.drop(member: "tools.\(name)") }
        }
        return .object(result)
    }

    /// Chat completions wrap the grammar in a member of its own; here its members stand beside the type.
    private static func flattened(_ format: JSON) -> JSON {
        guard let grammar = format["grammar"]?.objectValue else { return format }
        var result: JSONObject = ["type": "grammar"]
        for (name, value) in grammar { result[name] = value }
        return .object(result)
    }

    static func write(_ search: WebSearchRequest, forOwnClient isOwnClient: Bool, losses: inout Losses) -> JSON {
        var result: JSONObject = ["type": "web_search"]
        result["search_context_size"] = search.contextSize.map { .string($0) }
        if var location = search.location {
            location["type"] = "approximate"
            result["user_location"] = .object(location)
        }
        if !search.allowedDomains.isEmpty {
            result["filters"] = ["allowed_domains": .array(search.allowedDomains.map { .string($0) })]
        }
        if !search.blockedDomains.isEmpty { losses.drop(.webSearchDomains) }
        if search.maximumUses != nil { losses.drop(member: "tools.max_uses") }
        for (name, value) in search.ownMembers {
            if isOwnClient {
                result[name] = value
            } else if name != "type" {
                losses.drop(member: "tools.\(name)")
            }
        }
        return .object(result)
    }

    static func write(_ choice: ToolChoice, among tools: [Tool]) -> JSON {
        func reference(_ name: String) -> JSON {
            let isCustom = tools.contains { tool in
                if case .custom = tool.kind { tool.name == name } else { false }
            }
            return ["type": isCustom ? "custom" : "function", "name": .string(name)]
        }
        return switch choice {
        case .auto: "auto"
        case .none: "none"
        case .required: "required"
        case .named(let name): reference(name)
        case .allowed(let names, let isRequired):
            ["type": "allowed_tools", "mode": isRequired ? "required" : "auto", "tools": .array(names.map(reference))]
        }
    }
}

extension Conversation {
    /// Keeps a member without which no other format can have the request.
    mutating func keepEssential(_ name: String, _ value: JSON) {
        self.ownMembers[name] = value
        self.essentialMembers.append(name)
    }
}
