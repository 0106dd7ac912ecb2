internal import Wire

/// Makes items of messages.
struct ResponsesItemWriter {
    private let target: EncodingTarget
    private(set) var losses: Losses
    private(set) var items: [JSON] = []
    private(set) var instructions: String?
    private var isFirstMessage = true

    init(_ target: EncodingTarget, losses: Losses) {
        self.target = target
        self.losses = losses
    }

    /// - Throws: a 400 for what can't be told and would be missed.
    mutating func write(_ message: Message) throws(RelayError) {
        if message.name != nil { self.losses.drop(.participantName) }
        defer { self.isFirstMessage = false }
        if message.role == .system, let text = self.instructions(message) {
            self.instructions = text
        } else if message.role == .assistant {
            self.writeAssistant(message.blocks)
        } else {
            try self.writeMessage(message)
        }
    }

    /// The system prompt stands in a member of its own, as every client of this format has it. A client of this format itself may have said
    /// it as an item: then it stays one.
    private func instructions(_ message: Message) -> String? {
        guard self.isFirstMessage, message.role == .system else { return nil }
        if self.target.isForOwnClient, message.blocks.first?.ownMembers["instructions"] == nil { return nil }
        var texts: [String] = []
        for block in message.blocks {
            guard case .text(let text, _) = block.content, block.cacheMark == nil else { return nil }
            texts.append(text)
        }
        return texts.isEmpty ? nil : texts.joined(separator: "\n\n")
    }

    // MARK: Messages of users, systems and developers; results of tools

    private mutating func writeMessage(_ message: Message) throws(RelayError) {
        var role = message.role
        if role == .developer, self.target.quirks.lacksDeveloperRole { role = .system }
        var parts: [JSON] = []
        var item: JSONObject = [:]
        for block in message.blocks {
            switch block.content {
            case .toolResult(let result):
                self.flush(&parts, item, role: role)
                try self.writeResult(result, block)
            case .own(.responses, let json) where json["type"]?.stringValue?.hasPrefix("input_") != true:
                self.flush(&parts, item, role: role)
                self.items.append(json)
            case .own: self.losses.drop(.ownTools)
            default:
                if parts.isEmpty { item = self.own(block) }
                parts += try ResponsesParts.write(block, for: self.target, losses: &self.losses) ?? []
            }
        }
        self.flush(&parts, item, role: role)
    }

    private mutating func flush(_ parts: inout [JSON], _ own: JSONObject, role: Message.Role) {
        guard !parts.isEmpty else { return }
        var item: JSONObject = ["type": "message", "role": .string(role.rawValue)]
        // A single text is written in the short form.
        if parts.count == 1, let part = parts[0].objectValue, part.count == 2, let text = part["text"] {
            item["content"] = text
        } else {
            item["content"] = .array(parts)
        }
        for (name, value) in own { item[name] = value }
        self.items.append(.object(item))
        parts = []
    }

    private mutating func writeResult(_ result: ToolResult, _ block: Block) throws(RelayError) {
        if result.isError == true { self.losses.drop(.toolResultError) }
        if block.cacheMark != nil { self.losses.drop(.cacheMarks) }
        var parts: [JSON] = []
        for block in result.blocks {
            parts += try ResponsesParts.write(block, for: self.target, losses: &self.losses) ?? []
        }
        var item: JSONObject = [
            "type": result.isCustom ? "custom_tool_call_output" : "function_call_output", "call_id": .string(result.callID),
        ]
        if parts.isEmpty {
            item["output"] = .string(result.object?.serialized() ?? "")
        } else if parts.count == 1, let part = parts[0].objectValue, part.count == 2, let text = part["text"] {
            item["output"] = text
        } else {
            item["output"] = .array(parts)
        }
        for (name, value) in self.own(block) { item[name] = value }
        self.items.append(.object(item))
    }

    // MARK: The assistant's items

    private mutating func writeAssistant(_ blocks: [Block]) {
        var index = 0
        while index < blocks.count {
            let block = blocks[index]
            var end = index + 1
            switch block.content {
            case .text, .refusal:
                while end < blocks.count, blocks[end].isSpoken { end += 1 }
                self.writeSpoken(Array(blocks[index..<end]))
            case .reasoning:
                let id = self.own(block)["id"]
                while end < blocks.count, id != nil, case .reasoning = blocks[end].content, self.own(blocks[end])["id"] == id {
                    end += 1
                }
                self.writeReasoning(Array(blocks[index..<end]))
            case .toolCall(let call): self.writeCall(call, block)
            case .image(let media, _): self.writePicture(media, block)
            case .own(.responses, let json): self.items.append(json)
            case .own: self.losses.drop(.ownTools)
            case .audio: self.losses.drop(.audioOutput)
            case .video: self.losses.drop(.videoInput)
            case .document: self.losses.drop(.documentData)
            case .toolResult: break
            }
            index = end
        }
    }

