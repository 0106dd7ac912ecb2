internal import Directory
internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// The paths of the model side: which are served, which are known and answer 501, in the dialect of each.
struct ModelRoutes {
    let loop: HotLoop
    let dialect: Dialect

    func call(for request: HotRequest, sink: any AnswerSink) -> any HotCall {
        let sink = HeaderSink(
            sink, adding: HotPolicy.corsHeaders(origin: request.origin, allowed: self.loop.policy.modelOrigins),
            kind: Self.kind(of: request), request: request, loop: self.loop)
        if request.head.method == .OPTIONS, request.origin != nil {
            sink.answer(.noContent, HotPolicy.preflightHeaders, ByteBuffer())
            return AnsweredCall()
        }
        do {
            return try self.authenticated(request, sink: sink)
        } catch {
            error.send(to: sink, requestID: request.id, dialect: self.dialect)
            return AnsweredCall()
        }
    }

    private static func kind(of request: HotRequest) -> HotMetrics.Kind {
        if request.head.method == .GET, request.target.isUnder("/v1/models") || request.target.isUnder("/v1beta/models") {
            return .models
        }
        return request.head.method == .POST && ModelEndpoints.isConversation(request.target) ? .chat : .other
    }

    private func authenticated(_ request: HotRequest, sink: any AnswerSink) throws(RelayError) -> any HotCall {
        let snapshot = self.loop.snapshot
        let caller: Caller
        do { caller = try self.loop.authenticate(request, takesQuery: false, snapshot: snapshot) } catch {
            throw Self.told(error)
        }
        guard !self.loop.policy.isDisabled else {
            throw RelayError(
                .serviceUnavailable, type: "server_error", code: "disabled", "the operator has switched the service off")
        }
        if request.head.method == .POST, let endpoint = ModelEndpoints.endpoint(of: request.target) {
            return ModelHotCall(
                request: request, endpoint: endpoint, caller: caller, snapshot: snapshot, loop: self.loop, sink: sink)
        }
        if let call = try self.storedResponse(request, for: caller, sink: sink) { return call }
        guard let models = try self.models(request, for: caller, in: snapshot) else { throw self.unserved(request) }
        self.send(models, request, sink)
        return AnsweredCall()
    }

    private func send(_ json: JSON, _ request: HotRequest, _ sink: any AnswerSink) {
        sink.answer(
            .ok, ["Content-Type": "application/json", "X-Request-Id": request.id.description],
            ByteBuffer(bytes: json.serializedBytes()))
    }

    /// Endpoints of the contract that are to come answer 501; a path that never was one is 404, a wrong method 405.
    private func unserved(_ request: HotRequest) -> RelayError {
        let path = request.target.path
        if path == "/v1/models" || path == "/v1beta/models" || ModelEndpoints.endpoint(of: request.target) != nil {
            return RelayError(
                .methodNotAllowed, code: "method_not_allowed", "\(path) does not take \(request.head.method.rawValue)")
        }
        if self.dialect != .openAI || Self.known.contains(where: { request.target.isUnder($0) }) {
            return .notServed(String(path.prefix(200)))
        }
        return RelayError(.notFound, code: "unknown_path", "there is no \(path.prefix(200)) here")
    }

    private static let known = [
        "/v1/engines", "/v1/images", "/v1/audio", "/v1/parse",
        "/v1/video", "/v1/videos", "/v1/operations", "/v1/dashboard", "/v1/files", "/v1/fine_tuning",
        "/v1/assistants", "/v1/threads", "/v1/models", "/api/v1/services", "/api/v1/tasks", "/api/v3/contents",
    ]

    private static func told(_ failure: HotLoop.AuthenticationFailure) -> RelayError {
        switch failure {
        case .noKey:
            RelayError(.unauthorized, code: "missing_api_key", "no API key was given; send it as `Authorization: Bearer <key>`")
        case .refused(let refusal): RelayError(.unauthorized, code: "invalid_api_key", "\(refusal)")
        case .address:
            RelayError(
                .forbidden, type: "permission_error", code: "address_not_allowed", "the key can't be used from this address")
        }
    }
}

/// A request that was answered on its head.
final class AnsweredCall: HotCall {
    func start(body: ByteBuffer) {}
    func refuse(_ reason: BodyRefusal) {}
    func clientIsGone() {}
    func writabilityChanged(isWritable: Bool) {}
}

/// A call of a model, waiting for its body and then served by the relay.
final class ModelHotCall: HotCall {
    private let request: HotRequest
    private let endpoint: Endpoint
    private let caller: Caller
    private let snapshot: Snapshot
    private let loop: HotLoop
    private let sink: any AnswerSink
    private var call: (any RelayCall)?

    init(
        request: HotRequest, endpoint: Endpoint, caller: Caller, snapshot: Snapshot, loop: HotLoop, sink: any AnswerSink
    ) {
        self.request = request
        self.endpoint = endpoint
        self.caller = caller
        self.snapshot = snapshot
        self.loop = loop
        self.sink = sink
    }

    func start(body: ByteBuffer) {
        self.call = self.loop.relay.call(
            RelayRequest(
                requestID: self.request.id, receivedAt: self.request.receivedAt, endpoint: self.endpoint, head: self.request.head,
                body: body,
                caller: self.caller, snapshot: self.snapshot, clientAddress: self.request.clientAddress,
                traceHeaders: TraceHeaders.travelling(self.request.head.headers)),
            sink: self.sink)
    }

    func refuse(_ reason: BodyRefusal) {
        RelayError(reason).send(to: self.sink, requestID: self.request.id, dialect: self.endpoint.format.dialect)
    }

    func clientIsGone() { self.call?.clientIsGone() }
    func writabilityChanged(isWritable: Bool) { self.call?.writabilityChanged(isWritable: isWritable) }
}

extension RelayError {
    init(_ reason: BodyRefusal) {
        switch reason {
        case .tooLarge(let limit):
            self.init(
                .payloadTooLarge, code: "request_too_large", "the request's body has more than \(limit) bytes, which is the limit"
            )
        case .tooSlow: self.init(.requestTimeout, code: "request_timeout", "the request's body did not arrive in time")
        case .undecodable(let encoding):
            self.init(.badRequest, code: "invalid_encoding", "the request's body is not valid \(encoding)")
        case .unknownEncoding(let encoding):
            self.init(
                .unsupportedMediaType, code: "unknown_encoding",
                "Content-Encoding `\(encoding.prefix(40))` is not known; gzip, deflate and identity are")
        }
    }
}

/// The trace context that a request carries, as it is passed on (W3C Trace Context §4: one that does not take part passes it on as it is,
/// and drops what isn't valid).
enum TraceHeaders {
    static func travelling(_ headers: HTTPHeaders) -> [(String, String)] {
        guard let parent = headers.first(name: "traceparent") else { return [] }
        let states = headers["tracestate"]
        guard let context = TraceContext(parent: parent, states: states) else { return [] }
        return [("traceparent", parent)] + (context.state.isEmpty ? [] : [("tracestate", context.state)])
    }
}
