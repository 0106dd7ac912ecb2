import Outbound
import Synchronization
import Testing

@testable import Gateway

@Suite("Who reads what a document names")
struct OriginClientTests {
    private final class Recorder: WebClient {
        let location: String?
        let asked = Mutex<[WebRequest]>([])

        init(redirectingTo location: String? = nil) { self.location = location }

        func send(_ request: WebRequest) async throws(OutboundError) -> any WebResponse {
            asked.withLock { $0.append(request) }
            return Answer(url: request.url, location: location)
        }

        var urls: [String] { asked.withLock { $0.map(\.url) } }
    }

    private struct Answer: WebResponse {
        let url: String
        let location: String?
        var status: Int { location == nil ? 200 : 302 }
        var headers: [(name: String, value: String)] { location.map { [("Location", $0)] } ?? [] }
        func next() async throws(OutboundError) -> [UInt8]? { nil }
        func cancel() {}
    }

    private func get(_ url: String) throws -> WebRequest {
        var request = WebRequest("GET", url, headers: [("Accept", "a/b"), ("Authorization", "secret")])
        request.maximumRedirects = 5
        request.clientIdentity = try ClientCertificateFixture.identity
        return request
    }

    @Test("the operator's own places are reached freely, all others through the guard")
    func split() async throws {
        let (trusted, guarded) = (Recorder(), Recorder())
        let client = OriginClient(trusted: trusted, guarded: guarded, origins: ["http://10.0.0.5:80"])
        for url in ["http://10.0.0.5/a", "http://10.0.0.5:8080/a", "http://169.254.169.254/latest", "nonsense"] {
            _ = try await client.send(try get(url))
        }
        #expect(trusted.urls == ["http://10.0.0.5/a"])
        #expect(guarded.urls == ["http://10.0.0.5:8080/a", "http://169.254.169.254/latest", "nonsense"])
        #expect(trusted.asked.withLock { $0[0].staysInOrigin })
    }

    @Test("a redirect from there to elsewhere goes through the guard, without what belongs to the first")
    func redirect() async throws {
        let (trusted, guarded) = (Recorder(redirectingTo: "http://127.0.0.1/secret"), Recorder())
        let client = OriginClient(trusted: trusted, guarded: guarded, origins: ["http://docs.example.com:80"])
        _ = try await client.send(try get("http://docs.example.com/openapi.json"))
        #expect(guarded.urls == ["http://127.0.0.1/secret"])
        #expect(guarded.asked.withLock { $0[0].headers.map(\.name) } == ["Accept"])
        #expect(guarded.asked.withLock { $0[0].clientIdentity } == nil)
        #expect(trusted.asked.withLock { $0[0].clientIdentity } != nil)
        var call = try get("http://docs.example.com/pets")
        call.staysInOrigin = true
        _ = try await client.send(call)
        #expect(guarded.urls.count == 1, "a call of the API never leaves its origin")
    }
}
