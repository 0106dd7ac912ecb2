internal import Wire

/// Reads a client's tools and its choice among them, in today's form and in that of `functions`.
enum ChatToolReader {
    static func tools(of request: Member) throws(RelayError) -> [Tool] {
        var tools: [Tool] = []
        if let list = try request.member("tools") {
            for element in try list.elements() { tools.append(try self.tool(element)) }
        }
        if let list = try request.member("functions") {
            for element in try list.elements() { tools.append(try self.function(element)) }
        }
        return tools
    }

    static func choice(of request: Member) throws(RelayError) -> ToolChoice? {
        if let choice = try request.member("tool_choice") { return try self.choice(choice) }
        guard let choice = try request.member("function_call") else { return nil }
        if case .string = choice.json { return try self.choice(choice) }
        return .named(try choice.required("name").string())
    }

    private static func tool(_ member: Member) throws(RelayError) -> Tool {
        var tool: Tool
        switch try member.required("type").string() {
        case "function": tool = try self.function(member.required("function"))
        case "custom":
            let custom = try member.required("custom")
            tool = Tool(
                name: try self.name(custom), description: try custom.member("description")?.string(),
                kind: .custom(format: try custom.member("format").map(self.format)))
        default:
            return Tool(name: try member.member("name")?.string() ?? "", kind: .own(.chatCompletions, member.json))
        }
        for (name, value) in try member.members(beside: ["type", "function", "custom", "cache_control"]) {
            tool.ownMembers[name] = value
        }
        tool.cacheMark = try ChatContentReader.cacheMark(of: member)
        return tool
    }

    private static func function(_ member: Member) throws(RelayError) -> Tool {
        let rest = try member.members(beside: ["name", "description", "parameters", "strict"])
        return Tool(
            name: try self.name(member), description: try member.member("description")?.string(),
            kind: .function(
                parameters: try member.member("parameters").map { (schema) throws(RelayError) in .object(try schema.object()) },
                isStrict: try member.member("strict")?.bool()),
            ownMembers: rest.isEmpty ? [:] : ["function": .object(rest)])
    }

    private static func name(_ member: Member) throws(RelayError) -> String {
        let name = try member.required("name")
        guard case let text = try name.string(), !text.isEmpty else { throw name.unacceptable("must not be empty") }
        return text
    }

    /// A grammar stands here one level deeper than in the canonical form, which has it as Responses has it.
    private static func format(_ member: Member) throws(RelayError) -> JSON {
        guard try member.required("type").string() == "grammar", let grammar = try member.member("grammar") else {
            return member.json
        }
        var flat = try grammar.object()
        flat["type"] = "grammar"
        return .object(flat)
    }

    private static func choice(_ member: Member) throws(RelayError) -> ToolChoice {
        if case .string(let mode) = member.json {
            switch mode {
            case "auto": return .auto
            case "none": return .none
            // `any` is Mistral's word.
            case "required", "any": return .required
            default: throw member.unacceptable("must be `none`, `auto`, `required` or an object")
            }
        }
        let type = try member.required("type")
        switch try type.string() {
        case "function": return .named(try member.required("function").required("name").string())
        case "custom": return .named(try member.required("custom").required("name").string())
        case "allowed_tools":
            let allowed = try member.required("allowed_tools")
            let mode = try allowed.required("mode")
            guard case let word = try mode.string(), word == "auto" || word == "required" else {
                throw mode.unacceptable("must be `auto` or `required`")
            }
            var names: [String] = []
            for tool in try allowed.required("tools").elements() {
                let kind = try tool.required("type").string()
                guard kind == "function" || kind == "custom" else {
                    throw tool.unacceptable("must be a function or a custom tool")
                }
                names.append(try tool.required(kind).required("name").string())
            }
            return .allowed(names, isRequired: word == "required")
        default: throw type.unacceptable("must be `function`, `custom` or `allowed_tools`")
        }
    }
}
