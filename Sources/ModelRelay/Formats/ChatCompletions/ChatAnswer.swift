internal import Ledger
internal import NIOCore
internal import Wire

/// What the relay reads in a whole chat completion.
struct ChatAnswer {
    private static let names = MemberNames("usage", "model", "id", "error", "choices")

    let usage: Usage?
    let id: String
    /// Whether it tells of a failure though its status doesn't.
    let isError: Bool
    private let model: ScannedMember?

    /// - Throws: where the body is no JSON object.
    init(_ body: ByteBuffer) throws(JSONError) {
        (self.usage, self.id, self.isError, self.model) = try body.withUnsafeReadableBytes { (bytes) throws(JSONError) in
            let object = try JSONScanner.scan(bytes, for: Self.names)
            let usage = object[0]?.value(in: bytes).flatMap { ChatUsage.read($0) }
            let id = object[2]?.string(in: bytes) ?? ""
            let isError = object[4] == nil && object[3].map { !$0.isNull } ?? false
            return (usage, id.utf8.count <= 256 ? id : "", isError, object[1])
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

    /// What an upstream's error body says, bounded; whatever shape it has.
    static func errorMessage(inBody body: ByteBuffer) -> (message: String, type: String?, code: String?, parameter: String?) {
        let limits = JSONLimits(maximumDepth: 32, duplicateNames: .lastWins)
        let json = try? body.withUnsafeReadableBytes { (bytes) throws(JSONError) in try JSON.parse(bytes, limits: limits) }
        let error = json?["error"]
        let text =
            error?["message"]?.stringValue ?? error?.stringValue ?? json?["message"]?.stringValue
            ?? "the upstream failed without saying why"
        return (
            String(text.prefix(800)), error?["type"]?.stringValue, error?["code"]?.stringValue, error?["param"]?.stringValue
        )
    }

    /// What the error event of a stream says.
    static func errorMessage(inEvent event: ByteBuffer) -> String {
        let text = String(buffer: event)
        guard let start = text.firstIndex(of: "{") else { return "the upstream's stream failed" }
        return self.errorMessage(inBody: ByteBuffer(substring: text[start...])).message
    }
}
