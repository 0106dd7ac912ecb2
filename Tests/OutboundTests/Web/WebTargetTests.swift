import Testing

@testable import Outbound

@Suite("URLs of requests")
struct WebTargetTests {
    @Test(
        "A URL is taken apart",
        arguments: [
            ("http://example.com", false, "example.com", 80, "/"),
            ("HTTPS://Example.COM:8443/a?b=c#d", true, "example.com", 8443, "/a?b=c"),
            ("https://example.com.?x", true, "example.com", 443, "/?x"),
            ("http://a_b-c.example:/p", false, "a_b-c.example", 80, "/p"),
            ("http://xn--bcher-kva.example/#", false, "xn--bcher-kva.example", 80, "/"),
            ("http://h/a/../b/./c", false, "h", 80, "/a/../b/./c"),
            ("http://example.com/@user:x", false, "example.com", 80, "/@user:x"),
            ("http://0xg.example", false, "0xg.example", 80, "/"),
        ])
    func names(url: String, usesTLS: Bool, host: String, port: Int, path: String) throws {
        let target = try WebTarget(url)
        #expect(target.usesTLS == usesTLS)
        #expect(target.host == .name(host))
        #expect(target.port == port)
        #expect(target.pathAndQuery == path)
    }

    @Test(
        "However an address is spelled, it is that address",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("127.0.1", "127.0.0.1"), ("2130706433", "127.0.0.1"),
            ("0x7f000001", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("0X7F.0x0.0x0.0x1", "127.0.0.1"),
            ("017700000001", "127.0.0.1"),
            ("0177.0.0.01", "127.0.0.1"), ("127.0.0.1.", "127.0.0.1"), ("0", "0.0.0.0"), ("0x", "0.0.0.0"), ("1.0x", "1.0.0.0"),
            ("00000000177.1", "127.0.0.1"), ("4294967295", "255.255.255.255"), ("[::1]", "::1"),
            ("[::FFFF:127.0.0.1]", "127.0.0.1"),
            ("[::ffff:7f00:1]", "127.0.0.1"), ("[0:0:0:0:0:0:0:1]", "::1"),
        ])
    func literals(host: String, address: String) throws {
        let target = try WebTarget("http://\(host):8080/x")
        #expect(target.host == .address(try #require(IPAddress(address))))
        #expect(target.givenHost == host.filter { !"[]".contains($0) })
        let upstream = target.upstream(at: try #require(IPAddress(address)))
        #expect(upstream.hostHeader == (address.contains(":") ? "[\(address)]:8080" : "\(address):8080"))
    }

    @Test(
        "What could be read in two ways, or is no URL to call, is refused",
        arguments: [
            "", "example.com", "//example.com", "ftp://example.com", "file:///etc/passwd", "http:/example.com",
            "http:example.com", "http://",
            "http:///path", "http://?x", "http://user@example.com", "http://user:secret@example.com",
            "http://example.com@127.0.0.1",
            "http://example.com\\@127.0.0.1", "http://exa mple.com", "http://example.com/a b", "http://example.com/\r\nX: y",
            "http://example.com\u{0}", "http://exämple.com", "http://example.com/ä", "http://１２７.0.0.1", "http://127。0。0。1",
            "http://%31%32%37.0.0.1", "http://127.0.0.1%00.example.com", "http://example.com:0", "http://example.com:65536",
            "http://example.com:80a", "http://example.com:-1", "http://example.com:80:80",
            "http://example.com:999999999999999999999",
            "http://256.0.0.1", "http://1.2.3.4.5", "http://1.2.3.08", "http://127.0.0.0x1g.1.2", "http://4294967296",
            "http://1..2",
            "http://0x100000000", "http://a..b", "http://.a", "http://..", "http://.", "http://[::1", "http://[::1]x",
            "http://[::1%25lo]",
            "http://[fe80::1%eth0]", "http://[127.0.0.1]", "http://[]", "http://[v1.x]", "http://::1", "http://foo.0x7f",
            "http://foo.1",
            "http://a,b", "http://a;b", "http://a*b", "http://'a'", "http://" + String(repeating: "a", count: 64),
            "http://" + String(repeating: "a.", count: 127) + "b.c", "http://a/" + String(repeating: "x", count: 8192),
        ])
    func refused(url: String) {
        let error = #expect(throws: OutboundError.self) { try WebTarget(url) }
        #expect(error?.code == .invalidURL)
        #expect(error?.message.contains("secret") == false)
    }

    @Test(
        "A Location is read from where it was found (RFC 3986 §5.4)",
        arguments: [
            ("https://x.example/g?y#z", "https://x.example/g?y"), ("//g", "http://g"), ("/g", "http://a.example:80/g"),
            ("g", "http://a.example:80/b/c/g"),
            ("./g", "http://a.example:80/b/c/g"), ("g/", "http://a.example:80/b/c/g/"), ("?y", "http://a.example:80/b/c/d;p?y"),
            ("g?y", "http://a.example:80/b/c/g?y"), ("#s", "http://a.example:80/b/c/d;p?q"),
            ("", "http://a.example:80/b/c/d;p?q"),
            (";x", "http://a.example:80/b/c/;x"), (".", "http://a.example:80/b/c/"), ("..", "http://a.example:80/b/"),
            ("../g", "http://a.example:80/b/g"), ("../..", "http://a.example:80/"), ("../../../g", "http://a.example:80/g"),
            ("/./g", "http://a.example:80/g"), ("/../g", "http://a.example:80/g"), ("g;x=1/../y", "http://a.example:80/b/c/y"),
            ("g?y/../x", "http://a.example:80/b/c/g?y/../x"), ("javascript:alert(1)", "javascript:alert(1)"),
            ("http:g", "http:g"), ("a:80/x", "a:80/x"), ("1a:80", "http://a.example:80/b/c/1a:80"),
        ])
    func references(reference: String, url: String) throws {
        #expect(try WebTarget("http://a.example/b/c/d;p?q").url(of: reference) == url)
    }

    @Test("A relative Location stays with an IPv6 address and its port")
    func referencesAtAddresses() throws {
        #expect(try WebTarget("https://[2001:db8::1]:8443/a").url(of: "/b") == "https://[2001:db8::1]:8443/b")
        #expect(try WebTarget("http://127.1/a").url(of: "b") == "http://127.0.0.1:80/b")
    }

    @Test(
        "A header says on the wire what it says here, or is refused",
        arguments: [
            ("", "x"), ("a b", "x"), ("a:", "x"), ("a\r\nb", "x"), ("ä", "x"), ("a", "x\r\nEvil: y"), ("a", "x\ny"),
            ("a", "x\u{0}"), ("a", "\u{7F}"),
            ("Host", "internal"), ("content-length", "0"), ("Transfer-Encoding", "chunked"), ("connection", "close"),
            ("Upgrade", "x"),
            ("Expect", "100-continue"), ("TE", "x"),
        ])
    func headers(name: String, value: String) {
        #expect(throws: OutboundError.self) { try WebHeaders.checked([(name, value)]) }
    }

    @Test("Headers go out as they are, in their order, and the answer is asked for as it is")
    func sentHeaders() throws {
        let headers = try WebHeaders.checked([("X-A", "1"), ("accept-encoding", "gzip"), ("x-a", "zwei: ü\t2")])
        #expect(headers.map { "\($0.name)=\($0.value)" } == ["X-A=1", "x-a=zwei: ü\t2", "Accept-Encoding=identity"])
    }
}
