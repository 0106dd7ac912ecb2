import Wire

/// Two ways of saying the same in this format, made one: a string for one text, a member that says the default.
enum MessagesSemantics {
    static func normal(_ request: JSON) -> JSON {
        guard var object = request.objectValue else { return request }
        if let system = object["system"] { object["system"] = self.content(system) }
        object["messages"] = .array((object["messages"]?.arrayValue ?? []).map(self.message))
        object["tools"] = object["tools"].map { tools in
            .array((tools.arrayValue ?? []).map(self.tool).sorted { $0.serialized() < $1.serialized() })
        }
        return .object(object)
    }

    private static func message(_ message: JSON) -> JSON {
        var message = message
        if let content = message["content"] { message["content"] = self.content(content) }
        return message
    }

    private static func tool(_ tool: JSON) -> JSON {
        var tool = tool
        if tool["type"] == "custom" { tool["type"] = nil }
        return tool
    }

    private static func content(_ content: JSON) -> JSON {
        if let text = content.stringValue { return [["type": "text", "text": .string(text)]] }
        return .array(
            (content.arrayValue ?? []).map { block in
                var block = block
                if let inner = block["content"], block["type"] != "web_search_tool_result" {
                    block["content"] = self.content(inner)
                }
                return block
            })
    }
}
