import Directory
import Ledger
import Testing
import Wire

@Suite("Changing a snapshot is the same as making it anew")
struct DirectoryChangeTests {
    @Test("a change is seen in the new snapshot, and the old one stays as it was")
    func persistent() throws {
        let old = try Snapshot(sample())
        let new = old.applying([
            .upsertToken(try token(1, of: "acme") { $0.status = .disabled }), .removeToken(id: 3),
            .upsertToken(try token(30, of: "plain")),
        ])
        #expect(try old.caller(forKeyHash: key(1)).token?.status == .enabled)
        #expect(throws: AccessRefusal.tokenDisabled) { try new.caller(forKeyHash: key(1)) }
        #expect(throws: AccessRefusal.unknownKey) { try new.caller(forKeyHash: key(3)) }
        #expect(try new.caller(forKeyHash: key(30)).group.id == "plain")
    }

    @Test("a token whose key is changed is found by the new key only")
    func rotatedKey() throws {
        var rotated = try token(1, of: "acme")
        rotated.keyHash = try key(77)
        let snapshot = try Snapshot(sample()).applying([.upsertToken(rotated)])
        #expect(throws: AccessRefusal.unknownKey) { try snapshot.caller(forKeyHash: key(1)) }
        #expect(try snapshot.caller(forKeyHash: key(77)).token?.id == 1)
    }

    @Test("a disabled channel and a deleted configuration are gone at once")
    func catalogueFollows() throws {
        var snapshot = try Snapshot(sample())
        let caller = try snapshot.caller(forKeyHash: key(1))
        snapshot = snapshot.applying([
            .upsertChannel(channel(11, models: ["gpt-5", "claude"], sets: ["gold"]) { $0.status = .disabled })
        ])
        #expect(snapshot.model("claude", for: caller) == nil)
        #expect(snapshot.model("gpt-5", for: caller)?.channels.map(\.channel.id) == [12])
        snapshot = snapshot.applying([.removeModelConfig(model: "gpt-5")])
        #expect(snapshot.refusal(ofModel: "gpt-5", for: caller) == .noConfig)
        snapshot = snapshot.applying([.upsertModelConfig(config("gpt-5")), .removeChannel(id: 12)])
        #expect(snapshot.refusal(ofModel: "gpt-5", for: caller) == .noChannel)
    }

    @Test("a group's change reaches its tokens, and its removal takes them and its servers along")
    func groups() throws {
        var snapshot = try Snapshot(sample()).applying([
            .upsertGroupServer(GroupServer(id: "wiki", groupID: "acme", kind: .openAPI, createdAt: 0)),
            .upsertGroup(group("acme", sets: ["vault"])),
        ])
        let caller = try snapshot.caller(forKeyHash: key(1))
        #expect(snapshot.models(for: caller).map(\.config.model) == ["secret-model"])
        snapshot = snapshot.applying([.removeGroup(id: "acme"), .upsertGroup(group("acme"))])
        #expect(throws: AccessRefusal.unknownKey) { try snapshot.caller(forKeyHash: key(1)) }
        #expect(snapshot.token(id: 1) == nil)
        #expect(snapshot.groupServer(id: "wiki", group: "acme") == nil)
    }

    @Test("a token that comes before its group opens nothing until the group is there")
    func orderOfChanges() throws {
        let snapshot = try Snapshot(sample())
        #expect(throws: AccessRefusal.unknownKey) { try snapshot.caller(forKeyHash: key(6)) }
        #expect(try snapshot.applying([.upsertGroup(group("nowhere"))]).caller(forKeyHash: key(6)).token?.id == 6)
    }

    @Test("sets that come and go don't pile up, and callers keep the right models")
    func combinationsAreBounded() throws {
        var snapshot = try Snapshot(sample())
        for round in 0..<500 {
            snapshot = snapshot.applying([.upsertGroup(group("acme", sets: ["set-\(round)", "gold"]))])
            let caller = try snapshot.caller(forKeyHash: key(1))
            #expect(snapshot.models(for: caller).map(\.config.model) == ["claude", "gpt-5"])
            #expect(snapshot.models(for: try snapshot.caller(forKeyHash: key(3))).map(\.config.model) == ["gpt-5"])
        }
    }

