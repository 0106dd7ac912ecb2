internal import Directory
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// A client's request as its codec reads it: once for each call, kept for retries.
struct DecodedRequest {
    let json: JSON
    /// As the plugins left it.
    let conversation: Conversation

    /// - Parameters:
    ///   - json: the client's own.
    ///   - whole: what it stands for, where it goes on from a stored one.
    ///   - isBackground: whether it is the relay that lets the client go; the channel isn't asked to.
    /// - Throws: a 400 that names the member at fault, or what a plugin refuses.
    init(
        _ json: JSON, whole: JSON? = nil, codec: any FormatCodec.Type, endpoint: EndpointPath, plugins: ActivePlugins,
        isBackground: Bool = false
    ) throws(RelayError) {
        self.json = json
        var conversation = try codec.conversation(whole ?? json, endpoint: endpoint)
        if isBackground { conversation.ownMembers["background"] = nil }
        try plugins.change(&conversation)
        self.conversation = conversation
    }

    /// - Throws: a 400 that names the member or the offset.
    static func json(_ body: ByteBuffer) throws(RelayError) -> JSON {
        do {
            return try body.withUnsafeReadableBytes { (bytes) throws(JSONError) in try JSON.parse(bytes) }
        } catch {
            throw RelayError(
                .badRequest, code: "invalid_json", parameter: error.path.tokens.first,
                "the request's body is not acceptable JSON: \(error)")
        }
    }
}

/// One attempt in which requests and answers are translated between the client's format and the channel's.
struct Conversion {
    let client: any FormatCodec.Type
    let upstream: any FormatCodec.Type
    let reply: ReplyContext
    let body: ByteBuffer
    /// What the channel isn't told, by the client's names.
    let dropped: [String]
    private let plugins: ActivePlugins

    /// - Throws: a 400 for what can't be left out and can't be told either.
    init(
        _ request: DecodedRequest, isStreamed: Bool, target: EncodingTarget, upstream: any FormatCodec.Type, reply: ReplyContext,
        plugins: ActivePlugins
    ) throws(RelayError) {
        self.client = target.client
        self.upstream = upstream
        self.reply = reply
        self.plugins = plugins
        var conversation = request.conversation
        try conversation.check(from: target.client.format, to: upstream.format)
        conversation.isStreamed = isStreamed
        var losses = Losses()
        self.body = ByteBuffer(bytes: try upstream.request(conversation, for: target, losses: &losses).serializedBytes())
        self.dropped = losses.isEmpty ? [] : losses.names { target.client.memberName(of: $0) }
    }

    /// The stream of an answer, for a client that takes one or one that waits for the whole.
    func stream(maximumEventBytes: Int, maximumAnswerBytes: Int, isCollected: Bool) -> StreamConversion {
        StreamConversion(
            decoder: self.upstream.streamDecoder(), encoder: isCollected ? nil : self.client.streamEncoder(for: self.reply),
            plugins: self.plugins, maximumEventBytes: maximumEventBytes, maximumAnswerBytes: maximumAnswerBytes)
    }

    /// An upstream's whole answer.
    /// - Throws: where it is none of its format.
    func answer(_ body: ByteBuffer) throws(FormatFault) -> Answer {
        try self.upstream.answer(try Self.json(body))
    }

    /// An upstream's whole answer as JSON, read as leniently as clients do.
    static func json(_ body: ByteBuffer) throws(FormatFault) -> JSON {
        do {
            return try body.withUnsafeReadableBytes { (bytes) throws(JSONError) in
                try JSON.parse(bytes, limits: JSONLimits(maximumBytes: .max, duplicateNames: .lastWins))
            }
        } catch {
            throw FormatFault("it is not JSON: \(error)")
        }
    }

    /// What the client gets of a whole answer that the plugins haven't seen.
    func clientBody(of answer: Answer) -> ByteBuffer {
        var plugins = self.plugins
        return self.body(of: plugins.pass(answer))
    }

    /// What the client gets of a whole answer.
    func body(of answer: Answer) -> ByteBuffer {
        ByteBuffer(bytes: self.client.body(of: answer, for: self.reply).serializedBytes())
    }
}

extension Losses {
    /// Names that are told at most, and their bytes.
    private static let mostNames = 64
    private static let longestName = 64

    /// What was lost, in the client's words, sorted.
    func names(by memberName: (Feature) -> String?) -> [String] {
        let names = Set(self.features.map { memberName($0) ?? $0.rawValue }).union(self.members)
        // Members are the client's own words, and go into a header.
        let safe = names.filter {
            !$0.isEmpty && $0.utf8.count <= Self.longestName
                && $0.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: ",") }
        }
        return Array((safe + (safe.count < names.count ? ["..."] : [])).sorted().prefix(Self.mostNames))
    }
}
