/// One HTTP request on the URL of an MCP endpoint, after the front has checked host, origin, authentication and size.
public struct MCPHTTPRequest: Sendable {
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

    /// A request with all its parts.
    public init(method: String, headers: MCPHTTPHeaders, body: [UInt8], principal: Principal, requestID: String) {
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

    /// The given headers; names in any case, others than those needed do no harm.
    public init(_ fields: [(name: String, value: String)]) {
        self.fields = fields.map { ($0.name.lowercased(), Self.trimmed($0.value)) }
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
