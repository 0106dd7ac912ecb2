import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport
import Testing

@testable import Outbound

/// Answers from a script: for each name the answers to one lookup after the other, the last one again and again.
final class ScriptedResolver: HostResolver {
    private let script: Mutex<[String: [[String]]]>
    private let asked = Mutex<[String]>([])

    init(_ script: [String: [[String]]] = [:]) { self.script = Mutex(script) }

    /// The names that were asked for, in order.
    var lookups: [String] { self.asked.withLock { $0 } }

    func addresses(of host: String, within limit: Duration) async throws(OutboundError) -> [IPAddress] {
        self.asked.withLock { $0.append(host) }
        let answer = self.script.withLock { script -> [String]? in
            guard let answers = script[host] else { return nil }
            if answers.count > 1 { script[host] = Array(answers.dropFirst()) }
            return answers.first
        }
        guard let answer else { throw OutboundError(.connect, "there is no host \(host)") }
        return answer.compactMap { IPAddress($0) }
    }
}

/// What tests of the guarded client share.
enum WebFixtures {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    static let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Fixtures/TLS/"

    /// Trusts the certificate for tests, and no other.
    static let tls = Result { () throws(OutboundError) in
        try UpstreamClient.TLS(trusting: .file(Self.folder + "localhost-certificate.pem"))
    }

    static func client(
        _ policy: AddressPolicy = .anything, resolver: any HostResolver = ScriptedResolver(),
        configuration: UpstreamClient.Configuration = .init()
    ) async throws -> GuardedClient {
        let loops = try await UpstreamLoops(self.group, tls: self.tls.get(), configuration: configuration)
        return GuardedClient(loops: loops, policy: policy, resolver: resolver)
    }

    static func server(_ answer: @escaping @Sendable (Peer, LoopbackServer.Request) -> Void) async throws -> LoopbackServer {
        try await LoopbackServer(answer: answer)
    }

    /// The settings of a server that has the certificate for tests.
    static func serverTLS() throws -> TLSConfiguration {
        let certificates = try NIOSSLCertificate.fromPEMFile(self.folder + "localhost-certificate.pem")
        return .makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: self.folder + "localhost-key.pem", format: .pem)))
    }

    /// One with the certificate for tests.
    /// - Parameter names: gets the name that each greeting asks for.
    static func tlsServer(
        greetedAs names: NIOLockedValueBox<[String?]> = NIOLockedValueBox([]),
        _ answer: @escaping @Sendable (Peer, LoopbackServer.Request) -> Void
    ) async throws -> LoopbackServer {
        var configuration = try self.serverTLS()
        configuration.sslContextCallback = { values, promise in
            names.withLockedValue { $0.append(values.serverHostname) }
            promise.succeed(.noChanges)
        }
        return try await LoopbackServer(tls: NIOSSLContext(configuration: configuration), answer: answer)
    }
}

extension WebClient {
    /// A whole exchange: status and body.
    func exchange(_ request: WebRequest) async throws -> (status: Int, body: String) {
        let response = try await self.send(request)
        return (response.status, String(decoding: try await response.collect(upTo: 64 << 20), as: UTF8.self))
    }

    /// The code and the message of the failure that is expected.
    func failure(of request: WebRequest) async -> OutboundError? {
        do throws(OutboundError) {
            let response = try await self.send(request)
            _ = try await response.collect(upTo: 64 << 20)
            return nil
        } catch {
            return error
        }
    }
}
