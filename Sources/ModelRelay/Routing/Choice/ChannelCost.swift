internal import Directory
internal import Wire

/// What a channel's configuration says of its price: the member `cost` of `configs`, a number for all models
/// or an object of numbers by model name, of which one `*` stands for any text.
///
/// The unit is the operator's, the same at all channels: a price for a million tokens, or a factor on the list price.
enum ChannelCost {
    static let member = "cost"
    /// More names than anybody gives; the rest is not read.
    private static let mostNames = 1000

    /// - Returns: nil where the configuration doesn't say it, or says it by something else than a number of 0 or more.
    static func cost(of model: String, inConfigs configs: JSONObject) -> Double? {
        guard let value = configs[self.member] else { return nil }
        if let number = value.doubleValue { return self.usable(number) }
        guard let names = value.objectValue else { return nil }
        let costs = ModelNameTable(
            names.prefix(self.mostNames).compactMap { name, value in value.doubleValue.map { (name, $0) } })
        return costs[model].flatMap { self.usable($0.value) }
    }

    private static func usable(_ number: Double) -> Double? { number.isFinite && number >= 0 ? number : nil }
}
