internal import Wire

/// Reads the content of a client's message: a string, or a list of parts.
enum ChatContentReader {
    static func blocks(_ content: Member) throws(RelayError) -> [Block] {
        switch content.json {
        case .string(let text): return [.text(text)]
        case .array:
            var blocks: [Block] = []
            for part in try content.elements() { blocks.append(try self.block(part)) }
            guard !blocks.isEmpty else { throw content.unacceptable("must not be empty") }
            return blocks
        default: throw content.wrong("a string or an array of parts")
        }
    }

    /// A mark by either name: `cache_control` of some dialects, `prompt_cache_breakpoint` of OpenAI.
    static func cacheMark(of part: Member) throws(RelayError) -> CacheMark? {
        if let control = try part.member("cache_control") { return CacheMark(lifetime: try control.member("ttl")?.string()) }
        if let mark = try part.member("prompt_cache_breakpoint") { return CacheMark(lifetime: try mark.member("ttl")?.string()) }
        return nil
    }

    private static func block(_ part: Member) throws(RelayError) -> Block {
        var block = Block(try self.content(part), cacheMark: try self.cacheMark(of: part))
        // A part of an unknown kind is kept whole.
        if case .own = block.content { return block }
        block.ownMembers = try part.members(beside: self.partNames)
        return block
    }

    private static let partNames: Set<String> = [
        "type", "text", "refusal", "image_url", "input_audio", "video_url", "file", "cache_control", "prompt_cache_breakpoint",
    ]

    private static func content(_ part: Member) throws(RelayError) -> Block.Content {
        switch try part.required("type").string() {
        case "text": return .text(try part.required("text").string(), citations: [])
        case "refusal": return .refusal(try part.required("refusal").string())
        case "image_url":
            let image = try part.required("image_url")
            return .image(Media(url: try self.url(image)), detail: try self.detail(of: image))
        case "input_audio":
            let audio = try part.required("input_audio")
            return .audio(
                Media(
                    .base64(try audio.required("data").string()),
                    type: AudioFormat.mediaType(of: try audio.required("format").string())))
        case "video_url": return .video(Media(url: try self.url(part.required("video_url"))))
        case "file": return .document(try self.document(part.required("file")))
        default: return .own(.chatCompletions, part.json)
        }
    }

    /// Some dialects have the address itself where OpenAI has an object that holds it.
    private static func url(_ member: Member) throws(RelayError) -> String {
        let address: Member
        if case .string = member.json { address = member } else { address = try member.required("url") }
        let text = try address.string()
        guard !text.isEmpty else { throw address.unacceptable("must not be empty") }
        return text
    }

    private static func detail(of image: Member) throws(RelayError) -> String? {
        if case .string = image.json { return nil }
        return try image.member("detail")?.string()
    }

    private static func document(_ file: Member) throws(RelayError) -> Document {
        let title = try file.member("filename")?.string()
        if let id = try file.member("file_id") { return Document(source: .media(Media(.file(try id.string()))), title: title) }
        let text = try file.required("file_data").string()
        var media = Media(url: text)
        if case .url = media.source, !text.utf8.starts(with: "http://".utf8), !text.utf8.starts(with: "https://".utf8) {
            media = Media(.base64(text))
        }
        if media.type == nil, title?.lowercased().hasSuffix(".pdf") == true { media.type = "application/pdf" }
        return Document(source: .media(media), title: title)
    }
}

/// The short names that OpenAI has for formats of sound.
enum AudioFormat {
    static func mediaType(of name: String) -> String {
        switch name {
        case "mp3": "audio/mpeg"
        case "pcm16": "audio/L16"
        default: "audio/\(name)"
        }
    }

    static func name(of mediaType: String?) -> String {
        guard let mediaType else { return "wav" }
        // A type may have parameters, such as a sampling rate.
        let type = mediaType.prefix { $0 != ";" }.lowercased()
        switch type {
        case "audio/mpeg", "audio/mp3": return "mp3"
        case "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave": return "wav"
        case "audio/l16", "audio/pcm": return "pcm16"
        default: return String(type.split(separator: "/").last ?? "wav")
        }
    }
}