    /// Texts in the short form, which needs no id; what came with an id, and refusals, in the full one.
    private mutating func writeSpoken(_ blocks: [Block]) {
        if blocks.contains(where: { $0.cacheMark != nil }) { self.losses.drop(.cacheMarks) }
        let own = self.own(blocks[0])
        if own["id"] == nil {
            for block in blocks {
                switch block.content {
                case .text(let text, _) where !text.isEmpty:
                    var item: JSONObject = ["type": "message", "role": "assistant", "content": .string(text)]
                    item["phase"] = own["phase"]
                    self.items.append(.object(item))
                case .refusal(let text):
                    self.writeSpokenInFull([["type": "refusal", "refusal": .string(text)]], own)
                default: break
                }
            }
            return
        }
        let parts = blocks.compactMap { block -> JSON? in
            switch block.content {
            case .text(let text, let citations):
                [
                    "type": "output_text", "text": .string(text),
                    "annotations": .array(citations.compactMap { ResponsesCitations.write($0, in: text) }), "logprobs": [],
                ]
            case .refusal(let text): ["type": "refusal", "refusal": .string(text)]
            default: nil
            }
        }
        self.writeSpokenInFull(parts, own)
    }

    private mutating func writeSpokenInFull(_ parts: [JSON], _ own: JSONObject) {
        var item: JSONObject = [
            "type": "message", "id": .string(self.newID("msg")), "role": "assistant", "status": "completed",
            "content": .array(parts),
        ]
        for (name, value) in own { item[name] = value }
        self.items.append(.object(item))
    }

    private mutating func writeCall(_ call: ToolCall, _ block: Block) {
        if block.cacheMark != nil { self.losses.drop(.cacheMarks) }
        var item: JSONObject =
            call.isCustom
            ? [
                "type": "custom_tool_call", "call_id": .string(call.id), "name": .string(call.name),
                "input": .string(call.arguments),
            ]
            : [
                "type": "function_call", "call_id": .string(call.id), "name": .string(call.name),
                "arguments": .string(call.arguments.isEmpty ? "{}" : call.arguments),
            ]
        item["id"] = call.itemID.map { .string($0) }
        for (name, value) in self.own(block) { item[name] = value }
        self.items.append(.object(item))
    }

    private mutating func writePicture(_ media: Media, _ block: Block) {
        guard case .base64(let data) = media.source, self.target.isForOwnClient, block.ownMembers["item"] != nil else {
            return self.losses.drop(.imageOutput)
        }
        var item: JSONObject = ["type": "image_generation_call", "result": .string(data)]
        for (name, value) in self.own(block) { item[name] = value }
        self.items.append(.object(item))
    }

    /// Thoughts go back only as what this format's provider can read again: with its own opaque part, or by the id under which it keeps
    /// them. Others are left out.
    private mutating func writeReasoning(_ blocks: [Block]) {
        var summary: [JSON] = []
        var thoughts: [JSON] = []
        var opaque: OpaqueReasoning?
        for block in blocks {
            guard case .reasoning(let reasoning) = block.content else { continue }
            opaque = reasoning.opaque ?? opaque
            if !reasoning.text.isEmpty {
                if reasoning.isSummary {
                    summary.append(["type": "summary_text", "text": .string(reasoning.text)])
                } else {
                    thoughts.append(["type": "reasoning_text", "text": .string(reasoning.text)])
                }
            }
        }
        if let opaque, opaque.origin != .responses { return self.losses.drop(.opaqueReasoning) }
        let id = self.own(blocks[0])["id"] ?? opaque?.id.map { .string($0) }
        guard opaque != nil || id != nil else { return self.losses.drop(.reasoningText) }
        var item: JSONObject = [
            "type": "reasoning", "id": id ?? .string(self.newID("rs")),
            "summary": self.own(blocks[0])["summary"] ?? .array(summary),
        ]
        if !thoughts.isEmpty { item["content"] = .array(thoughts) }
        item["encrypted_content"] = opaque.map { .string($0.value) }
        self.items.append(.object(item))
    }

    private func newID(_ prefix: String) -> String { "\(prefix)_\(self.target.requestID)_\(self.items.count)" }

    /// What the client's own items said beside what the canonical form holds.
    private func own(_ block: Block) -> JSONObject { self.target.isForOwnClient ? block.ownItem : [:] }
}

extension Block {
    /// Whether it is part of what the assistant says.
    var isSpoken: Bool {
        switch self.content {
        case .text, .refusal: true
        default: false
        }
    }
}
