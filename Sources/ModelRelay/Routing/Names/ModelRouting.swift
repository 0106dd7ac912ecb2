internal import Directory
internal import Wire

/// What a model's configuration says of routing, in its member `config`. What can't be understood there counts as not said: it was
/// checked, or is for the panel alone.
struct ModelRouting: Sendable, Hashable {
    /// `routing_strategy`; nil = the operator's setting.
    var strategy: RoutingStrategy?
    /// `fallback_models`: the names of models that are asked where no channel of this one answers, in their order.
    var fallbackModels: [String] = []
    /// `fallback_after_seconds`: how long channels of this model are tried before the next model is; nil = as long as attempts are left.
    var fallbackAfterMilliseconds: Int64?

    /// More models than a request could try in time.
    static let mostFallbackModels = 8

    init() {}

    init(_ config: ModelConfig) {
        self.strategy = config.config["routing_strategy"]?.stringValue.flatMap { RoutingStrategy(rawValue: $0) }
        for name in config.config["fallback_models"]?.arrayValue?.prefix(64) ?? [] {
            guard let name = name.stringValue, !name.isEmpty, name != config.model, !self.fallbackModels.contains(name),
                self.fallbackModels.count < Self.mostFallbackModels
            else { continue }
            self.fallbackModels.append(name)
        }
        if let seconds = config.config["fallback_after_seconds"]?.int64Value, seconds > 0 {
            self.fallbackAfterMilliseconds = min(seconds, 86_400) * 1000
        }
    }
}
