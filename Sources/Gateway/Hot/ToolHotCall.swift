internal import Directory
internal import MCPServer
internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// One request to an MCP endpoint: read whole, served by a task on this event loop, bounded in time.
final class ToolHotCall: HotCall, Ticking {
    /// The longest that a call may take, whatever progress it makes.
    static let hardLimit = TimeAmount.minutes(10)

    private let request: HotRequest
    private let caller: Caller
    private let server: PublicServer
    private let endpoint: MCPEndpoint
    private let loop: HotLoop
    private var sink: (any AnswerSink)?
    private var task: Task<Void, Never>?
    private let deadline: NIODeadline
    var tickerIndex = -1

    init(
        request: HotRequest, caller: Caller, server: PublicServer, endpoint: MCPEndpoint, loop: HotLoop, sink: any AnswerSink
    ) {
        self.request = request
        self.caller = caller
        self.server = server
        self.endpoint = endpoint
        self.loop = loop
        self.sink = sink
        self.deadline = request.start + Self.hardLimit
    }

    func start(body: ByteBuffer) {
        let message = MCPHTTPRequest(
            method: self.request.head.method.rawValue,
            headers: MCPHTTPHeaders(
                self.request.head.headers.compactMap { name, value in
                    let name = name.lowercased()
                    let isRead = MCPHTTPHeaders.needed.contains(name) || name.hasPrefix(MCPHTTPHeaders.parameterPrefix)
                    return isRead ? (name, value) : nil
                }),
            body: Array(body.readableBytesView),
            principal: Principal(id: Self.principalID(self.caller), group: self.caller.group.id),
            requestID: self.request.id.description)
        let gate = MeteredGate(
            meter: self.loop.meter, caller: self.caller, server: self.server, requestID: self.request.id,
            receivedAt: self.request.receivedAt, clientAddress: self.request.clientAddress,
            endpoint: String(self.request.target.path), lane: self.loop.lane, clock: self.loop.clock)
        self.loop.ticker.register(self)
        let endpoint = self.endpoint
        // The task runs on this event loop, so what it ends with can be handed over without a hop.
        let call = NIOLoopBound(self, eventLoop: self.loop.eventLoop)
        self.task = Task(executorPreference: self.loop.executor) {
            let response = await endpoint.handle(message, gate: gate)
            call.value.finish(response)
        }
    }

    private func finish(_ response: MCPHTTPResponse) {
        guard let sink = self.sink else { return }
        self.letGo()
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        headers.add(name: "X-Request-Id", value: self.request.id.description)
        sink.answer(HTTPResponseStatus(statusCode: response.status), headers, ByteBuffer(bytes: response.body))
    }

    func refuse(_ reason: BodyRefusal) {
        guard let sink = self.sink else { return }
        self.letGo()
        let error = RelayError(reason)
        sink.answerText(error.status, "\(error.message)\n", requestID: self.request.id)
    }

    func tick(now: NIODeadline) {
        guard now >= self.deadline, let sink = self.sink else { return }
        self.letGo()
        sink.answerText(.gatewayTimeout, "The call took too long\n", requestID: self.request.id)
    }

    func clientIsGone() { self.letGo() }

    func writabilityChanged(isWritable: Bool) {}

    private func letGo() {
        self.sink = nil
        self.loop.ticker.unregister(self)
        self.task?.cancel()
        self.task = nil
    }

    private static func principalID(_ caller: Caller) -> String {
        caller.token.map { "token:\($0.id)" } ?? "internal"
    }
}
