import Wire

/// A request of the modern era whose own members and headers agree.
///
/// The initialiser is the rungs that need no service: `_meta`, version, method header. All of them answer 400.
final class ModernRequest: Sendable {
    let message: RequestMessage
    let revision: Revision
    let capabilities: ClientCapabilities
    let info: Implementation?
    let logLevel: LogLevel?
    let progressToken: JSON?

    /// - Parameter headers: those of the HTTP request, which say the same as the body; nil on a transport without any.
    /// - Throws: the error to answer with, in the order of the specification: a mismatch between header and body wins
    ///   over an unsupported version.
    init(_ message: RequestMessage, headers: MCPHTTPHeaders?, served: [Revision]) throws(WireError) {
        self.message = message
        let meta = message.params?["_meta"]
        guard let version = meta?[ProtocolKey.protocolVersion]?.stringValue else {
            throw .badMeta(ProtocolKey.protocolVersion, "a string")
        }
        guard let capabilities = meta?[ProtocolKey.clientCapabilities]?.objectValue else {
            throw .badMeta(ProtocolKey.clientCapabilities, "an object")
        }
        self.capabilities = ClientCapabilities(capabilities)
        info = try Self.info(meta?[ProtocolKey.clientInfo])
        logLevel = try Self.logLevel(meta?[ProtocolKey.logLevel])
        progressToken = try Self.progressToken(meta?[ProtocolKey.progressToken])

        if let headers {
            try Self.check(headers["mcp-protocol-version"], named: "MCP-Protocol-Version", against: version)
        }
        guard let revision = Revision(text: version), revision.era == .modern, served.contains(revision) else {
            let error = MCPError(
                .unsupportedRevision(requested: String(version.prefix(64))), "Unsupported protocol version")
            throw error.wire(for: .july2026, served: served)
        }
        self.revision = revision
        if let headers { try Self.check(headers["mcp-method"], named: "Mcp-Method", against: message.method) }
    }

    private static func info(_ json: JSON?) throws(WireError) -> Implementation? {
        guard let json else { return nil }
        guard let object = json.objectValue, let info = Implementation(object) else {
            throw .badMeta(ProtocolKey.clientInfo, "an object with name and version")
        }
        return info
    }

    private static func logLevel(_ json: JSON?) throws(WireError) -> LogLevel? {
        guard let json else { return nil }
        guard let level = json.stringValue.flatMap(LogLevel.init(rawValue:)) else {
            throw .badMeta(ProtocolKey.logLevel, "one of \(LogLevel.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }

    private static func progressToken(_ json: JSON?) throws(WireError) -> JSON? {
        guard let json else { return nil }
        guard MessageID(json) != nil else {
            throw .badMeta(ProtocolKey.progressToken, "a string or an integer")
        }
        return json
    }

    /// The rung of `Mcp-Name`: the header says the same as the member that the method works on.
    func checkName(of method: Method, headers: MCPHTTPHeaders?) throws(WireError) {
        // A member that is missing or no string is refused as such by the next rung.
        guard let headers, let member = method.targetMember, let value = message.params?[member]?.stringValue else { return }
        guard let header = headers["mcp-name"] else { throw .headerMismatch("Mcp-Name header is missing") }
        guard let decoded = SentinelText.decoded(header) else {
            throw .headerMismatch("Mcp-Name header is not valid base64 between =?base64? and ?=")
        }
        try Self.check(decoded, named: "Mcp-Name", against: value)
    }

    private static func check(_ header: String?, named name: String, against body: String) throws(WireError) {
        guard let header else { throw .headerMismatch("\(name) header is missing") }
        guard header.isExactly(body) else {
            throw .headerMismatch(
                "\(name) header '\(header.prefix(64))' does not match the body's '\(body.prefix(64))'")
        }
    }
}

extension WireError: Error {
    /// A member of `_meta` that is missing or of the wrong type.
    static func badMeta(_ key: String, _ expected: String) -> WireError {
        WireError(
            code: ErrorCode.invalidParams, message: "params._meta[\"\(key)\"] must be \(expected)", status: 400)
    }

    static func headerMismatch(_ message: String) -> WireError {
        MCPError(.headerMismatch, message).wire(for: .july2026)
    }
}
