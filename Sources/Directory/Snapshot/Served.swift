internal import Ledger
internal import Wire

/// A channel as the relay uses it: its values with the operator's defaults for its type filled in.
public final class ServedChannel: Sendable {
    /// The values as the operator gave them.
    public let channel: Channel
    /// The models it offers: its own, or the operator's default models for its type.
    public let models: [String]
    private let mapping: ModelNameMap

    init(_ channel: Channel, defaults: ChannelDefaults) {
        self.channel = channel
        models = channel.models.isEmpty ? defaults.models(forType: channel.type) : channel.models
        let names = channel.modelMapping.isEmpty ? defaults.mapping(forType: channel.type) : channel.modelMapping
        mapping = ModelNameMap(names.lazy.map { ($0.key, $0.value) })
    }

    /// The name that the upstream knows a model by. The channel's mapping counts, or where it has none, the operator's default
    /// for its type, in which one `*` stands for any text; a name that isn't mapped is sent as it is.
    public func upstreamModel(for model: String) -> String { mapping[model] ?? model }

    /// The sets it belongs to.
    var effectiveSets: [String] { channel.sets.isEmpty ? [Channel.defaultSet] : channel.sets }
}

/// A model as a group is served it: what the operator says of it, and the channels that the group may use for it.
public final class ServedModel: Sendable {
    /// What the operator says of it.
    public let config: ModelConfig
    /// The price as JSON text, for log rows.
    public let priceText: String
    /// Enabled channels that list the model, by ascending id. Never empty.
    public let channels: [ServedChannel]
    let lowercasedName: String

    init(_ offer: ModelOffer, channels: [ServedChannel]) {
        config = offer.config
        priceText = offer.priceText
        lowercasedName = offer.lowercasedName
        self.channels = channels
    }
}

/// What the operator says of all models.
struct ModelOffers: Sendable {
    /// Whether a model that nothing is said of may be used all the same.
    let allowsUnconfigured: Bool
    private var configured: [String: ModelOffer] = [:]

    init(_ configs: [ModelConfig], allowsUnconfigured: Bool) {
        self.allowsUnconfigured = allowsUnconfigured
        for config in configs { configured[config.model] = ModelOffer(config) }
    }

    /// What the operator says of a model; nil = nothing.
    subscript(model: String) -> ModelOffer? {
        get { configured[model] }
        set { configured[model] = newValue }
    }

    /// What a channel's model is served by; nil = it can't be used.
    func offer(of model: String) -> ModelOffer? {
        configured[model] ?? (allowsUnconfigured ? ModelOffer(ModelConfig(model: model, createdAt: 0)) : nil)
    }

    /// By name.
    var configs: [ModelConfig] { configured.values.map(\.config).sorted { $0.model < $1.model } }
}

/// What all groups that are served a model share.
final class ModelOffer: Sendable {
    let config: ModelConfig
    let priceText: String
    let lowercasedName: String

    init(_ config: ModelConfig) {
        self.config = config
        priceText = config.price.json.serialized()
        lowercasedName = config.model.lowercased()
    }
}
