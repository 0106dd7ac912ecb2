import NIOConcurrencyHelpers
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import Outbound

@Suite("Requests through a proxy", .timeLimit(.minutes(1)))
struct ProxiedCallTests {
    /// A client that goes through a proxy on loopback; the certificate for tests is one that it trusts.
    private static func client(
        _ scheme: String, _ proxyPort: Int, to port: Int, host: String = "127.0.0.1", usesTLS: Bool = false,
        credentials: String = "",
        maximumConnections: Int = 512
    ) async throws -> TestClient {
        let proxy = try ProxyAddress("\(scheme)://\(credentials)localhost:\(proxyPort)")
        return try await TestClient(
            UpstreamAddress(host: host, port: port, usesTLS: usesTLS, proxy: proxy), maximumConnections: maximumConnections,
            tls: WebFixtures.tls.get())
    }

    private static func server(
        usesTLS: Bool, greetedAs names: NIOLockedValueBox<[String?]> = NIOLockedValueBox([]),
        _ answer: @escaping @Sendable (Peer, LoopbackServer.Request) -> Void
    ) async throws -> LoopbackServer {
        usesTLS
            ? try await WebFixtures.tlsServer(greetedAs: names, answer) : try await LoopbackServer(answer: answer)
    }

    private static func proxyTLS(_ scheme: String) throws -> NIOSSLContext? {
        scheme == "https" ? try NIOSSLContext(configuration: WebFixtures.serverTLS()) : nil
    }

    // MARK: What goes through

    @Test(
        "Whatever the proxy speaks, the request arrives and the connection is used again",
        arguments: ["http", "https", "socks5", "socks5h"],
        [("127.0.0.1", false), ("localhost", false), ("127.0.0.1", true), ("localhost", true)])
    func exchanges(scheme: String, upstream: (host: String, usesTLS: Bool)) async throws {
        let names = NIOLockedValueBox<[String?]>([])
        let server = try await Self.server(usesTLS: upstream.usesTLS, greetedAs: names) { peer, request in
            peer.answer("\(peer.number).\(request.number) \(request.head) \(request.body)")
        }
        let proxy = try await LoopbackProxy(tls: Self.proxyTLS(scheme))
        let client = try await Self.client(
            scheme, proxy.port, to: server.port, host: upstream.host, usesTLS: upstream.usesTLS)
        let authority = "\(upstream.host):\(server.port)"
        let isForwarded = !upstream.usesTLS && !scheme.hasPrefix("socks")
        for number in 1...2 {
            let outcome = try await client.exchange("{\"a\":1}")
            #expect(outcome.end == .ended)
            #expect(outcome.body.hasPrefix("1.\(number) POST \(isForwarded ? "http://\(authority)" : "")/v1/chat HTTP/1.1\r\n"))
            #expect(outcome.body.contains("\r\nHost: \(authority)"))
            #expect(outcome.body.hasSuffix(" {\"a\":1}"))
            #expect(!outcome.body.contains("Proxy-"))
        }
        let asked =
            switch scheme {
            case "socks5": "address 127.0.0.1:\(server.port)"
            case "socks5h": "\(upstream.host == "localhost" ? "name" : "address") \(authority)"
            default: isForwarded ? "POST http://\(authority)/v1/chat HTTP/1.1" : "CONNECT \(authority) HTTP/1.1"
            }
        #expect(proxy.asked.withLockedValue { $0 } == [asked])
        #expect(names.withLockedValue { $0 } == (upstream.usesTLS ? [upstream.host == "localhost" ? "localhost" : nil] : []))
        #expect(try await client.counts() == [1, 1, 0])
        try await client.shutDown()
        await proxy.stop()
        await server.stop()
    }

