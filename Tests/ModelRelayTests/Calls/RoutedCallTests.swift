import Directory
import Ledger
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("Which channel answers a call", .timeLimit(.minutes(1)))
struct RoutedCallTests {
    @Test("Where all channels of a model failed a fallback answers: by its own price, and under the name that was asked for")
    func fallback() async throws {
        var other = Upstreams.fake(2)
        other.models = ["other"]
        let fallback = other
        let world = try await RelayWorld(
            [Upstreams.failing(1, status: 500)],
            contents: { contents in
                contents.channels.append(fallback)
                contents.modelConfigs[0].config["fallback_models"] = ["missing", "other"]
                var config = contents.modelConfigs[0]
                config.model = "other"
                config.price = (try? Price(json: ["input_price": 3, "output_price": 3])) ?? config.price
                contents.modelConfigs.append(config)
            })
        for body in [Requests.whole, Requests.stream] {
            let outcome = try await world.call(body)
            #expect(outcome.status == 200 && outcome.isEnded)
            #expect(outcome.body.contains(#""model":"gpt""#) && !outcome.body.contains("other"))
            let record = try #require(outcome.record)
            #expect(record.model == "other" && record.channelID == 2 && record.retryTimes == 1)
            #expect(record.price == world.snapshot.model("other", for: world.caller)?.priceText)
        }
    }

