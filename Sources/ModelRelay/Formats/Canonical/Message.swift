internal import Wire

/// One turn.
struct Message: Sendable, Hashable {
    enum Role: String, Sendable, Hashable {
        case system, developer, user, assistant
    }

    var role: Role
    /// Results of tools are blocks of a `user` message.
    var blocks: [Block]
    /// A participant's name (chat completions).
    var name: String?
    /// Members of the message that its format alone has, such as `prefix`.
    var ownMembers = JSONObject()

    init(_ role: Role, _ blocks: [Block], name: String? = nil) {
        self.role = role
        self.blocks = blocks
        self.name = name
    }
}

/// A piece of a turn or of an answer.
struct Block: Sendable, Hashable {
    enum Content: Sendable, Hashable {
        case text(String, citations: [Citation])
        case image(Media, detail: String?)
        case audio(Media)
        case video(Media)
        case document(Document)
        case toolCall(ToolCall)
        case toolResult(ToolResult)
        case reasoning(Reasoning)
        case refusal(String)
        /// Something that one format alone has, kept whole for the way back to that format: a search that the provider carried out and
        /// its result, a computer's screenshot, an item of a kind that is not known.
        case own(WireFormat, JSON)
    }

    var content: Content
    /// Anthropic's `cache_control`: the prompt up to here is worth keeping.
    var cacheMark: CacheMark?
    /// Gemini gives its signatures with any part, not only with thoughts.
    var signature: OpaqueReasoning?
    /// Members of the piece that the client's format alone has, such as Anthropic's `caller` and Gemini's `videoMetadata`: written only
    /// where that format goes out. Who reads them notes their names in `Conversation.ownMembers` too, so that they are told as dropped.
    var ownMembers: JSONObject

    init(
        _ content: Content, cacheMark: CacheMark? = nil, signature: OpaqueReasoning? = nil, ownMembers: JSONObject = JSONObject()
    ) {
        self.content = content
        self.cacheMark = cacheMark
        self.signature = signature
        self.ownMembers = ownMembers
    }

    static func text(_ text: String) -> Block { Block(.text(text, citations: [])) }
}

struct CacheMark: Sendable, Hashable {
    /// `5m` or `1h`; nil = the provider's own.
    var lifetime: String?
}

/// Bytes of a picture, sound or film, or where they are.
struct Media: Sendable, Hashable {
    enum Source: Sendable, Hashable {
        /// Base64 as it came; it is never decoded on its way.
        case base64(String)
        case url(String)
        /// A file that was uploaded to the provider.
        case file(String)
    }

    var source: Source
    /// A media type such as `image/png`; nil where nobody said.
    var type: String?
    /// What is said in spoken output.
    var transcript: String?
    /// The name by which a later turn may refer to spoken output, and until when, in seconds since 1970.
    var id: String?
    var expiresAt: Int64?

    /// - Parameter type: of what is behind a URL, where it is known.
    init(_ source: Source, type: String? = nil) {
        self.source = source
        self.type = type
    }

    /// From a URL that may be a `data:` one (RFC 2397); of those only base64 is taken.
    init(url: String) {
        guard url.utf8.starts(with: "data:".utf8), let comma = url.utf8.firstIndex(of: UInt8(ascii: ",")) else {
            self.init(.url(url))
            return
        }
        let head = url[url.index(url.startIndex, offsetBy: 5)..<comma].split(separator: ";", omittingEmptySubsequences: false)
        guard head.last?.lowercased() == "base64" else {
            self.init(.url(url))
            return
        }
        let type = head.first.map(String.init) ?? ""
        self.init(.base64(String(url[url.index(after: comma)...])), type: type.isEmpty ? nil : type)
    }

    /// As a URL; bytes become a `data:` URL. Nil for a file of the provider.
    var url: String? {
        switch self.source {
        case .url(let url): url
        case .base64(let text): "data:\(self.type ?? "application/octet-stream");base64,\(text)"
        case .file: nil
        }
    }
}

/// A file to be read: a PDF, a text.
struct Document: Sendable, Hashable {
    enum Source: Sendable, Hashable {
        case media(Media)
        case text(String)
        /// Pieces that are cited by their index (Anthropic's `content` source).
        case blocks([Block])
    }

    var source: Source
    /// The file's name or title.
    var title: String?
    /// What the model is told of it beside the text.
    var context: String?
    var citesSource: Bool?
}

/// The model asks for a tool.
struct ToolCall: Sendable, Hashable {
    var id: String
    var name: String
    /// JSON text as the model wrote it; it may be no JSON. For a custom tool it is any text.
    var arguments: String
    /// Whether the tool takes a text instead of an object (OpenAI's custom tools).
    var isCustom = false
    /// The item's id in Responses, which is another than the call's.
    var itemID: String?
}

/// What a tool brought.
struct ToolResult: Sendable, Hashable {
    var callID: String
    /// The tool's name, where the format says it (Gemini).
    var name: String?
    var blocks: [Block]
    /// An object that is to be passed on as one (Gemini's `response`), where the client gave one.
    var object: JSON?
    var isError: Bool?
    var isCustom = false
}

/// Where a sentence comes from.
struct Citation: Sendable, Hashable {
    var url: String?
    var title: String?
    var citedText: String?
    /// Characters of the text that it belongs to, where the format counts them.
    var range: Range<Int>?
    /// What the format says beyond that, as it stands there.
    var own: JSON?
    var origin: WireFormat
}
