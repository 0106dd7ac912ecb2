import TestSupport
import Testing

@testable import Outbound

@Suite("What is said to an HTTP proxy for a tunnel")
struct ConnectNegotiationTests {
    private static func asked(_ host: String, _ authorization: String? = nil) -> String {
        var negotiation = ConnectNegotiation(ProxyTarget(host, port: 443), authorization: authorization)
        return String(decoding: negotiation.begin(), as: UTF8.self)
    }

    @Test("The request names the target twice, with its port, and who asks")
    func request() {
        #expect(Self.asked("api.example.com") == "CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n")
        #expect(
            Self.asked("2001:db8::1", "Basic YTpi")
                == "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\nProxy-Authorization: Basic YTpi\r\n\r\n")
    }

    @Test(
        "The status says how it went: any success is a tunnel, and failures are told apart; however the bytes come",
        arguments: [
            ("HTTP/1.1 200 Connection established\r\n\r\n", nil),
            ("HTTP/1.0 200\r\n\r\n", nil),
            ("HTTP/1.1 204 x\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n", nil),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", nil),
            ("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", .proxyRefused),
            ("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", .proxyRefused),
            ("HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n", .proxyRefused),
            ("HTTP/1.1 500 x\r\n\r\n", .proxyRefused),
            ("HTTP/1.1 502 Bad Gateway\r\n\r\n", .connect),
            ("HTTP/1.1 503 x\r\n\r\n", .connect),
            ("HTTP/1.1 504 x\r\n\r\n", .connect),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .proxyUnreachable),
            ("HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x", .proxyUnreachable),
            ("HTTP/2 200 OK\r\n\r\n\r\n\r\n", .proxyUnreachable),
            ("HTTP/1.1 20x OK\r\n\r\n", .proxyUnreachable),
            ("HTTP/1.1 2000 OK\r\n\r\n", .proxyUnreachable),
            ("SSH-2.0-OpenSSH_9.6\r\n\r\n", .proxyUnreachable),
            ("\r\n\r\n", .proxyUnreachable),
        ] as [(String, OutboundError.Code?)])
    func answers(text: String, code: OutboundError.Code?) {
        let bytes = Array(text.utf8)
        for size in [bytes.count, 1, 3, 7] {
            var negotiation = ConnectNegotiation(ProxyTarget("h", port: 1), authorization: nil)
            var step = ProxyStep.wait
            for start in stride(from: 0, to: bytes.count, by: size) where step == .wait {
                step = negotiation.received(bytes[start..<min(start + size, bytes.count)])
                if step == .wait { #expect(negotiation.received([]) == .wait) }
            }
            guard let code else {
                #expect(step == .established)
                continue
            }
            // What follows too soon is seen only where it comes with the answer, or later by whoever reads then.
            if size < bytes.count, step == .established, text.hasSuffix("SSH-2.0-x") { continue }
            guard case .failed(let error) = step else {
                Issue.record("\(step), not a failure")
                continue
            }
            #expect(error.code == code)
        }
    }

    @Test("An answer without an end is no proxy's, at once or by and by", arguments: [1, 1000, 100_000])
    func endless(size: Int) {
        var negotiation = ConnectNegotiation(ProxyTarget("h", port: 1), authorization: nil)
        var received = 0
        var step = negotiation.received(Array("HTTP/1.1 200 OK\r\nX: ".utf8))
        while step == .wait, received < 200_000 {
            step = negotiation.received(repeatElement(UInt8(ascii: "x"), count: size))
            received += size
        }
        #expect(step == .misunderstood)
        #expect(received <= ConnectNegotiation.maximumBytes + size)
    }

    @Test("No bytes make it fail in any other way than by saying so", arguments: [1, 2, 3, 4] as [UInt64])
    func garbage(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = ["HTTP/1.1 ", "200", " OK", "\r\n", "\r\n\r\n", "\r", "\n", "100", "407", ":", "x", "\u{0}"]
        for _ in 0..<2000 {
            var negotiation = ConnectNegotiation(ProxyTarget("h", port: 1), authorization: nil)
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                guard let piece = pieces.randomElement(using: &random), case .wait = negotiation.received(piece.utf8) else {
                    break
                }
            }
        }
    }
}
