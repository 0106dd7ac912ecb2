import Wire

/// The body of an answer, read as its `Content-Type` says, or, where that says nothing or too little, as what it turns out to be.
enum AnswerContent {
    case empty
    case json(JSON)
    /// With its text.
    case xml(XMLElement, String)
    case text(String, MediaType)
    case image([UInt8], type: String)
    case audio([UInt8], type: String)
    /// - Parameter name: what the API calls the file (RFC 6266).
    case binary([UInt8], type: String, name: String?)

    var isEmpty: Bool { if case .empty = self { true } else { false } }

    /// Whether a part of it is of no use.
    var isBinary: Bool {
        switch self {
        case .image, .audio, .binary: true
        case .empty, .json, .xml, .text: false
        }
    }

    /// Numbers keep their digits; of a name that is there twice, the last value counts, as for most readers.
    private static let limits = JSONLimits(maximumDepth: 256, duplicateNames: .lastWins)

    init(headers: [(name: String, value: String)], body: [UInt8], isCut: Bool) {
        guard !body.isEmpty else {
            self = .empty
            return
        }
        let type = MediaType(Self.field("content-type", in: headers) ?? "")
        if !isCut, let value = Self.json(body, type) {
            self = .json(value)
            return
        }
        switch type.type {
        case "image" where !type.isText: self = .image(body, type: type.essence)
        case "audio": self = .audio(body, type: type.essence)
        default:
            let isUnknown = type.isEmpty || type.essence == "application/octet-stream"
            let text =
                type.isText
                ? TextDecoding.text(body, type, isCut: isCut) : isUnknown ? TextDecoding.plain(body, isCut: isCut) : nil
            guard let text else {
                let name = Self.field("content-disposition", in: headers).flatMap(Self.fileName)
                self = .binary(body, type: type.isEmpty ? "application/octet-stream" : type.essence, name: name)
                return
            }
            if !isCut, type.isXML || (isUnknown && text.hasPrefix("<?xml")), let root = try? XMLReader.read(body) {
                self = .xml(root, text)
            } else {
                self = .text(text, type)
            }
        }
    }

    static func field(_ name: String, in headers: [(name: String, value: String)]) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }

    // MARK: - JSON

    /// Texts that hold several values, of which a single one may be there by chance.
    private static let streams: Set<String> = [
        "event-stream", "x-ndjson", "ndjson", "jsonl", "x-jsonl", "jsonlines", "x-jsonlines", "json-seq",
    ]

    private static func json(_ body: [UInt8], _ type: MediaType) -> JSON? {
        if type.isJSON {
            guard let text = TextDecoding.text(body, type, isCut: false) else { return nil }
            return try? JSON.parse(text, limits: limits)
        }
        // Declared as something else, or as nothing: arrays and objects only, because any word in quotes would be JSON.
        guard type.isEmpty || type.isText || type.essence == "application/octet-stream", !streams.contains(type.subtype) else {
            return nil
        }
        let start = body.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard start == UInt8(ascii: "{") || start == UInt8(ascii: "[") else { return nil }
        return try? JSON.parse(body, limits: limits)
    }

    // MARK: - Names

    private static func fileName(_ disposition: String) -> String? {
        let parts = MediaType.parts(of: disposition)
        for key in ["filename*=", "filename="] {
            guard let part = parts.first(where: { $0.lowercased().hasPrefix(key) }) else { continue }
            var name = MediaType.unquoted(part.dropFirst(key.count))
            // RFC 8187: charset'language'value.
            if key == "filename*=" {
                let halves = name.split(separator: "'", omittingEmptySubsequences: false)
                guard halves.count == 3 else { continue }
                name = String(decoding: PercentEncoding.decoded(String(halves[2])), as: UTF8.self)
            }
            let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
            if !last.isEmpty, last.utf8.count <= 255 { return last }
        }
        return nil
    }
}
