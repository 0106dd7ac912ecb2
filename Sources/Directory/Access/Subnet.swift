/// A network in CIDR notation (RFC 4632, RFC 4291 section 2.3): `10.0.0.0/8`, `2001:db8::/32`, or one address.
public struct Subnet: Sendable, Hashable {
    private let prefix: UInt128
    private let mask: UInt128

    /// Reads a network; bits of the address beyond the prefix are left aside. Nil where the text is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        // In the mapped form of version 4 the first 96 bits are part of every prefix, where it was written as version 4.
        let offset = address.isVersion4 && !first.contains(":") ? 96 : 0
        var length = 128
        if parts.count == 2 {
            let digits = parts[1].utf8
            guard (1...3).contains(digits.count), digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
                let given = Int(parts[1]), given + offset <= 128
            else { return nil }
            length = given + offset
        }
        mask = length == 0 ? 0 : UInt128.max << (128 - length)
        prefix = address.bits & mask
    }

    /// Whether the address lies in it.
    public func contains(_ address: IPAddress) -> Bool { address.bits & mask == prefix }

    /// Whether the address of that text lies in it; false for text that is no address.
    public func contains(address text: String) -> Bool { IPAddress(text).map(contains) ?? false }

    /// Whether the address of those 4 or 16 bytes (network order) lies in it.
    public func contains(bytes: some Collection<UInt8>) -> Bool { IPAddress(bytes: bytes).map(contains) ?? false }
}
