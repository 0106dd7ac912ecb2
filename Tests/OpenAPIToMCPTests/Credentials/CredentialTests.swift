import Outbound
import Testing

@testable import OpenAPIToMCP

@Suite("Credentials")
struct CredentialTests {
    private let schemes: [String: SecurityScheme] = [
        "key": .apiKey(name: "X-Key", location: .header), "query": .apiKey(name: "api key", location: .query),
        "cookie": .apiKey(name: "session", location: .cookie), "basic": .basic, "bearer": .bearer,
        "digest": .http(scheme: "Digest"),
        "oauth": .oauth2(clientCredentials: nil),
    ]

    private func choice(_ alternatives: [[String]], _ credentials: Credentials) -> CredentialChoice {
        CredentialChoice(
            alternatives.map { $0.map { SecurityUse(scheme: $0, scopes: []) } }, schemes: schemes, credentials: credentials)
    }

    private func names(_ choice: CredentialChoice) -> [String]? {
        guard case .parts(let parts) = choice else { return nil }
        return parts.map(\.name)
    }

    @Test("the first alternative counts for which everything is there")
    func alternatives() {
        let credentials = Credentials(values: ["key": .key("k"), "basic": .basic(user: "u", password: "p"), "query": .key("q")])
        #expect(names(choice([["bearer"], ["key", "query"], ["basic"]], credentials)) == ["key", "query"])
        #expect(choice([["bearer"], ["key", "oauth"]], credentials) == .missing(["bearer", "oauth"]))
    }

    @Test("anonymous only where no other alternative can be met, or nothing is asked for")
    func anonymous() {
        #expect(names(choice([[], ["key"]], Credentials(values: ["key": .key("k")]))) == ["key"])
        #expect(choice([[], ["key"]], Credentials()) == .anonymous)
        #expect(choice([], Credentials(values: ["key": .key("k")])) == .anonymous)
    }

    @Test("one value serves whatever is asked for, and goes out where nothing is")
    func shared() {
        let credentials = Credentials(authorization: "Bearer abc")
        #expect(names(choice([["bearer"]], credentials)) == ["bearer"])
        #expect(names(choice([], credentials)) == ["authorization"])
        #expect(choice([["unknown"]], credentials) == .missing(["unknown"]))
    }

    private func request(_ scheme: String, _ credential: Credential) throws -> WebRequest {
        var request = WebRequest("GET", "https://api.example.com/a?b=c", headers: [("Cookie", "a=b")])
        let part = CredentialChoice.Part(scheme: schemes[scheme] ?? .bearer, name: scheme, scopes: [], credential: credential)
        try CredentialWriter.write(part, token: nil, into: &request)
        return request
    }

    @Test(
        "each scheme has its place",
        arguments: [
            ("key", Credential.key("k"), "X-Key", "k"),
            ("basic", .basic(user: "u", password: "p:q"), "Authorization", "Basic dTpwOnE="),
            ("basic", .token("u:p"), "Authorization", "Basic dTpw"),
            ("basic", .token("Basic dTpw"), "Authorization", "Basic dTpw"),
            ("bearer", .token("t"), "Authorization", "Bearer t"), ("bearer", .token("bearer t"), "Authorization", "bearer t"),
            ("bearer", .token("Token t"), "Authorization", "Token t"), ("digest", .token("x"), "Authorization", "Digest x"),
            ("cookie", .key("c"), "Cookie", "a=b; session=c"),
        ])
    func places(scheme: String, credential: Credential, name: String, value: String) throws {
        let request = try request(scheme, credential)
        #expect(request.headers.filter { $0.name == name }.map(\.value) == [value])
    }

    @Test("a key in the query is encoded, and stands behind what is there")
    func query() throws {
        #expect(try request("query", .key("a&b c")).url == "https://api.example.com/a?b=c&api%20key=a%26b%20c")
    }

    @Test("what would end a field is refused", arguments: ["a\r\nX: y", "a\u{0}b"])
    func injection(value: String) {
        #expect(throws: CallFault.self) { try request("key", .key(value)) }
        #expect(throws: CallFault.self) { try request("bearer", .token(value)) }
        #expect(throws: CallFault.self) { try request("cookie", .key(value + ";x=y")) }
    }

    @Test("no description shows a secret, and a text that cites one loses it")
    func redaction() {
        let credentials = Credentials(values: ["a": .basic(user: "u", password: "hunter22")], authorization: "Bearer sk-123456")
        for text in ["\(credentials.values)", String(reflecting: credentials.values)] { #expect(!text.contains("hunter22")) }
        #expect(credentials.redacting("no such key: sk-123456 hunter22") == "no such key: ******** ********")
    }
}
