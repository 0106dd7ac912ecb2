import Directory
import Ledger
import NIOConcurrencyHelpers
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("Channels with a proxy", .timeLimit(.minutes(1)))
struct ProxiedChannelTests {
    @Test("A channel's calls go through its proxy, by whose credentials the upstream's are not touched")
    func proxied() async throws {
        let head = NIOLockedValueBox("")
        let proxy = try await LoopbackServer { peer, request in
            head.withLockedValue { $0 = request.head }
            peer.json(Upstreams.answer())
        }
        let channel = Upstreams.http(1, port: 1) { channel in
            channel.baseURL = "http://upstream.invalid/v1"
            channel.proxyURL = "http://me:secret@127.0.0.1:\(proxy.port)"
        }
        let world = try await RelayWorld([channel])
        #expect(try await world.call(Requests.whole).status == 200)
        let lines = head.withLockedValue { $0 }.split(separator: "\r\n")
        #expect(lines.first == "POST http://upstream.invalid/v1/chat/completions HTTP/1.1")
        #expect(lines.contains("Proxy-Authorization: Basic bWU6c2VjcmV0"))
        #expect(lines.contains("Authorization: Bearer upstream-key-1"))
        #expect(lines.contains("Host: upstream.invalid"))
        await proxy.stop()
    }

    @Test(
        "A proxy that can't be used, isn't there or refuses is this channel's failure; the client is told nothing of where it is",
        arguments: ["ftp://secret@127.0.0.1", "http://me:secret@127.0.0.1:1", "http://me:secret@127.0.0.1:port"])
    func failures(url: String) async throws {
        let proxy = try await LoopbackServer { peer, _ in peer.answer("", status: "407 Proxy Authentication Required") }
        let channel = Upstreams.http(1, port: 1, priority: 10) { $0.proxyURL = url.replacing(":port", with: ":\(proxy.port)") }
        let alone = try await RelayWorld([channel])
        let outcome = try await alone.call(Requests.whole)
        #expect(outcome.status == 502)
        #expect(!outcome.body.contains("secret") && !outcome.body.contains("127.0.0.1") && outcome.body.contains("proxy"))
        #expect(outcome.record?.content.contains("secret") == false)
        let rescued = try await RelayWorld([channel, Upstreams.fake(2, priority: -1, ["static_text": "rescued"])])
        #expect(try await rescued.call(Requests.whole).body.contains("rescued"))
        await proxy.stop()
    }
}
