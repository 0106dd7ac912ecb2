import Wire

/// The legacy client of a process, whose messages of no request go out among its answers.
final class LegacyLinePeer: LegacyLineSession {
    /// Where messages of no request go: the one output there is.
    private final class Outlet: MessageOutlet {
        private let output: LineOutput

        init(_ output: LineOutput) { self.output = output }

        func send(_ message: [UInt8]) { output.write(message) }
    }

    private let service: any MCPService
    private let gate: StandardIOServer.GateMaker
    private let ids: RequestIDSource
    private let peer: LegacyPeer

    /// A session in which nothing was said yet.
    ///
    /// - Parameter gate: makes the gate of one request.
    init(
        service: any MCPService, principal: Principal, output: LineOutput, gate: @escaping StandardIOServer.GateMaker,
        ids: RequestIDSource, limits: LegacyPeer.Limits, pulse: Pulse = Pulse()
    ) {
        self.service = service
        self.gate = gate
        self.ids = ids
        peer = LegacyPeer(
            id: LegacySessionStore.randomID(), owner: principal, outlet: Outlet(output), isOutletOpen: true, pulse: pulse,
            limits: limits)
    }

    var revision: Revision? { peer.update { $0.phase == .new ? nil : $0.revision } }

    func receive(_ message: Message, port: any AnswerPort) async {
        let id = ids.next()
        await peer.receive(message, on: GatedService.wrap(service, in: gate(id)), chain: id.description, port: port)
    }

    func close() { peer.close() }
}

extension GatedService {
    /// The service behind the gate, where there is one.
    static func wrap(_ service: any MCPService, in gate: (any OperationGate)?) -> any MCPService {
        guard let gate else { return service }
        return GatedService(service, gate: gate)
    }
}
