internal import Directory
internal import Outbound

/// The way to an operator's own places and, for everything that a document from elsewhere names, the guarded one: an operator's API may be
/// anywhere, but a published document may not send requests into the operator's network.
struct OriginClient: WebClient {
    let trusted: any WebClient
    let guarded: any WebClient
    /// Where the operator has documents read from, APIs called and tokens fetched (RFC 6454 §4).
    let origins: Set<String>

    func send(_ request: WebRequest) async throws(OutboundError) -> any WebResponse {
        guard self.holds(request.url) else { return try await self.guarded.send(request) }
        var own = request
        own.staysInOrigin = true
        let answer = try await self.trusted.send(own)
        guard let next = self.redirected(request, by: answer) else { return answer }
        answer.cancel()
        return try await self.guarded.send(next)
    }

    private func holds(_ url: String) -> Bool { ServerURL(url).map { self.origins.contains($0.origin) } ?? false }

    /// What a redirect to another origin leads to, for requests that follow such ones: without the fields and the
    /// client certificate that belong to the first.
    private func redirected(_ request: WebRequest, by answer: any WebResponse) -> WebRequest? {
        guard !request.staysInOrigin, request.maximumRedirects > 0, request.method == "GET",
            [301, 302, 303, 307, 308].contains(answer.status), let location = answer.header("location"),
            ServerURL(location) != nil,
            !(request.url.hasPrefix("https:") && location.hasPrefix("http:"))
        else { return nil }
        var next = request
        next.url = location
        next.headers = request.headers.filter { $0.name.lowercased() == "accept" }
        next.clientIdentity = nil
        next.maximumRedirects -= 1
        return next
    }
}
