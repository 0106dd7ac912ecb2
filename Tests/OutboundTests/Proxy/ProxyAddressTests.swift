import Testing

@testable import Outbound

@Suite("Proxies' URLs")
struct ProxyAddressTests {
    struct Good: Sendable, CustomTestStringConvertible {
        var url: String
        var scheme: ProxyAddress.Scheme
        var host: String
        var port: Int
        var user: String?
        var password: String?
        var testDescription: String { self.url }
    }

    @Test(
        "A proxy's URL names the way, the host and the port, and who asks",
        arguments: [
            Good(url: "http://proxy.example.com", scheme: .http, host: "proxy.example.com", port: 80),
            Good(url: "HTTPS://Proxy.Example.com/", scheme: .https, host: "proxy.example.com", port: 443),
            Good(url: "socks5://10.0.0.1", scheme: .socks5, host: "10.0.0.1", port: 1080),
            Good(url: "socks5h://[2001:DB8::1]:9050", scheme: .socks5h, host: "2001:db8::1", port: 9050),
            Good(url: "http://me:secret@h:3128", scheme: .http, host: "h", port: 3128, user: "me", password: "secret"),
            Good(url: "http://me@h:3128", scheme: .http, host: "h", port: 3128, user: "me", password: ""),
            Good(url: "https://me:a:b@h", scheme: .https, host: "h", port: 443, user: "me", password: "a:b"),
            Good(
                url: "socks5://%C3%BCser:p%40ss%2Fw%25rd@h", scheme: .socks5, host: "h", port: 1080, user: "üser",
                password: "p@ss/w%rd"),
        ])
    func good(_ row: Good) throws {
        let proxy = try ProxyAddress(row.url)
        #expect(proxy.scheme == row.scheme)
        #expect(proxy.host == row.host)
        #expect(proxy.port == row.port)
        #expect(proxy.credentials?.user == row.user)
        #expect(proxy.credentials?.password == row.password)
        #expect(proxy.hasCredentials == (row.user != nil))
    }

    @Test(
        "What could be meant in two ways, or can't be said to such a proxy, is refused without repeating it",
        arguments: [
            "", "h", "h:3128", "//h", "ftp://h", "socks://h", "socks4://h", "http:h", "http://", "http://:80", "http://h:",
            "http://h:0",
            "http://h:65536", "http://h/x", "http://h//", "http://h?x", "http://h#x", "http://h\r\nX: y", "http://h x",
            "http://hö",
            "http://secret@@h", "http://a@b@h", "http://secret:secret@", "http://secret%0D%0A:x@h", "http://secret%:x@h",
            "http://secret%2:x@h", "http://secret%GG:x@h", "http://secret%FF:x@h", "http://a%3Ab:secret@h", "socks5://secret@h",
            "socks5://:secret@h", "socks5://secret:@h", "socks5://" + String(repeating: "u", count: 256) + ":secret@h",
            "http://" + String(repeating: "h", count: 254), "http://secret" + String(repeating: "x", count: 2048) + "@h",
        ])
    func bad(_ url: String) {
        let error = #expect(throws: OutboundError.self) { try ProxyAddress(url) }
        #expect(error?.code == .invalidURL)
        #expect(error?.message.contains("secret") == false)
    }

    @Test("However a proxy is described, its user and password don't show", arguments: ["http", "socks5h"])
    func secrets(scheme: String) throws {
        let proxy = try ProxyAddress("\(scheme)://theuser:thesecret@[::1]:3128")
        var dumped = ""
        dump(UpstreamAddress(host: "h", port: 80, usesTLS: false, proxy: proxy), to: &dumped)
        for text in ["\(proxy)", String(reflecting: proxy), dumped] {
            #expect(!text.contains("theuser") && !text.contains("thesecret"))
        }
        #expect("\(proxy)" == "\(scheme)://[::1]:3128")
    }

    @Test("Proxies that differ in anything are different; what is the same however it is written is one")
    func equality() throws {
        let urls = [
            "http://h", "https://h", "http://i", "http://h:81", "http://a:b@h", "http://a:c@h", "socks5://h", "socks5h://h",
        ]
        let proxies = try urls.map { try ProxyAddress($0) }
        #expect(Set(proxies).count == urls.count)
        #expect(try ProxyAddress("http://a:b@h") == ProxyAddress("HTTP://%61:b@H:80/"))
        let addresses = Set(proxies.map { UpstreamAddress(host: "h", port: 80, usesTLS: false, proxy: $0) })
        #expect(addresses.count == urls.count)
        #expect(!addresses.contains(UpstreamAddress(host: "h", port: 80, usesTLS: false)))
    }

    @Test(
        "Credentials for HTTP proxies are told by the Basic scheme",
        arguments: [
            ("http://Aladdin:open%20sesame@h", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), ("http://a:@h", "Basic YTo="),
            ("https://%C3%BF:%C3%BF%7E@h", "Basic w786w79+"), ("http://h", nil), ("socks5://a:b@h", nil),
        ] as [(String, String?)])
    func basic(url: String, value: String?) throws { #expect(try ProxyAddress(url).basicAuthorization == value) }
}
