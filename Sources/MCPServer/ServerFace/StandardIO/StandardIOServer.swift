public import Outbound
public import Wire

/// One MCP service on a line channel, usually the standard input and output of this process: for a modern client, a legacy
/// one, or both in turn. Which of them a line is from, the line says (2026-07-28, versioning).
public final class StandardIOServer: Sendable {
    /// What an operator may change.
    public struct Configuration: Sendable {
        /// How long a call may take.
        public var callLimits: CallClock.Limits
        /// How deep and large a line may be.
        public var jsonLimits: JSONLimits
        /// How many requests are served at once.
        public var maximumRunning: Int
        /// How many more may wait for their turn; the reader waits while there are as many.
        public var maximumWaiting: Int
        /// How many subscriptions there may be.
        public var maximumListening: Int
        /// How many bytes may wait for a client that does not read, before it is given up.
        public var maximumQueuedBytes: Int
        /// How long running calls may go on after the input has ended, and how long their answers may take to be read.
        public var grace: Duration

        /// A configuration; the default bounds lines to 16 MiB and a depth of 64.
        public init(
            callLimits: CallClock.Limits = CallClock.Limits(),
            jsonLimits: JSONLimits = JSONLimits(maximumDepth: 64, maximumBytes: 16 << 20), maximumRunning: Int = 64,
            maximumWaiting: Int = 64, maximumListening: Int = 1024, maximumQueuedBytes: Int = 64 << 20,
            grace: Duration = .seconds(5)
        ) {
            self.callLimits = callLimits
            self.jsonLimits = jsonLimits
            self.maximumRunning = maximumRunning
            self.maximumWaiting = maximumWaiting
            self.maximumListening = maximumListening
            self.maximumQueuedBytes = maximumQueuedBytes
            self.grace = grace
        }
    }

    private let service: any MCPService
    private let endpoint: String
    private let principal: Principal
    private let channel: any LineChannel
    private let legacy: any LegacyLineSession
    private let gate: GateMaker
    private let seal: ContinuationSeal?
    private let parking: ParkingLot
    private let configuration: Configuration
    private let served = Revision.newestFirst
    private let output: LineOutput
    private let running: RunningRequests
    private let ids: RequestIDSource

    /// Makes the gate of the request of that id; nil: everything is allowed and nothing charged.
    public typealias GateMaker = @Sendable (RequestID) -> (any OperationGate)?

    /// A server for the one client at the other end of a channel, of whichever era.
    ///
    /// - Parameters:
    ///   - endpoint: the id to which states are bound.
    ///   - principal: on whose behalf every call is made.
    ///   - gate: makes the gate of one request.
    ///   - seal: keeps the state of calls that must ask a modern client something; nil where no service does.
    ///   - parking: where calls wait whose services ask a modern client live.
    public convenience init(
        service: any MCPService, endpoint: String, principal: Principal, channel: any LineChannel,
        gate: @escaping GateMaker = { _ in nil }, seal: ContinuationSeal? = nil, parking: ParkingLot = ParkingLot(),
        configuration: Configuration = Configuration()
    ) {
        let (output, ids) = (Self.output(to: channel, configuration), RequestIDSource())
        let legacy = LegacyLinePeer(
            service: service, principal: principal, output: output, gate: gate, ids: ids,
            limits: LegacyPeer.Limits(call: configuration.callLimits))
        self.init(
            service: service, endpoint: endpoint, principal: principal, channel: channel, output: output, legacy: legacy,
            gate: gate, ids: ids, seal: seal, parking: parking, configuration: configuration)
    }

    /// A server whose lines that claim no revision `legacy` takes.
    convenience init(
        service: any MCPService, endpoint: String, principal: Principal, channel: any LineChannel,
        legacy: any LegacyLineSession, gate: @escaping GateMaker = { _ in nil }, seal: ContinuationSeal? = nil,
        parking: ParkingLot = ParkingLot(), configuration: Configuration = Configuration()
    ) {
        self.init(
            service: service, endpoint: endpoint, principal: principal, channel: channel,
            output: Self.output(to: channel, configuration), legacy: legacy, gate: gate, ids: RequestIDSource(), seal: seal,
            parking: parking, configuration: configuration)
    }

    private init(
        service: any MCPService, endpoint: String, principal: Principal, channel: any LineChannel, output: LineOutput,
        legacy: any LegacyLineSession, gate: @escaping GateMaker, ids: RequestIDSource, seal: ContinuationSeal?,
        parking: ParkingLot, configuration: Configuration
    ) {
        self.service = service
        self.endpoint = endpoint
        self.principal = principal
        self.channel = channel
        self.legacy = legacy
        self.gate = gate
        self.seal = seal
        self.parking = parking
        self.configuration = configuration
        self.output = output
        self.ids = ids
        running = RunningRequests(
            calls: configuration.maximumRunning, listens: configuration.maximumListening,
            waiting: configuration.maximumWaiting)
    }

