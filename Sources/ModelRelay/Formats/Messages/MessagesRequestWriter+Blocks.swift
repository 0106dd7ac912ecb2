internal import Wire

/// The blocks of a turn, as an upstream gets them.
extension MessagesRequestWriter {
    mutating func blocks(_ blocks: [Block]) throws(RelayError) -> [JSON] {
        var result: [JSON] = []
        for block in blocks {
            guard var object = try self.object(of: block) else { continue }
            if let mark = block.cacheMark, !self.target.quirks.unsupportedMembers.contains("cache_control") {
                object["cache_control"] = Self.cacheControl(mark)
            }
            if self.isNative {
                for (name, value) in block.ownMembers { object[name] = value }
            }
            result.append(.object(object))
        }
        return result
    }

    static func cacheControl(_ mark: CacheMark) -> JSON {
        var object: JSONObject = ["type": "ephemeral"]
        if let lifetime = mark.lifetime { object["ttl"] = .string(lifetime) }
        return .object(object)
    }

    /// - Returns: nil for what is left out.
    private mutating func object(of block: Block) throws(RelayError) -> JSONObject? {
        switch block.content {
        case .text(let text, let citations): return self.text(text, citations: citations)
        case .refusal(let text): return self.text(text, citations: [])
        case .image(let media, let detail):
            if let detail, detail != "auto" { self.losses.drop(.imageDetail) }
            return ["type": "image", "source": try self.imageSource(media)]
        case .audio: throw self.refused(.audioInput, "it takes no sound")
        case .video: throw self.refused(.videoInput, "it takes no film")
        case .document(let document):
            if self.isNative, case .blocks(let pieces) = document.source, block.ownMembers["type"] == "search_result" {
                return try self.searchResult(document, pieces: pieces)
            }
            return try self.document(document)
        case .toolCall(let call): return self.toolUse(call)
        case .toolResult(let result): return try self.toolResult(result)
        case .reasoning(let reasoning): return self.thinkingBlock(reasoning)
        case .own(let format, let json):
            if format == .messages { return json.objectValue }
            self.losses.drop(.ownTools)
            return nil
        }
    }

    private mutating func text(_ text: String, citations: [Citation]) -> JSONObject? {
        // The API refuses texts of white space alone.
        if text.allSatisfy(\.isWhitespace) { return nil }
        var object: JSONObject = ["type": "text", "text": .string(text)]
        let told = citations.compactMap(MessagesCitation.request)
        if told.count < citations.count { self.losses.drop(.citations) }
        if !told.isEmpty { object["citations"] = .array(told) }
        return object
    }

    private func imageSource(_ media: Media) throws(RelayError) -> JSON {
        switch media.source {
        case .url(let url):
            guard url.hasPrefix("https://") || url.hasPrefix("http://") || self.isNative else {
                throw self.refused(.imageURL, "the address must be of the web")
            }
            return ["type": "url", "url": .string(url)]
        case .base64(let data):
            guard let type = media.type ?? ImageHeader.mediaType(ofBase64: data),
                self.isNative || ["image/jpeg", "image/png", "image/gif", "image/webp"].contains(type)
            else { throw self.refused(.imageData, "images must be JPEG, PNG, GIF or WebP") }
            return ["type": "base64", "media_type": .string(type), "data": .string(data)]
        case .file(let id):
            guard self.isNative else { throw self.refused(.imageFile, "the file is kept at another provider") }
            return ["type": "file", "file_id": .string(id)]
        }
    }

    private mutating func document(_ document: Document) throws(RelayError) -> JSONObject {
        var object: JSONObject = ["type": "document"]
        switch document.source {
        case .text(let text): object["source"] = ["type": "text", "media_type": "text/plain", "data": .string(text)]
        case .blocks(let blocks):
            object["source"] = ["type": "content", "content": Self.content(try self.blocks(blocks))]
        case .media(let media): object["source"] = try self.documentSource(media)
        }
        if let title = document.title { object["title"] = .string(title) }
        if let context = document.context { object["context"] = .string(context) }
        if let citesSource = document.citesSource { object["citations"] = ["enabled": .bool(citesSource)] }
        return object
    }

