import Directory
import HTTPTypes
import MCPServer
import Outbound
import Synchronization
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: a look at an OpenAPI document")
struct DocumentAPITests {
    private static let uri = "/api/mcp/openapi/preview"

    private static let document: JSON = [
        "openapi": "3.1.0", "info": ["title": "Pets", "version": "2"], "servers": [["url": "https://pets.example"]],
        "paths": [
            "/pets": [
                "get": [
                    "operationId": "listPets", "tags": ["pets"], "summary": "List all pets",
                    "responses": ["200": ["description": "Good"]],
                ],
                "post": ["operationId": "addPet", "responses": ["200": ["description": "Good"]]],
            ],
            // A defect of this operation alone.
            "/owners": [
                "get": ["parameters": [["$ref": "#/components/parameters/None"]], "responses": ["200": ["description": "Good"]]]
            ],
        ],
    ]

    private static func content(_ document: JSON, _ members: JSONObject = [:]) -> JSON {
        var body: JSONObject = ["openapi_content": .string(document.serialized())]
        for (name, value) in members { body[name] = value }
        return .object(body)
    }

    /// Compiles for real, and reaches no network.
    private static var previewer: any DocumentPreviewer {
        var parts = ToolHost.Parts()
        parts.documents = DocumentFactory(operatorClient: NoWeb(), guardedClient: NoWeb())
        return ToolHost(parts)
    }

    private func preview(_ body: JSON?) async throws -> AdminFixture.Answer {
        let found = Mutex<AdminFixture.Answer?>(nil)
        try await withAdmin(previewer: Self.previewer) { admin async throws in
            let answer = try await admin.ask(.post, Self.uri, body)
            found.withLock { $0 = answer }
            #expect(admin.directory.current.publicServers.isEmpty, "a look stores nothing")
        }
        return try #require(found.withLock { $0 })
    }

