/// What an address is for, as far as it matters to who may be led there.
///
/// The ranges are those of IANA's special-purpose registries (RFC 6890 and its successors) and of the clouds' metadata services.
public enum AddressKind: Sendable, Hashable, CustomStringConvertible, CaseIterable {
    case global, unspecified, loopback, privateUse, linkLocal, sharedCarrier, uniqueLocal, metadata, multicast, broadcast
    case documentation, benchmarking, reserved

    /// With its article, to stand in a sentence.
    public var description: String {
        switch self {
        case .global: "a public address"
        case .unspecified: "the unspecified address"
        case .loopback: "a loopback address"
        case .privateUse: "a private address"
        case .linkLocal: "a link-local address"
        case .sharedCarrier: "an address of a carrier's shared range"
        case .uniqueLocal: "a unique local address"
        case .metadata: "an address of a cloud's metadata service"
        case .multicast: "a multicast address"
        case .broadcast: "the broadcast address"
        case .documentation: "an address for documentation"
        case .benchmarking: "an address for benchmarks"
        case .reserved: "a reserved address"
        }
    }
}

extension IPAddress {
    /// What the address is for. An IPv6 address that carries an IPv4 one to its destination counts as that.
    public var kind: AddressKind {
        switch self.unmapped {
        case .v4(let bits): Self.kind(ofV4: bits)
        case .v6(let bits): Self.kind(ofV6: bits)
        }
    }

    private static func kind(ofV4 bits: UInt32) -> AddressKind {
        switch bits {
        // AWS and most others, its containers and pods; Alibaba; Azure's wire server; Oracle.
        case 0xA9FE_A9FE, 0xA9FE_AA02, 0xA9FE_AA17, 0x6464_64C8, 0xA83F_8110, 0xC000_00C0: return .metadata
        case 0: return .unspecified
        case .max: return .broadcast
        default: break
        }
        switch bits >> 24 {
        case 0: return .reserved
        case 10: return .privateUse
        case 127: return .loopback
        case 224...239: return .multicast
        case 240...: return .reserved
        default: break
        }
        if bits >> 22 == 0x6440_0000 >> 22 { return .sharedCarrier }
        if bits >> 20 == 0xAC10_0000 >> 20 { return .privateUse }
        if bits >> 17 == 0xC612_0000 >> 17 { return .benchmarking }
        switch bits >> 16 {
        case 0xA9FE: return .linkLocal
        case 0xC0A8: return .privateUse
        default: break
        }
        switch bits >> 8 {
        case 0xC0_0002, 0xC6_3364, 0xCB_0071: return .documentation
        // IETF protocol assignments (RFC 6890 §2.1), relays of 6to4 (RFC 7526).
        case 0xC0_0000, 0xC0_5863: return .reserved
        default: return .global
        }
    }

    private static func kind(ofV6 bits: UInt128) -> AddressKind {
        switch bits {
        case 0: return .unspecified
        case 1: return .loopback
        // AWS's two, and Google's.
        case 0xFD00_0EC2 << 96 | 0x254, 0xFD00_0EC2 << 96 | 0x23, 0xFD20_00CE << 96 | 0x254: return .metadata
        default: break
        }
        let first = UInt16(bits >> 112)
        switch first {
        case 0xFF00...: return .multicast
        case 0xFE80...0xFEBF: return .linkLocal
        // Site-local addresses are gone (RFC 3879), networks that have them are not.
        case 0xFEC0...0xFEFF, 0xFC00...0xFDFF: return .uniqueLocal
        default: break
        }
        for carried in Self.carriedV4(in: bits) {
            let kind = Self.kind(ofV4: carried)
            if kind != .global { return kind }
        }
        // NAT64 by its well-known prefix (RFC 6052 §2.1); by a local one (RFC 8215) nobody knows where it ends.
        if bits >> 32 == 0x0064_FF9B << 64 { return .global }
        // Only 2000::/3 was ever given out.
        guard first >> 13 == 1 else { return .reserved }
        if first == 0x2002 { return .global }
        if bits >> 96 == 0x2001_0DB8 || bits >> 108 == 0x3FFF0 { return .documentation }
        if bits >> 80 == 0x2001_0002_0000 { return .benchmarking }
        // 2001::/23 is for protocols (RFC 2928), Teredo among them.
        if bits >> 105 == 0x2001_0000 >> 9, bits >> 96 != 0x2001_0000 { return .reserved }
        return .global
    }

    /// The IPv4 addresses that packets to this address would end at, or pass.
    private static func carriedV4(in bits: UInt128) -> [UInt32] {
        let last = UInt32(truncatingIfNeeded: bits)
        // NAT64, and stateless translation (RFC 2765 §2.1); IPv4-compatible ones (RFC 4291 §2.5.5.1) are refused with what isn't given out.
        if bits >> 32 == 0x0064_FF9B << 64 || bits >> 32 == 0xFFFF_0000 || bits >> 32 == 0 { return [last] }
        // 6to4 (RFC 3056 §2).
        if bits >> 112 == 0x2002 { return [UInt32(truncatingIfNeeded: bits >> 80)] }
        // Teredo (RFC 4380 §4): its server, and the client with all bits turned over.
        if bits >> 96 == 0x2001_0000 { return [UInt32(truncatingIfNeeded: bits >> 64), ~last] }
        // ISATAP (RFC 5214 §6.1).
        if (bits >> 32) & 0xFDFF_FFFF == 0x0000_5EFE { return [last] }
        return []
    }
}
