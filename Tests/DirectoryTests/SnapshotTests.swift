import Directory
import Ledger
import Testing
import Wire

@Suite("A snapshot says who calls and what they are served")
struct SnapshotTests {
    @Test("a key opens what its token and group allow")
    func keys() throws {
        let snapshot = try Snapshot(sample())
        #expect(try snapshot.caller(forKeyHash: key(1)).token?.id == 1)
        #expect(try snapshot.caller(forKeyHash: key(1000)).isInternal)
        #expect(throws: AccessRefusal.unknownKey) { try snapshot.caller(forKeyHash: key(99)) }
        #expect(throws: AccessRefusal.unknownKey) { try snapshot.caller(forKeyHash: key(6)) }
        #expect(throws: AccessRefusal.tokenDisabled) { try snapshot.caller(forKeyHash: key(4)) }
        #expect(throws: AccessRefusal.groupDisabled) { try snapshot.caller(forKeyHash: key(5)) }
    }

    @Test("a model's channels are the enabled ones of all of the group's sets, each once")
    func unionOfSets() throws {
        let snapshot = try Snapshot(sample())
        let acme = try snapshot.caller(forKeyHash: key(1))
        #expect(snapshot.model("gpt-5", for: acme)?.channels.map(\.channel.id) == [11, 12])
        let plain = try snapshot.caller(forKeyHash: key(3))
        #expect(snapshot.model("gpt-5", for: plain)?.channels.map(\.channel.id) == [12])
        #expect(snapshot.model("claude", for: plain) == nil)
    }

    @Test("the list of models is what the token may use, by name")
    func lists() throws {
        let snapshot = try Snapshot(sample())
        func names(_ number: Int64) throws -> [String] {
            snapshot.models(for: try snapshot.caller(forKeyHash: key(number))).map(\.config.model)
        }
        #expect(try names(1) == ["claude", "gpt-5"])
        #expect(try names(2) == ["gpt-5"])
        #expect(try names(3) == ["gpt-5"])
        #expect(try names(1000) == ["claude", "gpt-5", "secret-model"])
    }

    @Test(
        "a model that isn't served has a reason that says what is missing",
        arguments: [
            (1, "nobody-knows", ModelRefusal.unknown), (1, "unpriced", .noConfig), (1, "unlisted", .noChannel),
            (1, "off", .noChannel),
            (1, "secret-model", .noChannel), (3, "claude", .noChannel), (2, "claude", .notAllowed), (2, "missing", .unknown),
            (2, "unpriced", .notAllowed), (2, "nobody-knows", .unknown), (1, "GPT-5", .unknown), (1000, "unpriced", .noConfig),
        ] as [(Int64, String, ModelRefusal)])
    func reasons(_ number: Int64, model: String, reason: ModelRefusal) throws {
        let snapshot = try Snapshot(sample())
        let caller = try snapshot.caller(forKeyHash: key(number))
        #expect(snapshot.model(model, for: caller) == nil)
        #expect(snapshot.refusal(ofModel: model, for: caller) == reason)
    }

    @Test(
        "where models need no configuration, one that a channel lists is free, unlimited and of no kind; a configured one is as configured"
    )
    func unconfiguredModels() throws {
        var contents = try sample()
        contents.allowsUnconfiguredModels = true
        contents.modelConfigs[0].rpm = 7
        contents.tokens[1].models.append("unpriced")
        let snapshot = Snapshot(contents)
        for number in [1, 2, 3, 1000] as [Int64] {
            let caller = try snapshot.caller(forKeyHash: key(number))
            let model = try #require(snapshot.model("unpriced", for: caller))
            #expect(model.config == ModelConfig(model: "unpriced", createdAt: 0))
            #expect(model.config.price == Price() && caller.limits(for: model.config) == .unlimited)
            #expect(model.channels.map(\.channel.id) == [12])
            #expect(snapshot.models(for: caller).map(\.config.model).contains("unpriced"))
        }
        let acme = try snapshot.caller(forKeyHash: key(1))
        #expect(snapshot.model("gpt-5", for: acme)?.config.rpm == 7)
        #expect(snapshot.modelConfig("unpriced") == nil)
        #expect(snapshot.refusal(ofModel: "nobody-knows", for: acme) == .unknown)
        #expect(snapshot.refusal(ofModel: "unlisted", for: acme) == .noChannel)
        #expect(Snapshot(snapshot.contents).model("unpriced", for: acme) != nil)
    }

    @Test("a model that loses its configuration goes on without one where none is needed")
    func lostConfiguration() throws {
        var contents = try sample()
        contents.allowsUnconfiguredModels = true
        contents.modelConfigs[0].rpm = 7
        let snapshot = Snapshot(contents).applying([.removeModelConfig(model: "gpt-5")])
        let model = try #require(snapshot.model("gpt-5", for: try snapshot.caller(forKeyHash: key(1))))
        #expect(model.config.rpm == 0)
    }

