internal import HTTPTypes
internal import ModelRelay
internal import Wire

extension OperationTable {
    static let monitorOperations: [Operation] = [
        Operation(
            .get, "/monitor/", "Shows the error rates of the last two minutes, by channel and model.",
            answer: .map(.map(.number))
        ) { _, services in
            let states = services.health.states(at: services.clock.nowMilliseconds())
            let channels = Dictionary(grouping: states, by: \.channelID).sorted { $0.key < $1.key }
            return .object(
                JSONObject(channels.map { ("\($0.key)", .object(JSONObject($0.value.map { ($0.model, rate($0.errorRate)) }))) }))
        },
        Operation(
            .get, "/monitor/models", "Shows the error rates of models, over all their channels.", answer: .map(.number)
        ) { _, services in
            let states = services.health.states(at: services.clock.nowMilliseconds())
            let models = Dictionary(grouping: states, by: \.model).sorted { $0.key < $1.key }
            return .object(JSONObject(models.map { ($0.key, rate(ChannelHealthState.errorRate(of: $0.value))) }))
        },
        Operation(
            .get, "/monitor/banned_channels", "Shows the banned channels of each model.", answer: .map(.list(.integer))
        ) { _, services in
            let banned = services.health.states(at: services.clock.nowMilliseconds()).filter { $0.isBanned || $0.isOnProbation }
            let models = Dictionary(grouping: banned, by: \.model).sorted { $0.key < $1.key }
            return .object(JSONObject(models.map { ($0.key, .array($0.value.map { .integer($0.channelID) })) }))
        },
        Operation(
            .get, "/monitor/{id}", "Shows the error rates of a channel: an object for each model.",
            answer: .list(.map(.number))
        ) { call, services in
            let id = try call.number("id")
            let states = services.health.states(at: services.clock.nowMilliseconds()).filter { $0.channelID == id }
            return .array(states.map { .object([$0.model: rate($0.errorRate)]) })
        },
        Operation(.delete, "/monitor/", "Forgets all errors and bans.", changesDirectory: false) { _, services in
            services.health.clear(at: services.clock.nowMilliseconds())
            return .null
        },
        Operation(.delete, "/monitor/{id}", "Forgets a channel's errors and bans.", changesDirectory: false) { call, services in
            services.health.clear(channelID: try call.number("id"), at: services.clock.nowMilliseconds())
            return .null
        },
        Operation(
            .delete, "/monitor/{id}/{model...}", "Forgets a channel's errors and ban for a model.", changesDirectory: false
        ) { call, services in
            services.health.clear(
                model: call.text("model"), channelID: try call.number("id"), at: services.clock.nowMilliseconds())
            return .null
        },
    ]

    private static func rate(_ rate: Double) -> JSON { rate == 0 ? 0 : JSONNumber(rate).map(JSON.number) ?? 0 }
}
