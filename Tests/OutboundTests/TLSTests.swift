import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import Outbound

@Suite("TLS to an upstream", .timeLimit(.minutes(1)))
struct TLSTests {
    private static let folder = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/Fixtures/TLS/"

    private static func server(
        _ answer: @escaping @Sendable (Peer, LoopbackServer.Request) -> Void
    ) async throws -> LoopbackServer {
        let certificates = try NIOSSLCertificate.fromPEMFile(Self.folder + "localhost-certificate.pem")
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: Self.folder + "localhost-key.pem", format: .pem)))
        return try await LoopbackServer(tls: NIOSSLContext(configuration: configuration), answer: answer)
    }

    @Test("A certificate that nobody vouches for is refused", arguments: ["localhost", "127.0.0.1"])
    func refused(host: String) async throws {
        let server = try await Self.server { peer, _ in peer.answer("secret") }
        let client = try await TestClient(UpstreamAddress(host: host, port: server.port, usesTLS: true))
        let outcome = try await client.exchange()
        #expect(outcome.status == nil)
        #expect(outcome.end == .failed(.tls, "the TLS connection failed"))
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }

    @Test(
        "A channel may say that any certificate will do; its connections are used again", arguments: ["localhost", "127.0.0.1"])
    func unverified(host: String) async throws {
        let server = try await Self.server { peer, request in peer.answer("\(peer.number).\(request.number)") }
        let client = try await TestClient(
            UpstreamAddress(host: host, port: server.port, usesTLS: true, verifiesCertificate: false))
        #expect(try await client.exchange().body == "1.1")
        #expect(try await client.exchange().body == "1.2")
        #expect(try await client.counts() == [1, 1, 0])
        await server.stop()
    }

    @Test("A pooled connection that ends without TLS's own goodbye is stale like any other", arguments: [false, true])
    func staleWithoutGoodbye(byReset: Bool) async throws {
        let server = try await Self.server { peer, request in
            if peer.number > 1 || request.number == 1 {
                peer.answer("\(peer.number).\(request.number)")
            } else if byReset {
                peer.reset()
            } else if let context = try? peer.channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
                // Closes below TLS.
                context.close(promise: nil)
            }
        }
        let client = try await TestClient(
            UpstreamAddress(host: "127.0.0.1", port: server.port, usesTLS: true, verifiesCertificate: false))
        #expect(try await client.exchange().body == "1.1")
        #expect(try await client.exchange().body == "2.1")
        await server.stop()
    }

    @Test("An upstream that accepts and never answers the greeting holds nothing longer than connecting may take")
    func silent() async throws {
        let server = try await LoopbackServer { _, _ in }
        let client = try await TestClient(UpstreamAddress(host: "127.0.0.1", port: server.port, usesTLS: true))
        let call = try await client.start { $0.connectTimeout = .milliseconds(200) }
        #expect(await call.outcome().end == .failed(.timedOut, "timed out waiting for a connection"))
        await server.events.wait(for: .closed(1))
        #expect(try await client.counts() == [0, 0, 0])
        await server.stop()
    }
}
