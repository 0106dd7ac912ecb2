internal import Wire

/// What a snapshot holds, while it is being made and afterwards.
struct SnapshotState: Sendable {
    private(set) var tenants = Tenants()
    private(set) var channels: [Int64: ServedChannel] = [:]
    private(set) var offers: ModelOffers
    private(set) var publicServers: PublicServers
    private(set) var options: [String: String] = [:]
    private(set) var internalCallers: [KeyHash: Caller] = [:]
    private(set) var catalogues: Catalogues
    private var internalKeyHashes: [KeyHash] = []
    private var defaults: ChannelDefaults
    /// Whether something changed that catalogues are made from.
    private var cataloguesAreStale = false

    init(_ contents: Snapshot.Contents) {
        options = contents.options
        defaults = ChannelDefaults(options: contents.options)
        for channel in contents.channels { channels[channel.id] = ServedChannel(channel, defaults: defaults) }
        offers = ModelOffers(contents.modelConfigs, allowsUnconfigured: contents.allowsUnconfiguredModels)
        publicServers = PublicServers(stored: contents.publicServers, configured: contents.configuredServers)
        catalogues = Catalogues(channels: Array(channels.values), offers: offers)
        for group in contents.groups { tenants.upsert(group, &catalogues) }
        for token in contents.tokens { tenants.upsert(token, &catalogues) }
        for server in contents.groupServers { tenants.upsert(server) }
        for parameters in contents.serverParameters { tenants.upsert(parameters) }
        setInternalKeyHashes(contents.internalKeyHashes)
    }

    mutating func apply(_ change: DirectoryChange) {
        switch change {
        case .upsertGroup(let group):
            tenants.upsert(group, &catalogues)
            if group.id == Group.internalID { setInternalKeyHashes(internalKeyHashes) }
        case .removeGroup(let id):
            tenants.removeGroup(id)
            if id == Group.internalID { setInternalKeyHashes(internalKeyHashes) }
        case .upsertToken(let token): tenants.upsert(token, &catalogues)
        case .removeToken(let id): tenants.removeToken(id)
        case .upsertGroupServer(let server): tenants.upsert(server)
        case .removeGroupServer(let id, let group): tenants.removeServer(id, group: group)
        case .upsertPublicServer(let server): publicServers.upsert(server)
        case .removePublicServer(let id): publicServers.remove(id)
        case .upsertServerParameters(let parameters): tenants.upsert(parameters)
        case .removeServerParameters(let server, let group): tenants.removeParameters(ofServer: server, group: group)
        case .setInternalKeyHashes(let hashes): setInternalKeyHashes(hashes)
        case .upsertChannel(let channel):
            channels[channel.id] = ServedChannel(channel, defaults: defaults)
            cataloguesAreStale = true
        case .removeChannel(let id):
            channels[id] = nil
            cataloguesAreStale = true
        case .upsertModelConfig(let config):
            offers[config.model] = ModelOffer(config)
            cataloguesAreStale = true
        case .removeModelConfig(let model):
            offers[model] = nil
            cataloguesAreStale = true
        case .setOption(let name, let value): setOption(name, value)
        case .removeOption(let name): setOption(name, nil)
        }
    }

    /// Works out anew what the changes made stale.
    mutating func finish() {
        // Combinations of sets that no group has any more cost memory and work each time; they go when they prevail.
        if catalogues.count > 2 * (tenants.groupCount + 32) {
            self = SnapshotState(contents)
        } else if cataloguesAreStale {
            catalogues = Catalogues(channels: Array(channels.values), offers: offers, combinationsOf: catalogues)
        }
        cataloguesAreStale = false
    }

    private mutating func setOption(_ name: String, _ value: String?) {
        options[name] = value
        guard name == ChannelDefaults.modelsOption || name == ChannelDefaults.mappingOption else { return }
        let new = ChannelDefaults(options: options)
        guard new != defaults else { return }
        defaults = new
        channels = channels.mapValues { ServedChannel($0.channel, defaults: new) }
        cataloguesAreStale = true
    }

    private mutating func setInternalKeyHashes(_ hashes: [KeyHash]) {
        internalKeyHashes = hashes
        var group = tenants.group(Group.internalID) ?? Group(id: Group.internalID, createdAt: 0)
        group.status = .internal
        let caller = Caller(internalGroup: group)
        internalCallers = Dictionary(hashes.map { ($0, caller) }, uniquingKeysWith: { first, _ in first })
    }

    var contents: Snapshot.Contents {
        var contents = Snapshot.Contents()
        contents.groups = tenants.allGroups.sorted { $0.id < $1.id }
        contents.tokens = tenants.allTokens.sorted { $0.id < $1.id }
        contents.channels = channels.values.map(\.channel).sorted { $0.id < $1.id }
        contents.modelConfigs = offers.configs
        contents.allowsUnconfiguredModels = offers.allowsUnconfigured
        contents.publicServers = publicServers.allStored
        contents.configuredServers = publicServers.allConfigured
        contents.serverParameters = tenants.allParameters.sorted { ($0.groupID, $0.serverID) < ($1.groupID, $1.serverID) }
        contents.groupServers = tenants.allServers.sorted { ($0.groupID, $0.id) < ($1.groupID, $1.id) }
        contents.options = options
        contents.internalKeyHashes = internalKeyHashes
        return contents
    }
}
