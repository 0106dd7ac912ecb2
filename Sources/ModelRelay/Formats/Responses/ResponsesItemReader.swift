internal import Wire

/// Makes messages of the flat list of items.
struct ResponsesItemReader {
    private(set) var messages: [Message] = []
    /// Places of items that the provider keeps and that are only named here.
    private(set) var references: [String] = []
    /// Whether the item before was a message of the assistant, so that another one begins a message of its own: parts of two items never
    /// stand side by side in one message.
    private var followsAssistantMessage = false

    /// A text, or items as an answer repeats them.
    mutating func readInstructions(_ instructions: Member) throws(RelayError) {
        guard case .string(let text) = instructions.json else { return try self.readInput(instructions) }
        guard !text.isEmpty else { return }
        self.messages.append(
            Message(.system, [Block(.text(text, citations: []), ownMembers: ["instructions": true])]))
    }

    mutating func readInput(_ input: Member) throws(RelayError) {
        if case .string(let text) = input.json {
            self.messages.append(Message(.user, [.text(text)]))
            return
        }
        guard case .array = input.json else { throw input.wrong("a string or an array of items") }
        for item in try input.elements() { try self.read(item) }
    }

    private mutating func read(_ item: Member) throws(RelayError) {
        let type = try item.member("type")?.string()
        let follows = self.followsAssistantMessage
        self.followsAssistantMessage = false
        switch type {
        case nil where try item.member("role") != nil: try self.readMessage(item, followsAssistantMessage: follows)
        case nil where try item.member("id") != nil, "item_reference":
            self.references.append(item.place)
            self.appendToAssistant([Block(.own(.responses, item.json))])
        case nil: _ = try item.required("type")
        case "message": try self.readMessage(item, followsAssistantMessage: follows)
        case "function_call": try self.readCall(item, argumentsName: "arguments", isCustom: false)
        case "custom_tool_call": try self.readCall(item, argumentsName: "input", isCustom: true)
        // One without `call_id` answers a call that the provider made on its own.
        case "function_call_output" where try item.member("call_id") != nil: try self.readResult(item, isCustom: false)
        case "custom_tool_call_output": try self.readResult(item, isCustom: true)
        case "reasoning": try self.readReasoning(item)
        case "image_generation_call": try self.readPicture(item)
        case let type? where type.hasSuffix("_output") || type == "mcp_approval_response":
            self.appendResult(Block(.own(.responses, item.json)))
        case "additional_tools": self.messages.append(Message(.developer, [Block(.own(.responses, item.json))]))
        default: self.appendToAssistant([Block(.own(.responses, item.json))])
        }
    }

    // MARK: Messages

    private mutating func readMessage(_ item: Member, followsAssistantMessage: Bool) throws(RelayError) {
        let member = try item.required("role")
        guard let role = Message.Role(rawValue: try member.string()) else {
            throw member.unacceptable("must be `user`, `assistant`, `system` or `developer`")
        }
        var blocks = try ResponsesParts.read(try item.required("content"))
        guard !blocks.isEmpty else { return }
        blocks[0].setOwn("item", try self.rest(of: item, without: ["type", "role", "content"]))
        if role == .assistant {
            self.appendToAssistant(blocks, startsMessage: followsAssistantMessage)
            self.followsAssistantMessage = true
        } else {
            self.messages.append(Message(role, blocks))
        }
    }

    private mutating func appendToAssistant(_ blocks: [Block], startsMessage: Bool = false) {
        if !startsMessage, let last = self.messages.indices.last, self.messages[last].role == .assistant {
            self.messages[last].blocks += blocks
        } else {
            self.messages.append(Message(.assistant, blocks))
        }
    }

    /// Results of parallel calls are blocks of one message.
    private mutating func appendResult(_ block: Block) {
        if let last = self.messages.indices.last, self.messages[last].role == .user,
            case .toolResult? = self.messages[last].blocks.last?.content
        {
            self.messages[last].blocks.append(block)
        } else {
            self.messages.append(Message(.user, [block]))
        }
    }

    /// Members that are kept for the way back. `completed` is what a finished item is anyway.
    private func rest(of item: Member, without known: [String]) throws(RelayError) -> JSONObject {
        var rest = try item.object()
        for (name, value) in rest where known.contains(name) || value.isNull || name == "status" && value == "completed" {
            rest[name] = nil
        }
        return rest
    }

    // MARK: Tools

    private mutating func readCall(_ item: Member, argumentsName: String, isCustom: Bool) throws(RelayError) {
        let call = ToolCall(
            id: try item.required("call_id").string(), name: try item.required("name").string(),
            arguments: try item.required(argumentsName).string(), isCustom: isCustom, itemID: try item.member("id")?.string())
        let rest = try self.rest(of: item, without: ["type", "call_id", "name", argumentsName, "id"])
        var block = Block(.toolCall(call))
        block.setOwn("item", rest)
        self.appendToAssistant([block])
    }

    private mutating func readResult(_ item: Member, isCustom: Bool) throws(RelayError) {
        let result = ToolResult(
            callID: try item.required("call_id").string(), name: try item.member("name")?.string(),
            blocks: try ResponsesParts.read(try item.required("output")), isCustom: isCustom)
        let rest = try self.rest(of: item, without: ["type", "call_id", "output"])
        var block = Block(.toolResult(result))
        block.setOwn("item", rest)
        self.appendResult(block)
    }

    /// A picture that the provider made in an earlier turn.
    private mutating func readPicture(_ item: Member) throws(RelayError) {
        guard let block = ResponsesOutput.picture(item.json) else {
            return self.appendToAssistant([Block(.own(.responses, item.json))])
        }
        self.appendToAssistant([block])
    }

    // MARK: Reasoning

    private mutating func readReasoning(_ item: Member) throws(RelayError) {
        let id = try item.member("id")?.string()
        let encrypted = try item.member("encrypted_content")?.string()
        let opaque = encrypted.map { OpaqueReasoning(carried: $0, in: .responses, id: id) }
        if let opaque, opaque.origin != .responses, self.takeCarried(opaque) { return }
        let summary = try self.texts(item.member("summary"))
        let thoughts = try self.texts(item.member("content"))
        self.appendToAssistant(
            ResponsesOutput.reasoning(summary: summary, thoughts: thoughts, opaque: opaque, id: id))
    }

    private func texts(_ list: Member?) throws(RelayError) -> [String] {
        guard let list else { return [] }
        var result: [String] = []
        for part in try list.elements() { result.append(try part.required("text").string()) }
        return result
    }

    /// What stands in an item of reasoning only because this format has no other place for it; false for another provider's thoughts.
    private mutating func takeCarried(_ opaque: OpaqueReasoning) -> Bool {
        var plain = opaque
        plain.id = nil
        switch ResponsesCarrier(mark: opaque.id) {
        case nil: return false
        case .redacted:
            self.appendToAssistant([Block(.reasoning(Reasoning(text: "", opaque: plain, isRedacted: true)))])
        case .signatureOfPrevious:
            guard let last = self.messages.indices.last, let block = self.messages[last].blocks.indices.last else { return true }
            self.messages[last].blocks[block].signature = plain
        case .signatureOfCall(let callID):
            guard let last = self.messages.indices.last else { return true }
            let block = self.messages[last].blocks.lastIndex { block in
                if case .toolCall(let call) = block.content { call.id == callID } else { false }
            }
            if let block { self.messages[last].blocks[block].signature = plain }
        }
        return true
    }
}
