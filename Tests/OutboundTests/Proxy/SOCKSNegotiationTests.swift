import TestSupport
import Testing

@testable import Outbound

@Suite("What is said to a SOCKS proxy for a connection")
struct SOCKSNegotiationTests {
    private static func negotiation(_ host: String, login: Bool = false) throws -> SOCKSNegotiation {
        let proxy = try ProxyAddress(login ? "socks5://me:pw@h" : "socks5://h")
        return SOCKSNegotiation(ProxyTarget(host, port: 0x1F90), credentials: proxy.credentials)
    }

    @Test(
        "Without a login the target is named at once: an address as such, a name by its length",
        arguments: [
            ("192.0.2.1", [5, 1, 0, 1, 192, 0, 2, 1, 0x1F, 0x90]),
            ("2001:db8::2", [5, 1, 0, 4, 0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x1F, 0x90]),
            ("a.example", [5, 1, 0, 3, 9] + Array("a.example".utf8) + [0x1F, 0x90]),
        ] as [(String, [UInt8])])
    func targets(host: String, request: [UInt8]) throws {
        var negotiation = try Self.negotiation(host)
        #expect(negotiation.begin() == [5, 1, 0])
        #expect(negotiation.received([5]) == .wait)
        #expect(negotiation.received([0]) == .send(request))
    }

    @Test("User and password are offered where there are any, and told where the proxy wants them")
    func login() throws {
        var negotiation = try Self.negotiation("192.0.2.1", login: true)
        #expect(negotiation.begin() == [5, 2, 0, 2])
        #expect(negotiation.received([5, 2]) == .send([1, 2] + Array("me".utf8) + [2] + Array("pw".utf8)))
        #expect(negotiation.received([1]) == .wait)
        #expect(negotiation.received([0]) == .send([5, 1, 0, 1, 192, 0, 2, 1, 0x1F, 0x90]))
        var unasked = try Self.negotiation("192.0.2.1", login: true)
        _ = unasked.begin()
        #expect(unasked.received([5, 0]) == .send([5, 1, 0, 1, 192, 0, 2, 1, 0x1F, 0x90]))
    }

    @Test(
        "The connection is there when the whole answer is, whatever address it names",
        arguments: [[1, 0, 0, 0, 0], [4] + [UInt8](repeating: 7, count: 16), [3, 2, 0x61, 0x62], [3, 0]] as [[UInt8]])
    func established(address: [UInt8]) throws {
        let answer = [5, 0, 0] + address + [0, 0]
        var negotiation = try Self.negotiation("h")
        _ = negotiation.begin()
        _ = negotiation.received([5, 0])
        for byte in answer.dropLast() { #expect(negotiation.received([byte]) == .wait) }
        #expect(negotiation.received([0]) == .established)
        #expect(negotiation.received([9]) == .spokeTooSoon)
        var hasty = try Self.negotiation("h")
        _ = hasty.begin()
        _ = hasty.received([5, 0])
        #expect(hasty.received(answer + [9]) == .spokeTooSoon)
    }

    /// All that a proxy says, each part when it was asked.
    struct Dialogue: Sendable, CustomTestStringConvertible {
        var said: [[UInt8]]
        var login = false
        var code: OutboundError.Code
        var testDescription: String { "\(self.said)" }
    }

    @Test(
        "Failures are told apart: no such proxy, a refusal, no way to the target",
        arguments: [
            Dialogue(said: [[4, 0]], code: .proxyUnreachable),
            Dialogue(said: [Array("HT".utf8)], code: .proxyUnreachable),
            Dialogue(said: [[0x48]], code: .proxyUnreachable),
            Dialogue(said: [[5, 2]], code: .proxyUnreachable),
            Dialogue(said: [[5, 1]], login: true, code: .proxyUnreachable),
            Dialogue(said: [[5, 0, 5]], code: .proxyUnreachable),
            Dialogue(said: [[5, 0xFF]], code: .proxyRefused),
            Dialogue(said: [[5, 0xFF]], login: true, code: .proxyRefused),
            Dialogue(said: [[5, 2], [1, 1]], login: true, code: .proxyRefused),
            Dialogue(said: [[5, 2], [5, 0]], login: true, code: .proxyUnreachable),
            Dialogue(said: [[5, 0], [4, 0]], code: .proxyUnreachable),
            Dialogue(said: [[5, 0], [5, 0, 0, 9, 0]], code: .proxyUnreachable),
            Dialogue(said: [[5, 0], [5, 1]], code: .connect),
            Dialogue(said: [[5, 0], [5, 2]], code: .proxyRefused),
            Dialogue(said: [[5, 0], [5, 3, 0, 1, 0, 0, 0, 0, 0, 0]], code: .connect),
            Dialogue(said: [[5, 0], [5, 4]], code: .connect),
            Dialogue(said: [[5, 0], [5, 5]], code: .connect),
            Dialogue(said: [[5, 0], [5, 6]], code: .connect),
            Dialogue(said: [[5, 0], [5, 7]], code: .proxyRefused),
            Dialogue(said: [[5, 0], [5, 8]], code: .proxyRefused),
            Dialogue(said: [[5, 0], [5, 9]], code: .proxyUnreachable),
        ])
    func failures(_ dialogue: Dialogue) throws {
        var negotiation = try Self.negotiation("h", login: dialogue.login)
        _ = negotiation.begin()
        for said in dialogue.said.dropLast() {
            guard case .send = negotiation.received(said) else {
                Issue.record("ended before the last word")
                return
            }
        }
        guard let last = dialogue.said.last, case .failed(let error) = negotiation.received(last) else {
            Issue.record("not a failure")
            return
        }
        #expect(error.code == dialogue.code)
        #expect(negotiation.received([5, 0]) == .spokeTooSoon, "after its end it takes nothing")
    }

    @Test("A name that has no place in the request is not asked for")
    func longName() throws {
        var negotiation = try Self.negotiation(String(repeating: "a", count: 256))
        _ = negotiation.begin()
        #expect(negotiation.received([5, 0]) == .failed(OutboundError(.connect, "the upstream's name is too long")))
    }

    @Test("No bytes make it fail in any other way than by saying so", arguments: [1, 2, 3, 4] as [UInt64])
    func garbage(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            var negotiation = try Self.negotiation("h", login: Bool.random(using: &random))
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let byte: UInt8 =
                    Bool.random(using: &random)
                    ? [5, 0, 2, 1, 3].randomElement(using: &random) ?? 0 : .random(in: 0...255, using: &random)
                if case .failed = negotiation.received([byte]) { break }
            }
        }
    }
}