    @Test("a channel without models offers the operator's for its type, and without a mapping maps by the operator's")
    func channelDefaults() throws {
        var contents = try sample()
        contents.channels = [
            channel(1, models: []), channel(2, models: ["claude"]) { $0.modelMapping = ["claude": "claude-up"] },
        ]
        contents.options = [
            "DefaultChannelModels": "{\"1\":[\"gpt-5\",7],\"x\":[\"off\"],\"2\":\"off\"}",
            "DefaultChannelModelMapping": "{\"1\":{\"gpt-5\":\"gpt-5-2026\",\"claude\":\"wrong\"}}",
        ]
        let snapshot = Snapshot(contents)
        let acme = try snapshot.caller(forKeyHash: key(1))
        #expect(snapshot.models(for: acme).map(\.config.model) == ["claude", "gpt-5"])
        #expect(snapshot.channel(id: 1)?.upstreamModel(for: "gpt-5") == "gpt-5-2026")
        #expect(snapshot.channel(id: 2)?.upstreamModel(for: "claude") == "claude-up")
        #expect(snapshot.channel(id: 2)?.upstreamModel(for: "gpt-5") == "gpt-5")
    }

    @Test("options that can't be read cost the defaults, not the directory", arguments: ["", "[]", "{", "{\"1\":{}}"])
    func brokenOptions(_ text: String) throws {
        var contents = try sample()
        contents.options = ["DefaultChannelModels": text, "DefaultChannelModelMapping": text]
        let snapshot = Snapshot(contents)
        #expect(snapshot.model("gpt-5", for: try snapshot.caller(forKeyHash: key(1))) != nil)
        #expect(snapshot.option("DefaultChannelModels") == text)
        #expect(snapshot.option("other") == nil)
    }

    @Test("a served model carries its price as text for log rows")
    func priceText() throws {
        var contents = try sample()
        let price = try Price(json: ["input_price": 0.001, "input_price_unit": 1000])
        contents.modelConfigs[0].price = price
        let snapshot = Snapshot(contents)
        let model = try #require(snapshot.model("gpt-5", for: try snapshot.caller(forKeyHash: key(1))))
        #expect(model.priceText == price.json.serialized())
        #expect(model.priceText.contains("\"input_price\":0.001"))
    }

    @Test("what is known by its id is found whether or not anyone may use it")
    func byID() throws {
        let snapshot = try Snapshot(sample())
        #expect(snapshot.channel(id: 13)?.channel.status == .disabled)
        #expect(snapshot.modelConfig("unlisted")?.model == "unlisted")
        #expect(snapshot.modelConfig("unpriced") == nil)
        #expect(snapshot.group(id: "shut")?.status == .disabled)
        #expect(snapshot.token(id: 6)?.groupID == "nowhere")
    }

    @Test("a group's own server is its own; a public one is everybody's while it is enabled")
    func servers() throws {
        var contents = try sample()
        var disabled = PublicServer(id: "off", kind: .embedded, createdAt: 0)
        disabled.status = .disabled
        contents.publicServers = [
            PublicServer(id: "time", kind: .embedded, createdAt: 0), disabled,
            PublicServer(id: "github", kind: .openAPI, createdAt: 0),
        ]
        var off = GroupServer(id: "off", groupID: "acme", kind: .proxySSE, createdAt: 0)
        off.status = .disabled
        contents.groupServers = [
            GroupServer(id: "wiki", groupID: "acme", kind: .proxyStreamable, createdAt: 0), off,
            GroupServer(id: "wiki", groupID: "plain", kind: .openAPI, createdAt: 0),
        ]
        let snapshot = Snapshot(contents)
        let acme = try snapshot.caller(forKeyHash: key(1))
        let plain = try snapshot.caller(forKeyHash: key(3))
        let operatorKey = try snapshot.caller(forKeyHash: key(1000))
        #expect(snapshot.publicServers(for: acme).map(\.id) == ["github", "time"])
        #expect(snapshot.publicServer(id: "off") != nil)
        #expect(snapshot.groupServers(for: acme).map(\.id) == ["wiki"])
        let wiki = try #require(snapshot.groupServer(id: "wiki", group: "plain"))
        #expect(wiki.kind == .openAPI)
        #expect(!Access.allows(acme, wiki))
        #expect(Access.allows(plain, wiki))
        #expect(Access.allows(operatorKey, wiki))
        #expect(!Access.allows(acme, off))
        #expect(!Access.allows(operatorKey, disabled))
        #expect(snapshot.groupServer(id: "wiki", group: "nowhere") == nil)
    }

    @Test("groups with the same sets share one catalogue, whatever the order of the sets")
    func sharedCatalogues() throws {
        var contents = try sample()
        contents.groups.append(group("twin", sets: ["default", "gold", "gold"]))
        contents.tokens.append(try token(20, of: "twin"))
        let snapshot = Snapshot(contents)
        let acme = snapshot.model("gpt-5", for: try snapshot.caller(forKeyHash: key(1)))
        #expect(acme === snapshot.model("gpt-5", for: try snapshot.caller(forKeyHash: key(20))))
        #expect(acme !== snapshot.model("gpt-5", for: try snapshot.caller(forKeyHash: key(3))))
    }

    @Test("a reason says whether the configuration or the channel is missing")
    func reasonsInWords() {
        #expect("\(ModelRefusal.noConfig)" == "a channel offers it, but it has no model configuration")
        #expect("\(ModelRefusal.noChannel)".hasSuffix("no enabled channel of the group's sets offers it"))
        let all: [any CustomStringConvertible] = [
            ModelRefusal.unknown, ModelRefusal.noConfig, ModelRefusal.noChannel, ModelRefusal.notAllowed,
            AccessRefusal.unknownKey,
            AccessRefusal.tokenDisabled, AccessRefusal.groupDisabled,
        ]
        #expect(Set(all.map(\.description)).count == all.count)
    }
}
