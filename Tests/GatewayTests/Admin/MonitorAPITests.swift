import HTTPTypes
import Testing
import Wire

@testable import Gateway
@testable import ModelRelay

@Suite("Admin API: error rates and bans")
struct MonitorAPITests {
    /// Channel 3 failed half of ten calls of `a/b` and is banned for `m`; channel 4 serves `m`.
    private static func health() -> ChannelHealth {
        let health = ChannelHealth()
        func call(_ id: Int64, _ model: String, _ outcome: AttemptOutcome, bans: Bool = false) {
            var random = LoopGenerator(seed: 1)
            var rules = HealthRules()
            rules.bansOnNoPermission = bans
            health.ended(
                outcome, pass: RoutePass(grantedAt: AdminFixture.now), model: model, channelID: id, rules: rules,
                at: AdminFixture.now, using: &random)
        }
        for index in 0..<10 { call(3, "a/b", index % 2 == 0 ? .succeeded : .cut) }
        for _ in 0..<10 { call(4, "m", .succeeded) }
        call(3, "m", .refused(status: 401), bans: true)
        return health
    }

    @Test("error rates are shown by channel and model, and over all channels; bans by model")
    func shown() async throws {
        try await withAdmin(health: Self.health()) { admin async throws in
            #expect(try await admin.data(.get, "/api/monitor/") == ["3": ["a/b": 0.5, "m": 0], "4": ["m": 0]])
            #expect(try await admin.data(.get, "/api/monitor/3") == [["a/b": 0.5], ["m": 0]])
            #expect(try await admin.data(.get, "/api/monitor/5") == [])
            let models = try await admin.data(.get, "/api/monitor/models")
            #expect(models["a/b"] == 0.5)
            #expect(abs((models["m"]?.doubleValue ?? 0) - 1.0 / 11) < 0.000_001)
            #expect(try await admin.data(.get, "/api/monitor/banned_channels") == ["m": [3]])
            #expect(try await admin.failure(.get, "/api/monitor/x").hasPrefix("400 id"))
        }
    }

    @Test(
        "what is held against a channel is forgotten on demand, also for one model",
        arguments: [
            ("/api/monitor/", 0), ("/api/monitor/3", 0), ("/api/monitor/3/m", 0), ("/api/monitor/3/a/b", 1),
            ("/api/monitor/4", 1),
        ])
    func cleared(path: String, banned: Int) async throws {
        try await withAdmin(health: Self.health()) { admin async throws in
            try await admin.data(.delete, path)
            #expect(try await admin.data(.get, "/api/monitor/banned_channels")["m"]?.arrayValue?.count ?? 0 == banned)
        }
    }

    @Test("and when it is changed, enabled or deleted")
    func changed() async throws {
        for change in ["put", "status", "delete", "batch"] {
            let health = ChannelHealth()
            try await withAdmin(health: health) { admin async throws in
                let channel: JSON = ["type": 1, "name": "c", "key": "k", "models": ["m"]]
                let id = try #require(try await admin.data(.post, "/api/channel/", channel)["channels"]?[0]?["id"]?.int64Value)
                var random = LoopGenerator(seed: 1)
                var rules = HealthRules()
                rules.bansOnNoPermission = true
                health.ended(
                    .refused(status: 401), pass: RoutePass(grantedAt: AdminFixture.now), model: "m", channelID: id, rules: rules,
                    at: AdminFixture.now, using: &random)
                #expect(health.states(at: AdminFixture.now).first?.isBanned == true)
                switch change {
                case "put": try await admin.data(.put, "/api/channel/\(id)", channel)
                case "status": try await admin.data(.post, "/api/channel/\(id)/status", ["status": 1])
                case "delete": try await admin.data(.delete, "/api/channel/\(id)")
                default: try await admin.data(.post, "/api/channels/batch_delete", [.integer(id)])
                }
                #expect(health.states(at: AdminFixture.now).first?.isBanned == false, "\(change)")
            }
        }
    }
}
