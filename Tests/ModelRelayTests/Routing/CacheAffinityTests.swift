import Directory
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("The channel that holds a prompt's cache")
struct CacheAffinityTests {
    private func key(
        group: String = "g", token: Int64 = 1, model: String = "m", cacheKey: String = "", user: String = ""
    ) -> AffinityKey {
        AffinityKey(group: group, tokenID: token, model: model, promptCacheKey: cacheKey, user: user)
    }

    @Test("It is learned where an answer reports cached tokens or such as were put into the cache, and kept for three minutes")
    func learned() {
        var affinity = CacheAffinity()
        affinity.learn(self.key(), channelID: 7, cachedTokens: 0, cacheCreationTokens: 0, at: 0)
        #expect(affinity.channel(for: self.key(), at: 0) == nil)
        affinity.learn(self.key(), channelID: 7, cachedTokens: 1, cacheCreationTokens: 0, at: 0)
        #expect(affinity.channel(for: self.key(), at: 179_999) == 7)
        #expect(affinity.channel(for: self.key(), at: 180_000) == nil)
        #expect(affinity.count == 0)
        affinity.learn(self.key(), channelID: 8, cachedTokens: 0, cacheCreationTokens: 5, at: 0)
        #expect(affinity.channel(for: self.key(), at: 0) == 8)
    }

    @Test(
        "The provider's retention makes it longer, never shorter, a day at most",
        arguments: [
            ("24h", 86_400_000), ("1h", 3_600_000), ("5m", 300_000), ("10s", 180_000), ("30d", 86_400_000),
            ("in_memory", 180_000),
            ("", 180_000), ("h", 180_000), ("-1h", 180_000), ("9999999999d", 86_400_000),
        ] as [(String, Int64)])
    func retention(told: String, lifetime: Int64) {
        var affinity = CacheAffinity()
        affinity.learn(self.key(), channelID: 7, cachedTokens: 1, cacheCreationTokens: 0, retention: told, at: 0)
        #expect(affinity.channel(for: self.key(), at: lifetime - 1) == 7)
        #expect(affinity.channel(for: self.key(), at: lifetime) == nil)
    }

    @Test("The client's key counts before its user, the user before the token; never over groups or models")
    func keys() {
        #expect(self.key(token: 1, cacheKey: "k", user: "u") == self.key(token: 2, cacheKey: "k", user: "v"))
        #expect(self.key(token: 1, user: "u") == self.key(token: 2, user: "u"))
        #expect(self.key(token: 1) != self.key(token: 2))
        #expect(self.key(cacheKey: "k") != self.key(user: "k"))
        #expect(self.key(group: "g", cacheKey: "k") != self.key(group: "h", cacheKey: "k"))
        #expect(self.key(model: "m", cacheKey: "k") != self.key(model: "n", cacheKey: "k"))
        #expect(self.key(group: "gm", model: "") != self.key(group: "g", model: "m"))
    }

    @Test("The table stays within its bound, and keeps what is used")
    func bounded() {
        var affinity = CacheAffinity(maximumCount: 100)
        let used = self.key(user: "used")
        affinity.learn(used, channelID: 1, cachedTokens: 1, cacheCreationTokens: 0, at: 0)
        for index in 0..<5000 {
            affinity.learn(self.key(user: "\(index)"), channelID: 2, cachedTokens: 1, cacheCreationTokens: 0, at: 0)
            if index % 20 == 0 { #expect(affinity.channel(for: used, at: 0) == 1) }
            #expect(affinity.count <= 100)
        }
        #expect(affinity.channel(for: self.key(user: "0"), at: 0) == nil)
    }
}

@Suite("What routing remembers on an event loop")
struct RouteMemoryTests {
    private func snapshot(_ configs: [ModelConfig], channels: [Channel]) throws -> (Snapshot, Caller) {
        var contents = Snapshot.Contents()
        let hash = try #require(KeyHash(bytes: Array(repeating: 7, count: KeyHash.byteCount)))
        contents.internalKeyHashes = [hash]
        contents.modelConfigs = configs
        contents.channels = channels
        let snapshot = Snapshot(contents)
        return (snapshot, try snapshot.caller(forKeyHash: hash))
    }

