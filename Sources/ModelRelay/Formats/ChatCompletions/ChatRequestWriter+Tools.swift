internal import Wire

extension ChatRequestWriter {
    mutating func writeTools(_ conversation: Conversation, to object: inout JSONObject) throws(RelayError) {
        var tools: [JSON] = []
        var customNames: Set<String> = []
        var names: Set<String> = []
        for tool in conversation.tools {
            guard let written = self.tool(tool) else { continue }
            tools.append(written)
            names.insert(tool.name)
            if case .custom = tool.kind { customNames.insert(tool.name) }
        }
        if !tools.isEmpty { object["tools"] = .array(tools) }
        guard !tools.isEmpty || self.isClientsOwn else {
            // Neither is taken without tools. Where none are left, none can be asked for.
            switch conversation.toolChoice {
            case .required, .allowed(_, isRequired: true): throw self.target.cannotSay(.toolChoiceRequired)
            case .named: throw self.target.cannotSay(.toolChoiceNamed)
            default: return
            }
        }
        object["parallel_tool_calls"] = conversation.allowsParallelToolCalls.map { .bool($0) }
        guard let choice = conversation.toolChoice else { return }
        object["tool_choice"] = try self.choice(choice, names: names, customNames: customNames)
    }

    /// - Returns: nil for a tool that another provider has.
    private mutating func tool(_ tool: Tool) -> JSON? {
        var members = self.isClientsOwn ? tool.ownMembers : JSONObject()
        if !self.isClientsOwn { for name in tool.ownMembers.names { self.losses.drop(member: name) } }
        var definition = members["function"]?.objectValue ?? JSONObject()
        members["function"] = nil
        switch tool.kind {
        case .function(let parameters, let isStrict):
            definition["name"] = .string(tool.name)
            definition["description"] = tool.description.map { .string($0) }
            definition["parameters"] = parameters
            definition["strict"] = isStrict.map { .bool($0) }
            members["type"] = "function"
            members["function"] = .object(definition)
        case .custom(let format):
            definition["name"] = .string(tool.name)
            definition["description"] = tool.description.map { .string($0) }
            definition["format"] = format.map { self.grammar($0) }
            members["type"] = "custom"
            members["custom"] = .object(definition)
        case .own(let origin, let json):
            guard origin == .chatCompletions, self.isClientsOwn else {
                self.losses.drop(.ownTools)
                return nil
            }
            return json
        }
        if let mark = tool.cacheMark {
            // A breakpoint is a thing of content alone.
            if self.quirks.cacheMarks == .cacheControl { self.write(mark, to: &members) } else { self.losses.drop(.cacheMarks) }
        }
        return .object(members)
    }

    /// A grammar stands one level deeper here than in the canonical form.
    private func grammar(_ format: JSON) -> JSON {
        guard format["type"]?.stringValue == "grammar", format["grammar"] == nil, var grammar = format.objectValue else {
            return format
        }
        grammar["type"] = nil
        return ["type": "grammar", "grammar": .object(grammar)]
    }

    private func choice(_ choice: ToolChoice, names: Set<String>, customNames: Set<String>) throws(RelayError) -> JSON {
        func reference(_ name: String) -> JSON {
            customNames.contains(name)
                ? ["type": "custom", "custom": ["name": .string(name)]]
                : ["type": "function", "function": ["name": .string(name)]]
        }
        switch choice {
        case .auto: return "auto"
        case .none: return "none"
        case .required: return "required"
        case .named(let name):
            guard names.contains(name) || self.isClientsOwn else { throw self.target.cannotSay(.toolChoiceNamed) }
            return reference(name)
        case .allowed(let allowed, let isRequired):
            let known = self.isClientsOwn ? allowed : allowed.filter { names.contains($0) }
            return [
                "type": "allowed_tools",
                "allowed_tools": ["mode": isRequired ? "required" : "auto", "tools": .array(known.map(reference))],
            ]
        }
    }
}
