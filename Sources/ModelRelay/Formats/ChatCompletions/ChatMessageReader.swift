internal import Wire

/// Reads a client's messages. Results of tools that stand one behind the other become one turn of the user.
struct ChatMessageReader {
    private var messages: [Message] = []
    /// Whether the last message is made of results, to which another may be added.
    private var takesResults = false
    private var customCalls: Set<String> = []
    /// Calls in the form of `function_call`, which have no id: name and the id that they got here.
    private var functionCalls: [String: String] = [:]

    static func messages(_ list: Member) throws(RelayError) -> [Message] {
        var reader = ChatMessageReader()
        let elements = try list.elements()
        guard !elements.isEmpty else { throw list.unacceptable("must not be empty") }
        for (index, element) in elements.enumerated() { try reader.read(element, index: index) }
        return reader.messages
    }

    private static let names: Set<String> = [
        "role", "content", "name", "refusal", "audio", "tool_calls", "function_call", "tool_call_id", "reasoning_content",
        "reasoning", "reasoning_details", "annotations", "extra_content", "images", "cache_control",
    ]

    private mutating func read(_ member: Member, index: Int) throws(RelayError) {
        let role = try member.required("role")
        switch try role.string() {
        case "system": try self.append(.system, self.said(member), of: member)
        case "developer": try self.append(.developer, self.said(member), of: member)
        case "user": try self.append(.user, self.said(member), of: member)
        case "assistant": try self.append(.assistant, self.answered(member, index: index), of: member)
        case "tool": try self.append(self.result(member), of: member)
        case "function": try self.append(self.functionResult(member), of: member)
        default: throw role.unacceptable("must be `system`, `developer`, `user`, `assistant`, `tool` or `function`")
        }
    }

    private mutating func append(_ role: Message.Role, _ blocks: [Block], of member: Member) throws(RelayError) {
        var message = Message(role, blocks, name: try member.member("name")?.string())
        message.ownMembers = try member.members(beside: Self.names)
        // Some clients mark a message where its content is a string.
        if let mark = try ChatContentReader.cacheMark(of: member), !message.blocks.isEmpty {
            message.blocks[message.blocks.count - 1].cacheMark = mark
        }
        self.messages.append(message)
        self.takesResults = false
    }

    private func said(_ member: Member) throws(RelayError) -> [Block] {
        try ChatContentReader.blocks(member.required("content"))
    }

    // MARK: Results

    private mutating func append(_ result: ToolResult, of member: Member) throws(RelayError) {
        let block = Block(.toolResult(result), cacheMark: try ChatContentReader.cacheMark(of: member))
        let rest = try member.members(beside: Self.names)
        if self.takesResults {
            self.messages[self.messages.count - 1].blocks.append(block)
        } else {
            self.messages.append(Message(.user, [block]))
            self.takesResults = true
        }
        for (name, value) in rest { self.messages[self.messages.count - 1].ownMembers[name] = value }
    }

    private func result(_ member: Member) throws(RelayError) -> ToolResult {
        let id = try member.required("tool_call_id").string()
        return ToolResult(
            callID: id, name: try member.member("name")?.string(), blocks: try self.brought(member),
            isCustom: self.customCalls.contains(id))
    }

    private func functionResult(_ member: Member) throws(RelayError) -> ToolResult {
        let name = try member.required("name")
        guard let id = self.functionCalls[try name.string()] else {
            throw name.unacceptable("must be the name of a function that an assistant's message before it calls")
        }
        return ToolResult(callID: id, name: try name.string(), blocks: try self.brought(member))
    }

    /// A tool may have nothing to say.
    private func brought(_ member: Member) throws(RelayError) -> [Block] {
        guard let content = try member.member("content") else { return [] }
        if case .array(let parts) = content.json, parts.isEmpty { return [] }
        return try ChatContentReader.blocks(content)
    }

    // MARK: The assistant's turn

    private mutating func answered(_ member: Member, index: Int) throws(RelayError) -> [Block] {
        var blocks = try self.thoughts(member)
        if let content = try member.member("content"), content.json != "" {
            blocks += try ChatContentReader.blocks(content)
            try self.addCitations(of: member, to: &blocks)
        }
        if let refusal = try member.member("refusal") { blocks.append(Block(.refusal(try refusal.string()))) }
        if let audio = try member.member("audio") {
            blocks.append(Block(.audio(Media(.file(try audio.required("id").string())))))
        }
        if let images = try member.member("images") {
            for image in try images.elements() { blocks.append(try self.image(image)) }
        }
        if let signature = try Self.signature(of: member), !blocks.isEmpty { blocks[blocks.count - 1].signature = signature }
        if let calls = try member.member("tool_calls") {
            for call in try calls.elements() { blocks.append(try self.call(call)) }
        }
        if let call = try member.member("function_call") {
            let name = try call.required("name").string()
            let id = "call_function_\(index)"
            self.functionCalls[name] = id
            blocks.append(Block(.toolCall(ToolCall(id: id, name: name, arguments: try call.member("arguments")?.string() ?? ""))))
        }
        if blocks.isEmpty {
            // What has no calls has content, be it empty.
            _ = try member.required("content")
            blocks.append(.text(""))
        }
        return blocks
    }

    private func thoughts(_ member: Member) throws(RelayError) -> [Block] {
        var details: [JSONObject] = []
        if let list = try member.member("reasoning_details") {
            for detail in try list.elements() { details.append(try detail.object()) }
        }
        let other = try member.member("reasoning")?.string()
        return ReasoningDetails.blocks(details, text: try member.member("reasoning_content")?.string() ?? other)
    }

    private func addCitations(of member: Member, to blocks: inout [Block]) throws(RelayError) {
        guard let annotations = try member.member("annotations"),
            let last = blocks.lastIndex(where: { if case .text = $0.content { true } else { false } }),
            case .text(let text, _) = blocks[last].content
        else { return }
        var citations: [Citation] = []
        for annotation in try annotations.elements() {
            if let citation = Citation(annotation: .object(try annotation.object())) { citations.append(citation) }
        }
        blocks[last].content = .text(text, citations: citations)
    }

    private func image(_ member: Member) throws(RelayError) -> Block {
        Block(.image(Media(url: try member.required("image_url").required("url").string()), detail: nil))
    }

    private mutating func call(_ member: Member) throws(RelayError) -> Block {
        let id = try member.required("id")
        guard case let text = try id.string(), !text.isEmpty else { throw id.unacceptable("must not be empty") }
        let type = try member.member("type")
        let call: ToolCall
        switch try type?.string() ?? "function" {
        case "function":
            let function = try member.required("function")
            call = ToolCall(
                id: text, name: try function.required("name").string(),
                arguments: try function.member("arguments")?.string() ?? "")
        case "custom":
            let custom = try member.required("custom")
            call = ToolCall(
                id: text, name: try custom.required("name").string(), arguments: try custom.required("input").string(),
                isCustom: true)
            self.customCalls.insert(text)
        default: throw member.unacceptable("must be a call of a function or of a custom tool")
        }
        return Block(.toolCall(call), signature: try Self.signature(of: member))
    }

    /// Gemini's own place for signatures in this format.
    private static func signature(of member: Member) throws(RelayError) -> OpaqueReasoning? {
        guard let text = try member.member("extra_content")?.member("google")?.member("thought_signature") else { return nil }
        return OpaqueReasoning(carried: try text.string(), in: .chatCompletions)
    }
}
