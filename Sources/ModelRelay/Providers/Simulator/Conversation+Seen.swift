internal import Wire

/// What the simulator sees in a conversation.
extension Conversation {
    /// Blocks hold blocks in results of tools, which hold documents: no further.
    private static let deepest = 4

    /// What stands behind the last thing that the model itself said.
    private var lastTurn: ArraySlice<Message> {
        let start = self.messages.lastIndex { $0.role == .assistant }.map { $0 + 1 } ?? 0
        return self.messages[start...]
    }

    /// What the tools brought in the last turn; nil where none did.
    var lastResults: String? {
        var texts: [String] = []
        for message in self.lastTurn {
            for block in message.blocks {
                guard case .toolResult(let result) = block.content else { continue }
                texts.append(Self.said(result, depth: 0))
            }
        }
        return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }

    /// The last thing that a user said, and of what is no text what it is; nil where no user said anything.
    var lastUserText: String? {
        let isSaid: (Block) -> Bool = { if case .toolResult = $0.content { false } else { true } }
        guard let message = self.messages.last(where: { $0.role == .user && $0.blocks.contains(where: isSaid) }) else {
            return nil
        }
        return Self.said(message.blocks.filter(isSaid), depth: 0)
    }

    private static func said(_ result: ToolResult, depth: Int) -> String {
        let said = self.said(result.blocks, depth: depth + 1)
        if said.isEmpty, let object = result.object { return object.serialized() }
        return said
    }

    private static func said(_ blocks: [Block], depth: Int) -> String {
        guard depth < self.deepest else { return "" }
        return blocks.compactMap { self.said($0, depth: depth) }.joined(separator: "\n")
    }

    private static func said(_ block: Block, depth: Int) -> String? {
        switch block.content {
        case .text(let text, _), .refusal(let text): text
        case .image(let media, let detail): self.saw("an image", media, detail.map { "detail \($0)" })
        case .audio(let media): self.saw("a sound", media)
        case .video(let media): self.saw("a video", media)
        case .document(let document): self.said(document, depth: depth)
        case .toolResult(let result): self.said(result, depth: depth)
        case .toolCall, .reasoning: nil
        case .own(_, let json): "[saw \(json["type"]?.stringValue ?? "something") of this format]"
        }
    }

    private static func said(_ document: Document, depth: Int) -> String {
        let title = document.title.map { "titled \($0)" }
        switch document.source {
        case .media(let media): return self.saw("a document", media, title)
        case .text(let text): return "[saw \(self.list("a document of text", title, "\(text.utf8.count) bytes"))]"
        case .blocks(let blocks):
            return "[saw \(self.list("a document of \(blocks.count) blocks", title))]\n" + self.said(blocks, depth: depth + 1)
        }
    }

    private static func saw(_ what: String, _ media: Media, _ more: String? = nil) -> String {
        let place =
            switch media.source {
            case .base64(let data): "\(Self.decodedCount(data)) bytes"
            case .url(let url): "at \(url)"
            case .file(let id): "file \(id)"
            }
        return "[saw \(self.list(what, media.type, more, place))]"
    }

    private static func list(_ parts: String?...) -> String { parts.compactMap { $0 }.joined(separator: ", ") }

    /// Bytes that a Base64 text stands for (RFC 4648 §4), without decoding it.
    private static func decodedCount(_ data: String) -> Int {
        let digits = data.utf8.count - data.utf8.suffix(2).count { $0 == UInt8(ascii: "=") }
        return digits * 3 / 4
    }

    // MARK: Counting

    /// Bytes of all texts.
    var seenBytes: Int {
        var count = 0
        for message in self.messages { count += Self.bytes(message.blocks, depth: 0) }
        for tool in self.tools { count += tool.name.utf8.count + (tool.description?.utf8.count ?? 0) }
        return count
    }

    private static func bytes(_ blocks: [Block], depth: Int) -> Int {
        guard depth < self.deepest else { return 0 }
        return blocks.reduce(0) { count, block in
            switch block.content {
            case .toolCall(let call): count + call.name.utf8.count + call.arguments.utf8.count
            case .reasoning(let reasoning): count + reasoning.text.utf8.count
            case .toolResult(let result): count + Self.said(result, depth: depth).utf8.count
            default: count + (Self.said(block, depth: depth)?.utf8.count ?? 0)
            }
        }
    }
}
