internal import Directory
internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// The models that a caller may use, in the shape that its clients read, and the responses that are stored for it.
extension ModelRoutes {
    private static let lists = ["/v1/models", "/v1beta/models"]

    /// In whose words a request is answered: OpenAI's and Anthropic's clients ask for their models by the same path, and only the latter
    /// name the version of the API in a header. What stands behind a colon is Gemini's where something is called by it; else it is part of
    /// a model's name.
    static func dialect(_ byPath: Dialect, of head: HTTPRequestHead, _ target: RequestPath) -> Dialect {
        guard head.method != .POST, target.isUnder("/v1/models"), ModelEndpoints.endpoint(of: target) == nil else {
            return byPath
        }
        return head.headers.contains(name: "anthropic-version") ? .anthropic : .openAI
    }

    /// The list, or one model; nil where the path is neither's.
    func models(_ request: HotRequest, for caller: Caller, in snapshot: Snapshot) throws(RelayError) -> JSON? {
        guard request.head.method == .GET, ModelEndpoints.endpoint(of: request.target) == nil else { return nil }
        let timestamp = { Timestamp.text(milliseconds: $0) }
        for list in Self.lists {
            if request.target.path == list {
                let query = Dictionary(try Self.query(of: request)) { first, _ in first }
                return try ModelList.list(
                    snapshot, for: caller, dialect: self.dialect, query: query, timestamp: timestamp)
            }
            guard let rest = request.target.rest(after: list + "/") else { continue }
            let name = percentDecoded(rest) ?? String(rest)
            guard
                let model = ModelList.model(name, snapshot, for: caller, dialect: self.dialect, timestamp: timestamp)
            else { throw .unknownModel(name, snapshot, for: caller) }
            return model
        }
        return nil
    }

    /// The call for a stored response; nil where the path is none of one.
    func storedResponse(_ request: HotRequest, for caller: Caller, sink: any AnswerSink) throws(RelayError) -> (any HotCall)? {
        guard let rest = request.target.rest(after: "/v1/responses/"), ModelEndpoints.endpoint(of: request.target) == nil else {
            return nil
        }
        let path = rest.split(separator: "/", omittingEmptySubsequences: false).map { percentDecoded($0) ?? String($0) }
        let call = try self.loop.relay.storedResponse(
            request.head.method, path: path, query: try Self.query(of: request), for: caller, requestID: request.id, sink: sink)
        return call.map { RelayedCall($0) }
    }

    /// - Throws: a 400 where it isn't percent-encoded UTF-8.
    private static func query(of request: HotRequest) throws(RelayError) -> [(String, String)] {
        var query: [(String, String)] = []
        for pair in (request.target.query ?? "").split(separator: "&").prefix(256) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecoded(parts[0], plusIsSpace: true),
                let value = percentDecoded(parts.count == 2 ? parts[1] : "", plusIsSpace: true)
            else { throw RelayError(.badRequest, code: "invalid_query", "the query is not percent-encoded UTF-8") }
            query.append((name, value))
        }
        return query
    }
}

/// A call that the relay serves without a body.
private final class RelayedCall: HotCall {
    private let call: any RelayCall

    init(_ call: any RelayCall) { self.call = call }

    func start(body: ByteBuffer) {}
    func refuse(_ reason: BodyRefusal) {}
    func clientIsGone() { self.call.clientIsGone() }
    func writabilityChanged(isWritable: Bool) { self.call.writabilityChanged(isWritable: isWritable) }
}
