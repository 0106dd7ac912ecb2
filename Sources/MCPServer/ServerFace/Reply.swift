import Wire

/// The answer to one JSON-RPC message, before it is framed for a transport.
struct Reply: Sendable {
    enum Content: Sendable {
        case result(RawObject)
        case failure(WireError)
    }

    /// nil where the request's id could not be read: JSON-RPC's `id: null` is never sent, as no revision's schema has it.
    let id: MessageID?
    let content: Content

    init(_ id: MessageID?, result: RawObject) {
        self.id = id
        content = .result(result)
    }

    init(_ id: MessageID?, failure: WireError) {
        self.id = id
        content = .failure(failure)
    }

    /// The HTTP status of this answer standing alone.
    var status: Int { if case .failure(let error) = content { error.status } else { 200 } }

    /// The message.
    var message: [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    /// Appends the message.
    func write(to output: inout [UInt8]) {
        if case .result(let result) = content, let text = result.text { output.reserveCapacity(output.count + text.count + 64) }
        output.append(contentsOf: #"{"jsonrpc":"2.0""#.utf8)
        if let id {
            output.append(contentsOf: #","id":"#.utf8)
            id.json.write(to: &output)
        }
        switch content {
        case .result(let result):
            output.append(contentsOf: #","result":"#.utf8)
            result.write(to: &output)
        case .failure(let error):
            output.append(contentsOf: #","error":"#.utf8)
            error.write(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// This answer as a whole HTTP response.
    ///
    /// - Parameter revision: that of the client. An error without id is no message up to 2025-06-18: those clients get
    ///   a sentence instead.
    func response(for revision: Revision, headers: [(name: String, value: String)] = []) -> MCPHTTPResponse {
        var headers = headers
        if case .failure(let error) = content {
            if let seconds = error.retryAfterSeconds { headers.append(("retry-after", String(seconds))) }
            if id == nil, revision < .november2025 {
                return .text(error.message, status: error.status, headers: headers)
            }
        }
        var body: [UInt8] = []
        write(to: &body)
        return .json(body, status: status, headers: headers)
    }
}
