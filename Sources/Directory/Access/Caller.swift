public import Ledger

/// Who calls: what authentication yields, worked out once for each token and shared by all its calls.
public final class Caller: Sendable {
    /// The key's token; nil for the operator's own key.
    public let token: Token?
    /// The group that it acts for.
    public let group: Group
    /// Who pays for its calls, for the ledger.
    public let payer: Payer
    /// The operator's own group: no limits, every set, recorded all the same.
    public let isInternal: Bool
    /// The networks that may use the key; see `allows(address:)`.
    public let subnets: [Subnet]
    /// Where the snapshot has its models.
    let catalogue: CataloguePlace
    /// In lower case; nil = all.
    private let allowedModels: Set<String>?

    /// A caller by a token of a group.
    init(token: Token, group: Group, catalogue: CataloguePlace) {
        self.token = token
        self.group = group
        self.catalogue = catalogue
        isInternal = group.isInternal
        payer = Payer(
            groupID: group.id, tokenID: token.id, tokenName: token.name, isInternal: group.isInternal, quota: token.quota)
        subnets = token.subnets.compactMap { Subnet($0) }
        allowedModels = token.models.isEmpty ? nil : Set(token.models.map { $0.lowercased() })
    }

    /// The operator by a key of their own.
    init(internalGroup group: Group) {
        token = nil
        self.group = group
        catalogue = .everything
        isInternal = true
        payer = Payer(groupID: group.id, tokenID: 0, tokenName: "", isInternal: true, quota: TokenQuota())
        subnets = []
        allowedModels = nil
    }

    /// Whether the token may use a model of that name, whatever its case. What its group may use is for the snapshot to say.
    public func allows(model name: String) -> Bool { allows(lowercasedModel: name.lowercased()) }

    /// The same for a name in lower case already, without allocating.
    func allows(lowercasedModel name: String) -> Bool { allowedModels?.contains(name) ?? true }

    /// Whether the key may be used from an address. A token that lists networks of which none can be read may be used from
    /// nowhere; it never means "from anywhere".
    public func allows(address: IPAddress?) -> Bool {
        guard let token, !token.subnets.isEmpty else { return true }
        guard let address else { return false }
        return subnets.contains { $0.contains(address) }
    }

    /// Its group's limits on a model: the model's, times the group's ratios (0 or less counts as 1), rounded to a whole
    /// number, at least 1 where the model has a limit at all.
    public func limits(for model: ModelConfig) -> RateLimits {
        guard !isInternal else { return .unlimited }
        return RateLimits(
            requestsPerMinute: Self.limit(model.rpm, times: group.rpmRatio),
            tokensPerMinute: Self.limit(model.tpm, times: group.tpmRatio))
    }

    private static func limit(_ limit: Int64, times ratio: Double) -> Int64 {
        guard limit > 0 else { return 0 }
        guard ratio > 0, ratio.isFinite, ratio != 1 else { return limit }
        return max(Int64(exactly: (Double(limit) * ratio).rounded()) ?? .max, 1)
    }
}

extension Group {
    /// The id of the group that the operator's own keys act for.
    public static let internalID = "internal"

    /// Whether it is the operator's own group.
    public var isInternal: Bool { status == .internal }

    /// The sets it may use: its own, or the default set where it names none.
    public var effectiveSets: [String] { availableSets.isEmpty ? [Channel.defaultSet] : availableSets }
}
