import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import Outbound

@Suite("Redirects", .timeLimit(.minutes(1)))
struct GuardedRedirectTests {
    private static let names = ["one.example": [["127.0.0.1"]], "two.example": [["127.0.0.1"]]]

    /// Redirects everything but `/end`, which tells what came; `$PORT` in a location is the server's.
    private static func server(status: Int, location: String) async throws -> LoopbackServer {
        let port = NIOLockedValueBox(0)
        let server = try await WebFixtures.server { peer, request in
            if request.head.split(separator: " ")[1] == "/end" {
                peer.answer(request.head + "\r\n\r\n" + request.body)
            } else {
                let location = location.replacing("$PORT", with: String(port.withLockedValue { $0 }))
                peer.answer("moved", status: "\(status) Moved", headers: "Location: \(location)\r\n")
            }
        }
        port.withLockedValue { $0 = server.port }
        return server
    }

    private static func request(_ method: String, _ server: LoopbackServer, redirects: Int = 3) -> WebRequest {
        var request = WebRequest(
            method, "http://one.example:\(server.port)/start",
            headers: [
                ("Authorization", "Bearer secret"), ("Cookie", "secret"), ("Proxy-Authorization", "secret"),
                ("x-api-key", "secret"),
                ("MCP-Session-Id", "secret"), ("X-House-Token", "secret"), ("Accept", "text/event-stream"),
                ("Content-Type", "text/plain"),
                ("MCP-Protocol-Version", "2025-11-25"),
            ], body: method == "POST" ? Array("body".utf8) : [])
        request.maximumRedirects = redirects
        return request
    }

    private static func client() async throws -> GuardedClient {
        try await WebFixtures.client(resolver: ScriptedResolver(self.names))
    }

    @Test("Where no redirect may be followed, it is the answer")
    func notFollowed() async throws {
        let server = try await Self.server(status: 302, location: "/end")
        let response = try await Self.client().send(Self.request("GET", server, redirects: 0))
        #expect(response.status == 302)
        #expect(response.header("location") == "/end")
        #expect(try await response.collect(upTo: 100) == Array("moved".utf8))
        await server.stop()
    }

    @Test(
        "What a method becomes, by the status", arguments: [301, 302, 303, 307, 308], ["GET", "POST", "HEAD"])
    func methods(status: Int, method: String) async throws {
        let server = try await Self.server(status: status, location: "/end")
        let response = try await Self.client().send(Self.request(method, server))
        #expect(response.status == 200)
        #expect(response.url == "http://one.example:\(server.port)/end")
        let told = String(decoding: try await response.collect(upTo: 4000), as: UTF8.self)
        let keeps = method == "GET" || status >= 307
        if method == "HEAD" {
            #expect(told.isEmpty, "a HEAD stays one")
        } else {
            #expect(told.hasPrefix(keeps ? method : "GET"))
            #expect(told.hasSuffix(keeps && method == "POST" ? "\r\n\r\nbody" : "\r\n\r\n"))
            #expect(told.contains("Content-Type") == keeps)
            #expect(told.contains("Authorization: Bearer secret"), "the same origin may see it")
        }
        await server.stop()
    }

    @Test(
        "Another origin sees no credential, known as one or not; coming back doesn't bring them back",
        arguments: ["http://two.example:$PORT/end", "//127.0.0.1:$PORT/end"])
    func credentials(location: String) async throws {
        let server = try await Self.server(status: 307, location: location)
        let told = try await Self.client().exchange(Self.request("POST", server)).body
        #expect(!told.contains("secret"))
        for kept in ["Accept: text/event-stream", "Content-Type: text/plain", "MCP-Protocol-Version: 2025-11-25", "\r\n\r\nbody"]
        {
            #expect(told.contains(kept))
        }
        await server.stop()
    }

    @Test("The same host at another port is another origin")
    func otherPort() async throws {
        let target = try await Self.server(status: 500, location: "")
        let server = try await Self.server(status: 307, location: "http://one.example:\(target.port)/end")
        #expect(try await !Self.client().exchange(Self.request("POST", server)).body.contains("secret"))
        await server.stop()
        await target.stop()
    }

    @Test("So many and no more")
    func tooMany() async throws {
        let server = try await Self.server(status: 302, location: "/again")
        #expect(await Self.failure(Self.request("GET", server)) == OutboundError(.redirected, "more than 3 redirects"))
        await server.stop()
    }

    @Test(
        "A redirect that leads to no URL to call is an error",
        arguments: ["ftp://one.example/", "http://u:p@one.example/", "http://[::1/"])
    func nowhere(location: String) async throws {
        let server = try await Self.server(status: 302, location: location)
        #expect(await Self.failure(Self.request("GET", server))?.code == .invalidURL)
        await server.stop()
    }

    private static func failure(_ request: WebRequest) async -> OutboundError? { try? await self.client().failure(of: request) }

    @Test("A redirect without a location is an answer")
    func withoutLocation() async throws {
        let server = try await WebFixtures.server { peer, _ in peer.answer("here", status: "302 Found") }
        #expect(try await Self.client().exchange(Self.request("GET", server)).body == "here")
        await server.stop()
    }

    @Test("From https to http is not followed")
    func downgrade() async throws {
        let server = try await WebFixtures.tlsServer { peer, _ in
            peer.answer("", status: "302 Found", headers: "Location: http://localhost/\r\n")
        }
        let client = try await WebFixtures.client(resolver: ScriptedResolver(["localhost": [["127.0.0.1"]]]))
        var request = WebRequest("GET", "https://localhost:\(server.port)/")
        request.maximumRedirects = 1
        #expect(await client.failure(of: request)?.code == .refusedAddress)
        await server.stop()
    }
}