    private func channel(_ id: Int64, _ models: [String]) -> Channel {
        var channel = Upstreams.fake(id)
        channel.models = models
        return channel
    }

    private func first(_ walk: RouteWalk, _ outcome: AttemptOutcome = .cut, count: Int = 1) -> [String] {
        var walk = walk
        var random = SeededGenerator(seed: 1)
        var asked: [String] = []
        while asked.count < count, case .attempt(let attempt) = walk.next(DecidedConditions(), at: 0, using: &random) {
            asked.append("\(attempt.model)/\(attempt.candidate.id)")
            walk.failed(attempt, outcome, at: 0, using: &random)
        }
        return asked
    }

    @Test("A walk leads over the channels that can serve it, then over the fallbacks that the caller may use")
    func walk() throws {
        var config = ModelConfig(model: "a", createdAt: 0)
        config.config = ["fallback_models": ["secret", "b", "a", "b"], "routing_strategy": "round-robin"]
        config.retryTimes = 1
        let (snapshot, caller) = try self.snapshot(
            [config, ModelConfig(model: "b", createdAt: 0)],
            channels: [self.channel(1, ["a"]), self.channel(2, ["a"]), self.channel(3, ["a", "b"])])
        let model = try #require(snapshot.model("a", for: caller))
        var memory = RouteMemory()
        func walk(pinned: ServedChannel? = nil, affinity: AffinityKey? = nil) -> RouteWalk {
            memory.walk(
                to: model, pinned: pinned, affinity: affinity, settings: RoutingSettings(), latest: 1000, at: 0,
                fallback: { snapshot.model($0, for: caller) }, canServe: { $0.channel.id != 2 })
        }
        #expect(self.first(walk(), count: 9) == ["a/1", "a/3", "b/3", "b/3", "b/3", "b/3"])
        memory.tookTurn(1, ofModel: "a")
        #expect(self.first(walk()) == ["a/3"])
        memory.tookTurn(3, ofModel: "a")
        let key = AffinityKey(group: "g", tokenID: 1, model: "a", promptCacheKey: "", user: "")
        memory.affinity.learn(key, channelID: 3, cachedTokens: 1, cacheCreationTokens: 0, at: 0)
        #expect(self.first(walk()) == ["a/1"])
        #expect(self.first(walk(affinity: key)) == ["a/3"])
        #expect(self.first(walk(pinned: snapshot.channel(id: 2)), count: 9) == ["a/2", "a/2"])
    }

    @Test("What it knows of models doesn't grow with every state of the directory")
    func bounded() throws {
        var memory = RouteMemory(maximumModels: 10)
        for index in 0..<100 {
            let (snapshot, caller) = try self.snapshot(
                [ModelConfig(model: "m\(index)", createdAt: 0)], channels: [self.channel(1, ["m\(index)"])])
            let model = try #require(snapshot.model("m\(index)", for: caller))
            #expect(memory.route(to: model).candidates.map(\.id) == [1])
            memory.tookTurn(1, ofModel: "m\(index)")
            #expect(memory.count <= 10)
        }
    }

    @Test("What can't be understood in a model's configuration counts as not said")
    func routing() {
        var config = ModelConfig(model: "m", createdAt: 0)
        #expect(ModelRouting(config) == ModelRouting())
        config.config = ["routing_strategy": "best", "fallback_models": "other", "fallback_after_seconds": "3"]
        #expect(ModelRouting(config) == ModelRouting())
        config.config = [
            "routing_strategy": "least-cost", "fallback_models": .array((0..<20).map { .string("f\($0)") } + [3]),
            "fallback_after_seconds": 30,
        ]
        let routing = ModelRouting(config)
        #expect(routing.strategy == .leastCost)
        #expect(routing.fallbackModels == (0..<8).map { "f\($0)" })
        #expect(routing.fallbackAfterMilliseconds == 30_000)
    }
}
