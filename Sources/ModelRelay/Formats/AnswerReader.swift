internal import Ledger
internal import NIOCore
internal import Wire

/// What the relay reads in a whole answer that it passes on.
struct AnswerReader {
    let usage: Usage?
    let id: String
    /// The tier in which the upstream served the call, where it says.
    let serviceTier: String?
    /// Whether it tells of a failure though its status doesn't.
    let isError: Bool
    private let model: ScannedMember?

    /// - Throws: where the body is no JSON object.
    init(_ body: ByteBuffer, rules: FormatRules) throws(JSONError) {
        let names = rules.answer
        (self.usage, self.id, self.serviceTier, self.isError, self.model) = try body.withUnsafeReadableBytes {
            (bytes) throws(JSONError) in
            let object = try JSONScanner.scan(bytes, for: names.names)
            var usage = object.member(names.usage)?.value(in: bytes).flatMap { rules.usage.usage($0) }
            if usage == nil, let inner = names.inner, let value = object[inner.index]?.value(in: bytes),
                let found = try? JSONScanner.scan(value, for: inner.names.names)
            {
                usage = found.member(inner.names.usage)?.value(in: value).flatMap { rules.usage.usage($0) }
            }
            let isError = object.member(names.list) == nil && object.member(names.error).map { !$0.isNull } ?? false
            return (
                usage, object.text(names.id, in: bytes) ?? "", object.text(names.tier, in: bytes), isError,
                object.member(names.model)
            )
        }
    }

    /// The body with `name` as its model.
    func naming(_ name: String, in body: ByteBuffer) -> ByteBuffer {
        guard let model = self.model else { return body }
        var literal: [UInt8] = []
        JSON.writeString(name, to: &literal)
        var result = ByteBuffer()
        result.reserveCapacity(body.readableBytes + literal.count)
        let view = body.readableBytesView
        result.writeBytes(view.prefix(model.valueRange.lowerBound))
        result.writeBytes(literal)
        result.writeBytes(view.dropFirst(model.valueRange.upperBound))
        return result
    }
}

/// What an upstream says of its failure, bounded; whatever shape it has.
struct UpstreamComplaint: Sendable, Hashable {
    var message: String
    var type: String?
    var code: String?
    var parameter: String?
    /// The status that it stands for, where it says one.
    var status: Int?

    /// Bytes of a text that are kept.
    private static let longestText = 800
    private static let longestName = 128

    init(message: String, type: String?, code: String?) {
        self.message = String(message.prefix(Self.longestText))
        self.type = type.map { String($0.prefix(Self.longestName)) }
        self.code = code.map { String($0.prefix(Self.longestName)) }
    }

    init(_ body: ByteBuffer) { self = body.withUnsafeReadableBytes { Self($0) } }

    init(_ bytes: UnsafeRawBufferPointer) {
        var json = try? JSON.parse(bytes, limits: JSONLimits(maximumDepth: 32, duplicateNames: .lastWins))
        // Gemini's streams tell a failure as an array of one.
        if case .array(let elements)? = json { json = elements.first }
        let error = json?["response"]?["error"] ?? json?["error"]
        // The `error` event of Responses has its members at the top.
        let object = error ?? json
        let text =
            object?["message"]?.stringValue ?? error?.stringValue ?? json?["message"]?.stringValue
            ?? "the upstream failed without saying why"
        self.message = String(text.prefix(Self.longestText))
        self.type = (error?["type"] ?? error?["status"])?.stringValue.map { String($0.prefix(Self.longestName)) }
        self.code = object?["code"]?.stringValue.map { String($0.prefix(Self.longestName)) }
        self.parameter = object?["param"]?.stringValue.map { String($0.prefix(Self.longestName)) }
        self.status = object?["code"]?.intValue ?? Self.statuses[self.type ?? ""] ?? Self.statuses[self.code ?? ""]
    }

    /// What words for failures mean as a status: the types of Anthropic's errors, OpenAI's codes, and the canonical codes of Google.
    private static let statuses: [String: Int] = [
        "invalid_request_error": 400, "authentication_error": 401, "permission_error": 403, "not_found_error": 404,
        "request_too_large": 413, "rate_limit_error": 429, "rate_limit_exceeded": 429, "overloaded_error": 529,
        "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404,
        "RESOURCE_EXHAUSTED": 429, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504,
    ]
}
