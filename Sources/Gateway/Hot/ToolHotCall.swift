internal import Directory
internal import MCPServer
internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// One request to an MCP endpoint: read whole, served by a task on this event loop, answered by a document or a stream.
///
/// How long a call may take is for the endpoint to say; a stream lasts until one side ends it.
final class ToolHotCall: HotCall, Ticking {
    /// What the path names.
    enum Served {
        case one(HostedServer)
        /// Everything that the caller may use, by that snapshot.
        case all(Snapshot)
    }

    /// Bytes that may wait for a client that reads too slowly. Who leaves more behind is cut off.
    static let largestBacklog = 8 << 20
    /// How long a stream goes on once the server is stopping.
    static let farewell = TimeAmount.seconds(5)

    private let request: HotRequest
    private let caller: Caller
    private let served: Served
    private let path: ToolPath
    private let loop: HotLoop
    private var sink: (any AnswerSink)?
    private var task: Task<Void, Never>?
    private var isStreaming = false
    private var backlog = 0
    private var deadline = NIODeadline.distantFuture
    var tickerIndex = -1

    init(
        request: HotRequest, caller: Caller, served: Served, path: ToolPath, loop: HotLoop, sink: any AnswerSink
    ) {
        self.request = request
        self.caller = caller
        self.served = served
        self.path = path
        self.loop = loop
        self.sink = sink
    }

    func start(body: ByteBuffer) {
        let message = self.message(body)
        let endpoint: MCPEndpoint
        let gate: MeteredGate?
        switch self.served {
        case .one(let server):
            endpoint = self.loop.tools.endpoint(server)
            gate = self.gate(server.tariff)
        case .all(let snapshot):
            endpoint = self.loop.tools.everything(for: self.caller, principal: message.principal, in: snapshot) {
                GatedService($0, gate: self.gate($1))
            }
            // Each of the servers has its own.
            gate = nil
        }
        let answer = ToolAnswer(self, eventLoop: self.loop.eventLoop)
        // It lives as long as the answer does; `letGo` cancels it.
        self.task = Task(executorPreference: self.loop.executor) {
            await endpoint.handle(message, gate: gate, sink: answer)
        }
    }

    private func gate(_ tariff: ToolTariff) -> MeteredGate {
        MeteredGate(
            meter: self.loop.meter, caller: self.caller, tariff: tariff, requestID: self.request.id,
            receivedAt: self.request.receivedAt, clientAddress: self.request.clientAddress,
            endpoint: String(self.request.target.path), lane: self.loop.lane, clock: self.loop.clock)
    }

    private func message(_ body: ByteBuffer) -> MCPHTTPRequest {
        MCPHTTPRequest(
            method: self.request.head.method.rawValue,
            headers: MCPHTTPHeaders(reading: self.request.head.headers.lazy.map { (name: $0.name, value: $0.value) }),
            body: Array(body.readableBytesView),
            principal: Principal(id: Self.principalID(self.caller), group: self.caller.group.id),
            requestID: self.request.id.description, place: self.path.place(query: self.request.target.query),
            // Only who connects is told it.
            messagePath: self.request.head.method == .GET ? self.path.messages(query: self.request.target.query) : nil,
            // The gate records calls in the journal's lane of this loop, which no other thread may do.
            executor: self.loop.executor)
    }

    private static func principalID(_ caller: Caller) -> String {
        caller.token.map { "token:\($0.id)" } ?? "internal"
    }

    // MARK: The answer

    func whole(_ response: MCPHTTPResponse) {
        guard let sink = self.sink else { return }
        self.letGo()
        sink.answer(
            HTTPResponseStatus(statusCode: response.status), self.headers(response.headers), ByteBuffer(bytes: response.body))
    }

    func begin(status: Int, headers: [(name: String, value: String)]) {
        guard let sink = self.sink else { return }
        self.isStreaming = true
        sink.head(HTTPResponseStatus(statusCode: status), self.headers(headers))
        sink.flush()
    }

    func write(_ bytes: [UInt8]) {
        guard let sink = self.sink else { return }
        // What is written to a channel that takes nothing waits in memory.
        self.backlog = sink.isWritable ? bytes.count : self.backlog + bytes.count
        guard self.backlog <= Self.largestBacklog || sink.isWritable else { return self.cut() }
        sink.body(ByteBuffer(bytes: bytes))
        sink.flush()
    }

    func end() {
        guard let sink = self.sink else { return }
        self.letGo()
        sink.end()
    }

    /// Ends the connection, so that the client sees that something is missing.
    func cut() {
        guard let sink = self.sink else { return }
        self.letGo()
        sink.abort()
    }

    private func headers(_ headers: [(name: String, value: String)]) -> HTTPHeaders {
        let given = headers
        var headers = HTTPHeaders()
        // With room for what all answers have.
        headers.reserveCapacity(given.count + 8)
        for (name, value) in given { headers.add(name: name, value: value) }
        headers.add(name: "X-Request-Id", value: self.request.id.description)
        return headers
    }

    func refuse(_ reason: BodyRefusal) {
        guard let sink = self.sink else { return }
        self.letGo()
        let error = RelayError(reason)
        sink.answerText(error.status, "\(error.message)\n", requestID: self.request.id)
    }

    // MARK: Ends

    func clientIsGone() { self.letGo() }

    func writabilityChanged(isWritable: Bool) { if isWritable { self.backlog = 0 } }

    /// A stream for changes would hold up the end of the server for ever. A call's stream may be about to end.
    func serverIsStopping() {
        guard self.sink != nil else { return }
        if self.isStreaming, self.request.head.method == .GET { return self.end() }
        self.deadline = .now() + Self.farewell
        self.loop.ticker.register(self)
    }

    func tick(now: NIODeadline) {
        if now >= self.deadline, self.isStreaming { self.end() }
    }

    private func letGo() {
        self.sink = nil
        self.loop.ticker.unregister(self)
        self.task?.cancel()
        self.task = nil
    }
}
