internal import Wire

/// The turns: `system` and `messages`.
///
/// The API's rules: the first turn is the user's; turns of one role that follow each other count as one, so they are written as one; results of
/// tools stand before everything else in their turn; no text is empty.
extension MessagesRequestWriter {
    private struct Turn {
        var role: String
        var blocks: [JSON]
    }

    /// - Parameter instruction: words to add to the instructions, for what can't be asked for otherwise.
    mutating func writeTurns(instruction: String?, to body: inout JSONObject) throws(RelayError) {
        var system: [JSON] = []
        var turns: [Turn] = []
        for message in self.conversation.messages {
            if message.name != nil { self.losses.drop(.participantName) }
            let isInstruction = message.role == .system || message.role == .developer
            if isInstruction, case .own(.messages, let whole)? = message.blocks.first?.content, whole["role"] != nil {
                turns.append(Turn(role: "", blocks: [whole]))
                continue
            }
            let blocks = try self.blocks(message.blocks)
            if blocks.isEmpty { continue }
            if !isInstruction {
                Self.append(blocks, as: message.role == .assistant ? "assistant" : "user", to: &turns)
            } else if turns.isEmpty {
                system += blocks
            } else if self.isNative || (self.generation?.takesSystemMessages == true && turns.last?.role != "assistant") {
                Self.append(blocks, as: "system", to: &turns)
            } else {
                Self.append(blocks.map(Self.marked), as: "user", to: &turns)
            }
        }
        if let instruction { system.append(["type": "text", "text": .string(instruction)]) }
        if turns.isEmpty {
            // Instructions alone are no conversation: they are what the user says then.
            guard !system.isEmpty else { throw self.refused(.system, "the conversation is empty") }
            turns = [Turn(role: "user", blocks: system)]
            system = []
        }
        if turns[0].role == "assistant", !self.isNative {
            turns.insert(Turn(role: "user", blocks: [["type": "text", "text": "(The conversation goes on.)"]]), at: 0)
        }
        if !system.isEmpty { body["system"] = Self.content(system) }
        body["messages"] = .array(turns.map(Self.message))
    }

    private static func append(_ blocks: [JSON], as role: String, to turns: inout [Turn]) {
        if turns.last?.role == role {
            turns[turns.count - 1].blocks += blocks
        } else {
            turns.append(Turn(role: role, blocks: blocks))
        }
    }

    private static func message(_ turn: Turn) -> JSON {
        // A message that is this format's own, whole.
        guard !turn.role.isEmpty else { return turn.blocks.first ?? .null }
        var blocks = turn.blocks
        if turn.role == "user" {
            let isResult: (JSON) -> Bool = { $0["type"]?.stringValue == "tool_result" }
            blocks = blocks.filter(isResult) + blocks.filter { !isResult($0) }
        }
        return ["role": .string(turn.role), "content": self.content(blocks)]
    }

    /// An instruction amid the conversation for a model that takes none there: the user's turn, marked for what it is. Its place is
    /// kept, because what it says may concern only what comes after it.
    private static func marked(_ block: JSON) -> JSON {
        guard let text = block["text"]?.stringValue else { return block }
        var block = block
        block["text"] = .string("<system>\n\(text)\n</system>")
        return block
    }

    /// Blocks, or the short form for one plain text.
    static func content(_ blocks: [JSON]) -> JSON {
        if blocks.count == 1, let only = blocks[0].objectValue, only.count == 2, only["type"]?.stringValue == "text",
            let text = only["text"]
        {
            return text
        }
        return .array(blocks)
    }
}
