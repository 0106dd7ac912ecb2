import Wire

/// Why no session could be opened.
enum HandshakeFault: Error, Sendable {
    case link(LinkFault)
    /// The upstream refused the handshake.
    case refused(RPCError, status: Int)
    /// The upstream answered something that is no `InitializeResult` of a known revision.
    case unknownGreeting

    /// What it tells about the upstream's era.
    var event: EraProbe.Event {
        switch self {
        case .link(let fault): EraProbe.Event(fault)
        case .refused(let error, let status): EraProbe.Event(error, status: status)
        case .unknownGreeting: .answered(status: 200)
        }
    }
}

extension EraProbe.Event {
    /// What a fault of the transport tells.
    init(_ fault: LinkFault) {
        switch fault.kind {
        case .unauthorized: self = .unauthorized
        case .forbidden: self = .forbidden
        case .refused(300..<400): self = .redirected
        case .refused(let status): self = status >= 500 || status == 429 ? .outage : .answered(status: status)
        case .malformed: self = .answered(status: 200)
        case .sessionLost: self = .answered(status: 404)
        case .tooLarge: self = .answered(status: 200)
        case .notTaken, .broken, .timedOut, .cancelled, .overloaded: self = .outage
        }
    }

    /// What an error that was answered tells.
    init(_ error: RPCError, status: Int) {
        let supported = error.data?["supported"]?.arrayValue?.compactMap(\.stringValue)
        self = .failed(code: error.code, supported: supported, status: status)
    }
}
