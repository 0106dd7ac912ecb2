import Synchronization

/// Keeps an answer until it is complete, for callers that want it whole.
private final class CollectingSink: MCPHTTPSink {
    private let response = Mutex(MCPHTTPResponse(status: 500))

    var collected: MCPHTTPResponse { response.withLock { $0 } }

    func whole(_ response: MCPHTTPResponse) { self.response.withLock { $0 = response } }

    func begin(status: Int, headers: [(name: String, value: String)]) {
        response.withLock { $0 = MCPHTTPResponse(status: status, headers: headers) }
    }

    func write(_ bytes: [UInt8]) {
        response.withLock { $0 = MCPHTTPResponse(status: $0.status, headers: $0.headers, body: $0.body + bytes) }
    }

    func end() {}
}

extension MCPEndpoint {
    /// The whole answer to a request, be it a document or a stream that has ended. Only for answers of modest size.
    package func handle(_ request: MCPHTTPRequest, gate: (any OperationGate)? = nil) async -> MCPHTTPResponse {
        let sink = CollectingSink()
        await handle(request, gate: gate, sink: sink)
        return sink.collected
    }
}
