internal import Directory

/// A channel that offers a model, as a choice sees it.
struct RouteCandidate: Sendable {
    let channel: ServedChannel
    let id: Int64
    /// Its share among channels without errors; never 0.
    let weight: Double
    /// Its priority; among tiers the highest comes first.
    let tier: Int64
    /// Asked only where no other channel is left: one with a negative priority. Its amount weighs it among its like.
    let isBackup: Bool
    /// What the model costs there, in any unit that all channels share; nil = not known.
    let cost: Double?

    init(_ channel: ServedChannel, model: String) {
        let priority = channel.channel.priority
        self.channel = channel
        self.id = channel.channel.id
        // 0 counts as 10, as the contract has it.
        self.tier = priority == 0 ? 10 : max(min(priority, 1_000_000), -1_000_000)
        self.weight = Double(abs(self.tier))
        self.isBackup = priority < 0
        self.cost = ChannelCost.cost(of: model, inConfigs: channel.channel.configs)
    }

    static func candidates(for model: ServedModel) -> [RouteCandidate] {
        model.channels.map { RouteCandidate($0, model: model.config.model) }
    }
}