    @Test(
        "User and password reach the proxy, and no upstream behind a tunnel", arguments: ["http", "https", "socks5h"],
        [false, true])
    func credentials(scheme: String, usesTLS: Bool) async throws {
        let server = try await Self.server(usesTLS: usesTLS) { peer, request in peer.answer(request.head) }
        let isSOCKS = scheme == "socks5h"
        let proxy = try await LoopbackProxy(
            tls: Self.proxyTLS(scheme), socksLogin: isSOCKS ? (user: "me", password: "p@ss") : nil,
            authorization: isSOCKS ? nil : "Basic bWU6cEBzcw==")
        let good = try await Self.client(
            scheme, proxy.port, to: server.port, host: "localhost", usesTLS: usesTLS, credentials: "me:p%40ss@")
        let outcome = try await good.exchange()
        #expect(outcome.status == 200)
        if isSOCKS || usesTLS { #expect(!outcome.body.contains("Proxy-Authorization")) }
        for credentials in ["me:wrong@", ""] {
            let client = try await Self.client(
                scheme, proxy.port, to: server.port, host: "localhost", usesTLS: usesTLS, credentials: credentials)
            guard case .failed(let code, let message) = try await client.exchange().end else {
                Issue.record("it can't have been answered")
                continue
            }
            #expect(code == .proxyRefused)
            #expect(!message.contains("wrong"))
            #expect(try await client.counts() == [0, 0, 0])
        }
        await proxy.stop()
        await server.stop()
    }

    @Test("Calls that wait for a connection are served through the proxy in their turn")
    func queue() async throws {
        let server = try await Self.server(usesTLS: false) { peer, _ in
            peer.answer("\(peer.number)", headers: "Connection: close\r\n")
        }
        let proxy = try await LoopbackProxy()
        let client = try await Self.client("socks5h", proxy.port, to: server.port, maximumConnections: 1)
        var calls: [StartedCall] = []
        for _ in 1...4 { calls.append(try await client.start()) }
        for (index, call) in calls.enumerated() { #expect(await call.outcome().body == "\(index + 1)") }
        await proxy.stop()
        await server.stop()
    }

    // MARK: TLS behind the proxy

    @Test(
        "A certificate that isn't the upstream's is refused behind a proxy, too: the proxy's address is no excuse",
        arguments: ["http", "socks5h"], ["other.example", "127.0.0.2"])
    func otherName(scheme: String, host: String) async throws {
        // Leads every name and address to the one server, as whoever holds the proxy could.
        let server = try await Self.server(usesTLS: true) { peer, _ in peer.answer("in") }
        let proxy = try await LoopbackProxy(leadingTo: server.port)
        let client = try await Self.client(scheme, proxy.port, to: 443, host: host, usesTLS: true)
        guard case .failed(let code, _) = try await client.exchange().end else {
            Issue.record("it was let in")
            return
        }
        #expect(code == .tls)
        await proxy.stop()
        await server.stop()
    }

    @Test("A proxy whose certificate nobody vouches for is not spoken to, whatever the channel says of its upstream")
    func proxyCertificate() async throws {
        let server = try await Self.server(usesTLS: false) { peer, _ in peer.answer("in") }
        let proxy = try await LoopbackProxy(tls: Self.proxyTLS("https"))
        for usesTLS in [false, true] {
            let address = UpstreamAddress(
                host: "localhost", port: server.port, usesTLS: usesTLS, verifiesCertificate: false,
                proxy: try ProxyAddress("https://localhost:\(proxy.port)"))
            let client = try await TestClient(address)
            #expect(
                try await client.exchange().end == .failed(.proxyUnreachable, "the TLS connection to the proxy failed"))
            #expect(try await client.counts() == [0, 0, 0])
        }
        #expect(proxy.asked.withLockedValue { $0 } == [])
        await proxy.stop()
        await server.stop()
    }

    // MARK: Failures told apart

    @Test("A proxy that isn't there", arguments: ["http", "https", "socks5", "socks5h"], [false, true])
    func noProxy(scheme: String, usesTLS: Bool) async throws {
        // A port that nobody has; one that was given back may be another test's by now.
        let client = try await Self.client(scheme, 1, to: 1, usesTLS: usesTLS)
        #expect(try await client.exchange().end == .failed(.proxyUnreachable, "the proxy can't be reached"))
        #expect(try await client.counts() == [0, 0, 0])
    }

    @Test("An upstream that isn't there, behind a proxy that is", arguments: ["http", "https", "socks5", "socks5h"])
    func noUpstream(scheme: String) async throws {
        let proxy = try await LoopbackProxy(tls: Self.proxyTLS(scheme))
        let client = try await Self.client(scheme, proxy.port, to: 1, usesTLS: true)
        #expect(try await client.exchange().end == .failed(.connect, "the proxy has no connection to the upstream"))
        #expect(try await client.counts() == [0, 0, 0])
        await proxy.stop()
    }

    @Test("A name that is to be looked up here and isn't known is no proxy's fault")
    func unknownName() async throws {
        let proxy = try await LoopbackProxy()
        let client = try await Self.client("socks5", proxy.port, to: 1, host: "does-not-exist.invalid")
        guard case .failed(let code, _) = try await client.exchange().end else {
            Issue.record("it can't have been answered")
            return
        }
        #expect(code == .connect || code == .timedOut)
        #expect(proxy.asked.withLockedValue { $0 } == [])
        #expect(try await client.counts() == [0, 0, 0])
        await proxy.stop()
    }

    @Test(
        "A proxy that refuses, speaks otherwise, or hangs up",
        arguments: [
            ("http", .say(Array("HTTP/1.1 403 Forbidden\r\n\r\n".utf8)), .proxyRefused),
            ("http", .say(Array("HTTP/1.1 200 OK\r\n\r\n\u{16}".utf8)), .proxyUnreachable),
            ("http", .say([5, 0, 13, 10, 13, 10]), .proxyUnreachable), ("http", .close, .proxyUnreachable),
            ("https", .close, .proxyUnreachable), ("socks5h", .close, .proxyUnreachable),
            ("socks5h", .say(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)), .proxyUnreachable),
            ("socks5h", .say([5, 0xFF]), .proxyRefused),
        ] as [(String, LoopbackProxy.Conduct, OutboundError.Code)])
    func misconduct(scheme: String, conduct: LoopbackProxy.Conduct, code: OutboundError.Code) async throws {
        let proxy = try await LoopbackProxy(conduct, tls: Self.proxyTLS(scheme))
        let client = try await Self.client(scheme, proxy.port, to: 1, usesTLS: true)
        guard case .failed(let found, _) = try await client.exchange().end else {
            Issue.record("it can't have been answered")
            return
        }
        #expect(found == code)
        #expect(try await client.counts() == [0, 0, 0])
        await proxy.stop()
    }

    @Test(
        "A proxy that says nothing holds nothing longer than connecting may take",
        arguments: ["http", "https", "socks5", "socks5h"])
    func silence(scheme: String) async throws {
        let proxy = try await LoopbackProxy(.say([]))
        let client = try await Self.client(scheme, proxy.port, to: 1, usesTLS: true)
        let call = try await client.start { $0.connectTimeout = .milliseconds(200) }
        #expect(await call.outcome().end == .failed(.timedOut, "timed out waiting for a connection"))
        #expect(try await client.counts() == [0, 0, 0])
        await proxy.stop()
    }

    @Test("An upstream that itself says 407, with no proxy about, is an answer")
    func without() async throws {
        let server = try await LoopbackServer { peer, _ in peer.answer("x", status: "407 Proxy Authentication Required") }
        let client = try await TestClient(port: server.port)
        #expect(try await client.exchange().status == 407)
        await server.stop()
    }
}
