import MCPServer
import Outbound
import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("A document as a server")
struct OpenAPIServiceTests {
    private static let document = """
        openapi: 3.1.0
        info: {title: Pets, version: "1"}
        servers: [{url: https://api.example.com/v1}]
        components:
          securitySchemes:
            machine:
              type: oauth2
              flows: {clientCredentials: {tokenUrl: https://id.example.com/token, scopes: {}}}
            key: {type: apiKey, in: query, name: key}
        paths:
          /pets/{id}:
            get:
              operationId: pet
              security: [{machine: []}]
              parameters: [{name: id, in: path, required: true, schema: {type: string}}]
              responses:
                "200": {content: {application/json: {schema: {type: object, properties: {name: {type: string}}}}}}
          /toys:
            get: {operationId: toys, security: [{key: []}], responses: {"200": {description: all}}}
            post: {operationId: add, security: [{key: []}], responses: {"200": {description: done}}}
        """

    private static let token = ScriptedWeb.Page(body: #"{"access_token":"t-123456","expires_in":3600}"#)

    private func service(_ web: ScriptedWeb, _ change: (inout OpenAPIService.Configuration) -> Void = { _ in }) -> OpenAPIService
    {
        var configuration = OpenAPIService.Configuration(source: TextSource(Array(Self.document.utf8)), client: web)
        configuration.credentials = Credentials(values: [
            "machine": .client(id: "me", secret: "a-secret"), "key": .key("k-123456"),
        ])
        change(&configuration)
        return OpenAPIService(configuration, cache: CompilationCache())
    }

    private func call(_ service: OpenAPIService, _ name: String, _ arguments: JSONObject = [:]) async throws -> RawObject {
        let context = OwnContext(principal: Principal(id: "tester"), chain: "1")
        var params = RawObject()
        params["name"] = .string(name)
        params["arguments"] = .object(arguments)
        guard
            case .complete(let result, _) = try await service.perform(
                MCPServer.Operation(.callTool, target: name, params: params), context)
        else {
            throw MCPError.internalError("the call is complete")
        }
        return result
    }

    @Test("a call goes to the document's server with a token that was fetched for it once, and its answer is structured")
    func calls() async throws {
        let web = ScriptedWeb([
            "https://id.example.com/token": Self.token,
            "https://api.example.com/v1/pets/a%2Fb": ScriptedWeb.Page(
                headers: [("Content-Type", "application/json")], body: #"{"name":"Rex"}"#),
        ])
        let service = service(web)
        for _ in 0..<2 {
            #expect(try await call(service, "pet", ["id": "a/b"])["structuredContent"] == ["name": "Rex"])
        }
        let urls = web.requests.map(\.url)
        #expect(urls.filter { $0.hasPrefix("https://id") }.count == 1)
        let sent = web.requests.filter { $0.url.hasPrefix("https://api") }
        #expect(sent.count == 2 && sent.allSatisfy { $0.staysInOrigin })
        #expect(sent.allSatisfy { $0.headers.contains { $0.name == "Authorization" && $0.value == "Bearer t-123456" } })
    }

    @Test("an API that refuses a token gets a new one, once")
    func renews() async throws {
        let web = ScriptedWeb([
            "https://id.example.com/token": Self.token,
            "https://api.example.com/v1/pets/1": ScriptedWeb.Page(status: 401, body: "t-123456 is over"),
        ])
        let result = try await call(service(web), "pet", ["id": "1"])
        #expect(result["isError"] == true)
        #expect(web.requests.map(\.url).filter { $0.hasPrefix("https://id") }.count == 2)
        #expect(web.requests.map(\.url).filter { $0.hasPrefix("https://api") }.count == 2)
        #expect(result["content"]?[0]?["text"]?.stringValue?.contains("t-123456") == false)
    }

    @Test("what may be repeated is sent again; what may not is sent once; no failure cites a credential")
    func repeats() async throws {
        let busy = ScriptedWeb.Page(
            status: 503, headers: [("Retry-After", "0"), ("Content-Type", "text/plain")], body: "no room for k-123456")
        let web = ScriptedWeb(["https://api.example.com/v1/toys?key=k-123456": busy])
        let service = service(web)
        let listed = try await call(service, "toys")
        #expect(web.requests.count == 3 && listed["isError"] == true)
        #expect(listed["content"]?[0]?["text"]?.stringValue?.contains("k-123456") == false)
        _ = try await call(service, "add")
        #expect(web.requests.count == 4)
    }

    @Test("an operation whose credentials nobody gave says which, and sends nothing")
    func missing() async throws {
        let web = ScriptedWeb(texts: [:])
        let result = try await call(service(web) { $0.credentials = Credentials() }, "pet", ["id": "1"])
        #expect(result["isError"] == true && web.requests.isEmpty)
        #expect(result["content"]?[0]?["text"]?.stringValue?.contains("machine") == true)
    }

    @Test("another version of the document is announced, and served")
    func changes() async throws {
        let url = "https://docs.example.com/openapi.yaml"
        let web = ScriptedWeb([url: ScriptedWeb.Page(headers: [("ETag", "1")], body: Self.document)])
        let service = service(web) { configuration in
            configuration.source = WebSource(url, client: web)
            configuration.refreshInterval = .zero
        }
        let context = OwnContext(principal: Principal(id: "tester"), chain: "1")
        #expect(try await service.compilation().tools.count == 3)
        var filter = ChangeFilter()
        filter.toolsListChanged = true
        let watch = try await service.watch(filter, context)
        web.set(
            url,
            ScriptedWeb.Page(
                headers: [("ETag", "2")], body: Self.document.replacing("operationId: toys", with: "operationId: all")))
        _ = try await service.profile(context)
        var seen: Change?
        for await change in watch.changes {
            seen = change
            break
        }
        guard case .toolsListChanged? = seen else {
            Issue.record("the list changed")
            return
        }
        #expect(try await service.compilation().tools.map(\.name).contains("all"))
    }

    @Test("a document that can't be read is an error that says where; its outage later is none")
    func unreadable() async throws {
        let url = "https://docs.example.com/openapi.yaml"
        let web = ScriptedWeb([url: ScriptedWeb.Page(body: "openapi: [")])
        let service = service(web) { $0.source = WebSource(url, client: web) }
        let error = await #expect(throws: MCPError.self) { try await service.compilation() }
        #expect(error.map { "\($0)".contains("openapi.yaml:") } == true)
    }

    @Test("the same text in two places is two documents: each one's relative server is its own")
    func places() async throws {
        let text = Self.document.replacing("https://api.example.com/v1", with: "/v1")
        let cache = CompilationCache()
        for host in ["https://one.example.com", "https://two.example.com"] {
            let web = ScriptedWeb([
                host + "/openapi.yaml": ScriptedWeb.Page(body: text),
                host + "/v1/toys?key=k-123456": ScriptedWeb.Page(body: "all"),
            ])
            var configuration = OpenAPIService.Configuration(source: WebSource(host + "/openapi.yaml", client: web), client: web)
            configuration.credentials = Credentials(values: ["key": .key("k-123456")])
            _ = try await call(OpenAPIService(configuration, cache: cache), "toys")
            #expect(web.requests.map(\.url) == [host + "/openapi.yaml", host + "/v1/toys?key=k-123456"])
        }
    }
}
