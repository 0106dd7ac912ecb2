import Testing

@testable import Outbound

@Suite("Base URLs")
struct UpstreamBaseTests {
    struct Good: Sendable, CustomTestStringConvertible {
        var text: String
        var host: String
        var port: Int
        var usesTLS: Bool
        var path: String
        var hostHeader: String
        var testDescription: String { self.text }
    }

    @Test(
        "A base URL is taken apart once",
        arguments: [
            Good(
                text: "https://api.example.com/v1", host: "api.example.com", port: 443, usesTLS: true, path: "/v1",
                hostHeader: "api.example.com"),
            Good(
                text: "http://api.example.com", host: "api.example.com", port: 80, usesTLS: false, path: "",
                hostHeader: "api.example.com"),
            Good(
                text: "HTTPS://API.Example.com/V1/", host: "api.example.com", port: 443, usesTLS: true, path: "/V1",
                hostHeader: "api.example.com"),
            Good(
                text: "http://localhost:11434/", host: "localhost", port: 11434, usesTLS: false, path: "",
                hostHeader: "localhost:11434"),
            Good(text: "https://h:80//a/b//", host: "h", port: 80, usesTLS: true, path: "//a/b", hostHeader: "h:80"),
            Good(text: "http://h:443", host: "h", port: 443, usesTLS: false, path: "", hostHeader: "h:443"),
            Good(text: "https://h:443", host: "h", port: 443, usesTLS: true, path: "", hostHeader: "h"),
            Good(
                text: "http://[2001:DB8::1]:8080/v1", host: "2001:db8::1", port: 8080, usesTLS: false, path: "/v1",
                hostHeader: "[2001:db8::1]:8080"),
            Good(text: "http://[::1]", host: "::1", port: 80, usesTLS: false, path: "", hostHeader: "[::1]"),
            Good(text: "http://h/a:b", host: "h", port: 80, usesTLS: false, path: "/a:b", hostHeader: "h"),
            Good(text: "http://h:65535", host: "h", port: 65535, usesTLS: false, path: "", hostHeader: "h:65535"),
        ])
    func good(_ row: Good) throws {
        let base = try UpstreamBase(row.text)
        #expect(base.address == UpstreamAddress(host: row.host, port: row.port, usesTLS: row.usesTLS))
        #expect(base.path == row.path)
        #expect(base.address.hostHeader == row.hostHeader)
    }

    @Test(
        "What could be meant in two ways, or would reach into the request, is refused",
        arguments: [
            "", "api.example.com", "//api.example.com", "ftp://h", "unix:/run/x", "http://", "http:///v1", "http://:80",
            "http://h:",
            "http://h:0", "http://h:65536", "http://h:+80", "http://h:-1", "http://h:8 0", "http://h:80:90", "http://::1",
            "http://[::1",
            "http://[::1]x", "http://[]", "http://user:key@h", "http://h?x=1", "http://h#f", "http://h/ v1", "http://h/\r\nX: y",
            "http://h\t/", "http://h\u{0}/", "http://h/\u{7F}", "http://hö", "http://h\\@evil", "http://h/<x>",
            "http://h:99999999999999999999",
        ])
    func bad(_ text: String) {
        let error = #expect(throws: OutboundError.self) { try UpstreamBase(text) }
        #expect(error?.code == .invalidURL)
    }

    @Test("A channel that trusts any certificate has other connections than one that doesn't")
    func certificates() throws {
        let careless = try UpstreamBase("https://h", verifiesCertificate: false)
        #expect(careless.address != (try UpstreamBase("https://h")).address)
        #expect(!careless.address.verifiesCertificate)
    }
}
