import TestSupport
import Testing

@testable import Outbound

@Suite("Hostile addresses", .timeLimit(.minutes(1)))
struct HostileAddressTests {
    @Test(
        "An address that is not public is refused in any spelling, and nothing is looked up",
        arguments: [
            // Decimal, octal, hexadecimal, short, mixed, with a dot at the end.
            "127.0.0.1", "127.1", "127.0.1", "2130706433", "017700000001", "0177.0.0.1", "0x7f000001", "0x7f.1", "0X7F.0.0.0x1",
            "127.0.0.1.",
            "10.0.0.1", "0xa000001", "012.0.0.1", "167772161", "192.168.0.1", "0xc0a80001", "172.16.0.1", "172.31.255.254", "0",
            "0.0.0.0",
            "100.64.0.1", "0144.0100.1", "169.254.1.1", "198.18.0.1", "192.0.2.1", "198.51.100.7", "203.0.113.7", "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255", "0xffffffff", "4294967295",
            // Metadata services.
            "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "100.100.100.200",
            "168.63.129.16",
            "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "metadata.google.internal",
            "METADATA.google.internal.",
            "metadata", "metadata.goog", "instance-data.ec2.internal", "metadata.tencentyun.com", "metadata.anything.internal",
            // IPv6, and IPv4 in it.
            "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:10.0.0.1]",
            "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:c0a8:1::1]",
            "[2001:0:7f00:1::]",
            "[2001::80ff:fffe]", "[fe80::1]", "[fec0::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[2001:db8::1]",
            "[100::1]",
        ])
    func literals(host: String) async throws {
        let resolver = ScriptedResolver()
        let client = try await WebFixtures.client(.publicInternet, resolver: resolver)
        for url in ["http://\(host)/", "https://\(host):8443/latest/meta-data"] {
            let error = await client.failure(of: WebRequest("GET", url))
            #expect(error?.code == .refusedAddress)
            #expect(error?.message.hasPrefix(host.filter { !"[]".contains($0) }) == true, "it names the host as it was given")
            #expect(throws: OutboundError.self) { try client.check(url) }
        }
        #expect(resolver.lookups.isEmpty)
    }

    @Test(
        "What only seems to be a host is refused before anything else",
        arguments: [
            "http://127.0.0.1%2f@example.com", "http://example.com@127.0.0.1/", "http://%31%32%37.1/", "http://[fe80::1%25eth0]/",
            "http://[::1%lo]/", "http://①②⑦.0.0.1/", "http://127。0。0。1/", "http://1.2.3.4.5/", "http://127.0.0.1\\.example.com/",
            "http://08.0.0.1/", "gopher://127.0.0.1/", "file:///etc/passwd", "http:///127.0.0.1",
        ])
    func malformed(url: String) async throws {
        let resolver = ScriptedResolver()
        let client = try await WebFixtures.client(.publicInternet, resolver: resolver)
        #expect(await client.failure(of: WebRequest("GET", url))?.code == .invalidURL)
        #expect(resolver.lookups.isEmpty)
    }

    @Test(
        "A name that leads to one refused address is refused, whatever else it leads to, and doesn't tell which",
        arguments: [
            ["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["100.64.3.2"], ["fd00::7"], ["::ffff:10.0.0.7"], ["fe80::7"],
            ["::1"],
            ["8.8.8.8", "10.0.0.7"], ["2606:4700::1111", "8.8.8.8", "127.0.0.1"], ["64:ff9b::10.0.0.7"],
        ])
    func names(addresses: [String]) async throws {
        let client = try await WebFixtures.client(.publicInternet, resolver: ScriptedResolver(["rebind.example": [addresses]]))
        let error = await client.failure(of: WebRequest("GET", "http://Rebind.example/"))
        #expect(error?.code == .refusedAddress)
        #expect(error?.message.hasPrefix("Rebind.example leads to ") == true)
        for address in addresses { #expect(error?.message.contains(address) == false) }
    }

    @Test("A name that leads elsewhere the second time is asked for once: the connection goes where the check was")
    func rebinding() async throws {
        let server = try await WebFixtures.server { peer, request in peer.answer(request.head) }
        // First an address that is allowed, where the server listens, then one that is not.
        let resolver = ScriptedResolver(["rebind.example": [["127.0.0.1"], ["127.0.0.2"]]])
        let client = try await WebFixtures.client(
            .publicInternet(andNetworks: [try #require(IPNetwork("127.0.0.1/32"))]), resolver: resolver)
        for _ in 1...3 {
            let outcome = try await client.exchange(WebRequest("GET", "http://rebind.example:\(server.port)/"))
            #expect(outcome.body.contains("\r\nHost: rebind.example:\(server.port)"))
        }
        #expect(resolver.lookups == ["rebind.example"])
        // Another client asks anew, and is told of the other address.
        let other = try await WebFixtures.client(
            .publicInternet(andNetworks: [try #require(IPNetwork("127.0.0.1/32"))]), resolver: resolver)
        #expect(await other.failure(of: WebRequest("GET", "http://rebind.example:\(server.port)/"))?.code == .refusedAddress)
        await server.stop()
    }

    @Test("What was looked up for an operator is judged again for a tenant")
    func sharedLookups() async throws {
        let server = try await WebFixtures.server { peer, _ in peer.answer("in") }
        let resolver = ScriptedResolver(["inside.example": [["127.0.0.1"]]])
        let operators = try await WebFixtures.client(.anything, resolver: resolver)
        let request = WebRequest("GET", "http://inside.example:\(server.port)/")
        #expect(try await operators.exchange(request).body == "in")
        #expect(await operators.with(.publicInternet).failure(of: request)?.code == .refusedAddress)
        #expect(resolver.lookups.count == 1)
        await server.stop()
    }

    @Test(
        "A redirect to a refused address is not followed",
        arguments: [
            "http://10.0.0.1/", "http://2852039166/latest/meta-data", "//0x7f.2/", "http://[::ffff:127.0.0.2]/",
            "http://metadata.google.internal/",
            "http://inside.example/",
        ])
    func redirects(location: String) async throws {
        let server = try await WebFixtures.server { peer, _ in
            peer.answer("", status: "302 Found", headers: "Location: \(location)\r\n")
        }
        let policy = AddressPolicy.publicInternet(andNetworks: [try #require(IPNetwork("127.0.0.1"))])
        let client = try await WebFixtures.client(policy, resolver: ScriptedResolver(["inside.example": [["192.168.0.1"]]]))
        var request = WebRequest("GET", "http://127.0.0.1:\(server.port)/")
        request.maximumRedirects = 3
        #expect(await client.failure(of: request)?.code == .refusedAddress)
        await server.stop()
    }

    @Test("Only the ports that are allowed are connected to")
    func ports() async throws {
        let server = try await WebFixtures.server { peer, _ in peer.answer("in") }
        var policy = AddressPolicy.anything
        policy.allowedPorts = [443, server.port]
        let client = try await WebFixtures.client(policy)
        #expect(try await client.exchange(WebRequest("GET", "http://127.0.0.1:\(server.port)/")).body == "in")
        let error = await client.failure(of: WebRequest("GET", "http://127.0.0.1/"))
        #expect(error == OutboundError(.refusedAddress, "80 is a port that is not allowed"))
        await server.stop()
    }
}
