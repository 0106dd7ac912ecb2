/// What is said to a proxy, and heard from it, before the connection leads to its target: bytes in, what to do out. No socket is in it.
protocol ProxyNegotiation {
    /// What to say first.
    mutating func begin() -> [UInt8]
    /// `bytes` came.
    mutating func received(_ bytes: some Sequence<UInt8>) -> ProxyStep
}

/// What follows from what a proxy said.
enum ProxyStep: Equatable {
    /// Say this, and hear what it answers.
    case send([UInt8])
    /// The answer is not complete.
    case wait
    /// From the next byte on the connection is one to the target.
    case established
    case failed(OutboundError)
}

/// What a proxy shall connect to.
struct ProxyTarget: Equatable {
    enum Host: Equatable {
        case address(IPAddress)
        case name(String)
    }

    var host: Host
    var port: Int

    /// - Parameter host: a name, or the spelling of an address.
    init(_ host: String, port: Int) {
        self.host = IPAddress(host).map { .address($0) } ?? .name(host)
        self.port = port
    }

    init(_ address: IPAddress, port: Int) {
        self.host = .address(address)
        self.port = port
    }
}

extension ProxyStep {
    /// The proxy speaks otherwise than agreed.
    static let misunderstood = ProxyStep.failed(
        OutboundError(.proxyUnreachable, "what answers in the proxy's place is no such proxy"))
    /// Nothing may come before something was asked (neither TLS nor HTTP lets a server begin).
    static let spokeTooSoon = ProxyStep.failed(OutboundError(.proxyUnreachable, "the proxy said more than its answer"))
    static let noConnection = ProxyStep.failed(OutboundError(.connect, "the proxy has no connection to the upstream"))

    static func refused(_ reason: String) -> ProxyStep { .failed(OutboundError(.proxyRefused, "the proxy \(reason)")) }
}
