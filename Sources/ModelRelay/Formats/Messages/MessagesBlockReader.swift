internal import Wire

/// Reads content blocks of a client's request.
enum MessagesBlockReader {
    /// Where blocks stand. What may stand in which place bounds how deep they go: turns hold results of tools, these hold documents,
    /// and documents hold texts and images.
    enum Place { case system, turn, toolResult, document }

    /// - Parameter content: a string or an array of blocks.
    static func blocks(_ content: Member, in place: Place) throws(RelayError) -> [Block] {
        if case .string(let text) = content.json { return [.text(text)] }
        guard case .array = content.json else { throw content.wrong("a string or an array of content blocks") }
        var blocks: [Block] = []
        for element in try content.elements() { blocks.append(try self.block(element, in: place)) }
        return place == .turn ? MessagesSignatures.attached(blocks) : blocks
    }

    private static func block(_ member: Member, in place: Place) throws(RelayError) -> Block {
        let type = try member.required("type")
        let name = try type.string()
        switch (name, place) {
        case ("text", _): return try self.text(member)
        case ("image", .turn), ("image", .toolResult), ("image", .document): return try self.image(member)
        case ("document", .turn), ("document", .toolResult): return try self.document(member)
        case ("search_result", .turn), ("search_result", .toolResult): return try self.searchResult(member)
        case ("thinking", .turn):
            let signature = try member.member("signature")?.string() ?? ""
            return Block(
                .reasoning(
                    Reasoning(
                        text: try member.required("thinking").string(),
                        opaque: signature.isEmpty ? nil : OpaqueReasoning(carried: signature, in: .messages))))
        case ("redacted_thinking", .turn):
            let data = OpaqueReasoning(carried: try member.required("data").string(), in: .messages)
            return Block(.reasoning(Reasoning(text: "", opaque: data, isRedacted: true)))
        case ("tool_use", .turn): return try self.toolUse(member)
        case ("tool_result", .turn): return try self.toolResult(member)
        case ("", _): throw type.unacceptable("must name a kind of content block")
        case (_, .turn), (_, .toolResult): return Block(.own(.messages, member.json))
        case (_, .system): throw type.unacceptable("must be `text` here")
        case (_, .document): throw type.unacceptable("must be `text` or `image` here")
        }
    }

    private static func text(_ member: Member) throws(RelayError) -> Block {
        var citations: [Citation] = []
        for citation in try member.member("citations")?.elements() ?? [] {
            _ = try citation.object()
            citations.append(MessagesCitation.read(citation.json))
        }
        return try self.block(
            .text(try member.required("text").string(), citations: citations), member, known: ["text", "citations"])
    }

    private static func image(_ member: Member) throws(RelayError) -> Block {
        let source = try member.required("source")
        let type = try source.required("type")
        let media: Media
        switch try type.string() {
        case "base64":
            media = Media(.base64(try source.required("data").string()), type: try source.required("media_type").string())
        case "url": media = Media(url: try source.required("url").string())
        case "file": media = Media(.file(try source.required("file_id").string()))
        default: throw type.unacceptable("must be `base64`, `url` or `file`")
        }
        return try self.block(.image(media, detail: nil), member, known: ["source"])
    }

    private static func document(_ member: Member) throws(RelayError) -> Block {
        let source = try member.required("source")
        let type = try source.required("type")
        let read: Document.Source
        switch try type.string() {
        case "base64":
            read = .media(Media(.base64(try source.required("data").string()), type: try source.required("media_type").string()))
        case "text": read = .text(try source.required("data").string())
        case "content": read = .blocks(try self.blocks(try source.required("content"), in: .document))
        case "url": read = .media(Media(.url(try source.required("url").string()), type: "application/pdf"))
        case "file": read = .media(Media(.file(try source.required("file_id").string())))
        default: throw type.unacceptable("must be `base64`, `text`, `content`, `url` or `file`")
        }
        let document = Document(
            source: read, title: try member.member("title")?.string(), context: try member.member("context")?.string(),
            citesSource: try member.member("citations")?.member("enabled")?.bool())
        return try self.block(.document(document), member, known: ["source", "title", "context", "citations"])
    }

    /// What a client's own search found is a document in pieces to other formats; its type and address are kept for the way back.
    private static func searchResult(_ member: Member) throws(RelayError) -> Block {
        let source = try member.required("source").string()
        let document = Document(
            source: .blocks(try self.blocks(try member.required("content"), in: .document)),
            title: try member.required("title").string(), citesSource: try member.member("citations")?.member("enabled")?.bool())
        var block = try self.block(.document(document), member, known: ["content", "source", "title", "citations"])
        block.ownMembers["type"] = "search_result"
        block.ownMembers["source"] = .string(source)
        return block
    }

    private static func toolUse(_ member: Member) throws(RelayError) -> Block {
        let input = try member.member("input")
        if let input { _ = try input.object() }
        let call = ToolCall(
            id: MessagesIdentifier.original(of: try member.required("id").string()), name: try member.required("name").string(),
            arguments: input?.json.serialized() ?? "{}")
        return try self.block(.toolCall(call), member, known: ["id", "name", "input"])
    }

    private static func toolResult(_ member: Member) throws(RelayError) -> Block {
        let result = ToolResult(
            callID: MessagesIdentifier.original(of: try member.required("tool_use_id").string()),
            blocks: try member.member("content").map { (content) throws(RelayError) in try self.blocks(content, in: .toolResult) }
                ?? [],
            isError: try member.member("is_error")?.bool())
        return try self.block(.toolResult(result), member, known: ["tool_use_id", "content", "is_error"])
    }

    /// The block with its mark, and with what the canonical form has no place for.
    private static func block(_ content: Block.Content, _ member: Member, known: Set<String>) throws(RelayError) -> Block {
        var own = JSONObject()
        for (name, value) in try member.object()
        where name != "type" && name != "cache_control" && !known.contains(name) && !value.isNull {
            own[name] = value
        }
        return Block(content, cacheMark: try self.cacheMark(member), ownMembers: own)
    }

    static func cacheMark(_ member: Member) throws(RelayError) -> CacheMark? {
        guard let mark = try member.member("cache_control") else { return nil }
        return CacheMark(lifetime: try mark.member("ttl")?.string())
    }
}
