import Foundation
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import Outbound

@Suite("A client that shows a certificate", .timeLimit(.minutes(1)))
struct ClientIdentityTests {
    private static func text(_ file: String) throws -> String {
        try String(contentsOf: URL(filePath: WebFixtures.folder + file), encoding: .utf8)
    }

    private static func identity() throws -> ClientIdentity {
        try ClientIdentity(certificateChain: self.text("client-certificate.pem"), privateKey: self.text("client-key.pem"))
    }

    private static func otherIdentity() throws -> ClientIdentity {
        try ClientIdentity(certificateChain: self.text("localhost-certificate.pem"), privateKey: self.text("localhost-key.pem"))
    }

    /// One that takes the client's certificate for tests, and no connection without it.
    private static func server(_ answer: @escaping @Sendable (Peer, LoopbackServer.Request) -> Void) async throws
        -> LoopbackServer
    {
        var configuration = try WebFixtures.serverTLS()
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .file(WebFixtures.folder + "client-certificate.pem")
        return try await LoopbackServer(tls: NIOSSLContext(configuration: configuration), answer: answer)
    }

    @Test(
        "The server gets to see it, directly and through a proxy, and connections are used again",
        arguments: [nil, "http", "https", "socks5"])
    func shown(proxyScheme: String?) async throws {
        let server = try await Self.server { peer, request in peer.answer("\(peer.number).\(request.number)") }
        let proxyTLS = try NIOSSLContext(configuration: WebFixtures.serverTLS())
        let proxy = try await LoopbackProxy(tls: proxyScheme == "https" ? proxyTLS : nil)
        let client = try await TestClient(
            UpstreamAddress(
                host: "localhost", port: server.port, usesTLS: true,
                proxy: proxyScheme.map { scheme in try ProxyAddress("\(scheme)://localhost:\(proxy.port)") },
                clientIdentity: Self.identity()),
            tls: WebFixtures.tls.get())
        for number in 1...2 { #expect(try await client.exchange().body == "1.\(number)") }
        #expect(try await client.counts() == [1, 1, 0])
        await proxy.stop()
        await server.stop()
    }

    @Test(
        "Without it, or with another, there is no answer; what a channel says of the upstream's certificate changes nothing",
        arguments: [true, false])
    func refused(verifiesCertificate: Bool) async throws {
        let server = try await Self.server { peer, _ in peer.answer("in") }
        for identity in [nil, try Self.otherIdentity()] {
            let client = try await TestClient(
                UpstreamAddress(
                    host: "localhost", port: server.port, usesTLS: true, verifiesCertificate: verifiesCertificate,
                    clientIdentity: identity), tls: WebFixtures.tls.get())
            let outcome = try await client.exchange()
            #expect(outcome.status == nil)
            guard case .failed(let code, _) = outcome.end else {
                Issue.record("it was let in")
                continue
            }
            // With TLS 1.3 the server's refusal comes after the client's handshake, and perhaps only as the end of the connection.
            #expect(code == .tls || code == .closed)
        }
        let good = try await TestClient(
            UpstreamAddress(
                host: "localhost", port: server.port, usesTLS: true, verifiesCertificate: verifiesCertificate,
                clientIdentity: Self.identity()), tls: WebFixtures.tls.get())
        #expect(try await good.exchange().body == "in")
        await server.stop()
    }

    @Test("The upstream's own certificate is checked as ever")
    func checked() async throws {
        let server = try await Self.server { peer, _ in peer.answer("in") }
        let client = try await TestClient(
            UpstreamAddress(host: "localhost", port: server.port, usesTLS: true, clientIdentity: Self.identity()))
        #expect(try await client.exchange().end == .failed(.tls, "the TLS connection failed"))
        await server.stop()
    }

    @Test("All connections of a policy share one context, and no two policies do")
    func contexts() throws {
        let tls = try UpstreamClient.TLS(trusting: .file(WebFixtures.folder + "localhost-certificate.pem"))
        let identities = [nil, try Self.identity(), try Self.otherIdentity()]
        let policies = [UpstreamClient.TLS.Verification.full, .issuer, .none].flatMap { verification in
            identities.map { UpstreamClient.TLS.Policy(verification: verification, clientIdentity: $0) }
        }
        var made: Set<ObjectIdentifier> = []
        for policy in policies {
            let context = try tls.makeContext(for: policy)
            made.insert(ObjectIdentifier(context))
            #expect(tls.context(for: policy) === context)
            #expect(try tls.makeContext(for: policy) === context)
        }
        #expect(made.count == policies.count)
    }

    // MARK: The guarded client

    @Test("A request of the guarded client may have one; its connections are its own")
    func webRequest() async throws {
        let server = try await Self.server { peer, request in peer.answer("\(peer.number).\(request.number)") }
        let client = try await WebFixtures.client(resolver: ScriptedResolver(["localhost": [["127.0.0.1"]]]))
        var request = WebRequest("GET", "https://localhost:\(server.port)/")
        let failure = await client.failure(of: request)
        #expect(failure?.code == .tls || failure?.code == .closed)
        request.clientIdentity = try Self.identity()
        #expect(try await client.exchange(request).status == 200)
        request.clientIdentity = nil
        #expect(await client.failure(of: request) != nil, "the connection that is there is another's")
        await server.stop()
    }

    @Test("A redirect within the origin takes it along, one to another origin does not")
    func redirects() async throws {
        let server = try await Self.server { peer, request in
            if request.head.hasPrefix("GET /here") { return peer.answer("arrived") }
            let target =
                request.head.hasPrefix("GET /away") ? "https://127.0.0.1:\(peer.channel.localAddress?.port ?? 0)/here" : "/here"
            peer.answer("", status: "302 Found", headers: "Location: \(target)\r\n")
        }
        let client = try await WebFixtures.client(resolver: ScriptedResolver(["localhost": [["127.0.0.1"]]]))
        var request = WebRequest("GET", "https://localhost:\(server.port)/within")
        request.maximumRedirects = 1
        request.clientIdentity = try Self.identity()
        #expect(try await client.exchange(request).body == "arrived")
        request.url = "https://localhost:\(server.port)/away"
        let failure = await client.failure(of: request)
        #expect(failure?.code == .tls || failure?.code == .closed)
        await server.stop()
    }

    // MARK: Reading one

    @Test("What isn't a certificate with its key is refused without repeating it")
    func unreadable() throws {
        let (chain, key) = (try Self.text("client-certificate.pem"), try Self.text("client-key.pem"))
        let other = try Self.text("localhost-key.pem")
        for (chain, key) in [
            ("", key), (chain, ""), ("secret", key), (chain, "secret"), (key, chain), (chain, other),
            (String(repeating: chain, count: 17), key), (chain + String(repeating: " ", count: 128 << 10), key),
        ] {
            let error = #expect(throws: OutboundError.self) { try ClientIdentity(certificateChain: chain, privateKey: key) }
            #expect(error?.code == .tls)
            #expect(error?.message.contains("secret") == false)
        }
    }

    @Test("Two are one where their texts are, and nothing of it shows")
    func equality() throws {
        let identity = try Self.identity()
        #expect(identity == (try Self.identity()))
        #expect(identity.hashValue == (try Self.identity()).hashValue)
        #expect(identity != (try Self.otherIdentity()))
        let plain = UpstreamAddress(host: "h", port: 443, usesTLS: true)
        let shown = UpstreamAddress(host: "h", port: 443, usesTLS: true, clientIdentity: identity)
        #expect(plain != shown)
        var dumped = ""
        dump(shown, to: &dumped)
        #expect("\(identity)" == "a client certificate")
        #expect(!dumped.contains("BEGIN") && !dumped.contains("CN=client"))
    }
}
