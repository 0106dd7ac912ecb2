import Directory
import Ledger
import Wire

/// Small numbers that come in the same order each time (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// The hash of the key with that number.
func key(_ number: Int64) throws -> KeyHash {
    var bytes = [UInt8](repeating: 0, count: KeyHash.byteCount)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: number >> (8 * Int64(index))) }
    return try keyHash(bytes)
}

struct NoKeyHash: Error {}

private func keyHash(_ bytes: [UInt8]) throws -> KeyHash {
    guard let hash = KeyHash(bytes: bytes) else { throw NoKeyHash() }
    return hash
}

func token(_ id: Int64, of group: String, models: [String] = [], _ change: (inout Token) -> Void = { _ in }) throws -> Token {
    var token = Token(
        id: id, groupID: group, name: "token-\(id)", keyHash: try key(id), keyPrefix: "sk-\(id)", createdAt: 0)
    token.models = models
    change(&token)
    return token
}

func group(_ id: String, sets: [String] = [], _ change: (inout Group) -> Void = { _ in }) -> Group {
    var group = Group(id: id, createdAt: 0)
    group.availableSets = sets
    change(&group)
    return group
}

func channel(
    _ id: Int64, models: [String], sets: [String] = [], _ change: (inout Channel) -> Void = { _ in }
) -> Channel {
    var channel = Channel(id: id, type: 1, name: "channel-\(id)", key: "secret", createdAt: 0)
    channel.models = models
    channel.sets = sets
    change(&channel)
    return channel
}

func config(_ model: String, _ change: (inout ModelConfig) -> Void = { _ in }) -> ModelConfig {
    var config = ModelConfig(model: model, createdAt: 0)
    change(&config)
    return config
}

/// A directory with one group of two sets, a group of the default set, and channels for both.
func sample() throws -> Snapshot.Contents {
    var contents = Snapshot.Contents()
    contents.groups = [
        group("acme", sets: ["gold", "default"]), group("plain"), group("shut") { $0.status = .disabled },
    ]
    contents.tokens = [
        try token(1, of: "acme"), try token(2, of: "acme", models: ["GPT-5", "missing"]), try token(3, of: "plain"),
        try token(4, of: "acme") { $0.status = .disabled }, try token(5, of: "shut"), try token(6, of: "nowhere"),
    ]
    contents.channels = [
        channel(12, models: ["gpt-5", "unpriced"]), channel(11, models: ["gpt-5", "claude", "gpt-5"], sets: ["gold"]),
        channel(13, models: ["gpt-5", "off"]) { $0.status = .disabled }, channel(14, models: ["secret-model"], sets: ["vault"]),
    ]
    contents.modelConfigs = ["gpt-5", "claude", "off", "secret-model", "unlisted"].map { config($0) }
    contents.internalKeyHashes = [try key(1000)]
    return contents
}
