/// An HTTP client for `async` callers: MCP upstreams, documents, searches. Who may be called is for the implementation to say.
public protocol WebClient: Sendable {
    /// Sends `request` and returns once the head of its answer is here; the body is read as it comes.
    /// - Throws: `OutboundError`, also where the address is refused or the task is cancelled.
    func send(_ request: WebRequest) async throws(OutboundError) -> any WebResponse
}

/// One HTTP request, its body whole.
public struct WebRequest: Sendable {
    /// In capitals.
    public var method: String
    /// Absolute, `http` or `https`.
    public var url: String
    /// Without `Host` and `Content-Length`, which follow from the rest.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// How long connecting may take.
    public var connectTimeout = Duration.seconds(10)
    /// How long the head of the answer may take once the request is sent.
    public var headTimeout = Duration.seconds(60)
    /// How long the answer may pause between two parts of its body.
    public var idleTimeout = Duration.seconds(60)
    /// How many redirects are followed; with none allowed, a redirect is an answer like others. Where one leads to another origin, only
    /// header fields that are known to hold no secret go with it.
    public var maximumRedirects = 0
    /// Whether a redirect to another origin (RFC 6454 §4) is an answer like others, too.
    public var staysInOrigin = false
    /// Whether doing it twice is the same as doing it once (RFC 9110 §9.2.2), as the method says unless the caller knows better. Such a
    /// request is sent again, once, where a kept connection ends before any answer; another only where nothing of it went out.
    public var isIdempotent: Bool
    /// What the server is shown where it asks for a client's certificate; nil = nothing. Connections made with it are never used without,
    /// or with another; it doesn't follow a redirect to another origin.
    public var clientIdentity: ClientIdentity?

    public init(_ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.isIdempotent = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"].contains(method)
    }
}

/// The answer to a `WebRequest`. Its body is read by one task; letting the value go closes what was not read to its end.
public protocol WebResponse: Sendable {
    var status: Int { get }
    var headers: [(name: String, value: String)] { get }
    /// The first field of that name, in any case.
    func header(_ name: String) -> String?
    /// Where the answer comes from, after redirects.
    var url: String { get }
    /// The next part of the body as it came, or nil at its end. Reading is what makes more be read from the socket.
    /// - Throws: `OutboundError`: broken off, timed out, cancelled with the task.
    func next() async throws(OutboundError) -> [UInt8]?
    /// Gives the rest of the body up; `next` then throws.
    func cancel()
}

extension WebResponse {
    /// The first field of that name, in any case.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return self.headers.first { $0.name.lowercased() == name }?.value
    }

    /// The whole body.
    /// - Throws: `OutboundError.tooLarge` past `limit` bytes; the rest is then given up.
    public func collect(upTo limit: Int) async throws(OutboundError) -> [UInt8] {
        var body: [UInt8] = []
        while let part = try await self.next() {
            guard body.count + part.count <= limit else {
                self.cancel()
                throw OutboundError(.tooLarge, "the answer has more than \(limit) bytes")
            }
            body += part
        }
        return body
    }
}