    @Test("200 with title, coverage, diagnostics with their places, and tools with their operations")
    func report() async throws {
        let answer = try await self.preview(Self.content(Self.document))
        #expect(answer.status == .ok && answer.envelope["success"] == true)
        #expect(answer.data["title"] == "Pets" && answer.data["version"] == "2")
        #expect(
            answer.data["coverage"] == [
                "operations": 3, "compiled": 2, "with_warnings": 0, "refused": 1, "filtered": 0, "inbound": 0,
            ])
        let tools = try #require(answer.data["tools"]?.arrayValue)
        #expect(tools.map { $0["operation"] } == ["GET /pets", "POST /pets"])
        #expect(tools.map { $0["name"] } == ["listPets", "addPet"])
        #expect(tools.allSatisfy { $0["inputSchema"]?["type"] == "object" })
        let diagnostics = try #require(answer.data["diagnostics"]?.arrayValue)
        let error = try #require(diagnostics.first { $0["severity"] == "error" })
        #expect(error["pointer"]?.stringValue?.hasPrefix("/paths/~1owners/get") == true)
        #expect(error["document"] == "openapi_content" && error["line"] == 1)
        #expect(error["code"] != nil && error["message"] != nil && error["column"] != nil)
        #expect(error["text"]?.stringValue?.hasPrefix("openapi_content:1:") == true)
        #expect(answer.data["omitted_diagnostics"] == 0)
    }

    @Test("filters, names and budgets of the body count")
    func options() async throws {
        let answer = try await self.preview(
            Self.content(
                Self.document,
                [
                    "include": [["tag": "pets"], ["operation": "addPet"]], "exclude": [["method": "POST"]],
                    "names": ["listPets": "pets"],
                ]))
        #expect(answer.data["tools"]?.arrayValue?.map { $0["name"] } == ["pets"])
        #expect(answer.data["coverage"]?["filtered"] == 1)
    }

    @Test("credentials that come along are in no answer")
    func secrets() async throws {
        let answer = try await self.preview(
            Self.content(
                Self.document,
                ["authorization": "Bearer secret-of-the-operator", "credentials": ["key": ["value": "secret-of-a-scheme"]]]))
        #expect(answer.status == .ok)
        #expect(!answer.envelope.serialized().contains("secret"))
    }

    @Test(
        "a document that gives no tool is 400: the message is the first error, and all diagnostics are in the data",
        arguments: [
            ("{", "syntax"), ("[]", "not-a-description"), ("a: 1", "not-a-description"),
            (#"{"openapi": "4.0.0"}"#, "unsupported-version"),
            ("openapi: 3.1.0\nopenapi: 3.1.0", "duplicate-key"), ("a: 1\n---\nb: 2", "multiple-documents"),
        ])
    func noTools(text: String, code: String) async throws {
        let answer = try await self.preview(["openapi_content": .string(text)])
        #expect(answer.status == .badRequest && answer.envelope["success"] == false)
        let diagnostics = try #require(answer.data["diagnostics"]?.arrayValue)
        let error = try #require(diagnostics.first { $0["severity"] == "error" })
        #expect(error["code"] == .string(code), "\(diagnostics)")
        #expect(answer.message == error["text"]?.stringValue)
        #expect(answer.data["tools"] == [])
    }

    @Test("one without operations, and one of which every operation is left out, too")
    func emptyLists() async throws {
        let without = try await self.preview(
            Self.content(["openapi": "3.1.0", "info": ["title": "T", "version": "1"], "paths": [:]]))
        #expect(without.status == .badRequest && without.message == "the document has no operations")
        let small: JSON = [
            "openapi": "3.1.0", "info": ["title": "T", "version": "1"],
            "paths": ["/a": ["get": ["responses": ["200": ["description": "Good"]]]]],
        ]
        let filtered = try await self.preview(Self.content(small, ["include": [["tag": "none"]]]))
        #expect(filtered.status == .badRequest && filtered.message == "the filters leave out every operation")
        #expect(filtered.data["diagnostics"]?.arrayValue?.contains { $0["code"] == "filter-without-match" } == true)
    }

    @Test("a document that can't be had is 400 with what went wrong, and without the URL's query")
    func unreachable() async throws {
        let answer = try await self.preview(["openapi_spec": "https://pets.example/doc.json?key=secret"])
        #expect(answer.status == .badRequest)
        #expect(answer.data["diagnostics"]?.arrayValue?.first?["code"] == "unreadable-document")
        #expect(!answer.envelope.serialized().contains("secret"))
    }

    @Test(
        "a body that is wrong is 400 with the member",
        arguments: [
            ([:], "body.openapi_spec"), (["openapi_spec": "file:///etc/passwd"], "body.openapi_spec"),
            (["openapi_content": 1], "body.openapi_content"),
            (["openapi_content": "{}", "server_addr": "h"], "body.server_addr"),
            (["openapi_content": "{}", "authorization": "a\r\nb"], "body.authorization"),
            (["openapi_content": "{}", "credentials": ["key": [:]]], "body.credentials.key"),
            (
                ["openapi_content": "{}", "client_certificate": ["certificate": "-----BEGIN ", "private_key": "-----BEGIN "]],
                "body.client_certificate"
            ),
            (["openapi_content": "{}", "include": "pets"], "body.include"),
            (["openapi_content": "{}", "include": [["tag": "a"], [:]]], "body.include[1]"),
            (["openapi_content": "{}", "names": ["addPet": "a b"]], "body.names.addPet"),
            (["openapi_content": "{}", "input_budget": 1], "body.input_budget"),
        ] as [(JSON, String)])
    func wrongBodies(body: JSON, member: String) async throws {
        let answer = try await self.preview(body)
        #expect(answer.status == .badRequest && answer.message.hasPrefix("\(member): expected "), "\(answer.message)")
        #expect(answer.data.isNull)
    }

    @Test("it needs the admin key")
    func refusals() async throws {
        try await withAdmin { admin async throws in
            let body = Self.content(Self.document)
            #expect(try await admin.ask(.post, Self.uri, body, headers: [:]).status == .unauthorized)
        }
    }
}
