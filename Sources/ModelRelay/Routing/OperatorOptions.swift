internal import Directory
internal import Wire

/// What the operator's options say of routing, read anew where the directory changed. What the process was started with counts before them.
struct OperatorOptions: Sendable {
    var routing = RoutingSettings()
    var warnErrorRate = HealthRules.defaultWarnErrorRate
    var aliases = ModelAliases(option: nil)
    private var aliasesText: String?

    /// As the contract names the option.
    private static let warnErrorRateOption = "DefaultWarnNotifyErrorRate"
    private static let strategyOption = "RoutingStrategy"

    init(_ snapshot: Snapshot, settings: RelaySettings, before: OperatorOptions?) {
        self.routing.retryTimes = settings.retryTimes
        self.routing.strategy =
            settings.routingStrategy ?? snapshot.option(Self.strategyOption).flatMap { RoutingStrategy(rawValue: $0) }
            ?? .weighted
        let rate =
            settings.warnErrorRate ?? snapshot.option(Self.warnErrorRateOption).flatMap { Double($0) }
            ?? HealthRules.defaultWarnErrorRate
        self.warnErrorRate = rate.isFinite && rate >= 0 ? rate : HealthRules.defaultWarnErrorRate
        self.aliasesText = settings.modelAliases ?? snapshot.option(ModelAliases.option)
        if let before, before.aliasesText == self.aliasesText {
            self.aliases = before.aliases
        } else {
            self.aliases = ModelAliases(option: self.aliasesText)
        }
    }
}
