/// Why a price is not accepted: which member, and what was expected there.
public struct PriceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The member's path in the price, such as `conditional_prices[1].price.input_price`.
    public var member: String
    /// What should stand there, as the end of "expected ...".
    public var expected: String

    /// An error at a member.
    public init(member: String, expected: String) {
        self.member = member
        self.expected = expected
    }

    /// Both in one line for a person.
    public var description: String { "\(member): expected \(expected)" }

    /// The same error seen from outside the object in which it occurred.
    func inside(_ outer: String) -> PriceError { PriceError(member: "\(outer).\(member)", expected: expected) }
}
