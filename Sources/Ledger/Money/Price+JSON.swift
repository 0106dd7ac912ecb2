public import Wire

extension Price {
    /// Reads a price in the contract's member names.
    ///
    /// `null` and an absent member mean none, as does a unit of 0. A member that is not known is refused: a misspelt one would
    /// make calls free without a word.
    ///
    /// - Throws: the member that is wrong, and what was expected there.
    public init(json: JSONObject) throws(PriceError) {
        self.init()
        var known: Set = ["per_request_price", "conditional_prices"]
        for part in Part.allCases {
            known.formUnion([part.priceMember, part.unitMember])
            self[part] = try Self.unitPrice(part, in: json)
        }
        for member in json.names where !known.contains(member) {
            throw PriceError(member: member, expected: "one of the members of a price; this one is not known")
        }
        try setPerRequest(json.number("per_request_price"))
        try setConditional(try Self.conditionalPrices(in: json))
    }

    /// The price in the contract's member names, in the digits in which it was given; what has no price is left out.
    public var json: JSON {
        var object = JSONObject()
        if let perRequestNumber { object["per_request_price"] = .number(perRequestNumber) }
        for part in Part.allCases {
            guard let price = self[part] else { continue }
            object[part.priceMember] = .number(price.price)
            if let unit = price.unit { object[part.unitMember] = .integer(unit) }
        }
        if !conditional.isEmpty { object["conditional_prices"] = .array(conditional.map(\.json)) }
        return .object(object)
    }

    private static func unitPrice(_ part: Part, in json: JSONObject) throws(PriceError) -> UnitPrice? {
        let unit = try json.count(part.unitMember)
        guard let price = try json.number(part.priceMember) else {
            // A unit alone says nothing, but must not be nonsense either.
            return try unit.flatMap { unit throws(PriceError) in
                _ = try UnitPrice(price: JSONNumber(0), unit: unit, member: part.priceMember)
                return nil
            }
        }
        return try UnitPrice(price: price, unit: unit, member: part.priceMember)
    }

    private static func conditionalPrices(in json: JSONObject) throws(PriceError) -> [ConditionalPrice] {
        guard let value = json.given("conditional_prices") else { return [] }
        guard let elements = value.arrayValue else { throw PriceError(member: "conditional_prices", expected: "an array") }
        guard elements.count <= maximumConditions else {
            throw PriceError(member: "conditional_prices", expected: "at most \(maximumConditions) elements")
        }
        var prices: [ConditionalPrice] = []
        for (index, element) in elements.enumerated() {
            let place = "conditional_prices[\(index)]"
            guard let object = element.objectValue else { throw PriceError(member: place, expected: "an object") }
            do { prices.append(try ConditionalPrice(json: object)) } catch { throw error.inside(place) }
        }
        return prices
    }
}

extension Price.Part {
    var priceMember: String { rawValue + "_price" }
    var unitMember: String { rawValue + "_price_unit" }
}

extension ConditionalPrice {
    fileprivate init(json: JSONObject) throws(PriceError) {
        for member in json.names where member != "condition" && member != "price" {
            throw PriceError(member: member, expected: "condition or price; this member is not known")
        }
        let condition = try json.object("condition")
        let price = try json.object("price")
        // Nesting is refused here, before it is read, so that depth is bounded.
        guard price.given("conditional_prices") == nil || price["conditional_prices"]?.arrayValue?.isEmpty == true else {
            throw PriceError(member: "price.conditional_prices", expected: "none inside a conditional price")
        }
        do { self.condition = try PriceCondition(json: condition) } catch { throw error.inside("condition") }
        do { self.price = try Price(json: price) } catch { throw error.inside("price") }
    }

    fileprivate var json: JSON { ["condition": condition.json, "price": price.json] }
}
