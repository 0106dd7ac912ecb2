internal import Wire

/// Reads `contents` and `systemInstruction`.
///
/// A call and its result may come without an id; they belong together by name and order. Each such call is numbered, so that the same
/// conversation has the same ids whenever it comes, and the numbers are left out again where this format goes out.
struct GenerateContentContentsReader {
    /// Ids that begin so were made here; no client ever sees one.
    static let idPrefix = "call_portico_"

    /// Names of members of parts that the canonical form has no place for.
    private(set) var partMembers: Set<String> = []
    private var madeCount = 0
    /// By function: the ids of calls in their order, and how many of them have their result.
    private var calls: [String: (ids: [String], answered: Int)] = [:]
    private var answeredIDs: Set<String> = []

    /// - Throws: a 400 that names the member.
    mutating func messages(_ contents: Member) throws(RelayError) -> [Message] {
        // A text alone is what the clients take, not the API; a single content is.
        let contents = try contents.list()
        var messages: [Message] = []
        messages.reserveCapacity(contents.count)
        for content in contents {
            let message = try self.message(content)
            guard message.role == .assistant else {
                messages.append(message)
                continue
            }
            // A client that keeps a stream as its history has a content for each event.
            if messages.last?.role != .assistant { messages.append(Message(.assistant, [])) }
            for block in message.blocks { Self.append(block, to: &messages[messages.count - 1].blocks) }
        }
        return messages
    }

    /// The instruction, whose role says nothing.
    mutating func instruction(_ content: Member) throws(RelayError) -> Message {
        var message = try self.message(content, role: .system)
        message.role = .system
        return message
    }

    private mutating func message(_ content: Member, role known: Message.Role? = nil) throws(RelayError) -> Message {
        var role = known ?? .user
        var blocks: [Block] = []
        for field in try content.fields() {
            switch field.name {
            case "role" where known == nil: role = try Self.role(field.value)
            case "role": continue
            case "parts": for part in try field.value.list() { blocks.append(try self.block(part)) }
            default: self.partMembers.insert("contents.\(field.name)")
            }
        }
        guard !blocks.isEmpty else {
            throw Member(content.json, place: "\(content.place).parts").unacceptable("must not be empty")
        }
        return Message(role, blocks)
    }

    /// Pieces of one text are one text, and so are pieces of one thought, up to a signature: other providers want the text that they signed.
    private static func append(_ block: Block, to blocks: inout [Block]) {
        guard let last = blocks.last, last.ownMembers.isEmpty, block.ownMembers.isEmpty else { return blocks.append(block) }
        switch (last.content, block.content) {
        case (.text(let before, _), .text(let text, _)) where last.signature == nil && (block.signature == nil || text.isEmpty):
            blocks[blocks.count - 1] = Block(.text(before + text, citations: []), signature: block.signature)
        case (.reasoning(var reasoning), .reasoning(let more)) where reasoning.opaque == nil:
            reasoning.text += more.text
            reasoning.opaque = more.opaque
            blocks[blocks.count - 1].content = .reasoning(reasoning)
        default: blocks.append(block)
        }
    }

    private static func role(_ role: Member) throws(RelayError) -> Message.Role {
        switch try role.string() {
        case "user", "function", "": .user
        case "model": .assistant
        default: throw role.unacceptable("must be `user` or `model`")
        }
    }

    private mutating func block(_ part: Member) throws(RelayError) -> Block {
        var block = try GenerateContentPart(part).block
        for name in block.ownMembers.names { self.partMembers.insert("contents.parts.\(name)") }
        switch block.content {
        case .toolCall(var call):
            if call.id.isEmpty { call.id = self.newID() }
            self.calls[call.name, default: ([], 0)].ids.append(call.id)
            block.content = .toolCall(call)
        case .toolResult(var result):
            if result.callID.isEmpty { result.callID = self.nextCall(of: result.name ?? "") ?? self.newID() }
            self.answeredIDs.insert(result.callID)
            block.content = .toolResult(result)
        default: break
        }
        return block
    }

    private mutating func newID() -> String {
        self.madeCount += 1
        return "\(Self.idPrefix)\(self.madeCount)"
    }

    /// The first call of that function that has no result yet.
    private mutating func nextCall(of name: String) -> String? {
        while let (ids, answered) = self.calls[name], answered < ids.count {
            self.calls[name]?.answered += 1
            if !self.answeredIDs.contains(ids[answered]) { return ids[answered] }
        }
        return nil
    }
}