    @Test("a caller that was kept is served by its own sets in any other snapshot, also in one made anew")
    func keptCaller() throws {
        let kept = try Snapshot(sample()).caller(forKeyHash: key(3))
        var contents = try sample()
        contents.groups.insert(group("first", sets: ["vault"]), at: 0)
        for groups in [contents.groups, contents.groups.filter { $0.id != "plain" }, []] {
            contents.groups = groups
            let other = Snapshot(contents)
            #expect(other.models(for: kept).map(\.config.model) == ["gpt-5"])
            #expect(other.model("secret-model", for: kept) == nil)
        }
    }

    @Test("any changes applied in any portions give what making the snapshot from the changed values gives", arguments: 0..<40)
    func sameAsRebuilding(_ seed: UInt64) throws {
        var source = ChangeSource(seed: seed)
        var snapshot = try Snapshot(sample())
        for _ in 0..<25 {
            let changes = try source.changes()
            snapshot = snapshot.applying(changes)
            let rebuilt = Snapshot(snapshot.contents)
            try expectSame(snapshot, rebuilt)
            #expect(snapshot.contents.tokens.count == source.model.tokens.count)
            #expect(snapshot.contents.tokens == source.model.tokens.values.sorted { $0.id < $1.id })
            #expect(snapshot.contents.groups == source.model.groups.values.sorted { $0.id < $1.id })
            #expect(snapshot.contents.channels == source.model.channels.values.sorted { $0.id < $1.id })
            #expect(snapshot.contents.modelConfigs == source.model.configs.values.sorted { $0.model < $1.model })
            #expect(snapshot.contents.options == source.model.options)
        }
    }

    private func expectSame(_ left: Snapshot, _ right: Snapshot) throws {
        for number in (0..<40).map(Int64.init) + [1000, 1001] {
            let hash = try key(number)
            let (one, other) = (Result { try left.caller(forKeyHash: hash) }, Result { try right.caller(forKeyHash: hash) })
            switch (one, other) {
            case (.failure(let one as AccessRefusal), .failure(let other as AccessRefusal)): #expect(one == other)
            case (.success(let one), .success(let other)):
                #expect(one.payer == other.payer)
                #expect(one.token == other.token)
                #expect(one.group == other.group)
                #expect(left.models(for: one).map(Served.init) == right.models(for: other).map(Served.init))
                for model in ChangeSource.models {
                    #expect(left.model(model, for: one).map(Served.init) == right.model(model, for: other).map(Served.init))
                    #expect(left.refusal(ofModel: model, for: one) == right.refusal(ofModel: model, for: other))
                }
                #expect(left.publicServers(for: one) == right.publicServers(for: other))
                #expect(left.groupServers(for: one) == right.groupServers(for: other))
                #expect(left.contents.serverParameters == right.contents.serverParameters)
            default: Issue.record("one snapshot knows key \(number), the other doesn't")
            }
        }
    }

    private struct Served: Equatable {
        let config: ModelConfig
        let priceText: String
        let channels: [Channel]
        let upstreamModels: [String]

        init(_ model: ServedModel) {
            config = model.config
            priceText = model.priceText
            channels = model.channels.map(\.channel)
            upstreamModels = model.channels.map { $0.upstreamModel(for: model.config.model) }
        }
    }
}

/// Random changes, and plain dictionaries that follow them.
private struct ChangeSource {
    struct Model {
        var groups: [String: Group] = [:]
        var tokens: [Int64: Token] = [:]
        var channels: [Int64: Channel] = [:]
        var configs: [String: ModelConfig] = [:]
        var options: [String: String] = [:]
    }

    static let models = ["gpt-5", "claude", "off", "secret-model", "unlisted", "unpriced", "mini"]
    private static let groups = ["acme", "plain", "shut", "nowhere", "internal", "new"]
    private static let sets = ["gold", "default", "vault", "other"]

