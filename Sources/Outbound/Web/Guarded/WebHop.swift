internal import NIOCore
internal import NIOHTTP1

/// One request of the chain that redirects make of a `WebRequest`. Used by the task that sends it.
final class WebHop {
    private(set) var request: WebRequest
    private(set) var target: WebTarget
    private var followed = 0

    /// - Throws: `OutboundError.invalidURL`, or `.invalidHeader`, where the request can't be sent as it is.
    init(_ request: WebRequest, to target: WebTarget) throws(OutboundError) {
        self.target = target
        self.request = request
        guard WebHeaders.isToken(request.method), request.method != "CONNECT" else {
            throw OutboundError(.invalidHeader, "a method is a word in capitals")
        }
    }

    /// What goes to the pool.
    @inline(never)
    func upstreamRequest(connectTimeout: TimeAmount) throws(OutboundError) -> UpstreamRequest {
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: self.request.method), uri: self.target.pathAndQuery,
            headers: try WebHeaders.checked(self.request.headers))
        var request = UpstreamRequest(head: head, body: self.request.body.isEmpty ? nil : ByteBuffer(bytes: self.request.body))
        request.connectTimeout = connectTimeout
        request.headTimeout = TimeAmount(bounded: self.request.headTimeout)
        request.idleTimeout = TimeAmount(bounded: self.request.idleTimeout)
        request.mayBeRepeated = self.request.isIdempotent
        return request
    }

    /// Where it goes, at the address that was chosen.
    func upstream(at address: IPAddress) -> UpstreamAddress { self.target.upstream(at: address, as: self.request.clientIdentity) }

    /// Whether an answer is a redirect to be followed, and where to.
    func location(in answer: WebAnswer) -> String? {
        guard self.request.maximumRedirects > 0, [301, 302, 303, 307, 308].contains(answer.status) else { return nil }
        guard let location = answer.header("location") else { return nil }
        guard self.request.staysInOrigin else { return location }
        // What can't be read as a target is left to `follow`, which says so.
        guard let next = try? WebTarget(self.target.url(of: location)) else { return location }
        return next.hasSameOrigin(as: self.target) ? location : nil
    }

    /// Becomes the request that an answer of `status` redirects to (RFC 9110 §15.4).
    /// - Throws: `OutboundError`: `.redirected` where that is one too many, `.refusedAddress` where it would leave TLS, `.invalidURL`.
    func follow(_ location: String, status: Int) throws(OutboundError) {
        guard self.followed < self.request.maximumRedirects else {
            throw OutboundError(.redirected, "more than \(self.request.maximumRedirects) redirects")
        }
        self.followed += 1
        let url = self.target.url(of: location)
        let next = try WebTarget(url)
        guard next.usesTLS || !self.target.usesTLS else {
            throw OutboundError(.refusedAddress, "a redirect from https to http is not followed")
        }
        if !next.hasSameOrigin(as: self.target) {
            self.request.headers = WebHeaders.forAnotherOrigin(self.request.headers)
            self.request.clientIdentity = nil
        }
        let becomesGET =
            status == 303
            ? !["GET", "HEAD"].contains(self.request.method) : (status == 301 || status == 302) && self.request.method == "POST"
        if becomesGET {
            self.request.method = "GET"
            self.request.body = []
            self.request.headers = WebHeaders.withoutBody(self.request.headers)
            self.request.isIdempotent = true
        }
        self.request.url = url
        self.target = next
    }
}

extension TimeAmount {
    /// A year at most: longer ones would overflow when a moment is made of them.
    init(bounded duration: Duration) { self.init(max(.zero, min(duration, .seconds(365 * 24 * 3600)))) }
}
