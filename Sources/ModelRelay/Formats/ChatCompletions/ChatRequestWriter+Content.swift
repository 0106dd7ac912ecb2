internal import Wire

extension ChatRequestWriter {
    /// A message's content: a string where one text says it, else parts.
    mutating func content(_ blocks: [Block]) throws(RelayError) -> JSON {
        if let text = self.plainText(blocks) { return .string(text) }
        var parts: [JSON] = []
        for block in blocks { try self.write(block, depth: 0, to: &parts) }
        // What is left where others were left out.
        if !self.isClientsOwn, parts.count == 1, parts[0].objectValue?.count == 2, let text = parts[0]["text"] { return text }
        return .array(parts)
    }

    private mutating func plainText(_ blocks: [Block]) -> String? {
        guard blocks.count == 1 || self.quirks.lacksTextParts else { return nil }
        if self.isClientsOwn, blocks.contains(where: { !$0.ownMembers.isEmpty }) { return nil }
        var texts: [String] = []
        var hasMark = false
        for block in blocks {
            guard case .text(let text, _) = block.content else { return nil }
            texts.append(text)
            hasMark = hasMark || block.cacheMark != nil
        }
        for name in blocks.flatMap(\.ownMembers.names) { self.losses.drop(member: name) }
        if hasMark {
            guard self.quirks.cacheMarks == .none || self.quirks.lacksTextParts else { return nil }
            self.losses.drop(.cacheMarks)
        }
        return texts.joined(separator: "\n\n")
    }

    /// Documents hold blocks, which are looked at this far down.
    private static let greatestDepth = 4

    private mutating func write(_ block: Block, depth: Int, to parts: inout [JSON]) throws(RelayError) {
        let start = parts.count
        switch block.content {
        case .text(let text, _): parts.append(["type": "text", "text": .string(text)])
        case .refusal(let text): parts.append(["type": "refusal", "refusal": .string(text)])
        case .image(let media, let detail):
            guard let url = media.url else { throw self.target.cannotSay(.imageFile) }
            var image: JSONObject = ["url": .string(url)]
            image["detail"] = detail.map { .string($0) }
            parts.append(["type": "image_url", "image_url": .object(image)])
        case .audio(let media):
            guard case .base64(let data) = media.source else {
                throw self.target.cannotSay(.audioInput, "has to hold the sound itself for the provider of this model")
            }
            parts.append([
                "type": "input_audio",
                "input_audio": ["data": .string(data), "format": .string(AudioFormat.name(of: media.type))],
            ])
        case .video(let media):
            guard let url = media.url, self.quirks.hasVideoParts || self.isClientsOwn else {
                throw self.target.cannotSay(.videoInput)
            }
            parts.append(["type": "video_url", "video_url": ["url": .string(url)]])
        case .document(let document): try self.write(document, depth: depth, to: &parts)
        case .own(let origin, let json):
            if origin == .chatCompletions, self.isClientsOwn {
                parts.append(json)
            } else {
                self.losses.drop(member: json["type"]?.stringValue ?? "content")
            }
        // Not a part of content; their own members say them where they may stand.
        case .toolCall, .toolResult, .reasoning: break
        }
        try self.write(ownMembersOf: block, from: start, to: &parts)
        guard let mark = block.cacheMark else { return }
        guard parts.count > start, self.quirks.cacheMarks != .none, case .object(var part) = parts[parts.count - 1] else {
            return self.losses.drop(.cacheMarks)
        }
        self.write(mark, to: &part)
        parts[parts.count - 1] = .object(part)
    }

    private mutating func write(ownMembersOf block: Block, from start: Int, to parts: inout [JSON]) throws(RelayError) {
        guard !block.ownMembers.isEmpty else { return }
        guard self.isClientsOwn, parts.count > start, case .object(var part) = parts[parts.count - 1] else {
            for name in block.ownMembers.names { self.losses.drop(member: name) }
            return
        }
        for (name, value) in block.ownMembers { part.appendIfAbsent(name, value) }
        parts[parts.count - 1] = .object(part)
    }

    private mutating func write(_ document: Document, depth: Int, to parts: inout [JSON]) throws(RelayError) {
        if document.citesSource == true { self.losses.drop(.citations) }
        if let context = document.context { parts.append(["type": "text", "text": .string(context)]) }
        switch document.source {
        case .text(let text):
            let titled = document.title.map { "\($0)\n\n\(text)" } ?? text
            parts.append(["type": "text", "text": .string(titled)])
        case .blocks(let blocks):
            guard depth < Self.greatestDepth else { throw self.target.cannotSay(.documentText, "is nested too deeply") }
            if let title = document.title { parts.append(["type": "text", "text": .string(title)]) }
            for block in blocks { try self.write(block, depth: depth + 1, to: &parts) }
        case .media(let media):
            var file = JSONObject()
            switch media.source {
            case .base64:
                // The API wants a name with data.
                let isPDF = media.type == nil || media.type == "application/pdf"
                file["filename"] = .string(document.title ?? (isPDF ? "document.pdf" : "document"))
                file["file_data"] = Media(media.source, type: media.type ?? "application/pdf").url.map { .string($0) }
            case .url(let url):
                guard self.isClientsOwn else {
                    throw self.target.cannotSay(.documentURL, "has to hold the document itself for the provider of this model")
                }
                file["filename"] = document.title.map { .string($0) }
                file["file_data"] = .string(url)
            case .file(let id):
                guard self.isClientsOwn else {
                    throw self.target.cannotSay(.documentFile, "names a file that the provider of this model doesn't have")
                }
                file["filename"] = document.title.map { .string($0) }
                file["file_id"] = .string(id)
            }
            parts.append(["type": "file", "file": .object(file)])
        }
    }

    /// Writes a mark in the way of the provider. Lifetimes are the shortest ones of it that last as long.
    func write(_ mark: CacheMark, to part: inout JSONObject) {
        switch self.quirks.cacheMarks {
        case .none: break
        case .cacheControl:
            var control: JSONObject = ["type": "ephemeral"]
            control["ttl"] = mark.lifetime.map { .string($0 == "5m" ? "5m" : "1h") }
            part["cache_control"] = .object(control)
        case .breakpoint:
            var point: JSONObject = ["mode": "explicit"]
            if let lifetime = mark.lifetime, lifetime != "5m" { point["ttl"] = lifetime == "30m" ? "30m" : "12h" }
            part["prompt_cache_breakpoint"] = .object(point)
        }
    }
}