    /// What the client's own search found; its type and address are members of the block.
    private mutating func searchResult(_ document: Document, pieces: [Block]) throws(RelayError) -> JSONObject {
        var object: JSONObject = ["content": .array(try self.blocks(pieces)), "title": .string(document.title ?? "")]
        if let citesSource = document.citesSource { object["citations"] = ["enabled": .bool(citesSource)] }
        return object
    }

    private func documentSource(_ media: Media) throws(RelayError) -> JSON {
        switch media.source {
        case .url(let url): return ["type": "url", "url": .string(url)]
        case .file(let id):
            guard self.isNative else { throw self.refused(.documentFile, "the file is kept at another provider") }
            return ["type": "file", "file_id": .string(id)]
        case .base64(let data):
            let type = media.type?.split(separator: ";").first.map { $0.lowercased() } ?? "application/pdf"
            if type == "application/pdf" || self.isNative {
                return ["type": "base64", "media_type": .string(type), "data": .string(data)]
            }
            guard type.hasPrefix("text/") || type == "application/json", let text = Self.text(ofBase64: data) else {
                throw self.refused(.documentData, "documents must be PDF or text")
            }
            return ["type": "text", "media_type": "text/plain", "data": .string(text)]
        }
    }

    /// The text of standard base 64 (RFC 4648 section 4); nil where it is none, or not UTF-8.
    private static func text(ofBase64 data: String) -> String? {
        let digits = data.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="), 0x0A, 0x0D: nil
            default: byte
            }
        }
        guard let bytes = Base64URL.decode(String(decoding: digits, as: UTF8.self)) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private func toolUse(_ call: ToolCall) -> JSONObject {
        let input: JSONObject
        if call.isCustom {
            input = CustomToolShape.arguments(ofText: call.arguments)
        } else {
            input = MessagesArguments.object(ofText: call.arguments)
        }
        return [
            "type": "tool_use", "id": .string(Self.callID(call.id)), "name": .string(MessagesIdentifier.escaped(call.name)),
            "input": .object(input),
        ]
    }

    /// An id that fits is the upstream's own, or may be: it has to come back as it was.
    private static func callID(_ id: String) -> String {
        MessagesIdentifier.isAcceptable(id) ? id : MessagesIdentifier.escaped(id)
    }

    private mutating func toolResult(_ result: ToolResult) throws(RelayError) -> JSONObject {
        var object: JSONObject = ["type": "tool_result", "tool_use_id": .string(Self.callID(result.callID))]
        var content = try self.blocks(result.blocks)
        if content.isEmpty, let whole = result.object { content = [["type": "text", "text": .string(whole.serialized())]] }
        if !content.isEmpty { object["content"] = Self.content(content) }
        if result.isError == true { object["is_error"] = true }
        return object
    }

    /// Thoughts are taken only with the signature that this API gave them, unchanged; other houses that serve the format give none and
    /// want their thoughts back all the same.
    private mutating func thinkingBlock(_ reasoning: Reasoning) -> JSONObject? {
        if let opaque = reasoning.opaque, opaque.origin == .messages {
            if reasoning.isRedacted { return ["type": "redacted_thinking", "data": .string(opaque.value)] }
            return ["type": "thinking", "thinking": .string(reasoning.text), "signature": .string(opaque.value)]
        }
        if self.generation == nil, !reasoning.isRedacted, !reasoning.text.isEmpty {
            return ["type": "thinking", "thinking": .string(reasoning.text), "signature": ""]
        }
        self.losses.drop(reasoning.text.isEmpty ? .opaqueReasoning : .reasoningText)
        return nil
    }
}
