import Foundation
import MCPServer
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport
import Testing
import Wire

@testable import OpenAPIToMCP
@testable import Outbound

@Suite("An API that asks for a client certificate", .timeLimit(.minutes(1)))
struct MutualTLSTests {
    private static let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Fixtures/TLS/"

    private static func identity(_ name: String = "client") throws -> ClientIdentity {
        func text(_ part: String) throws -> String {
            try String(contentsOf: URL(filePath: folder + "\(name)-\(part).pem"), encoding: .utf8)
        }
        return try ClientIdentity(certificateChain: text("certificate"), privateKey: text("key"))
    }

    private static func document(server: String) -> String {
        """
        openapi: 3.1.0
        info: {title: Vault, version: "1"}
        servers: [{url: "\(server)"}]
        components:
          securitySchemes:
            mtls: {type: mutualTLS}
            other: {type: mutualTLS}
            token: {type: http, scheme: bearer}
        paths:
          /alone: {get: {operationId: alone, security: [{mtls: []}], responses: {"200": {description: good}}}}
          /both: {get: {operationId: both, security: [{mtls: [], token: []}], responses: {"200": {description: good}}}}
          /two: {get: {operationId: two, security: [{mtls: [], other: []}], responses: {"200": {description: good}}}}
          /first: {get: {operationId: first, security: [{mtls: []}, {token: []}], responses: {"200": {description: good}}}}
          /second: {get: {operationId: second, security: [{token: []}, {mtls: []}], responses: {"200": {description: good}}}}
          /open: {get: {operationId: open, security: [], responses: {"200": {description: good}}}}
        """
    }

    private func call(
        _ name: String, _ credentials: Credentials, server: String = "https://api.example.com", by client: any WebClient
    ) async throws -> (isError: Bool, text: String) {
        let source = TextSource(Array(Self.document(server: server).utf8))
        var configuration = OpenAPIService.Configuration(source: source, client: client)
        configuration.credentials = credentials
        let service = OpenAPIService(configuration, cache: CompilationCache())
        #expect(try await service.compilation().diagnostics.isEmpty)
        var params = RawObject()
        params["name"] = .string(name)
        params["arguments"] = .object([:])
        let outcome = try await service.perform(
            MCPServer.Operation(.callTool, target: name, params: params),
            OwnContext(principal: Principal(id: "tester"), chain: "1"))
        guard case .complete(let result, _) = outcome else { throw MCPError.internalError("the call is complete") }
        return (result["isError"] == true, result["content"]?[0]?["text"]?.stringValue ?? "")
    }

    // MARK: Over a connection

