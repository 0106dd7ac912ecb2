import Directory
import Testing

@Suite("A network holds the addresses that its prefix says")
struct SubnetTests {
    @Test(
        "addresses inside",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2"), ("10.1.2.3/8", "10.0.0.0"), ("192.0.2.7", "192.0.2.7"), ("192.0.2.6/31", "192.0.2.7"),
            ("0.0.0.0/0", "255.255.255.255"), ("2001:db8::/32", "2001:db8:ffff::1"), ("2001:DB8::1", "2001:db8:0:0:0:0:0:1"),
            ("::/0", "2001:db8::1"), ("::/0", "1.2.3.4"), ("10.0.0.0/8", "::ffff:10.1.1.1"), ("::ffff:10.0.0.0/104", "10.9.9.9"),
            ("10.0.0.0/8", "::ffff:a01:101"), ("fe80::/10", "fe80::1%eth0"), ("::1", "[::1]"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("64:ff9b::192.0.2.33/128", "64:ff9b::c000:221"),
        ])
    func inside(_ network: String, address: String) throws {
        #expect(try #require(Subnet(network)).contains(address: address))
    }

    @Test(
        "addresses outside, and text that is no address",
        arguments: [
            ("10.0.0.0/8", "11.0.0.0"), ("192.0.2.6/31", "192.0.2.8"), ("192.0.2.7", "192.0.2.6"), ("0.0.0.0/0", "2001:db8::1"),
            ("2001:db8::/32", "2001:db9::1"), ("10.0.0.0/8", "::10.1.1.1"), ("0.0.0.0/0", ""), ("0.0.0.0/0", "localhost"),
            ("::/0", "1.2.3"), ("::/0", "01.2.3.4"), ("::/0", "1.2.3.256"), ("::/0", "1:2"), ("::/0", ":::"), ("::/0", "1::2::3"),
            ("::/0", "12345::"), ("::/0", "+1::"), ("::/0", "1:2:3:4:5:6:7:8:9"), ("::/0", "1:2:3:4:5:6:7::8"),
            ("::/0", "1.2.3.4::"),
            ("::/0", "::1.2.3.4.5"), ("::/0", " 1.2.3.4"), ("::/0", "1:2:3:4:5:6:7:1.2.3.4"),
        ])
    func outside(_ network: String, address: String) throws {
        #expect(try !#require(Subnet(network)).contains(address: address))
    }

    @Test(
        "text that is no network",
        arguments: [
            "", "/", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "::/129", "example.com", "10/8",
        ])
    func refuses(_ text: String) {
        #expect(Subnet(text) == nil)
    }

    @Test("addresses may be given as bytes, of either version")
    func bytes() throws {
        let network = try #require(Subnet("10.0.0.0/8"))
        #expect(network.contains(bytes: [10, 1, 2, 3] as [UInt8]))
        #expect(network.contains(bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 1, 2, 3] as [UInt8]))
        #expect(!network.contains(bytes: [10, 1, 2] as [UInt8]))
        #expect(IPAddress("::ffff:10.1.2.3") == IPAddress(bytes: [10, 1, 2, 3] as [UInt8]))
        #expect(IPAddress("10.1.2.3")?.isVersion4 == true)
        #expect(IPAddress("2001:db8::")?.isVersion4 == false)
    }
}
