internal import Wire

extension ChatRequestWriter {
    mutating func messages(_ messages: [Message], outputFormat: OutputFormat?) throws(RelayError) -> [JSON] {
        var messages = messages
        if self.quirks.lacksJSONSchema, case .jsonSchema(_, let description, let schema, _)? = outputFormat {
            Self.instruct(
                &messages,
                "Answer with one JSON value and nothing else. "
                    + (description.map { $0 + " " } ?? "") + "It has to match this JSON Schema:\n\(schema.serialized())")
        }
        var written: [JSON] = []
        for message in messages {
            switch message.role {
            case .assistant: try self.writeAnswer(message, to: &written)
            case .system, .developer, .user: try self.writeTurn(message, to: &written)
            }
        }
        return written
    }

    /// Puts an instruction behind those at the beginning. It is no message of its own there: some providers take but one.
    private static func instruct(_ messages: inout [Message], _ text: String) {
        let isInstruction = { (message: Message) in message.role == .system || message.role == .developer }
        guard let end = messages.firstIndex(where: { !isInstruction($0) }) ?? (messages.isEmpty ? nil : messages.count), end > 0
        else {
            messages.insert(Message(.system, [.text(text)]), at: 0)
            return
        }
        let last = messages[end - 1].blocks.count - 1
        if last >= 0, case .text(let old, let citations) = messages[end - 1].blocks[last].content {
            messages[end - 1].blocks[last].content = .text(old + "\n\n" + text, citations: citations)
        } else {
            messages[end - 1].blocks.append(.text(text))
        }
    }

    private mutating func write(ownMembersOf message: Message, to object: inout JSONObject) {
        for (name, value) in message.ownMembers {
            if self.isClientsOwn { object.appendIfAbsent(name, value) } else { self.losses.drop(member: name) }
        }
    }

    // MARK: Everybody but the assistant

    /// Results of tools become messages of their own, and stand before what the user says beside them: they have to follow the calls.
    private mutating func writeTurn(_ message: Message, to written: inout [JSON]) throws(RelayError) {
        var attachments: [Block] = []
        var said: [Block] = []
        var hasResults = false
        for block in message.blocks {
            guard case .toolResult(let result) = block.content else {
                said.append(block)
                continue
            }
            hasResults = true
            for name in block.ownMembers.names { self.losses.drop(member: name) }
            written.append(try self.result(result, mark: block.cacheMark, attachments: &attachments))
        }
        let blocks = attachments + said
        guard !blocks.isEmpty || !hasResults else { return }
        let role: Message.Role = message.role == .developer && self.quirks.lacksDeveloperRole ? .system : message.role
        let content = try self.content(blocks)
        // What is left of a turn of which all was left out.
        if case .array(let parts) = content, parts.isEmpty { return }
        var object: JSONObject = ["role": .string(role.rawValue), "content": content]
        object["name"] = message.name.map { .string($0) }
        self.write(ownMembersOf: message, to: &object)
        written.append(.object(object))
    }

    /// A result has only text here. Pictures, sounds and documents of it go into the user's message that follows.
    private mutating func result(
        _ result: ToolResult, mark: CacheMark?, attachments: inout [Block]
    ) throws(RelayError) -> JSON {
        var texts: [Block] = []
        var others: [Block] = []
        for block in result.blocks {
            switch block.content {
            case .text, .refusal: texts.append(block)
            case .own(.chatCompletions, _) where self.isClientsOwn: texts.append(block)
            case .document(let document) where document.isText: texts.append(block)
            default: others.append(block)
            }
        }
        if texts.isEmpty, others.isEmpty, let object = result.object { texts = [.text(object.serialized())] }
        if !others.isEmpty {
            attachments.append(.text("What the call \(result.callID) of a tool brought:"))
            attachments += others
            if texts.isEmpty { texts = [.text("(see the next message)")] }
        }
        // Where it was an error only its own text tells.
        if result.isError == true { self.losses.drop(.toolResultError) }
        if let mark, !texts.isEmpty { texts[texts.count - 1].cacheMark = mark }
        let content: JSON = texts.isEmpty ? "" : try self.content(texts)
        var object: JSONObject = ["role": "tool", "tool_call_id": .string(result.callID), "content": content]
        // Not OpenAI's, but some dialects'.
        if self.isClientsOwn { object["name"] = result.name.map { .string($0) } }
        return .object(object)
    }

