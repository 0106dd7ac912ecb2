import Directory
import Testing
import Wire

@Suite("The configuration of an OpenAPI document")
struct DocumentConfigurationTests {
    private func configuration(_ members: JSONObject) throws(ServerFault) -> DocumentConfiguration {
        var object: JSONObject = ["openapi_spec": "https://api.example.com/openapi.json"]
        for (name, value) in members { object[name] = value }
        return try DocumentConfiguration(object)
    }

    @Test("the text counts before the URL; one of them has to be there")
    func source() throws {
        #expect(try configuration(["openapi_content": "{}"]).source == .text("{}"))
        #expect(
            try configuration(["openapi_content": ""]).source == .url(#require(ServerURL("https://api.example.com/openapi.json")))
        )
        #expect(throws: ServerFault.self) { try DocumentConfiguration([:]) }
        #expect(try DocumentConfiguration([:], namesDocument: false).source == .given)
    }

    @Test("credentials by the schemes of the document")
    func credentials() throws {
        let configuration = try configuration([
            "authorization": "Bearer abc",
            "credentials": [
                "key": ["value": "k"], "basic": ["username": "u", "password": "p"], "token": ["token": "t"],
                "machine": ["client_id": "i", "client_secret": "s", "token_url": "https://id.example.com/t", "scopes": ["a"]],
            ],
        ])
        #expect(configuration.authorization == "Bearer abc")
        #expect(
            configuration.credentials == [
                "key": .key("k"), "basic": .basic(user: "u", password: "p"), "token": .token("t"),
                "machine": .client(id: "i", secret: "s", tokenURL: "https://id.example.com/t", scopes: ["a"]),
            ])
    }

    private static let pem = "-----BEGIN CERTIFICATE-----\nhidden\n-----END CERTIFICATE-----\n"
    private static let keyPEM = "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----\n"

    @Test("certificates by scheme, and one for all of them")
    func certificates() throws {
        let both: JSON = ["certificate": .string("a comment\r\n" + Self.pem), "private_key": .string(Self.keyPEM)]
        let configuration = try configuration(["client_certificate": both, "credentials": ["mtls": both]])
        let certificate = try #require(configuration.clientCertificate)
        #expect(certificate.chain == "a comment\r\n" + Self.pem && certificate.privateKey == Self.keyPEM)
        #expect(configuration.credentials == ["mtls": .certificate(certificate)])
    }

    @Test(
        "what can't be used is named, without its value",
        arguments: [
            (["openapi_spec": "ftp://hidden"], "openapi_config.openapi_spec"),
            (["server_addr": "hidden"], "openapi_config.server_addr"),
            (["authorization": "a\r\nhidden"], "openapi_config.authorization"),
            (["credentials": ["a": ["other": "hidden"]]], "openapi_config.credentials.a"),
            (["credentials": ["a": ["username": "x:y"]]], "openapi_config.credentials.a.username"),
            (["credentials": ["a": ["certificate": "hidden"]]], "openapi_config.credentials.a.certificate"),
            (["credentials": ["a": ["certificate": .string(pem)]]], "openapi_config.credentials.a.private_key"),
            (["credentials": ["a": ["private_key": .string(keyPEM)]]], "openapi_config.credentials.a"),
            (["client_certificate": ["private_key": .string(keyPEM)]], "openapi_config.client_certificate.certificate"),
            (
                ["client_certificate": ["certificate": .string(pem + "\u{0}"), "private_key": .string(keyPEM)]],
                "openapi_config.client_certificate.certificate"
            ),
            (
                ["client_certificate": ["certificate": .string(pem + String(repeating: " ", count: 128 << 10))]],
                "openapi_config.client_certificate.certificate"
            ),
            (["include": [["tags": "hidden"]]], "openapi_config.include[0]"),
            (["names": ["op": "not a name"]], "openapi_config.names.op"),
            (["input_budget": 1], "openapi_config.input_budget"),
            (["structured_output": "yes"], "openapi_config.structured_output"),
        ] as [(JSONObject, String)])
    func faults(members: JSONObject, place: String) {
        let fault = #expect(throws: ServerFault.self) { try configuration(members) }
        #expect(fault?.member == place)
        #expect(fault.map { !"\($0)".contains("hidden") } == true)
    }

    @Test("groups give credentials by the names of schemes; what is required must be there")
    func reusing() throws {
        var server = PublicServer(id: "api", kind: .openAPI, createdAt: 0)
        server.openAPIConfig = [
            "openapi_spec": "https://api.example.com/openapi.json", "credentials": ["shared": ["value": "operator's"]],
            "reusing": ["token": ["name": "Token", "required": true], "shared": [:]],
        ]
        #expect(server.reusingParameters.map(\.place) == [.credential, .credential])
        #expect(throws: ServerTargetError.missingParameters(["token"])) { try DocumentTarget(server, parameters: nil) }
        let saved = ServerParameters(serverID: "api", groupID: "g", values: ["token": "t", "shared": ""], createdAt: 1)
        let target = try DocumentTarget(server, parameters: saved)
        #expect(target.credentials == ["shared": .key("operator's"), "token": .token("t")])
        #expect(target.dependsOnGroup && target.urlSource == .operator)
        // A certificate and its key are one text.
        let bundle = ServerParameters(serverID: "api", groupID: "g", values: ["token": Self.pem + Self.keyPEM], createdAt: 1)
        let certificate = try #require(ClientCertificate(bundle: Self.pem + Self.keyPEM))
        #expect(try DocumentTarget(server, parameters: bundle).credentials["token"] == .certificate(certificate))
        for broken in [Self.pem, Self.keyPEM, "a\nb"] {
            let saved = ServerParameters(serverID: "api", groupID: "g", values: ["token": broken], createdAt: 1)
            #expect(throws: ServerTargetError.self) { try DocumentTarget(server, parameters: saved) }
        }
    }
}
