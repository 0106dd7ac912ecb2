/// A network in the notation of RFC 4632 §3.1 and RFC 4291 §2.3: `10.0.0.0/8`, `fd00::/8`; an address alone is a network of one.
public struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    /// Its first address.
    public let address: IPAddress
    /// How many leading bits all its addresses share.
    public let prefixLength: Int

    /// - Returns: nil where `text` is no network, or has bits after its prefix: such an entry means another network than it says.
    public init?(_ text: some StringProtocol) {
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        guard let address = IPAddress(text[..<slash]) else { return nil }
        let width =
            switch address {
            case .v4: 32
            case .v6: 128
            }
        var prefixLength = width
        if slash < text.endIndex {
            let digits = text[text.index(after: slash)...]
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let length = Int(digits),
                length <= width
            else { return nil }
            prefixLength = length
        }
        guard Self.prefix(of: address, prefixLength) == address else { return nil }
        self.address = address
        self.prefixLength = prefixLength
    }

    /// Whether it is one address and no more.
    public var isSingleAddress: Bool {
        switch self.address {
        case .v4: self.prefixLength == 32
        case .v6: self.prefixLength == 128
        }
    }

    /// Whether `candidate` lies in it. Families don't mix: an IPv4 network holds no IPv6 address.
    public func contains(_ candidate: IPAddress) -> Bool { Self.prefix(of: candidate, self.prefixLength) == self.address }

    public var description: String { "\(self.address)/\(self.prefixLength)" }

    private static func prefix(of address: IPAddress, _ length: Int) -> IPAddress {
        switch address {
        // A shift by more than the width leaves nothing, as it shall.
        case .v4(let bits): .v4(bits & ~(UInt32.max >> UInt32(length)))
        case .v6(let bits): .v6(bits & ~(UInt128.max >> UInt128(length)))
        }
    }
}