    private(set) var model = Model()
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        guard let contents = try? sample() else { return }
        for group in contents.groups { model.groups[group.id] = group }
        for token in contents.tokens { model.tokens[token.id] = token }
        for channel in contents.channels { model.channels[channel.id] = channel }
        for config in contents.modelConfigs { model.configs[config.model] = config }
    }

    mutating func changes() throws -> [DirectoryChange] {
        try (0..<Int.random(in: 1...6, using: &generator)).map { _ in
            let change = try change()
            follow(change)
            return change
        }
    }

    private mutating func some<Element>(_ all: [Element]) -> [Element] { all.filter { _ in Bool.random(using: &generator) } }
    private mutating func one<Element>(of all: [Element]) -> Element { all[Int.random(in: 0..<all.count, using: &generator)] }
    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &generator) == 0 }

    private mutating func change() throws -> DirectoryChange {
        let id = Int64.random(in: 0..<30, using: &generator)
        switch Int.random(in: 0..<16, using: &generator) {
        case 0...2: return .upsertToken(try randomToken(id))
        case 3: return .removeToken(id: id)
        case 4, 5: return .upsertGroup(randomGroup())
        case 6: return .removeGroup(id: one(of: Self.groups))
        case 7, 8: return .upsertChannel(randomChannel(10 + id % 6))
        case 9: return .removeChannel(id: 10 + id % 6)
        case 10:
            var config = config(one(of: Self.models))
            config.rpm = id
            return chance(3) ? .removeModelConfig(model: config.model) : .upsertModelConfig(config)
        case 11:
            let name = chance(2) ? "DefaultChannelModels" : "DefaultChannelModelMapping"
            if chance(3) { return .removeOption(name: name) }
            let value = name.hasSuffix("s") ? "{\"1\":[\"mini\",\"off\"]}" : "{\"1\":{\"mini\":\"mini-\(id)\"}}"
            return .setOption(name: name, value: value)
        case 12:
            let server = GroupServer(
                id: "server-\(id % 3)", groupID: one(of: Array(model.groups.keys.sorted()) + ["acme"]), kind: .openAPI,
                createdAt: id)
            return chance(3) ? .removeGroupServer(id: server.id, group: server.groupID) : .upsertGroupServer(server)
        case 13, 14:
            let (server, group) = ("public-\(id % 3)", one(of: Self.groups))
            if chance(3) { return .removeServerParameters(server: server, group: group) }
            return .upsertServerParameters(
                ServerParameters(serverID: server, groupID: group, values: chance(2) ? [:] : ["key": "v"], createdAt: id))
        default:
            if chance(4) { return .setInternalKeyHashes(try some([1000, 1001]).map { try key($0) }) }
            var server = PublicServer(id: "public-\(id % 3)", kind: .embedded, createdAt: id)
            if chance(3) { server.status = .disabled }
            if chance(2) { server.embedConfig = ["reusing": ["key": ["required": true]]] }
            return chance(4) ? .removePublicServer(id: server.id) : .upsertPublicServer(server)
        }
    }

    private mutating func randomToken(_ id: Int64) throws -> Token {
        var token = try token(id, of: one(of: Self.groups), models: chance(2) ? [] : some(Self.models).map { $0.uppercased() })
        if chance(4) { token.status = .disabled }
        return token
    }

    private mutating func randomGroup() -> Group {
        var group = group(one(of: Self.groups), sets: some(Self.sets))
        group.rpmRatio = Double(Int.random(in: 0..<3, using: &generator))
        group.status = one(of: [.enabled, .enabled, .disabled, .internal])
        return group
    }

    private mutating func randomChannel(_ id: Int64) -> Channel {
        var channel = channel(id, models: chance(4) ? [] : some(Self.models), sets: some(Self.sets))
        if chance(4) { channel.status = .disabled }
        if chance(3) { channel.modelMapping = ["gpt-5": "upstream-\(id)"] }
        return channel
    }

    private mutating func follow(_ change: DirectoryChange) {
        switch change {
        case .upsertGroup(let group): model.groups[group.id] = group
        case .removeGroup(let id):
            model.groups[id] = nil
            model.tokens = model.tokens.filter { $0.value.groupID != id }
        case .upsertToken(let token): model.tokens[token.id] = token
        case .removeToken(let id): model.tokens[id] = nil
        case .upsertChannel(let channel): model.channels[channel.id] = channel
        case .removeChannel(let id): model.channels[id] = nil
        case .upsertModelConfig(let config): model.configs[config.model] = config
        case .removeModelConfig(let name): model.configs[name] = nil
        case .setOption(let name, let value): model.options[name] = value
        case .removeOption(let name): model.options[name] = nil
        default: break
        }
    }
}