    // MARK: The assistant

    private mutating func writeAnswer(_ message: Message, to written: inout [JSON]) throws(RelayError) {
        var thoughts: [Reasoning] = []
        var said: [Block] = []
        var refusals: [String] = []
        var calls: [JSON] = []
        var object: JSONObject = ["role": "assistant", "content": .null]
        for block in message.blocks {
            if !block.isPart { for name in block.ownMembers.names { self.losses.drop(member: name) } }
            switch block.content {
            case .reasoning(let reasoning): thoughts.append(reasoning)
            case .refusal(let text): refusals.append(text)
            case .toolCall(let call): calls.append(self.call(call, of: block))
            case .audio(let media): self.write(spoken: media, to: &object, said: &said)
            case .image(let media, _):
                guard self.isClientsOwn, let url = media.url else {
                    self.losses.drop(.imageOutput)
                    continue
                }
                let images = object["images"]?.arrayValue ?? []
                object["images"] = .array(images + [["type": "image_url", "image_url": ["url": .string(url)]]])
            default: said.append(block)
            }
        }
        let citations = said.flatMap { block -> [Citation] in
            if case .text(_, let citations) = block.content { citations } else { [] }
        }
        if !citations.isEmpty {
            let annotations = self.isClientsOwn ? citations.compactMap { $0.annotation(in: 0..<0) } : []
            if annotations.isEmpty { self.losses.drop(.citations) } else { object["annotations"] = .array(annotations) }
        }
        if !said.isEmpty {
            let content = try self.content(said)
            if case .array(let parts) = content, parts.isEmpty {} else { object["content"] = content }
        }
        if !refusals.isEmpty { object["refusal"] = .string(refusals.joined(separator: "\n")) }
        if !calls.isEmpty { object["tool_calls"] = .array(calls) }
        self.writeThoughts(thoughts, to: &object)
        if let signature = message.blocks.last(where: { $0.isSaid && $0.signature != nil })?.signature {
            self.write(signature, to: &object)
        }
        // Of a turn of which nothing is left nothing is written.
        guard object.count > 2 || object["content"]?.isNull == false else { return }
        object["name"] = message.name.map { .string($0) }
        self.write(ownMembersOf: message, to: &object)
        written.append(.object(object))
    }

    private mutating func call(_ call: ToolCall, of block: Block) -> JSON {
        var object: JSONObject = ["id": .string(call.id)]
        if call.isCustom {
            object["type"] = "custom"
            object["custom"] = ["name": .string(call.name), "input": .string(call.arguments)]
        } else {
            object["type"] = "function"
            // Who reads the arguments as JSON could not read an empty text.
            object["function"] = [
                "name": .string(call.name), "arguments": .string(call.arguments.isEmpty ? "{}" : call.arguments),
            ]
        }
        if block.cacheMark != nil { self.losses.drop(.cacheMarks) }
        if let signature = block.signature { self.write(signature, to: &object) }
        return .object(object)
    }

    /// Only the upstream that made a signature can read it.
    private mutating func write(_ signature: OpaqueReasoning, to object: inout JSONObject) {
        guard signature.origin == .chatCompletions else { return self.losses.drop(.opaqueReasoning) }
        object["extra_content"] = ["google": ["thought_signature": .string(signature.value)]]
    }

    /// What was spoken earlier is known to its provider by a name; for others what was said has to do.
    private mutating func write(spoken media: Media, to object: inout JSONObject, said: inout [Block]) {
        if case .file(let id) = media.source, self.isClientsOwn {
            object["audio"] = ["id": .string(id)]
        } else {
            self.losses.drop(.audioOutput)
            if let transcript = media.transcript { said.append(.text(transcript)) }
        }
    }
}

extension Block {
    /// Whether it becomes a part of the content, which tells of its own members.
    fileprivate var isPart: Bool {
        switch self.content {
        case .text, .document, .video, .own: true
        case .image, .audio, .refusal, .toolCall, .toolResult, .reasoning: false
        }
    }

    /// Whether it is what a message's content is made of.
    fileprivate var isSaid: Bool {
        switch self.content {
        case .toolCall, .toolResult, .reasoning: false
        default: true
        }
    }
}

extension Document {
    fileprivate var isText: Bool { if case .text = self.source { true } else { false } }
}
