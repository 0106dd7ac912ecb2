internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// What the relay acts on in a client's request, read from its bytes by the format's table without building a tree.
///
/// Everything else is the upstream's to judge and travels untouched. A member that is acted on here and could be read another way
/// there (twice, escaped, other case) is refused by the scanner.
struct RequestView {
    /// The longest text of the client that a record keeps, in bytes.
    private static let longestText = 256
    private static let streamOptionNames = MemberNames("include_usage")

    private(set) var model = ""
    private(set) var isStreamed = false
    /// Whether the client itself asked for the chunk that holds the usage.
    private(set) var wantsUsageChunk = false
    /// Of one choice.
    private(set) var maximumOutputTokens: Int64?
    private(set) var choiceCount: Int64 = 1
    /// The end user whom the client names, where its format has a place for that.
    private(set) var user = ""
    private(set) var promptCacheKey = ""
    private(set) var serviceTier = ""
    /// The stored answer that this one goes on from.
    private(set) var previousID = ""
    /// Whether the client wants its answer to be kept: it says so by saying nothing.
    private(set) var isStored = true
    /// Whether the client wants the answer to be made while it doesn't wait.
    private(set) var isBackground = false
    /// The client's metadata as JSON text, at most 4 KiB; "" where there is none.
    private(set) var metadata = ""
    private let object: ScannedObject
    private var modelMember: ScannedMember?
    /// The name in the body, which the path's may stand in for.
    private var bodyModel: String?
    private var streamOptions: (member: ScannedMember, object: ScannedObject?)?
    private let rules: RequestRules

    /// - Throws: an `RelayError` with status 400 that names the member or the offset.
    init(_ bytes: UnsafeRawBufferPointer, rules: RequestRules, path: EndpointPath = EndpointPath()) throws(RelayError) {
        let object: ScannedObject
        do { object = try JSONScanner.scan(bytes, for: rules.names) } catch { throw Self.broken(error) }
        self.object = object
        self.rules = rules
        var namedUser = ""
        for (index, role) in rules.roles.enumerated() {
            guard let member = object[index] else { continue }
            switch role {
            case .model: self.modelMember = member
            case .metadata: namedUser = self.readMetadata(member, in: bytes)
            default: if !member.isNull { try self.read(member, role, named: rules.names.names[index], in: bytes) }
            }
        }
        if self.user.isEmpty { self.user = namedUser }
        if let isStreamed = path.isStreamed { self.isStreamed = isStreamed }
        self.bodyModel = self.modelMember?.string(in: bytes)
        self.model = try Self.model(path.model, self.modelMember, self.bodyModel, rules)
    }

    private mutating func read(
        _ member: ScannedMember, _ role: RequestRules.Role, named name: String, in bytes: UnsafeRawBufferPointer
    ) throws(RelayError) {
        switch role {
        case .model, .metadata: break
        case .stream: self.isStreamed = try Self.flag(member, named: name, in: bytes)
        case .stored: self.isStored = try Self.flag(member, named: name, in: bytes)
        case .background: self.isBackground = try Self.flag(member, named: name, in: bytes)
        case .streamOptions: try self.readStreamOptions(member, in: bytes)
        case .outputLimit:
            if self.maximumOutputTokens == nil { self.maximumOutputTokens = member.int64(in: bytes) }
        case .choices: self.choiceCount = min(max(member.int64(in: bytes) ?? 1, 1), 128)
        case .user: if self.user.isEmpty { self.user = Self.text(member, in: bytes) }
        case .cacheKey: self.promptCacheKey = Self.text(member, in: bytes)
        case .serviceTier: self.serviceTier = Self.text(member, in: bytes)
        case .previous: self.previousID = Self.text(member, in: bytes)
        case .within(let rules):
            guard member.kind == .object, let value = member.value(in: bytes) else { return }
            let inner: ScannedObject
            do { inner = try JSONScanner.scan(value, for: rules.names) } catch { throw Self.broken(error) }
            for (index, role) in rules.roles.enumerated() {
                guard let member = inner[index], !member.isNull else { continue }
                try self.read(member, role, named: "\(name).\(rules.names.names[index])", in: value)
            }
        }
    }

