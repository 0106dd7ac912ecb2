internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// What the relay acts on in a chat completion request, read from its bytes without building a tree.
///
/// Everything else is the upstream's to judge and travels untouched. A member that is acted on here and could be read another way
/// there (twice, escaped, other case) is refused by the scanner.
struct ChatRequest {
    static let names = MemberNames(
        "model", "stream", "stream_options", "user", "max_tokens", "max_completion_tokens", "prompt_cache_key", "service_tier",
        "metadata", "n")
    /// The longest text of the client that a record keeps, in bytes.
    private static let longestText = 256
    private static let streamOptionNames = MemberNames("include_usage")

    let model: String
    let isStreamed: Bool
    /// Whether the client itself asked for the chunk that holds the usage.
    let wantsUsageChunk: Bool
    /// Of one choice.
    let maximumOutputTokens: Int64?
    let choiceCount: Int64
    /// The end user whom the client names: `user`, or `user_id` within the metadata.
    let user: String
    let promptCacheKey: String
    let serviceTier: String
    /// The client's metadata as JSON text, at most 4 KiB; "" where there is none.
    let metadata: String
    private let object: ScannedObject
    private let streamOptions: ScannedObject?

    /// - Throws: an `RelayError` with status 400 that names the member or the offset.
    init(_ bytes: UnsafeRawBufferPointer) throws(RelayError) {
        let object: ScannedObject
        do { object = try JSONScanner.scan(bytes, for: Self.names) } catch { throw Self.broken(error) }
        self.object = object
        self.model = try Self.model(object[0], in: bytes)
        if let stream = object[1], !stream.isNull {
            guard let value = stream.bool(in: bytes) else { throw Self.wrong("stream", "true or false") }
            self.isStreamed = value
        } else {
            self.isStreamed = false
        }
        if let options = object[2], !options.isNull {
            guard options.kind == .object, let value = options.value(in: bytes) else {
                throw Self.wrong("stream_options", "an object")
            }
            let scanned: ScannedObject
            do { scanned = try JSONScanner.scan(value, for: Self.streamOptionNames) } catch { throw Self.broken(error) }
            self.streamOptions = scanned
            if let flag = scanned[0], !flag.isNull {
                guard let value = flag.bool(in: value) else { throw Self.wrong("stream_options.include_usage", "true or false") }
                self.wantsUsageChunk = value
            } else {
                self.wantsUsageChunk = false
            }
        } else {
            self.streamOptions = nil
            self.wantsUsageChunk = false
        }
        self.maximumOutputTokens = object[5]?.int64(in: bytes) ?? object[4]?.int64(in: bytes)
        self.choiceCount = min(max(object[9]?.int64(in: bytes) ?? 1, 1), 128)
        self.promptCacheKey = Self.text(object[6], in: bytes)
        self.serviceTier = Self.text(object[7], in: bytes)
        let metadata = object[8].flatMap { Self.metadata($0, in: bytes) }
        self.metadata = metadata?.text ?? ""
        let user = Self.text(object[3], in: bytes)
        self.user = user.isEmpty ? Self.bounded(metadata?.userID ?? "") : user
    }

    /// A text for the record; a longer one is cut, so that no request can fill the journal.
    private static func text(_ member: ScannedMember?, in bytes: UnsafeRawBufferPointer) -> String {
        guard let member, member.kind == .string else { return "" }
        // A string's escapes are at most six bytes for one, so the length bounds the work as well.
        guard member.valueRange.count <= 6 * self.longestText + 2 else { return "" }
        return self.bounded(member.string(in: bytes) ?? "")
    }

    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > self.longestText else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: self.longestText)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    /// An object of strings as it stands in the request, and the end user whom it names.
    private static func metadata(_ member: ScannedMember, in bytes: UnsafeRawBufferPointer) -> (text: String, userID: String)? {
        guard member.kind == .object, member.valueRange.count <= 4096, let value = member.value(in: bytes),
            let object = try? JSON.parse(value).objectValue, object.allSatisfy({ $0.value.stringValue != nil })
        else { return nil }
        return (String(decoding: value, as: UTF8.self), object["user_id"]?.stringValue ?? "")
    }

    /// The body as the upstream gets it: its own name for the model, and the usage asked for in a stream.
    func upstreamBody(of body: ByteBuffer, model upstreamModel: String, allocator: ByteBufferAllocator) -> ByteBuffer {
        var splice = JSONSplice(originalCount: body.readableBytes)
        do {
            if upstreamModel != self.model, let member = self.object[0] {
                try splice.replace(member, with: Self.literal(upstreamModel))
            }
            if self.isStreamed, !self.wantsUsageChunk {
                try self.askForUsage(&splice)
            }
        } catch {
            // Edits of distinct members don't overlap, and the object was scanned: there is nothing that could be thrown.
            return body
        }
        guard !splice.isEmpty else { return body }
        var result = allocator.buffer(capacity: splice.count)
        splice.forEachPiece { piece in
            switch piece {
            case .original(let range):
                result.writeImmutableBuffer(
                    body.getSlice(at: body.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer())
            case .bytes(let bytes): result.writeBytes(bytes)
            }
        }
        return result
    }

    private func askForUsage(_ splice: inout JSONSplice) throws(JSONSpliceError) {
        let flag = Array("{\"include_usage\":true}".utf8)
        guard let options = self.object[2] else {
            return try splice.insert(name: "stream_options", value: flag, into: self.object)
        }
        // The other options of the client stay; `include_usage` alone is replaced or added.
        guard let inner = self.streamOptions else { return try splice.replace(options, with: flag) }
        let start = options.valueRange.lowerBound
        if let member = inner[0] {
            let range = (start + member.valueRange.lowerBound)..<(start + member.valueRange.upperBound)
            try splice.replace(range, with: Array("true".utf8))
        } else {
            let end = start + inner.endOffset
            try splice.replace(end..<end, with: Array((inner.isEmpty ? "" : ",").utf8) + Array("\"include_usage\":true".utf8))
        }
    }

    private static func literal(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        JSON.writeString(text, to: &bytes)
        return bytes
    }

    private static func model(_ member: ScannedMember?, in bytes: UnsafeRawBufferPointer) throws(RelayError) -> String {
        guard let member else {
            throw RelayError(
                .badRequest, code: "missing_required_parameter", parameter: "model", "you must provide a model parameter")
        }
        guard let model = member.string(in: bytes), !model.isEmpty, model.utf8.count <= 256 else {
            throw self.wrong("model", "a string of 1 to 256 bytes")
        }
        return model
    }

    private static func wrong(_ name: String, _ expected: String) -> RelayError {
        RelayError(.badRequest, code: "invalid_type", parameter: name, "`\(name)` must be \(expected)")
    }

    private static func broken(_ error: JSONError) -> RelayError {
        RelayError(
            .badRequest, code: "invalid_json", parameter: error.path.tokens.first,
            "the request's body is not acceptable JSON: \(error)")
    }
}
