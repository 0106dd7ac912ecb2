/// How a channel is chosen among those that are as good as each other by health.
public enum RoutingStrategy: String, Sendable, Hashable, CaseIterable {
    /// By chance: the priority is a weight, less by the square of the error rate. The incumbent's, and the default.
    case weighted
    /// The channels of the highest priority as long as there is one, by chance among equals.
    case tiers
    /// One after the other.
    case roundRobin = "round-robin"
    /// The shortest mean time to the first byte; one in twenty by chance, so that the others are known too.
    case leastLatency = "least-latency"
    /// The cheapest, where the channels' configurations say what they cost.
    case leastCost = "least-cost"
}