    private static func flag(
        _ member: ScannedMember, named name: String, in bytes: UnsafeRawBufferPointer
    ) throws(RelayError) -> Bool {
        guard let value = member.bool(in: bytes) else { throw self.wrong(name, "true or false") }
        return value
    }

    private mutating func readStreamOptions(_ options: ScannedMember, in bytes: UnsafeRawBufferPointer) throws(RelayError) {
        guard options.kind == .object, let value = options.value(in: bytes) else {
            throw Self.wrong("stream_options", "an object")
        }
        let scanned: ScannedObject
        do { scanned = try JSONScanner.scan(value, for: Self.streamOptionNames) } catch { throw Self.broken(error) }
        self.streamOptions = (options, scanned)
        guard let flag = scanned[0], !flag.isNull else { return }
        guard let wants = flag.bool(in: value) else { throw Self.wrong("stream_options.include_usage", "true or false") }
        self.wantsUsageChunk = wants
    }

    /// An object of strings as it stands in the request.
    /// - Returns: the end user whom it names.
    private mutating func readMetadata(_ member: ScannedMember, in bytes: UnsafeRawBufferPointer) -> String {
        guard member.kind == .object, member.valueRange.count <= 4096, let value = member.value(in: bytes),
            let object = try? JSON.parse(value).objectValue, object.allSatisfy({ $0.value.stringValue != nil })
        else { return "" }
        self.metadata = String(decoding: value, as: UTF8.self)
        return Self.bounded(object["user_id"]?.stringValue ?? "")
    }

    /// A text for the record; a longer one is cut, so that no request can fill the journal.
    private static func text(_ member: ScannedMember, in bytes: UnsafeRawBufferPointer) -> String {
        // A string's escapes are at most six bytes for one, so the length bounds the work as well.
        guard member.kind == .string, member.valueRange.count <= 6 * self.longestText + 2 else { return "" }
        return self.bounded(member.string(in: bytes) ?? "")
    }

    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > self.longestText else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: self.longestText)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    private static func model(
        _ inPath: String?, _ member: ScannedMember?, _ inBody: String?, _ rules: RequestRules
    ) throws(RelayError) -> String {
        if inPath == nil, member == nil, let model = rules.defaultModel { return model }
        guard inPath != nil || member != nil else {
            throw RelayError(
                .badRequest, code: "missing_required_parameter", parameter: "model", "you must provide a model parameter")
        }
        guard let model = inPath ?? inBody, !model.isEmpty, model.utf8.count <= 256 else {
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

// MARK: What the upstream gets

extension RequestView {
    /// The body as an upstream of the same format gets it: its own name for the model, and the usage asked for in a stream.
    func upstreamBody(of body: ByteBuffer, model upstreamModel: String, allocator: ByteBufferAllocator) -> ByteBuffer {
        var splice = JSONSplice(originalCount: body.readableBytes)
        do {
            if upstreamModel != self.bodyModel, !self.rules.hasModelInPath {
                if let member = self.modelMember {
                    try splice.replace(member, with: Self.literal(upstreamModel))
                } else {
                    try splice.insert(name: "model", value: Self.literal(upstreamModel), into: self.object)
                }
            }
            if self.rules.takesStreamOptions, self.isStreamed, !self.wantsUsageChunk { try self.askForUsage(&splice) }
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
        guard let options = self.object["stream_options"] else {
            return try splice.insert(name: "stream_options", value: flag, into: self.object)
        }
        // The other options of the client stay; `include_usage` alone is replaced or added.
        guard let inner = self.streamOptions?.object else { return try splice.replace(options, with: flag) }
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
}
