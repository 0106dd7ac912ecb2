import Glibc
import TestSupport
import Testing

@testable import Outbound

@Suite("The text of addresses")
struct IPAddressTests {
    @Test(
        "An IPv6 address has one canonical spelling (RFC 5952)",
        arguments: [
            ("::", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("2001:DB8::0001", "2001:db8::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1::", "1::"),
            ("::ffff:192.0.2.1", "::ffff:c000:201"), ("1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"), ("fe80::1:0", "fe80::1:0"),
        ])
    func canonical(text: String, expected: String) {
        #expect(IPAddress(text)?.description == expected)
        #expect(IPAddress(expected) == IPAddress(text))
    }

    @Test(
        "What is no address is none",
        arguments: [
            "", ".", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1..2.3", "1.2.3.4 ", "+1.2.3.4", "0x1.2.3.4",
            ":", ":::",
            "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7::8", "12345::", "::g", "[::1]", "::1%lo",
            "::1/128", "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::-1", "１.2.3.4",
        ])
    func refused(text: String) { #expect(IPAddress(text) == nil) }

    @Test("The system's own reader takes and refuses the same texts, and reads the same address out of them")
    func likeTheSystem() {
        var random = SeededGenerator(seed: 11)
        let pieces = [
            "0", "1", "ff", "ffff", "7f00", "10000", ":", ":", "::", ".", ".", "127", "255", "256", "1.2.3.4", "g", "00", "",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let isDotted = Bool.random(using: &random)
            let text = (0..<Int.random(in: 1...17, using: &random)).map { index in
                index.isMultiple(of: 2) ? pieces[Int.random(in: 0..<pieces.count, using: &random)] : isDotted ? "." : ":"
            }.joined()
            let address = IPAddress(text)
            if address?.bytes != Self.system(text) { Issue.record("\(text)") }
            if address != nil { accepted += 1 }
        }
        #expect(accepted > 100, "enough of them were addresses")
    }

    private static func system(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }

    @Test("Any address is read back from its text")
    func roundTrip() {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<2_000 {
            let v4 = IPAddress.v4(.random(in: 0 ... .max, using: &random))
            #expect(IPAddress(v4.description) == v4)
            // Every group is zero as often as not, so that there is something to leave out.
            let v6 = IPAddress.v6(
                (0..<8).reduce(0) { bits, _ in
                    bits << 16 | (Bool.random(using: &random) ? 0 : UInt128(UInt16.random(in: 0 ... .max, using: &random)))
                })
            #expect(IPAddress(v6.description) == v6)
        }
    }

    @Test(
        "A network is an address and how many of its bits count",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "203.0.113.7", true),
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1/32", "127.0.0.2", false), ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false), ("::/0", "2001:db8::1", true), ("::/0", "10.0.0.1", false),
            ("0.0.0.0/0", "::1", false),
            ("2001:db8::/33", "2001:db8:8000::", false),
        ])
    func networks(network: String, address: String, holds: Bool) throws {
        #expect(try #require(IPNetwork(network)).contains(try #require(IPAddress(address))) == holds)
    }

    @Test(
        "What names no network, or another than it seems to, is none",
        arguments: [
            "10.0.0.0/33", "10.0.0.1/8", "::1/64", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10/8", "::/129", "example/8",
        ])
    func noNetworks(text: String) { #expect(IPNetwork(text) == nil) }
}
