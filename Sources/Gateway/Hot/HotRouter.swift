internal import Directory
internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// Sends hot requests to the model side or the tool side, once their key is known to be good.
final class HotRouter: HotRoutes {
    private let loop: HotLoop

    init(loop: HotLoop) { self.loop = loop }

    /// The last `Host` that was allowed: nearly every request has it.
    private var allowedHost: String?

    func refusal(of head: HTTPRequestHead) -> (status: HTTPResponseStatus, body: String)? {
        guard self.loop.policy.allowedHosts != nil else { return nil }
        let host = head.headers.first(name: "host")
        guard host != self.allowedHost || host == nil else { return nil }
        if self.loop.policy.allows(host: host) {
            self.allowedHost = host
            return nil
        }
        return (.misdirectedRequest, "This host name is not served here\n")
    }

    var date: String { self.loop.date }

    func call(for head: HTTPRequestHead, from peer: Peer, sink: any AnswerSink) -> (any HotCall)? {
        let target = RequestPath(head.uri)
        guard let side = self.side(of: head, target) else { return nil }
        let now = self.loop.clock.nowMilliseconds()
        let address = self.loop.policy.clientAddress(of: peer.address, headers: head.headers)
        let request = HotRequest(
            id: self.loop.nextID(now: now), receivedAt: now, head: head, target: target, clientAddress: address)
        switch side {
        case .models(let dialect):
            return ModelRoutes(loop: self.loop, dialect: ModelRoutes.dialect(dialect, of: head, target)).call(
                for: request, sink: sink)
        case .tools(let path):
            return ToolRoutes(loop: self.loop, hostPath: path).call(for: request, sink: sink)
        }
    }

    private func side(of head: HTTPRequestHead, _ target: RequestPath) -> Side? {
        if let hosts = self.loop.policy.serverHosts, let host = head.headers.first(name: "host"),
            let server = hosts.server(ofHost: host), let path = ToolPath(target, onHostOf: server)
        {
            return .tools(path)
        }
        return Side(target)
    }

    private enum Side {
        case models(Dialect)
        /// With what the request's host and path mean together, where the host is a server's.
        case tools(ToolPath?)

        init?(_ target: RequestPath) {
            if target.isUnder("/v1") {
                if target.isUnder("/v1/messages") {
                    self = .models(.anthropic)
                } else if target.path.utf8.starts(with: "/v1/models/".utf8), target.path.utf8.contains(UInt8(ascii: ":")) {
                    self = .models(.gemini)
                } else {
                    self = .models(.openAI)
                }
            } else if target.isUnder("/v1beta") {
                self = .models(.gemini)
            } else if target.isUnder("/mcp") {
                self = .tools(nil)
            } else if target.isUnder("/api/v1/services") || target.isUnder("/api/v1/tasks") || target.isUnder("/api/v3/contents")
            {
                // The providers' own video surfaces: relay paths, though they lie under /api.
                self = .models(.openAI)
            } else if ToolPath.isTrial(target) {
                // The admin API's, but a call like any other: Hummingbird's part has no streams of MCP.
                self = .tools(nil)
            } else {
                return nil
            }
        }
    }
}

/// A hot request's head, with what the front made of it.
struct HotRequest {
    let id: RequestID
    /// Milliseconds since 1970.
    let receivedAt: Int64
    let start = NIODeadline.now()
    let head: HTTPRequestHead
    let target: RequestPath
    let clientAddress: String

    var origin: String? { self.head.headers.first(name: "origin") }
}

extension HotLoop {
    enum AuthenticationFailure: Error {
        case noKey
        case refused(AccessRefusal)
        case address
    }

    /// Who calls, by the key that the request carries.
    func authenticate(
        _ request: HotRequest, takesQuery: Bool, snapshot: Snapshot
    ) throws(AuthenticationFailure) -> Caller {
        guard let key = Credential.key(in: request.head.headers, query: takesQuery ? request.target.query : nil) else {
            throw .noKey
        }
        let hash = self.hash(ofKey: key)
        let caller: Caller
        do { caller = try snapshot.caller(forKeyHash: hash) } catch { throw .refused(error) }
        if !caller.subnets.isEmpty || caller.token?.subnets.isEmpty == false {
            guard caller.allows(address: IPAddress(request.clientAddress)) else { throw .address }
        }
        return caller
    }
}