    private static func output(to channel: any LineChannel, _ configuration: Configuration) -> LineOutput {
        // Whoever finds the queue full can't wait for the channel's end; the task ends with it.
        LineOutput(maximumBytes: configuration.maximumQueuedBytes) { Task { await channel.close() } }
    }

    /// Serves until the input ends, then lets running calls finish for a while. Cancelling this task ends them at once.
    public func run() async {
        await withTaskCancellationHandler {
            async let writing: Void = output.run(to: channel)
            await read()
            await end()
            output.finish()
            // A client that does not read the last answers is not waited for.
            let (channel, grace) = (channel, configuration.grace)
            let limit = Task {
                try await Task.sleep(for: grace)
                await channel.close()
            }
            await writing
            limit.cancel()
        } onCancel: {
            running.cancelAll()
        }
    }

    private func end() async {
        // A subscription does not end by itself.
        running.cancelAll(.listen)
        if !Task.isCancelled { await running.idle(within: configuration.grace) }
        running.cancelAll()
        legacy.close()
        await running.idle(within: .seconds(1))
    }

    // MARK: - Reading

    private func read() async {
        while !Task.isCancelled {
            let line: [UInt8]
            do {
                guard let next = try await channel.next() else { return }
                line = next
            } catch {
                guard error.code == .tooLarge else { return }
                refuse(nil, WireError(code: ErrorCode.invalidRequest, message: "The line is too long"))
                continue
            }
            await output.room()
            await receive(line)
        }
    }

    private func receive(_ line: [UInt8]) async {
        switch LineReading.read(line, limits: configuration.jsonLimits, revision: legacy.revision) {
        case .modern(let request): await modern(request)
        case .cancelled(let id, let message):
            guard !running.cancel(id), let message else { return }
            await ordered(message)
        case .nothing: return
        case .legacy(let message): await legacy(message, LineExchange(output))
        case .batch(let messages): await batch(messages)
        case .refused(let id, let error): refuse(id, error)
        }
    }

    /// Answers what is no message of a request that could be served. Up to 2025-06-18 there is no error without id; while
    /// nothing is negotiated, the newer form is understood by those who can be told at all.
    private func refuse(_ id: MessageID?, _ error: WireError) {
        LineExchange(output).answer(Reply(id, failure: error), for: legacy.revision ?? .newestLegacy)
    }

    // MARK: - Modern

    private func modern(_ message: RequestMessage) async {
        let request: ModernRequest
        do {
            request = try ModernRequest(message, headers: nil, served: served)
        } catch {
            return refuse(message.id, error)
        }
        let isListen = message.method == "subscriptions/listen"
        let port = LineExchange(output, epilogue: isListen ? ModernNotification.cancelled(message.id) : nil)
        let requestID = ids.next()
        let engine = ModernEngine(
            service: GatedService.wrap(service, in: gate(requestID)), endpoint: endpoint, served: served, seal: seal,
            parking: parking, limits: configuration.callLimits)
        let (chain, principal) = (requestID.description, principal)
        do {
            try await running.start(isListen ? .listen : .call, id: message.id) {
                await engine.serve(request, headers: nil, principal: principal, chain: chain, port: port)
            }
        } catch {
            refuse(message.id, error.wire)
        }
    }

    // MARK: - Legacy

    private func legacy(_ message: Message, _ port: any AnswerPort) async {
        guard case .request(let request) = message, !Self.orderedMethods.contains(request.method) else {
            return await ordered(message, port)
        }
        let legacy = legacy
        do {
            // By its id it can be cancelled from now on, also before it has begun.
            try await running.start(.call, id: request.id) { await legacy.receive(message, port: port) }
        } catch {
            port.answer(Reply(request.id, failure: error.wire), for: legacy.revision ?? .newestLegacy)
        }
    }

    /// What changes the session takes effect before the next line is read: clients that write several lines at once
    /// rely on their order.
    private static let orderedMethods: Set<String> = ["initialize", "logging/setLevel"]

    /// Waits until a message is dealt with, as long as a call may take.
    private func ordered(_ message: Message, _ port: (any AnswerPort)? = nil) async {
        let (legacy, port) = (legacy, port ?? LineExchange(output))
        let clock = CallClock(limits: configuration.callLimits)
        do {
            try await parking.watchdog.run(clock) { await legacy.receive(message, port: port) }
        } catch {
            guard let id = message.requestID else { return }
            port.answer(Reply(id, failure: MCPError(wrapping: error).wire(for: .newestLegacy)), for: .newestLegacy)
        }
    }

    private func batch(_ messages: [Message]) async {
        let batch = LineBatch(output, count: messages.count { $0.requestID != nil })
        for message in messages {
            await legacy(message, message.requestID == nil ? LineExchange(output) : batch.port())
        }
    }
}

extension RunningRequests.Refusal {
    var wire: WireError {
        switch self {
        case .duplicate: WireError(code: ErrorCode.invalidRequest, message: "A request of this id is still running")
        case .full: MCPError.refused(.rateLimited(retryAfter: nil), "There are too many subscriptions").wire(for: .july2026)
        }
    }
}
