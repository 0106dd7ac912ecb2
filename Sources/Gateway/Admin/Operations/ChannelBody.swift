internal import Directory
internal import HTTPTypes
internal import ModelRelay
internal import Wire

/// Reads channels from bodies.
enum ChannelBody {
    /// The channels of one body: one for each line of its key.
    static func channels(_ body: BodyObject, providers: ProviderCatalogue) throws(AdminFailure) -> [Channel] {
        let type = try body.required("type", "the number of a provider", try type(body, providers))
        let name = try body.string("name") ?? ""
        let keys = (try body.string("key") ?? "").split { $0.isNewline }.map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
        var channels: [Channel] = []
        for (index, key) in (keys.isEmpty ? [""] : keys).enumerated() {
            var channel = Channel(id: 0, type: type, name: name, key: key, createdAt: 0)
            try read(body, into: &channel)
            try check(channel, body, line: keys.count > 1 ? index + 1 : nil, providers)
            channels.append(channel)
        }
        return channels
    }

    /// What `stored` becomes: what the body leaves out is reset, but for type, name, key and status, and secrets that came back masked.
    static func replacement(
        _ body: BodyObject, for stored: Channel, providers: ProviderCatalogue
    ) throws(AdminFailure) -> Channel {
        var channel = Channel(id: stored.id, type: stored.type, name: stored.name, key: stored.key, createdAt: stored.createdAt)
        channel.status = stored.status
        channel.balance = stored.balance
        channel.balanceUpdatedAt = stored.balanceUpdatedAt
        channel.lastTestErrorAt = stored.lastTestErrorAt
        channel.type = try type(body, providers) ?? stored.type
        if let name = try body.string("name"), !name.isEmpty { channel.name = name }
        if let key = try body.string("key"), !key.isEmpty { channel.key = SecretMask.restore(key, stored: stored.key) }
        try read(body, into: &channel)
        channel.proxyURL = SecretMask.restoreURL(channel.proxyURL, stored: stored.proxyURL)
        if case .object(let configs) = SecretMask.restore(.object(channel.configs), stored: .object(stored.configs)) {
            channel.configs = configs
        }
        try check(channel, body, line: nil, providers)
        return channel
    }

    /// Holds the settings against what the provider's file says. A channel of a kind that isn't served is stored as it is.
    ///
    /// - Parameter line: the key's line among several.
    private static func check(
        _ channel: Channel, _ body: BodyObject, line: Int?, _ providers: ProviderCatalogue
    ) throws(AdminFailure) {
        guard let provider = providers[channel.type] else { return }
        do {
            try provider.check(baseURL: channel.baseURL, key: channel.key, proxyURL: channel.proxyURL, configs: channel.configs)
        } catch {
            let place = line.flatMap { error.place == "key" ? " in line \($0)" : nil } ?? ""
            throw AdminFailure(.badRequest, "\(body.place(of: error.place)): \(error.problem)\(place)")
        }
    }

    private static func type(_ body: BodyObject, _ providers: ProviderCatalogue) throws(AdminFailure) -> Int64? {
        guard let type = try body.integer("type"), type != 0 else { return nil }
        let types = ChannelTypes(providers)
        guard types.all.contains(type) else { throw body.wrong("type", expected: types.expectation) }
        return type
    }

    private static func read(_ body: BodyObject, into channel: inout Channel) throws(AdminFailure) {
        channel.baseURL = try url("base_url", body, schemes: ["http://", "https://"])
        channel.proxyURL = try url("proxy_url", body, schemes: ["http://", "https://", "socks5://", "socks5h://"])
        channel.models = try body.strings("models") ?? []
        channel.modelMapping = try body.texts("model_mapping") ?? [:]
        channel.priority = try body.integer("priority", in: -1_000_000...1_000_000) ?? 0
        if let status = try body.status() { channel.status = Channel.Status(number: status) }
        channel.sets = try body.strings("sets") ?? []
        channel.configs = try body.object("configs") ?? JSONObject()
        channel.skipsTLSVerification = try body.boolean("skip_tls_verify") ?? false
        channel.bansOnNoPermission = try body.boolean("enabled_no_permission_ban") ?? false
        channel.warnErrorRate = try rate("warn_error_rate", body)
        channel.maxErrorRate = try rate("max_error_rate", body)
        channel.checksBalance = try body.boolean("enabled_auto_balance_check") ?? false
        channel.balanceThreshold = try body.number("balance_threshold") ?? 0
    }

    private static func rate(_ name: String, _ body: BodyObject) throws(AdminFailure) -> Double {
        let rate = try body.number(name) ?? 0
        guard (0...1).contains(rate) else { throw body.wrong(name, expected: "a number from 0 to 1") }
        return rate
    }

    private static func url(_ name: String, _ body: BodyObject, schemes: [String]) throws(AdminFailure) -> String {
        let text = try body.string(name)?.trimmingSpaces() ?? ""
        guard text.isEmpty || schemes.contains(where: text.lowercased().hasPrefix) else {
            throw body.wrong(name, expected: "a URL that begins with \(schemes.joined(separator: " or "))")
        }
        return text
    }
}

/// The numbers that a channel's type may have: the contract's, and those that the operator's own provider files add.
struct ChannelTypes {
    let all: Set<Int64>

    init(_ providers: ProviderCatalogue) { self.all = Self.contract.union(providers.all.map(\.type)) }

    var expectation: String { "the number of a provider: " + self.all.sorted().map(String.init).joined(separator: ", ") }

    static let contract: Set<Int64> = [
        1, 3, 4, 12, 13, 14, 15, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 40, 41, 42, 43,
        44, 45, 46,
        47, 48, 49, 50, 51, 52, 53, 54, 55,
    ]
}
