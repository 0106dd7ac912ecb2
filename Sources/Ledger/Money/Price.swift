public import Wire

/// What a model's calls cost: a price for each part of the usage, or one for the whole request, or other prices under
/// conditions. A copy costs one reference.
public struct Price: Sendable, Hashable {
    /// A part that can have a price of its own. The raw value is the contract's name without `_price`.
    public enum Part: String, Sendable, Hashable, CaseIterable {
        case input
        case imageInput = "image_input"
        case audioInput = "audio_input"
        case videoInput = "video_input"
        case output
        case imageOutput = "image_output"
        case audioOutput = "audio_output"
        case thinkingModeOutput = "thinking_mode_output"
        case cached
        case cacheCreation = "cache_creation"
        case webSearch = "web_search"
    }

    private var contents: Contents

    /// Free.
    public init() { contents = Contents() }

    /// The price of a part, as it was given; nil where it has none.
    public subscript(part: Part) -> UnitPrice? {
        get { contents.parts[part] }
        set { contents = contents.changed { $0.parts[part] = newValue } }
    }

    /// The flat price of a successful request; where it is above zero nothing else is charged.
    public var perRequest: Money { contents.perRequest }

    /// The flat price in the digits that it was given in.
    public var perRequestNumber: JSONNumber? { contents.perRequestNumber }

    /// Sets the flat price.
    ///
    /// - Throws: where it is negative, above `UnitPrice.maximumForOne`, or positive but below a billionth.
    public mutating func setPerRequest(_ number: JSONNumber?) throws(PriceError) {
        let money = try number.map { number throws(PriceError) in try Self.flatPrice(number) }
        contents = contents.changed {
            $0.perRequestNumber = number
            $0.perRequest = money ?? .zero
        }
    }

    /// The prices that hold under conditions instead of this one, in the order in which they were given.
    public var conditional: [ConditionalPrice] { contents.conditional }

    /// Sets the prices under conditions.
    ///
    /// - Throws: where there are more than `maximumConditions`, one of them has conditions of its own inside, or two of the
    ///   same specificity could hold for one call: then nothing would say which price counts.
    public mutating func setConditional(_ prices: [ConditionalPrice]) throws(PriceError) {
        try ConditionalPrice.check(prices)
        contents = contents.changed { $0.conditional = prices }
    }

    /// The most conditional prices that one price may have.
    public static let maximumConditions = 100

    /// Whether nothing costs anything.
    public var isFree: Bool { contents.isFree }

    private static func flatPrice(_ number: JSONNumber) throws(PriceError) -> Money {
        guard let decimal = Decimal(number), !decimal.isNegative, let money = Money(decimal: number),
            money.nanos <= UnitPrice.maximumForOne * 1_000_000_000
        else {
            throw PriceError(member: "per_request_price", expected: "a number from 0 to \(UnitPrice.maximumForOne)")
        }
        guard money > .zero || decimal.isZero else {
            throw PriceError(member: "per_request_price", expected: "zero, or at least 0.000000001")
        }
        return money
    }

    /// The rates for one, side by side for the charging of a call.
    var rates: Rates { contents.rates }

    public static func == (left: Price, right: Price) -> Bool { left.contents == right.contents }
    public func hash(into hasher: inout Hasher) { contents.hash(into: &hasher) }
}

extension Price {
    /// What charging multiplies: flat, without optionals.
    struct Rates: Sendable {
        var input = Rate.zero
        var imageInput = Rate.zero
        var audioInput = Rate.zero
        var videoInput = Rate.zero
        var output = Rate.zero
        var imageOutput = Rate.zero
        var audioOutput = Rate.zero
        var thinkingModeOutput = Rate.zero
        var cached = Rate.zero
        var cacheCreation = Rate.zero
        var webSearch = Rate.zero

        init(_ parts: [Part: UnitPrice]) {
            func rate(_ part: Part) -> Rate { parts[part]?.rate ?? .zero }
            input = rate(.input)
            imageInput = rate(.imageInput)
            audioInput = rate(.audioInput)
            videoInput = rate(.videoInput)
            output = rate(.output)
            imageOutput = rate(.imageOutput)
            audioOutput = rate(.audioOutput)
            thinkingModeOutput = rate(.thinkingModeOutput)
            cached = rate(.cached)
            cacheCreation = rate(.cacheCreation)
            webSearch = rate(.webSearch)
        }
    }

    /// Immutable behind one reference: a price travels with each call, and copying eleven texts each time would cost more
    /// than charging.
    private final class Contents: Sendable, Hashable {
        struct Members: Sendable, Hashable {
            var parts: [Part: UnitPrice] = [:]
            var perRequest = Money.zero
            var perRequestNumber: JSONNumber?
            var conditional: [ConditionalPrice] = []
        }

        let members: Members
        let rates: Rates

        init(_ members: Members = Members()) {
            self.members = members
            rates = Rates(members.parts)
        }

        var parts: [Part: UnitPrice] { members.parts }
        var perRequest: Money { members.perRequest }
        var perRequestNumber: JSONNumber? { members.perRequestNumber }
        var conditional: [ConditionalPrice] { members.conditional }

        var isFree: Bool {
            perRequest == .zero && parts.values.allSatisfy { $0.rate == .zero } && conditional.allSatisfy(\.price.isFree)
        }

        func changed(_ change: (inout Members) -> Void) -> Contents {
            var members = members
            change(&members)
            return Contents(members)
        }

        static func == (left: Contents, right: Contents) -> Bool { left === right || left.members == right.members }
        func hash(into hasher: inout Hasher) { hasher.combine(members) }
    }
}
