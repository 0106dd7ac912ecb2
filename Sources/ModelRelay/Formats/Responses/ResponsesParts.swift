internal import NIOHTTP1
internal import Wire

/// The parts of a message's or a tool result's content.
enum ResponsesParts {
    // MARK: Reading

    /// A string is one text.
    static func read(_ content: Member) throws(RelayError) -> [Block] {
        if case .string(let text) = content.json { return [.text(text)] }
        guard case .array = content.json else { throw content.wrong("a string or an array of parts") }
        var blocks: [Block] = []
        for part in try content.elements() { blocks.append(try self.readPart(part)) }
        return blocks
    }

    private static func readPart(_ part: Member) throws(RelayError) -> Block {
        let type = try part.required("type")
        var block: Block
        switch try type.string() {
        case "input_text", "text": block = .text(try part.required("text").string())
        case "output_text":
            var citations: [Citation] = []
            for annotation in try part.member("annotations")?.elements() ?? [] {
                citations.append(ResponsesCitations.read(annotation.json))
            }
            block = Block(.text(try part.required("text").string(), citations: citations))
        case "refusal": block = Block(.refusal(try part.required("refusal").string()))
        case "input_image": block = try self.readImage(part)
        case "input_file": block = try self.readFile(part)
        case "input_audio":
            let audio = try part.required("input_audio")
            let data = try audio.required("data").string()
            let format = try audio.required("format").string()
            block = Block(.audio(Media(.base64(data), type: format == "mp3" ? "audio/mpeg" : "audio/\(format)")))
        case let word: throw type.unacceptable("is `\(word.prefix(64))`, which is not known")
        }
        if let mark = try part.member("prompt_cache_breakpoint") {
            // The lifetimes of the canonical form are Anthropic's; either of this format's outlives its five minutes.
            block.cacheMark = CacheMark(lifetime: try mark.member("ttl") == nil ? nil : "1h")
            block.ownMembers["prompt_cache_breakpoint"] = mark.json
        }
        return block
    }

    private static func readImage(_ part: Member) throws(RelayError) -> Block {
        let detail = try part.member("detail")?.string()
        if let url = try part.member("image_url") { return Block(.image(Media(url: try url.string()), detail: detail)) }
        guard let file = try part.member("file_id") else { throw part.unacceptable("must have `image_url` or `file_id`") }
        return Block(.image(Media(.file(try file.string())), detail: detail))
    }

    private static func readFile(_ part: Member) throws(RelayError) -> Block {
        let media: Media
        if let data = try part.member("file_data") {
            let text = try data.string()
            let parsed = Media(url: text)
            // Plain base64 is taken beside `data:` URLs.
            if case .url = parsed.source { media = Media(.base64(text)) } else { media = parsed }
        } else if let url = try part.member("file_url") {
            media = Media(.url(try url.string()))
        } else if let file = try part.member("file_id") {
            media = Media(.file(try file.string()))
        } else {
            throw part.unacceptable("must have `file_data`, `file_url` or `file_id`")
        }
        var block = Block(.document(Document(source: .media(media), title: try part.member("filename")?.string())))
        if let detail = try part.member("detail") { block.ownMembers["detail"] = detail.json }
        return block
    }

    // MARK: Writing

