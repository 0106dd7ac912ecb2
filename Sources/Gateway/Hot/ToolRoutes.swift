internal import Directory
internal import MCPServer
internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// The paths of the tool side: `/mcp/public/{id}` now; group servers, HTTP+SSE and the one endpoint for everything answer 501.
struct ToolRoutes {
    let loop: HotLoop

    func call(for request: HotRequest, sink: any AnswerSink) -> any HotCall {
        let allowed = self.allowedOrigins(request)
        let sink = HeaderSink(
            sink, adding: HotPolicy.corsHeaders(origin: request.origin, allowed: allowed), kind: .tool, request: request,
            loop: self.loop)
        if let origin = request.origin, !allowed.contains("*"), !allowed.contains(origin) {
            return self.answer(.forbidden, "This Origin is not allowed here\n", request, sink)
        }
        if request.head.method == .OPTIONS, request.origin != nil {
            sink.answer(.noContent, HotPolicy.preflightHeaders, ByteBuffer())
            return AnsweredCall()
        }
        let snapshot = self.loop.snapshot
        let caller: Caller
        do { caller = try self.loop.authenticate(request, takesQuery: true, snapshot: snapshot) } catch {
            return self.refuse(error, request, sink)
        }
        guard let id = request.target.rest(after: "/mcp/public/") else {
            return self.answer(.notImplemented, "Only /mcp/public/{id} is served yet", request, sink)
        }
        if id.hasSuffix("/sse") || id.hasSuffix("/message") {
            return self.answer(.notImplemented, "HTTP+SSE is not served yet", request, sink)
        }
        guard let server = snapshot.publicServers(for: caller).first(where: { $0.id == id }) else {
            return self.answer(.notFound, "There is no MCP server of this id for this key\n", request, sink)
        }
        let endpoint: MCPEndpoint
        do { endpoint = try self.loop.tools.endpoint(for: server) } catch {
            return self.answer(error.status, error.message, request, sink)
        }
        return ToolHotCall(request: request, caller: caller, server: server, endpoint: endpoint, loop: self.loop, sink: sink)
    }

    /// The configured origins, and the endpoint's own.
    private func allowedOrigins(_ request: HotRequest) -> Set<String> {
        guard let origin = request.origin, let host = request.head.headers.first(name: "host") else {
            return self.loop.policy.toolOrigins
        }
        let isSame = origin == "http://\(host)" || origin == "https://\(host)"
        return isSame ? self.loop.policy.toolOrigins.union([origin]) : self.loop.policy.toolOrigins
    }

    private func refuse(
        _ failure: HotLoop.AuthenticationFailure, _ request: HotRequest, _ sink: any AnswerSink
    ) -> any HotCall {
        switch failure {
        case .noKey: self.answer(.unauthorized, "Send the key as `Authorization: Bearer <key>`\n", request, sink)
        case .refused(let refusal): self.answer(.unauthorized, "\(refusal)\n", request, sink)
        case .address: self.answer(.forbidden, "The key can't be used from this address\n", request, sink)
        }
    }

    private func answer(
        _ status: HTTPResponseStatus, _ text: String, _ request: HotRequest, _ sink: any AnswerSink
    ) -> any HotCall {
        if status == .notImplemented {
            // In the protocol's own form: a client may be showing this to a person.
            let error: JSON = [
                "jsonrpc": "2.0", "error": ["code": -32601, "message": .string(text)],
            ]
            sink.answer(
                status, ["Content-Type": "application/json", "X-Request-Id": request.id.description],
                ByteBuffer(bytes: error.serializedBytes()))
        } else {
            sink.answerText(status, text, requestID: request.id)
        }
        return AnsweredCall()
    }
}

extension AnswerSink {
    /// A sentence as the whole answer; with 401 goes the challenge (RFC 6750 §3).
    func answerText(_ status: HTTPResponseStatus, _ text: String, requestID: RequestID) {
        var headers: HTTPHeaders = ["Content-Type": "text/plain; charset=utf-8", "X-Request-Id": requestID.description]
        if status == .unauthorized { headers.add(name: "WWW-Authenticate", value: "Bearer") }
        self.answer(status, headers, ByteBuffer(string: text))
    }
}
