import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import Outbound

@Suite("TLS to a pinned address", .timeLimit(.minutes(1)))
struct GuardedTLSTests {
    @Test(
        "The name goes into the greeting and into Host; the certificate is checked against it, also where it is an address",
        arguments: [("localhost", "localhost"), ("LOCALHOST.", "localhost"), ("127.0.0.1", nil), ("0x7f.1", nil)]
            as [(String, String?)])
    func names(host: String, greeted: String?) async throws {
        let names = NIOLockedValueBox<[String?]>([])
        let server = try await WebFixtures.tlsServer(greetedAs: names) {
            peer, request in
            peer.answer(request.head)
        }
        let client = try await WebFixtures.client(resolver: ScriptedResolver(["localhost": [["127.0.0.1"]]]))
        let outcome = try await client.exchange(WebRequest("GET", "https://\(host):\(server.port)/"))
        #expect(outcome.body.contains("\r\nHost: \(greeted ?? "127.0.0.1"):\(server.port)"))
        #expect(names.withLockedValue { $0 } == [greeted])
        await server.stop()
    }

    @Test("A certificate for another name is refused, although the address is one that it names")
    func otherName() async throws {
        let server = try await WebFixtures.tlsServer { peer, _ in peer.answer("in") }
        let client = try await WebFixtures.client(resolver: ScriptedResolver(["other.example": [["127.0.0.1"]]]))
        #expect(await client.failure(of: WebRequest("GET", "https://other.example:\(server.port)/"))?.code == .tls)
        await server.stop()
    }

    @Test(
        "An asterisk stands for one whole label, and never for most of a domain",
        arguments: [
            ("a.example.com", "A.Example.com", true), ("*.example.com", "a.example.com", true),
            ("*.example.com", "a.b.example.com", false),
            ("*.example.com", "example.com", false), ("*.com", "example.com", false), ("a*.example.com", "ab.example.com", false),
            ("example.com", "example.org", false), ("*", "localhost", false), ("", "localhost", false),
        ])
    func wildcards(pattern: String, host: String, matches: Bool) { #expect(CertificateNames.matches(pattern, host) == matches) }
}