    /// The parts that tell a block, in a message that isn't the assistant's or in a tool's result; nil where there is no part for it.
    static func write(_ block: Block, for target: EncodingTarget, losses: inout Losses) throws(RelayError) -> [JSON]? {
        var parts: [JSONObject]
        switch block.content {
        case .text(let text, _): parts = [["type": "input_text", "text": .string(text)]]
        case .refusal(let text): parts = [["type": "input_text", "text": .string(text)]]
        case .image(let media, let detail):
            var part: JSONObject = ["type": "input_image", "detail": .string(detail ?? "auto")]
            if case .file(let id) = media.source {
                try target.requireSharedFiles(.imageFile)
                part["file_id"] = .string(id)
            } else {
                part["image_url"] = media.url.map { .string($0) }
            }
            parts = [part]
        case .audio(let media):
            guard case .base64(let data) = media.source, let format = self.audioFormat(media.type) else {
                throw target.refusal(of: .audioInput, "must be WAV or MP3 in base64 for this model")
            }
            parts = [["type": "input_audio", "input_audio": ["data": .string(data), "format": .string(format)]]]
        case .video: throw target.refusal(of: .videoInput, "can't be given to this model")
        case .document(let document): parts = try self.write(document, own: block, for: target, losses: &losses)
        case .own(.responses, let json):
            guard let part = json.objectValue else { return nil }
            parts = [part]
        case .own, .toolCall, .toolResult, .reasoning: return nil
        }
        if block.cacheMark != nil {
            if target.isForOwnClient, let mark = block.ownMembers["prompt_cache_breakpoint"], !parts.isEmpty {
                parts[parts.count - 1]["prompt_cache_breakpoint"] = mark
            } else {
                // Only the newest models take marks, and all of them find a repeated prompt without.
                losses.drop(.cacheMarks)
            }
        }
        return parts.map { .object($0) }
    }

    private static func audioFormat(_ type: String?) -> String? {
        switch type {
        case "audio/wav", "audio/x-wav", "audio/wave": "wav"
        case "audio/mp3", "audio/mpeg": "mp3"
        default: nil
        }
    }

    private static func write(
        _ document: Document, own block: Block, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> [JSONObject] {
        if document.citesSource == true { losses.drop(.citations) }
        // What another format says beside the document is told in front of it.
        var parts: [JSONObject] = []
        if let context = document.context { parts.append(["type": "input_text", "text": .string(context)]) }
        switch document.source {
        case .text(let text):
            let title = document.title.map { "\($0)\n\n" } ?? ""
            parts.append(["type": "input_text", "text": .string(title + text)])
        case .blocks(let blocks):
            if let title = document.title { parts.append(["type": "input_text", "text": .string(title)]) }
            for inner in blocks {
                // One level: a document within a document is none that any format has.
                if case .document = inner.content { continue }
                parts += try self.write(inner, for: target, losses: &losses)?.compactMap(\.objectValue) ?? []
            }
        case .media(let media):
            var part: JSONObject = ["type": "input_file"]
            switch media.source {
            case .base64(let data):
                let type = media.type ?? "application/pdf"
                part["filename"] = .string(document.title ?? (type == "application/pdf" ? "document.pdf" : "document"))
                part["file_data"] = .string("data:\(type);base64,\(data)")
            case .url(let url):
                part["file_url"] = .string(url)
                part["filename"] = document.title.map { .string($0) }
            case .file(let id):
                try target.requireSharedFiles(.documentFile)
                part["file_id"] = .string(id)
                part["filename"] = document.title.map { .string($0) }
            }
            if target.isForOwnClient { part["detail"] = block.ownMembers["detail"] }
            parts.append(part)
        }
        return parts
    }
}

extension Block {
    /// What is said of the item that holds the block: `id`, `status`, `phase` ...
    var ownItem: JSONObject { self.ownMembers["item"]?.objectValue ?? [:] }

    mutating func setOwn(_ name: String, _ value: JSONObject) {
        if !value.isEmpty { self.ownMembers[name] = .object(value) }
    }
}

extension EncodingTarget {
    /// Whether the client speaks this format too, so that what the canonical form has no place for came from it and goes back.
    var isForOwnClient: Bool { self.client.format == .responses }

    /// A 400 for what can't be left out.
    /// - Parameter reason: goes on after the member's name.
    func refusal(of feature: Feature, _ reason: String) -> RelayError {
        let name = self.client.memberName(of: feature)
        return RelayError(
            .badRequest, code: "unsupported_parameter", parameter: name, "`\(name ?? feature.rawValue)` \(reason)")
    }

    /// A file's id means nothing to another provider.
    func requireSharedFiles(_ feature: Feature) throws(RelayError) {
        guard ResponsesNames.sharesFiles(self.client.format) else {
            throw self.refusal(of: feature, "names a file of another provider than this model's")
        }
    }
}