    /// One that takes the client's certificate for tests, and no connection without it.
    private static func server(
        _ answer: @escaping @Sendable (Peer, LoopbackServer.Request) -> Void
    ) async throws -> LoopbackServer {
        let certificates = try NIOSSLCertificate.fromPEMFile(folder + "localhost-certificate.pem")
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: folder + "localhost-key.pem", format: .pem)))
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .file(folder + "client-certificate.pem")
        return try await LoopbackServer(tls: NIOSSLContext(configuration: configuration), answer: answer)
    }

    private static func client() async throws -> GuardedClient {
        let tls = try UpstreamClient.TLS(trusting: .file(folder + "localhost-certificate.pem"))
        return GuardedClient(loops: try await UpstreamLoops(LoopbackServer.group, tls: tls), policy: .anything)
    }

    @Test("its operations are called with the certificate of their scheme, alone and beside a token; without it nothing arrives")
    func shown() async throws {
        let asked = Mutex<[String]>([])
        let server = try await Self.server { peer, request in
            asked.withLock { $0.append(request.head) }
            peer.answer("let in", headers: "Content-Type: text/plain\r\n")
        }
        let (client, base) = (try await Self.client(), "https://127.0.0.1:\(server.port)")
        let given = Credentials(values: ["mtls": .certificate(try Self.identity()), "token": .token("t-123456")])
        for name in ["alone", "both"] {
            let result = try await self.call(name, given, server: base, by: client)
            #expect(!result.isError && result.text == "let in", "\(result)")
        }
        #expect(asked.withLock { $0.map { $0.contains("Bearer t-123456") } } == [false, true])
        // One that the server doesn't take, and an operation that needs none.
        let wrong = Credentials(values: ["mtls": .certificate(try Self.identity("localhost"))])
        for (name, credentials) in [("alone", wrong), ("open", given)] {
            let result = try await self.call(name, credentials, server: base, by: client)
            #expect(result.isError && !result.text.contains("BEGIN"))
        }
        #expect(asked.withLock { $0.count } == 2)
        await server.stop()
    }

    @Test("a redirect to another origin is not followed with it")
    func redirected() async throws {
        let paths = Mutex<[String]>([])
        let server = try await Self.server { peer, request in
            paths.withLock { $0.append(String(request.head.prefix { $0 != "\r\n" })) }
            let target = "https://localhost:\(peer.channel.localAddress?.port ?? 0)/elsewhere"
            peer.answer("", status: "307 Temporary Redirect", headers: "Location: \(target)\r\n")
        }
        let given = Credentials(values: ["mtls": .certificate(try Self.identity())])
        let result = try await self.call(
            "alone", given, server: "https://127.0.0.1:\(server.port)", by: Self.client())
        #expect(result.isError && result.text.contains("307"))
        #expect(paths.withLock { $0 } == ["GET /alone HTTP/1.1"])
        await server.stop()
    }

    // MARK: Which alternative

    @Test(
        "the first alternative that can be met is used, in the document's order; a scheme without a certificate is passed over",
        arguments: [
            ("first", ["mtls", "token"], true, false), ("first", ["token"], false, true),
            ("second", ["mtls", "token"], false, true),
            ("second", ["mtls"], true, false), ("both", ["mtls", "token"], true, true),
            ("open", ["mtls", "token"], false, false),
        ] as [(String, [String], Bool, Bool)])
    func alternatives(name: String, given: [String], showsCertificate: Bool, sendsToken: Bool) async throws {
        let web = ScriptedWeb(["https://api.example.com/\(name)": ScriptedWeb.Page(body: "good")])
        var credentials = Credentials()
        if given.contains("mtls") { credentials.values["mtls"] = .certificate(try Self.identity()) }
        if given.contains("token") { credentials.values["token"] = .token("t-123456") }
        #expect(try await !self.call(name, credentials, by: web).isError)
        let request = try #require(web.requests.first)
        #expect(request.clientIdentity == (showsCertificate ? try Self.identity() : nil))
        #expect(request.headers.contains { $0.name == "Authorization" } == sendsToken)
    }

    @Test(
        "where none is given, or something that is none, the error names the scheme, and nothing is sent",
        arguments: [
            Credentials(), Credentials(values: ["mtls": .token("t-123456")]), Credentials(authorization: "Bearer t-123456"),
        ])
    func missing(credentials: Credentials) async throws {
        let web = ScriptedWeb(texts: [:])
        let result = try await self.call("alone", credentials, by: web)
        #expect(result.isError && result.text.contains("mtls") && web.requests.isEmpty)
    }

    @Test("a certificate is the credential of no other scheme")
    func misplaced() async throws {
        let web = ScriptedWeb(["https://api.example.com/second": ScriptedWeb.Page(body: "good")])
        let identity = try Self.identity()
        let given = Credentials(values: ["token": .certificate(identity), "mtls": .certificate(identity)])
        #expect(try await !self.call("second", given, by: web).isError)
        #expect(
            web.requests.first?.clientIdentity == identity
                && web.requests.first?.headers.contains { $0.name == "Authorization" } == false)
    }

    @Test("one certificate for all schemes serves each of them; one of the scheme comes before it")
    func shared() async throws {
        let web = ScriptedWeb([
            "https://api.example.com/two": ScriptedWeb.Page(body: "good"),
            "https://api.example.com/alone": ScriptedWeb.Page(body: "good"),
        ])
        let (identity, other) = (try Self.identity(), try Self.identity("localhost"))
        #expect(try await !self.call("two", Credentials(clientIdentity: identity), by: web).isError)
        let both = Credentials(values: ["mtls": .certificate(other)], clientIdentity: identity)
        #expect(try await !self.call("alone", both, by: web).isError)
        // Sorted by URL.
        #expect(web.requests.map(\.clientIdentity) == [other, identity])
        // A connection shows one.
        #expect(try await self.call("two", both, by: web).isError)
        #expect(web.requests.count == 2)
    }

    @Test("it is not taken to a server without TLS")
    func plain() async throws {
        let web = ScriptedWeb(["http://api.example.com/alone": ScriptedWeb.Page(body: "good")])
        let given = Credentials(clientIdentity: try Self.identity())
        let result = try await self.call("alone", given, server: "http://api.example.com", by: web)
        #expect(result.isError && result.text.contains("https") && web.requests.isEmpty)
    }

    @Test("nothing of it shows")
    func described() throws {
        let given = Credentials(values: ["mtls": .certificate(try Self.identity())], clientIdentity: try Self.identity())
        var dumped = ""
        dump(given, to: &dumped)
        for text in ["\(given)", String(reflecting: given), dumped] { #expect(!text.contains("BEGIN") && !text.contains("CN=")) }
    }
}
