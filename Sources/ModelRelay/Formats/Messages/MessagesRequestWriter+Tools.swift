internal import Wire

/// `tools` and `tool_choice`.
extension MessagesRequestWriter {
    private static let longestName = 128

    mutating func writeTools(to body: inout JSONObject) throws(RelayError) {
        var tools: [JSON] = []
        for tool in self.offeredTools() {
            if let json = try self.tool(tool) { tools.append(json) }
        }
        if let search = self.conversation.webSearch { tools.append(self.webSearch(search)) }
        let choice = try self.toolChoice(hasTools: !tools.isEmpty)
        if tools.isEmpty, !self.isNative {
            // A history that has calls in it is refused where no tools are told.
            tools = self.toolsOfHistory()
            if !tools.isEmpty { body["tool_choice"] = ["type": "none"] }
        } else if let choice {
            body["tool_choice"] = choice
        }
        if !tools.isEmpty { body["tools"] = .array(tools) }
    }

    /// Whether the model has to ask for a tool, which it can't while it thinks.
    var forcesTool: Bool {
        switch self.conversation.toolChoice {
        case .required?, .named?, .allowed(_, isRequired: true)?: true
        default: false
        }
    }

    /// A choice among some tools is made by telling only these.
    private func offeredTools() -> [Tool] {
        guard case .allowed(let names, _)? = self.conversation.toolChoice else { return self.conversation.tools }
        return self.conversation.tools.filter { names.contains($0.name) }
    }

    private mutating func tool(_ tool: Tool) throws(RelayError) -> JSON? {
        var object: JSONObject = [:]
        switch tool.kind {
        case .own(.messages, let json): return json
        case .own:
            self.losses.drop(.ownTools)
            return nil
        case .function(let parameters, let isStrict):
            object = try self.named(tool)
            object["input_schema"] = Self.inputSchema(parameters)
            if let isStrict, isStrict || self.isNative { object["strict"] = .bool(isStrict) }
        case .custom(let format):
            // What it takes is a text in an object; a grammar for the text can't be told.
            if let type = format?["type"]?.stringValue, type != "text" { self.losses.drop(.customTools) }
            object = try self.named(tool)
            object["input_schema"] = CustomToolShape.parameters
        }
        if let mark = tool.cacheMark, !self.target.quirks.unsupportedMembers.contains("cache_control") {
            object["cache_control"] = Self.cacheControl(mark)
        }
        for (name, value) in tool.ownMembers {
            if self.isNative { object[name] = value } else { self.losses.drop(member: "tools.\(name)") }
        }
        return .object(object)
    }

    private func named(_ tool: Tool) throws(RelayError) -> JSONObject {
        let name = MessagesIdentifier.escaped(tool.name)
        guard name.utf8.count <= Self.longestName else {
            throw self.refused(.tools, "the name of the tool `\(tool.name.prefix(64))…` is too long")
        }
        var object: JSONObject = ["name": .string(name)]
        if let description = tool.description { object["description"] = .string(description) }
        return object
    }

    /// The schema must be of an object, which other formats leave unsaid where there are no parameters.
    private static func inputSchema(_ parameters: JSON?) -> JSON {
        guard case .object(var schema)? = parameters else { return ["type": "object", "properties": [:]] }
        if schema["type"] == nil { schema["type"] = "object" }
        if schema.count == 1 { schema["properties"] = [:] }
        return .object(schema)
    }

    private mutating func webSearch(_ search: WebSearchRequest) -> JSON {
        if search.contextSize != nil { self.losses.drop(member: "search_context_size") }
        var tool: JSONObject = ["type": .string(MessagesToolsReader.webSearchType), "name": "web_search"]
        if let uses = search.maximumUses { tool["max_uses"] = .integer(uses) }
        if !search.allowedDomains.isEmpty { tool["allowed_domains"] = .array(search.allowedDomains.map { .string($0) }) }
        if !search.blockedDomains.isEmpty {
            // One of the two lists alone may be told; what is allowed is the narrower.
            if search.allowedDomains.isEmpty || self.isNative {
                tool["blocked_domains"] = .array(search.blockedDomains.map { .string($0) })
            } else {
                self.losses.drop(.webSearchDomains)
            }
        }
        if let location = search.location {
            tool["user_location"] = .object(JSONObject([("type", "approximate")] + location.map { ($0.name, $0.value) }))
        }
        for (name, value) in search.ownMembers {
            if self.isNative { tool[name] = value } else { self.losses.drop(member: "web_search.\(name)") }
        }
        return .object(tool)
    }

    private func toolChoice(hasTools: Bool) throws(RelayError) -> JSON? {
        var choice: JSONObject
        switch self.conversation.toolChoice {
        case nil:
            // That calls come one by one can be said only within a choice.
            guard self.conversation.allowsParallelToolCalls == false, hasTools else { return nil }
            choice = ["type": "auto"]
        case .auto?, .allowed(_, isRequired: false)?: choice = ["type": "auto"]
        case ToolChoice.none?: return hasTools || self.isNative ? ["type": "none"] : nil
        case .required?, .allowed(_, isRequired: true)?: choice = ["type": "any"]
        case .named(let name)?: choice = ["type": "tool", "name": .string(MessagesIdentifier.escaped(name))]
        }
        if !hasTools, !self.isNative {
            if self.forcesTool { throw self.refused(.toolChoiceRequired, "none of the tools can be offered to it") }
            return nil
        }
        if let allows = self.conversation.allowsParallelToolCalls, !allows || self.isNative {
            choice["disable_parallel_tool_use"] = .bool(!allows)
        }
        return .object(choice)
    }

    private func toolsOfHistory() -> [JSON] {
        var names: [String] = []
        var seen: Set<String> = []
        for message in self.conversation.messages {
            for block in message.blocks {
                if case .toolCall(let call) = block.content, seen.insert(call.name).inserted { names.append(call.name) }
            }
        }
        return names.map { ["name": .string(MessagesIdentifier.escaped($0)), "input_schema": Self.inputSchema(nil)] }
    }
}
