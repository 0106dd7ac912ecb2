internal import Directory
internal import MCPServer
internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// What the tool side answers: who may call which server, and what is said to the others.
struct ToolRoutes {
    let loop: HotLoop
    /// What host and path mean together, where the host is a server's; nil = the path alone counts.
    let hostPath: ToolPath?

    func call(for request: HotRequest, sink: any AnswerSink) -> any HotCall {
        let allowed = self.allowedOrigins(request)
        let sink = HeaderSink(
            sink, adding: HotPolicy.corsHeaders(origin: request.origin, allowed: allowed), kind: .tool, request: request,
            loop: self.loop)
        if let origin = request.origin, !allowed.contains("*"), !allowed.contains(origin) {
            return self.answer(.forbidden, "This Origin is not allowed here\n", request, sink)
        }
        if request.head.method == .OPTIONS, request.origin != nil {
            sink.answer(.noContent, self.preflightHeaders(request), ByteBuffer())
            return AnsweredCall()
        }
        let snapshot = self.loop.snapshot
        let caller: Caller
        do { caller = try self.loop.authenticate(request, takesQuery: true, snapshot: snapshot) } catch {
            return self.refuse(error, request, sink)
        }
        guard !ToolPath.isTrial(request.target) || self.isOperator(request) else {
            return self.answer(.unauthorized, "This is not the admin key\n", request, sink)
        }
        guard let path = self.hostPath ?? ToolPath(request.target) else {
            return self.answer(.notFound, "There is no MCP server at this path\n", request, sink)
        }
        let served: ToolHotCall.Served
        do { served = try self.served(path, request, for: caller, in: snapshot) } catch {
            return self.answer(error.status, error.message, request, sink)
        }
        return ToolHotCall(request: request, caller: caller, served: served, path: path, loop: self.loop, sink: sink)
    }

    private func served(
        _ path: ToolPath, _ request: HotRequest, for caller: Caller, in snapshot: Snapshot
    ) throws(ToolHost.Unavailable) -> ToolHotCall.Served {
        if case .trial(let trial) = path.server {
            return .one(try self.loop.tools.tried(trial, query: request.target.query, in: snapshot))
        }
        let usable: UsableServer
        do throws(ServerRefusal) {
            switch path.server {
            case .offered(let label):
                let id = path.isByHost ? snapshot.publicServerID(inHostName: label) : label
                usable = .offered(try snapshot.publicServer(id: id, for: caller))
            case .own(let label):
                let id = path.isByHost ? snapshot.groupServerID(inHostName: label, group: caller.group.id) : label
                usable = .own(try snapshot.groupServer(id: id, for: caller))
            case .all: return .all(snapshot)
            case .trial: throw .unknown
            }
        } catch .missingParameters(let keys) {
            throw ToolHost.Unavailable(status: .forbidden, message: "\(ServerRefusal.missingParameters(keys))\n")
        } catch {
            throw ToolHost.Unavailable(status: .notFound, message: "There is no MCP server of this id for this key\n")
        }
        return .one(try self.loop.tools.hosted(usable, for: caller, in: snapshot))
    }

    private func isOperator(_ request: HotRequest) -> Bool {
        Credential.key(in: request.head.headers, query: request.target.query).map(self.loop.policy.isAdminKey) ?? false
    }

    /// Those that every path allows, and the headers that repeat arguments: their names are the tools' own.
    private func preflightHeaders(_ request: HotRequest) -> HTTPHeaders {
        var headers = HotPolicy.preflightHeaders
        let asked = request.head.headers[canonicalForm: "access-control-request-headers"].map { $0.lowercased() }
        let repeated = asked.filter { name in
            name.hasPrefix(MCPHTTPHeaders.parameterPrefix)
                && name.utf8.allSatisfy { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || Self.isAlphanumeric($0) }
        }
        guard !repeated.isEmpty, let allowed = headers.first(name: "access-control-allow-headers") else { return headers }
        headers.replaceOrAdd(
            name: "Access-Control-Allow-Headers", value: ([allowed] + repeated.prefix(32)).joined(separator: ", "))
        return headers
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    /// The configured origins, and the endpoint's own.
    private func allowedOrigins(_ request: HotRequest) -> Set<String> {
        guard let origin = request.origin else { return [] }
        let listed = ToolPath.isTrial(request.target) ? self.loop.policy.adminOrigins : self.loop.policy.toolOrigins
        guard let host = request.head.headers.first(name: "host") else { return listed }
        let isSame = origin == "http://\(host)" || origin == "https://\(host)"
        return isSame ? listed.union([origin]) : listed
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
