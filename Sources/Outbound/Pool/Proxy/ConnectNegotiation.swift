/// Asks an HTTP proxy for a tunnel (RFC 9110 §9.3.6).
struct ConnectNegotiation: ProxyNegotiation {
    /// Of one head. How many interim ones come first is bounded by the time that connecting may take.
    static let maximumBytes = 16 << 10

    private let request: [UInt8]
    private var received: [UInt8] = []
    /// How far no head ends.
    private var searched = 0

    /// - Parameter authorization: the value of `Proxy-Authorization`.
    init(_ target: ProxyTarget, authorization: String?) {
        let host =
            switch target.host {
            case .address(.v6(let bits)): "[\(IPAddress.v6(bits))]"
            case .address(let address): address.description
            case .name(let name): name
            }
        var text = "CONNECT \(host):\(target.port) HTTP/1.1\r\nHost: \(host):\(target.port)\r\n"
        if let authorization { text += "Proxy-Authorization: \(authorization)\r\n" }
        self.request = Array((text + "\r\n").utf8)
    }

    mutating func begin() -> [UInt8] { self.request }

    mutating func received(_ bytes: some Sequence<UInt8>) -> ProxyStep {
        self.received += bytes
        while let end = self.nextHeadEnd() {
            guard let status = Self.status(of: self.received[..<end]) else { return .misunderstood }
            self.received.removeFirst(end)
            self.searched = 0
            switch status {
            // RFC 9110 §15.2; a switch of protocols is nothing that was asked for.
            case 100, 102...199: continue
            // Whatever its head says, it has no content (RFC 9110 §9.3.6).
            case 200...299: return self.received.isEmpty ? .established : .spokeTooSoon
            case 407: return .refused("wants other credentials (407)")
            case 502, 503, 504: return .noConnection
            case 300...599: return .refused("allows no connection to the upstream (\(status))")
            default: return .misunderstood
            }
        }
        guard self.received.count <= Self.maximumBytes else { return .misunderstood }
        return .wait
    }

    /// Where the first head ends, its empty line included.
    private mutating func nextHeadEnd() -> Int? {
        let count = self.received.count
        guard self.searched + 4 <= count else { return nil }
        for index in self.searched...(count - 4) where self.received[index..<(index + 4)].elementsEqual(Self.headEnd) {
            // What came at once, however long, is held to the same measure.
            return index + 4 <= Self.maximumBytes ? index + 4 : nil
        }
        self.searched = count - 3
        return nil
    }

    private static let headEnd: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

    /// RFC 9112 §4.
    private static func status(of head: ArraySlice<UInt8>) -> Int? {
        guard head.count >= 13, head.starts(with: "HTTP/1.".utf8), [0x30, 0x31].contains(head[head.startIndex + 7]),
            head[head.startIndex + 8] == 0x20, [0x20, 0x0D].contains(head[head.startIndex + 12])
        else { return nil }
        var status = 0
        for digit in head[(head.startIndex + 9)..<(head.startIndex + 12)] {
            guard 0x30...0x39 ~= digit else { return nil }
            status = status * 10 + Int(digit - 0x30)
        }
        return status
    }
}