    @Test("A name that is no model may be another name of one")
    func alias() async throws {
        let world = try await RelayWorld(
            [Upstreams.fake(1)], contents: { $0.options["ModelAliases"] = #"{"my-*": "gpt"}"# })
        let outcome = try await world.call(Requests.whole.replacing("\"gpt\"", with: "\"my-model\""))
        #expect(outcome.status == 200 && outcome.json?["model"] == "my-model")
        #expect(outcome.record?.model == "gpt")
        #expect(try await world.call(Requests.whole.replacing("\"gpt\"", with: "\"your-model\"")).status == 404)
    }

    @Test("The internal group may name the channel, a disabled one too")
    func pinned() async throws {
        var disabled = Upstreams.fake(2, ["static_text": "from two"])
        disabled.status = .disabled
        let channels = [Upstreams.fake(1), disabled]
        let world = try await RelayWorld(channels, contents: { $0.groups[0].status = .internal })
        let named = try await world.call(Requests.whole, headers: ["Aiproxy-Channel": "2"])
        #expect(named.body.contains("from two") && named.record?.channelID == 2)
        #expect(try await world.call(Requests.whole).record?.channelID == 1)
        let missing = try await world.call(Requests.whole, headers: ["Aiproxy-Channel": "9"])
        #expect(missing.status == 404 && missing.errorCode == "channel_not_found")
        let wrong = try await world.call(Requests.whole, headers: ["Aiproxy-Channel": "two"])
        #expect(wrong.status == 400 && wrong.json?["error"]?["param"] == "Aiproxy-Channel")
        let tenant = try await RelayWorld(channels)
        #expect(try await tenant.call(Requests.whole, headers: ["Aiproxy-Channel": "2"]).record?.channelID == 1)
    }

    @Test("Strategies that have turns take them, one call after the other")
    func turns() async throws {
        var settings = RelaySettings()
        settings.routingStrategy = .roundRobin
        let world = try await RelayWorld((1...3).map { Upstreams.fake($0) }, settings: settings)
        var ids: [Int64] = []
        for _ in 0..<6 { ids.append(try await world.call(Requests.whole).record?.channelID ?? 0) }
        #expect(ids == [1, 2, 3, 1, 2, 3])
    }

    @Test("Once an answer told of cached tokens, the same token's calls go where the cache is")
    func affinity() async throws {
        let usage: JSON = ["usage": ["input_tokens": 10, "output_tokens": 1, "cached_tokens": 5]]
        let world = try await RelayWorld((1...4).map { Upstreams.fake($0, usage) })
        var ids: Set<Int64> = []
        for _ in 0..<12 { ids.insert(try await world.call(Requests.whole).record?.channelID ?? 0) }
        #expect(ids.count == 1)
    }

    @Test("A stream that begins and says nothing is tried elsewhere when its time is over, of which the client sees nothing")
    func firstToken() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(": no place yet\n\n")
        }
        var settings = RelaySettings()
        settings.streamTimeout = .milliseconds(400)
        settings.holdTimeout = .milliseconds(100)
        let world = try await RelayWorld(
            [Upstreams.http(1, port: server.port, priority: 10), Upstreams.fake(2, priority: -1, ["static_text": "rescued"])],
            settings: settings)
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.status == 200 && outcome.body.contains("rescued") && !outcome.body.contains("no place"))
        #expect(outcome.record?.channelID == 2)
        #expect(world.state(1)?.errors == 1)
        await server.stop()
    }

    @Test("The same channel is asked again after the pause that it asked for")
    func again() async throws {
        let server = try await LoopbackServer { peer, request in
            if peer.number == 1, request.number == 1 {
                peer.json("{}", status: "429 Slow Down", headers: "Retry-After-Ms: 20\r\n")
            } else {
                peer.json(Upstreams.answer())
            }
        }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)], model: { $0.retryTimes = 1 })
        let outcome = try await world.call(Requests.whole)
        #expect(outcome.status == 200 && outcome.record?.retryTimes == 1)
        let state = try #require(world.state(1))
        #expect(state.requests == 2 && state.errors == 1)
        await server.stop()
    }

    @Test("A client that leaves during the pause ends the call, and nobody is asked again")
    func leavesInPause() async throws {
        let world = try await RelayWorld([Upstreams.failing(1, status: 429)], model: { $0.retryTimes = 3 })
        let call = try await world.start(Requests.whole)
        while world.state(1) == nil { try await Task.sleep(for: .milliseconds(2)) }
        try await call.leave()
        #expect(call.soFar.record?.code == 499)
        #expect(world.state(1)?.requests == 1)
    }

    @Test("The time that an upstream asked for is told to the client, and to the next one without asking the upstream again")
    func retryAfter() async throws {
        var limited = Upstreams.fake(1, ["mode": "rate-limit", "retry_after": 60])
        limited.type = 55
        let world = try await RelayWorld([limited])
        let first = try await world.call(Requests.whole)
        #expect(first.status == 429 && first.headers.first(name: "Retry-After") == "60")
        let second = try await world.call(Requests.whole)
        #expect(second.status == 503 && second.errorCode == "no_channel" && second.headers.first(name: "Retry-After") == "60")
        #expect(world.state(1)?.requests == 1)
    }

    @Test("A channel that may be banned for a refused credential is, and is asked no more")
    func banned() async throws {
        var bad = Upstreams.failing(1, status: 401, priority: 100_000)
        bad.bansOnNoPermission = true
        let world = try await RelayWorld([bad, Upstreams.fake(2)])
        for _ in 0..<3 { #expect(try await world.call(Requests.whole).record?.channelID == 2) }
        #expect(world.state(1)?.isBanned == true && world.state(1)?.requests == 1)
        #expect(world.state(2)?.requests == 3 && world.state(2)?.errors == 0)
    }

    @Test("A client that leaves says nothing about the channel")
    func clientGone() async throws {
        let server = try await LoopbackServer { _, _ in }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)])
        let call = try await world.start(Requests.whole)
        for await event in server.events where event == .requested(1) { break }
        try await call.leave()
        #expect(world.state(1)?.requests ?? 0 == 0)
        await server.stop()
    }
}

extension RelayWorld {
    /// What is known of a channel for `gpt`.
    func state(_ id: Int64) -> ChannelHealthState? {
        self.health.states(at: Self.now + 250).first { $0.channelID == id && $0.model == "gpt" }
    }
}
