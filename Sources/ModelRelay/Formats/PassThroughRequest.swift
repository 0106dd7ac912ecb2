internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// What the relay reads of a request that it doesn't convert: the model, which it may have to put another name for. The rest is the
/// upstream's to judge, as far as nothing is said of it here.
struct PassThroughRequest: Sendable {
    let model: String
    /// The members that were looked for beside the model.
    let members: ScannedObject

    /// - Parameters:
    ///   - names: members that are looked for; `model` is the first of them.
    ///   - defaultModel: the model where the request names none; nil where it has to.
    /// - Throws: a 400 that names the member or the offset.
    init(_ bytes: UnsafeRawBufferPointer, names: MemberNames, defaultModel: String? = nil) throws(RelayError) {
        do { self.members = try JSONScanner.scan(bytes, for: names) } catch {
            throw RelayError(
                .badRequest, code: "invalid_json", parameter: error.path.tokens.first,
                "the request's body is not acceptable JSON: \(error)")
        }
        guard let member = self.members[0], !member.isNull else {
            guard let defaultModel else {
                throw RelayError(
                    .badRequest, code: "missing_required_parameter", parameter: "model", "you must provide a model parameter")
            }
            self.model = defaultModel
            return
        }
        guard let model = member.string(in: bytes), !model.isEmpty, model.utf8.count <= 256 else {
            throw Member(.null, place: "model").wrong("a string of 1 to 256 bytes")
        }
        self.model = model
    }

    /// A member that has to be there and not null.
    /// - Throws: a 400 that names it.
    func required(_ index: Int) throws(RelayError) -> ScannedMember {
        if let member = self.members[index], !member.isNull { return member }
        let name = self.members.names.names[index]
        throw RelayError(.badRequest, code: "missing_required_parameter", parameter: name, "`\(name)` is missing")
    }

    /// The body as the upstream gets it, with its own name for the model.
    func upstreamBody(of body: ByteBuffer, model upstreamModel: String) -> ByteBuffer {
        var literal: [UInt8] = []
        JSON.writeString(upstreamModel, to: &literal)
        var splice = JSONSplice(originalCount: body.readableBytes)
        // There is one edit of an object that was scanned: nothing can overlap.
        guard upstreamModel != self.model || self.members[0] == nil, (try? splice.set(0, of: self.members, to: literal)) != nil
        else {
            return body
        }
        return ByteBuffer(bytes: body.withUnsafeReadableBytes { splice.applied(to: $0) })
    }
}

/// OpenAI's `POST /v1/moderations`, which is passed on as it is.
enum Moderations {
    private static let names = MemberNames("model", "input")
    private static let defaultModel = "omni-moderation-latest"

    /// - Throws: a 400 that names the member.
    static func request(_ bytes: UnsafeRawBufferPointer) throws(RelayError) -> PassThroughRequest {
        let request = try PassThroughRequest(bytes, names: self.names, defaultModel: self.defaultModel)
        let input = try request.required(1)
        guard input.kind == .string || input.kind == .array else {
            throw Member(.null, place: "input").wrong("a string or an array")
        }
        return request
    }
}
