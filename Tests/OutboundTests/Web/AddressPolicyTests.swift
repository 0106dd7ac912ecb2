import TestSupport
import Testing

@testable import Outbound

@Suite("Who may be called")
struct AddressPolicyTests {
    @Test(
        "Each address is known for what it is",
        arguments: [
            ("0.0.0.0", AddressKind.unspecified), ("0.1.2.3", .reserved), ("10.1.2.3", .privateUse), ("100.63.255.255", .global),
            ("100.64.0.1", .sharedCarrier), ("100.127.255.255", .sharedCarrier), ("100.128.0.0", .global),
            ("100.100.100.200", .metadata), ("127.0.0.1", .loopback), ("127.255.255.254", .loopback),
            ("169.254.169.254", .metadata),
            ("169.254.170.2", .metadata), ("169.254.1.1", .linkLocal), ("168.63.129.16", .metadata), ("172.15.255.255", .global),
            ("172.16.0.1", .privateUse), ("172.31.255.255", .privateUse), ("172.32.0.0", .global), ("192.0.0.8", .reserved),
            ("192.0.2.1", .documentation), ("192.88.99.1", .reserved), ("192.168.1.1", .privateUse),
            ("198.18.0.1", .benchmarking),
            ("198.19.255.255", .benchmarking), ("198.20.0.0", .global), ("198.51.100.1", .documentation),
            ("203.0.113.9", .documentation), ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("240.0.0.1", .reserved),
            ("255.255.255.255", .broadcast), ("1.1.1.1", .global), ("8.8.8.8", .global), ("223.255.255.255", .global),
            ("::", .unspecified), ("::1", .loopback), ("::2", .reserved), ("::127.0.0.1", .loopback), ("::8.8.8.8", .reserved),
            ("::ffff:127.0.0.1", .loopback), ("::ffff:10.0.0.1", .privateUse), ("::ffff:8.8.8.8", .global),
            ("::ffff:0:127.0.0.1", .loopback), ("64:ff9b::10.0.0.1", .privateUse), ("64:ff9b::a9fe:a9fe", .metadata),
            ("64:ff9b::8.8.8.8", .global), ("64:ff9b:1::8.8.8.8", .reserved), ("100::1", .reserved), ("2002:7f00:1::", .loopback),
            ("2002:a00:1::1", .privateUse), ("2002:808:808::1", .global), ("2001:0:7f00:1::", .loopback),
            ("2001:0:808:808:0:0:f5ff:fffe", .privateUse), ("2001:0:808:808:0:0:f7f7:f7f7", .global), ("2001:1::1", .reserved),
            ("2001:2::1", .benchmarking), ("2001:20::1", .reserved), ("2001:db8::1", .documentation), ("2001:200::1", .global),
            ("2606:4700::1111", .global), ("2606:4700::5efe:10.0.0.1", .privateUse), ("2606:4700::200:5efe:127.0.0.1", .loopback),
            ("3fff:fff::1", .documentation), ("3fff:1000::1", .global), ("4000::1", .reserved), ("5f00::1", .reserved),
            ("fc00::1", .uniqueLocal), ("fdff::1", .uniqueLocal), ("fd00:ec2::254", .metadata), ("fd20:ce::254", .metadata),
            ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("fec0::1", .uniqueLocal), ("ff02::1", .multicast),
        ])
    func kinds(text: String, kind: AddressKind) throws { #expect(try #require(IPAddress(text)).kind == kind) }

    @Test("Only public addresses may be called, and for operators all")
    func publicOnly() throws {
        #expect(AddressPolicy.publicInternet.refusal(of: try #require(IPAddress("8.8.8.8"))) == nil)
        #expect(AddressPolicy.publicInternet.refusal(of: try #require(IPAddress("10.0.0.1"))) == "a private address")
        for text in ["10.0.0.1", "169.254.169.254", "::1", "0.0.0.0"] {
            #expect(AddressPolicy.anything.refusal(of: try #require(IPAddress(text))) == nil)
        }
        #expect(AddressPolicy.anything.refusal(ofName: "metadata.google.internal") == nil)
    }

    @Test("An operator's exceptions hold for their networks, in any form, and for a metadata service only by its own address")
    func exceptions() throws {
        let networks = try ["10.1.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1"].map { try #require(IPNetwork($0)) }
        var policy = AddressPolicy.publicInternet(andNetworks: networks)
        func isAllowed(_ text: String) throws -> Bool { policy.refusal(of: try #require(IPAddress(text))) == nil }
        #expect(try isAllowed("10.1.2.3"))
        #expect(try isAllowed("::ffff:10.1.2.3"))
        #expect(try !isAllowed("10.2.0.1"))
        #expect(try !isAllowed("64:ff9b::10.1.2.3"), "another way to the same place is not what was allowed")
        #expect(try isAllowed("::1"))
        #expect(try !isAllowed("127.0.0.1"))
        #expect(try isAllowed("169.254.1.1"))
        #expect(try !isAllowed("169.254.169.254"))
        #expect(try !isAllowed("100.100.100.200"))
        policy.allowedNetworks.append(try #require(IPNetwork("169.254.169.254/32")))
        #expect(try isAllowed("169.254.169.254"))
    }

    @Test("A refused network is refused for everybody, public or allowed")
    func refusedNetworks() throws {
        for base in [
            AddressPolicy.publicInternet, .anything, .publicInternet(andNetworks: [try #require(IPNetwork("8.0.0.0/8"))]),
        ] {
            var policy = base
            policy.refusedNetworks = [try #require(IPNetwork("8.8.8.0/24"))]
            #expect(policy.refusal(of: try #require(IPAddress("8.8.8.8"))) == "an address of a refused network")
            #expect(policy.refusal(of: try #require(IPAddress("::ffff:8.8.8.8"))) != nil)
            #expect(policy.refusal(of: try #require(IPAddress("8.8.4.4"))) == nil)
        }
    }

    // MARK: A property

    /// What IANA's registry of special IPv4 addresses says, by itself.
    private static let refused: [(UInt32, UInt32)] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",
    ].map { (text: String) in
        let parts = text.split { "./".contains($0) }.compactMap { UInt32($0) }
        let size = UInt64(1) << UInt64(32 - parts[4])
        let first = parts[..<4].reduce(0) { $0 << 8 | $1 }
        return (first, UInt32(UInt64(first) + size - 1))
    }

    private static func random(_ random: inout SeededGenerator) -> UInt32 {
        // Half of them at the edges, where mistakes are.
        guard Bool.random(using: &random) else { return .random(in: 0 ... .max, using: &random) }
        let range = Self.refused[Int.random(in: 0..<Self.refused.count, using: &random)]
        return [range.0, range.1, range.0 &- 1, range.1 &+ 1, .random(in: range.0...range.1, using: &random)][
            Int.random(in: 0..<5, using: &random)]
    }

    /// One of the spellings that programs take for that address.
    static func spelling(of bits: UInt32, _ random: inout SeededGenerator) -> String {
        func number(_ value: UInt32, _ random: inout SeededGenerator) -> String {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: "0x" + String(value, radix: 16)
            case 1:
                "0X" + String(repeating: "0", count: Int.random(in: 0..<5, using: &random))
                    + String(value, radix: 16, uppercase: true)
            case 2: "0" + String(value, radix: 8)
            case 3: "0000" + String(value, radix: 8)
            default: String(value)
            }
        }
        let count = Int.random(in: 1...4, using: &random)
        var parts = (0..<(count - 1)).map { number(bits >> UInt32(24 - 8 * $0) & 255, &random) }
        parts.append(number(count == 4 ? bits & 255 : bits & (.max >> UInt32(8 * (count - 1))), &random))
        return parts.joined(separator: ".") + (Bool.random(using: &random) ? "." : "")
    }

    private static func carrier(of bits: UInt32, _ random: inout SeededGenerator) -> String {
        let (high, low) = (String(bits >> 16, radix: 16), String(bits & 0xFFFF, radix: 16))
        let (notHigh, notLow) = (String(~bits >> 16, radix: 16), String(~bits & 0xFFFF, radix: 16))
        return [
            "::ffff:\(IPAddress.v4(bits))", "::FFFF:\(high):\(low)", "0:0:0:0:0:ffff:\(high):\(low)", "64:ff9b::\(high):\(low)",
            "2002:\(high):\(low)::1", "2001:0:\(high):\(low)::", "2001::808:808:0:0:\(notHigh):\(notLow)",
            "2606:4700::5efe:\(high):\(low)", "::ffff:0:\(high):\(low)",
        ][Int.random(in: 0..<9, using: &random)]
    }

    @Test("However it is spelled, an address of a refused network is not let through, and a public one is that very address")
    func spellings() throws {
        var random = SeededGenerator(seed: 13)
        var letThrough = 0
        for _ in 0..<20_000 {
            let bits = Self.random(&random)
            let isRefused = Self.refused.contains { $0.0...$0.1 ~= bits }
            let host = Self.spelling(of: bits, &random)
            let target = try WebTarget("http://\(host)/")
            if target.host != .address(.v4(bits)) { Issue.record("\(host) is read as \(target.host)") }
            if (AddressPolicy.publicInternet.refusal(of: .v4(bits)) != nil) != isRefused { Issue.record("\(IPAddress.v4(bits))") }
            if isRefused {
                let carrier = Self.carrier(of: bits, &random)
                guard case .address(let address) = try WebTarget("http://[\(carrier)]/").host else {
                    Issue.record("\(carrier) is an address")
                    continue
                }
                if AddressPolicy.publicInternet.refusal(of: address) == nil { Issue.record("\(carrier)") }
            } else {
                letThrough += 1
            }
        }
        #expect(letThrough > 5_000)
    }
}
