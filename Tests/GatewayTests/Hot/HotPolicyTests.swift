import Directory
import NIOHTTP1
import Testing

@testable import Gateway

@Suite("What the operator decides about hosts, proxies and browsers")
struct HotPolicyTests {
    @Test(
        "a Host is compared by its name, whatever its port and case",
        arguments: [
            ("localhost", true), ("LOCALHOST:3000", true), ("[::1]:3000", true), ("[::1]", true), ("evil.example", false),
            ("localhost.evil.example", false),
            ("evil.example:localhost", false), ("", false), ("[", false), ("[::2]", false),
        ])
    func hosts(host: String, isAllowed: Bool) {
        var policy = HotPolicy()
        #expect(policy.allows(host: host))
        policy.allowedHosts = ["localhost", "[::1]"]
        #expect(policy.allows(host: host) == isAllowed)
    }

    @Test(
        "X-Forwarded-For counts only from trusted proxies, and only up to the first that isn't one",
        arguments: [
            ("10.0.0.1", ["1.2.3.4"], "1.2.3.4"), ("10.0.0.1", ["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            ("10.0.0.1", ["1.2.3.4, 10.0.0.2"], "1.2.3.4"),
            ("10.0.0.1", ["6.6.6.6", "1.2.3.4, 10.0.0.2"], "1.2.3.4"), ("9.9.9.9", ["1.2.3.4"], "9.9.9.9"),
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["not an address"], "10.0.0.1"), ("10.0.0.1", ["1.2.3.4, nonsense"], "10.0.0.1"),
            ("10.0.0.1", ["10.0.0.2"], "10.0.0.1"),
            ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ])
    func clientAddress(peer: String, forwarded: [String], address: String) throws {
        var policy = HotPolicy()
        let headers = HTTPHeaders(forwarded.map { ("X-Forwarded-For", $0) })
        #expect(policy.clientAddress(of: peer, headers: headers) == peer)
        policy.trustedProxies = [try #require(Subnet("10.0.0.0/8"))]
        #expect(policy.clientAddress(of: peer, headers: headers) == address)
    }

    @Test("an origin is told that it may read the answer only where it may")
    func origins() {
        #expect(HotPolicy.corsHeaders(origin: nil, allowed: ["*"]).isEmpty)
        #expect(
            HotPolicy.corsHeaders(origin: "https://a.example", allowed: ["*"]).first(name: "access-control-allow-origin") == "*")
        let listed = HotPolicy.corsHeaders(origin: "https://a.example", allowed: ["https://a.example"])
        #expect(listed.first(name: "access-control-allow-origin") == "https://a.example")
        #expect(listed.first(name: "vary") == "Origin")
        let foreign = HotPolicy.corsHeaders(origin: "https://b.example", allowed: ["https://a.example"])
        #expect(!foreign.contains(name: "access-control-allow-origin"))
        // A cache must not give this answer to the origin that may read it.
        #expect(foreign.first(name: "vary") == "Origin")
    }

    @Test(
        "the date of answers",
        arguments: [
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400_999, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_774_008_000_000, "Fri, 20 Mar 2026 12:00:00 GMT"),
            (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] as [(Int64, String)])
    func date(milliseconds: Int64, text: String) {
        var header = DateHeader()
        for moment in [milliseconds + 86_400_000, milliseconds] { _ = header.text(at: moment) }
        let told = header.text(at: milliseconds)
        #expect(told == text)
    }
}
