public import Wire

/// Everything that routing and authentication read, at one moment: immutable, and replaced whole.
///
/// Looking up a key, a model, a server costs dictionary accesses and allocates nothing. What a group may use is worked out when
/// the snapshot is made: groups with the same sets share one catalogue of models.
public final class Snapshot: Sendable {
    /// The values that a snapshot is made of. Where an id occurs twice, the last one counts.
    public struct Contents: Sendable {
        /// The tenants; one with the id `Group.internalID` describes the operator's own.
        public var groups: [Group] = []
        /// The tokens of all groups. One whose group isn't there opens nothing.
        public var tokens: [Token] = []
        /// All channels, those that are disabled too.
        public var channels: [Channel] = []
        /// What the operator says of each model.
        public var modelConfigs: [ModelConfig] = []
        /// The MCP servers that are offered to all.
        public var publicServers: [PublicServer] = []
        /// Those of them that the configuration file has; they count before stored ones of the same ids.
        public var configuredServers: [PublicServer] = []
        /// What groups saved for public servers.
        public var serverParameters: [ServerParameters] = []
        /// The MCP servers of groups.
        public var groupServers: [GroupServer] = []
        /// The operator's options by name, as text.
        public var options: [String: String] = [:]
        /// Whether a model that a channel lists may be used though it has no configuration: free of charge, without limits, in every mode.
        public var allowsUnconfiguredModels = false
        /// The keyed hashes of the keys that act as the operator (the admin key, `INTERNAL_TOKEN`).
        public var internalKeyHashes: [KeyHash] = []

        /// Nothing.
        public init() {}
    }

    let state: SnapshotState

    /// The snapshot of those values.
    public convenience init(_ contents: Contents) { self.init(SnapshotState(contents)) }

    init(_ state: SnapshotState) { self.state = state }

    /// A directory without anything.
    public static let empty = Snapshot(Contents())

    /// The snapshot after those changes, in their order. It shares with this one what they don't touch: one token among a hundred
    /// thousand costs microseconds; channels, models and some options cost working out the catalogues anew, once for all changes.
    public func applying(_ changes: [DirectoryChange]) -> Snapshot {
        var state = state
        for change in changes { state.apply(change) }
        state.finish()
        return Snapshot(state)
    }

    /// The values, in ascending order of their ids.
    public var contents: Contents { state.contents }
}

// MARK: - Keys

extension Snapshot {
    /// Who calls with a key.
    ///
    /// - Throws: where no token has it, or the token or its group is disabled.
    public func caller(forKeyHash hash: KeyHash) throws(AccessRefusal) -> Caller {
        if let caller = state.internalCallers[hash] { return caller }
        guard let caller = state.tenants.caller(hash), let token = caller.token else { throw .unknownKey }
        guard token.status == .enabled else { throw .tokenDisabled }
        guard caller.group.status == .enabled || caller.isInternal else { throw .groupDisabled }
        return caller
    }

    /// The group of that id.
    public func group(id: String) -> Group? { state.tenants.group(id) }

    /// The token of that id.
    public func token(id: Int64) -> Token? { state.tenants.token(id) }

    /// The operator's option of that name, as text; nil where it isn't set.
    public func option(_ name: String) -> String? { state.options[name] }
}

// MARK: - Models

extension Snapshot {
    /// A model as a caller is served it: its group's sets have an enabled channel that lists it, it has a configuration (or needs
    /// none), and the token may use it. Names are compared exactly.
    ///
    /// - Returns: nil where it isn't served; `refusal(ofModel:for:)` says why.
    public func model(_ name: String, for caller: Caller) -> ServedModel? {
        guard let model = state.catalogues.catalogue(at: caller.catalogue).models[name] else { return nil }
        return caller.allows(lowercasedModel: model.lowercasedName) ? model : nil
    }

    /// Why a caller isn't served a model; `notAllowed` also for one that is served.
    public func refusal(ofModel name: String, for caller: Caller) -> ModelRefusal {
        let catalogue = state.catalogues.catalogue(at: caller.catalogue)
        if catalogue.models[name] != nil { return .notAllowed }
        let isKnown = state.offers[name] != nil || catalogue.unconfigured.contains(name)
        if isKnown, !caller.allows(model: name) { return .notAllowed }
        if state.offers[name] != nil { return .noChannel }
        return catalogue.unconfigured.contains(name) ? .noConfig : .unknown
    }

    /// All models that a caller is served, by name.
    public func models(for caller: Caller) -> [ServedModel] {
        state.catalogues.catalogue(at: caller.catalogue).sorted.filter { caller.allows(lowercasedModel: $0.lowercasedName) }
    }

    /// What the operator says of a model, whether or not anyone is served it.
    public func modelConfig(_ model: String) -> ModelConfig? { state.offers[model]?.config }

    /// A model as one channel, enabled or not, serves it to the operator; nil where the channel doesn't list it, or nothing is said of it.
    public func model(_ name: String, at channel: ServedChannel) -> ServedModel? {
        guard channel.models.contains(name), let offer = state.offers.offer(of: name) else { return nil }
        return ServedModel(offer, channels: [channel])
    }

    /// A channel, enabled or not.
    public func channel(id: Int64) -> ServedChannel? { state.channels[id] }
}
