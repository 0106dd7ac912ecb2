/// When a conditional price holds: every part that is given must be met.
public struct PriceCondition: Sendable, Hashable {
    /// Total input, both ends included; 0 = no such end.
    public var inputTokenMin: Int64 = 0
    public var inputTokenMax: Int64 = 0
    /// Total output, both ends included; 0 = no such end.
    public var outputTokenMin: Int64 = 0
    public var outputTokenMax: Int64 = 0
    /// Seconds since 1970: from `startTime` until before `endTime`; 0 = no such end.
    public var startTime: Int64 = 0
    public var endTime: Int64 = 0
    /// One of these, compared without regard to case; empty = any.
    public var resolution: [String] = []
    /// One of these, compared without regard to case; empty = any.
    public var quality: [String] = []
    /// `auto`, `default`, `flex`, `scale` or `priority`; "" = any.
    public var serviceTier = ""
    /// Whether pictures, audio or video came in, video came in, audio went out; nil = either way.
    public var inputMedia: Bool?
    public var inputVideo: Bool?
    public var outputAudio: Bool?

    /// No condition at all.
    public init() {}

    /// The service tiers that can be told apart.
    public static let serviceTiers = ["auto", "default", "flex", "scale", "priority"]

    /// How many aspects of a call it looks at; of the prices whose conditions hold, the one that looks at most counts.
    public var specificity: Int {
        let aspects = [
            inputTokenMin > 0 || inputTokenMax > 0, outputTokenMin > 0 || outputTokenMax > 0, startTime > 0 || endTime > 0,
            !resolution.isEmpty, !quality.isEmpty, !serviceTier.isEmpty, inputMedia != nil, inputVideo != nil,
            outputAudio != nil,
        ]
        return aspects.count { $0 }
    }

    /// Whether it holds for a call.
    ///
    /// - Parameter resolution: the call's resolution, or the class of resolutions that it belongs to.
    func holds(for usage: Usage, context: UsageContext, resolution name: String, atSeconds seconds: Int64) -> Bool {
        guard Self.contains(usage.input, inputTokenMin, inputTokenMax) else { return false }
        guard Self.contains(usage.output, outputTokenMin, outputTokenMax) else { return false }
        guard startTime <= 0 || seconds >= startTime, endTime <= 0 || seconds < endTime else { return false }
        guard resolution.isEmpty || resolution.contains(where: { Resolution.isSame($0, name) }) else { return false }
        guard quality.isEmpty || quality.contains(where: { CaseFolding.isSame($0, context.quality) }) else { return false }
        guard serviceTier.isEmpty || CaseFolding.isSame(serviceTier, context.serviceTier) else { return false }
        guard inputMedia == nil || inputMedia == context.inputMedia else { return false }
        guard inputVideo == nil || inputVideo == context.inputVideo else { return false }
        return outputAudio == nil || outputAudio == context.outputAudio
    }

    /// Whether some call could meet both conditions.
    public func overlaps(_ other: PriceCondition) -> Bool {
        func meet<Value: Equatable>(_ left: Value?, _ right: Value?) -> Bool { left == nil || right == nil || left == right }
        func meet(_ left: [String], _ right: [String], _ isSame: (String, String) -> Bool) -> Bool {
            left.isEmpty || right.isEmpty || left.contains { one in right.contains { isSame(one, $0) } }
        }
        return Self.meet((inputTokenMin, inputTokenMax), (other.inputTokenMin, other.inputTokenMax))
            && Self.meet((outputTokenMin, outputTokenMax), (other.outputTokenMin, other.outputTokenMax))
            // Times are half open, so a price may begin in the second in which another ends.
            && Self.meet((startTime, endTime > 0 ? endTime - 1 : 0), (other.startTime, other.endTime > 0 ? other.endTime - 1 : 0))
            && meet(resolution, other.resolution, Resolution.isSame)
            && meet(quality, other.quality, CaseFolding.isSame)
            && (serviceTier.isEmpty || other.serviceTier.isEmpty || CaseFolding.isSame(serviceTier, other.serviceTier))
            && meet(inputMedia, other.inputMedia) && meet(inputVideo, other.inputVideo) && meet(outputAudio, other.outputAudio)
    }

    private static func contains(_ count: Int64, _ minimum: Int64, _ maximum: Int64) -> Bool {
        (minimum <= 0 || count >= minimum) && (maximum <= 0 || count <= maximum)
    }

    private static func meet(_ left: (min: Int64, max: Int64), _ right: (min: Int64, max: Int64)) -> Bool {
        (left.max <= 0 || left.max >= right.min) && (right.max <= 0 || right.max >= left.min)
    }
}

/// A price that holds under a condition.
public struct ConditionalPrice: Sendable, Hashable {
    /// When it holds.
    public var condition: PriceCondition
    /// What calls cost then; has no conditions of its own.
    public var price: Price

    /// `price` where `condition` holds.
    public init(condition: PriceCondition, price: Price) {
        self.condition = condition
        self.price = price
    }

    static func check(_ prices: [ConditionalPrice]) throws(PriceError) {
        guard prices.count <= Price.maximumConditions else {
            throw PriceError(member: "conditional_prices", expected: "at most \(Price.maximumConditions) elements")
        }
        for (index, one) in prices.enumerated() {
            guard one.price.conditional.isEmpty else {
                throw PriceError(
                    member: "conditional_prices[\(index)].price.conditional_prices", expected: "none inside a conditional price")
            }
            for (earlier, other) in prices[..<index].enumerated()
            where one.condition.specificity == other.condition.specificity && one.condition.overlaps(other.condition) {
                throw PriceError(
                    member: "conditional_prices[\(index)].condition",
                    expected: "a condition that can't hold together with the equally specific conditional_prices[\(earlier)]")
            }
        }
    }
}
