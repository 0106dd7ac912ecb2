/// Asks a SOCKS 5 proxy for a connection (RFC 1928), with user and password where it wants them (RFC 1929).
struct SOCKSNegotiation: ProxyNegotiation {
    private enum State {
        case choosingMethod, loggingIn, connecting, over
    }

    private static let version: UInt8 = 5
    private static let noLogin: UInt8 = 0
    private static let password: UInt8 = 2

    private let target: ProxyTarget
    private let credentials: ProxyAddress.Credentials?
    private var state = State.choosingMethod
    /// Never longer than one answer, which is at most 262 bytes, and what came with it.
    private var received: [UInt8] = []

    init(_ target: ProxyTarget, credentials: ProxyAddress.Credentials?) {
        self.target = target
        self.credentials = credentials
    }

    /// The ways in which this client can log in (RFC 1928 §3).
    mutating func begin() -> [UInt8] {
        self.credentials == nil
            ? [Self.version, 1, Self.noLogin] : [Self.version, 2, Self.noLogin, Self.password]
    }

    mutating func received(_ bytes: some Sequence<UInt8>) -> ProxyStep {
        self.received += bytes
        let step =
            switch self.state {
            case .choosingMethod: self.methodChosen()
            case .loggingIn: self.loggedIn()
            case .connecting: self.answered()
            case .over: ProxyStep.spokeTooSoon
            }
        switch step {
        case .established, .failed: self.state = .over
        case .send, .wait: break
        }
        return step
    }

    private mutating func methodChosen() -> ProxyStep {
        guard let answer = self.take(2, version: Self.version) else { return self.short(of: 2, version: Self.version) }
        switch (answer, self.credentials) {
        case (Self.noLogin, _): return self.connect()
        case (Self.password, let credentials?):
            self.state = .loggingIn
            let (user, password) = (Array(credentials.user.utf8), Array(credentials.password.utf8))
            return .send([1, UInt8(user.count)] + user + [UInt8(password.count)] + password)
        case (0xFF, nil): return .refused("wants user and password")
        case (0xFF, _): return .refused("takes no user and password")
        default: return .misunderstood
        }
    }

    /// RFC 1929 §2.
    private mutating func loggedIn() -> ProxyStep {
        guard let status = self.take(2, version: 1) else { return self.short(of: 2, version: 1) }
        return status == 0 ? self.connect() : .refused("wants other credentials")
    }

    /// RFC 1928 §4.
    private mutating func connect() -> ProxyStep {
        // Whoever is not asked yet has nothing to say.
        guard self.received.isEmpty else { return .spokeTooSoon }
        var request: [UInt8] = [Self.version, 1, 0]
        switch self.target.host {
        case .address(.v4(let bits)): request += [1] + IPAddress.v4(bits).bytes
        case .address(let address): request += [4] + address.bytes
        case .name(let name):
            guard 1...255 ~= name.utf8.count else { return .failed(OutboundError(.connect, "the upstream's name is too long")) }
            request += [3, UInt8(name.utf8.count)] + name.utf8
        }
        self.state = .connecting
        return .send(request + [UInt8(truncatingIfNeeded: self.target.port >> 8), UInt8(truncatingIfNeeded: self.target.port)])
    }

    /// RFC 1928 §6. A refusal is told by its second byte: some proxies close before the rest.
    private mutating func answered() -> ProxyStep {
        guard self.received.count >= 2 else { return self.short(of: 2, version: Self.version) }
        guard self.received[0] == Self.version else { return .misunderstood }
        switch self.received[1] {
        case 0: break
        case 2: return .refused("allows no connection to the upstream")
        // What proxies mostly give for a target that they can't reach, whatever the reason.
        case 1, 3, 4, 5, 6: return .noConnection
        case 7, 8: return .refused("can't do what is asked (\(self.received[1]))")
        default: return .misunderstood
        }
        guard self.received.count >= 5 else { return .wait }
        let length: Int
        switch self.received[3] {
        case 1: length = 10
        case 4: length = 22
        case 3: length = 7 + Int(self.received[4])
        default: return .misunderstood
        }
        guard self.received.count >= length else { return .wait }
        return self.received.count == length ? .established : .spokeTooSoon
    }

    /// The last byte of an answer of `count` bytes, taken out; nil where it isn't complete or begins with another version.
    private mutating func take(_ count: Int, version: UInt8) -> UInt8? {
        guard self.received.count >= count, self.received[0] == version else { return nil }
        let last = self.received[count - 1]
        self.received.removeFirst(count)
        return last
    }

    private func short(of count: Int, version: UInt8) -> ProxyStep {
        self.received.first.map { $0 == version } ?? true ? .wait : .misunderstood
    }
}
