/// One HTTP request on the URL of an MCP endpoint, after the front has checked host, origin, authentication and size.
///
/// An object, because it is handed on for as long as the request is served.
public final class MCPHTTPRequest: Sendable {
    /// The method, in capitals.
    public let method: String
    /// Those of `MCPHTTPHeaders.needed` at least.
    public let headers: MCPHTTPHeaders
    /// The whole body, decoded where it had a content encoding.
    public let body: [UInt8]
    /// On whose behalf.
    public let principal: Principal
    /// The front's id of this request: the id of a call's chain that begins with it.
    public let requestID: String
    /// Which of an endpoint's URLs.
    public let place: Place
    /// Where a client of HTTP+SSE that connects by this request posts its messages: a path with query, to which
    /// `sessionId` is added. nil: that transport is not served here.
    public let messagePath: String?
    /// Where calls of this request run that may outlive it; nil: anywhere. A gate whose parts belong to one thread needs it.
    public let executor: (any TaskExecutor)?

    /// The URLs of one endpoint.
    public enum Place: Sendable, Hashable {
        /// The endpoint's own: Streamable HTTP and the modern revisions; HTTP+SSE for a GET without a session.
        case endpoint
        /// The stream of HTTP+SSE.
        case eventStream
        /// Where the messages of an HTTP+SSE session are posted.
        case messages(session: String?)
    }

    /// A request with all its parts.
    public init(
        method: String, headers: MCPHTTPHeaders, body: [UInt8], principal: Principal, requestID: String,
        place: Place = .endpoint, messagePath: String? = nil, executor: (any TaskExecutor)? = nil
    ) {
        self.place = place
        self.messagePath = messagePath
        self.executor = executor
        self.method = method
        self.headers = headers
        self.body = body
        self.principal = principal
        self.requestID = requestID
    }
}

/// The headers of a request that MCP reads.
public struct MCPHTTPHeaders: Sendable {
    /// The headers that the front must pass, in lower case; besides, all that begin with `parameterPrefix`.
    public static let needed: Set<String> = [
        "content-type", "accept", "mcp-protocol-version", "mcp-session-id", "mcp-method", "mcp-name", "last-event-id",
    ]
    /// How headers begin that repeat a tool's argument (2026-07-28).
    public static let parameterPrefix = "mcp-param-"

    private let fields: [(name: String, value: String)]

    /// Those of the given headers that MCP reads; names in any case.
    public init(_ fields: [(name: String, value: String)]) { self.init(reading: fields) }

    /// Those of the given headers that MCP reads; names in any case.
    public init(reading fields: some Sequence<(name: String, value: String)>) {
        var read: [(name: String, value: String)] = []
        read.reserveCapacity(Self.needed.count)
        for field in fields {
            if let name = Self.name(field.name) { read.append((name, Self.trimmed(field.value))) }
        }
        self.fields = read
    }

    /// A header's name in lower case; nil for one that MCP does not read.
    ///
    /// Most headers of a request are none of these, which is told without making a text of any.
    private static func name(_ given: String) -> String? {
        let length = given.utf8.count
        for name in neededInOrder where name.utf8.count == length && matches(given, name) { return name }
        guard length > parameterPrefix.utf8.count, matches(given, parameterPrefix) else { return nil }
        return given.lowercased()
    }

    private static let neededInOrder = Array(needed)

    /// Whether a text begins as another does that is in lower case.
    private static func matches(_ given: String, _ lowered: String) -> Bool {
        zip(given.utf8, lowered.utf8).allSatisfy { byte, expected in
            byte == expected || (0x41...0x5A).contains(byte) && byte | 0x20 == expected
        }
    }

    /// The value of a header, its name in lower case: several fields of one name are joined as HTTP joins them, so that
    /// two different values equal neither.
    public subscript(name: String) -> String? {
        var found: String?
        for field in fields where field.name == name { found = found.map { "\($0), \(field.value)" } ?? field.value }
        return found
    }

    /// Without the blanks around it, which are no part of a field's value (RFC 9110 section 5.5).
    private static func trimmed(_ value: String) -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let first = value.utf8.first, let last = value.utf8.last, isBlank(first) || isBlank(last) else { return value }
        let head = value.utf8.drop(while: isBlank)
        let tailLength = head.reversed().prefix(while: isBlank).count
        return String(decoding: head.dropLast(tailLength), as: UTF8.self)
    }
}

/// The answer to one HTTP request.
public struct MCPHTTPResponse: Sendable {
    /// The status code.
    public let status: Int
    /// Headers that belong to the answer; the front adds length, date and its own.
    public let headers: [(name: String, value: String)]
    /// The whole body; empty where the answer has none.
    public let body: [UInt8]

    init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON body.
    static func json(
        _ body: [UInt8], status: Int = 200, headers: [(name: String, value: String)] = []
    ) -> MCPHTTPResponse {
        MCPHTTPResponse(status: status, headers: [("content-type", "application/json")] + headers, body: body)
    }

    /// A sentence that is no JSON-RPC.
    static func text(
        _ text: String, status: Int, headers: [(name: String, value: String)] = []
    ) -> MCPHTTPResponse {
        MCPHTTPResponse(
            status: status, headers: [("content-type", "text/plain; charset=utf-8")] + headers, body: Array(text.utf8))
    }

    /// Received, nothing to say (the answer to notifications).
    static let accepted = MCPHTTPResponse(status: 202)
}

extension MCPHTTPHeaders {
    /// Whether the client says that it reads event streams. A wildcard is no such promise: tools that know nothing of
    /// streams send it always.
    var acceptsEventStream: Bool {
        guard let accept = self["accept"] else { return false }
        // As official clients write it.
        if accept == "application/json, text/event-stream" { return true }
        return accept.utf8.split(separator: UInt8(ascii: ",")).contains { range in
            let type = range.prefix { $0 != UInt8(ascii: ";") }.lazy.filter { $0 != 0x20 && $0 != 0x09 }
            // Letters differ from their capitals in this one bit; the other bytes of the type have it.
            return type.map { $0 | 0x20 }.elementsEqual("text/event-stream".utf8)
        }
    }

    /// Whether the body is JSON. A strict check: what a browser sends across origins without asking first is not.
    var saysJSON: Bool {
        let value = self["content-type"]
        if value == "application/json" { return true }
        guard let type = value?.split(separator: ";", maxSplits: 1).first else { return false }
        return type.filter { $0 != " " && $0 != "\t" }.lowercased() == "application/json"
    }
}
