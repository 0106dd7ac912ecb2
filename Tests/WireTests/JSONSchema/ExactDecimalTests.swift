import Testing

@testable import Wire

@Suite("exact decimals")
struct ExactDecimalTests {
    private func decimal(_ text: String) throws -> ExactDecimal { ExactDecimal(try #require(JSONNumber(text))) }

    @Test(
        "are equal by value",
        arguments: [
            ("1", "1.0"), ("100", "1e2"), ("-0", "0"), ("0.0", "0e9"), ("1200e-1", "12E1"),
            ("-9223372036854775808", "-9223372036854775808.0"),
        ])
    func equality(left: String, right: String) throws {
        #expect(try decimal(left) == decimal(right))
        #expect(try decimal(left).hashValue == decimal(right).hashValue)
    }

    @Test(
        "are in order",
        arguments: [
            [
                "-1e400", "-10", "-9.99", "-1e-400", "0", "1e-400", "0.1", "0.11", "1", "9", "10", "99999999999999999999", "1e20",
                "1e400",
            ]
        ])
    func order(texts: [String]) throws {
        for (index, left) in texts.enumerated() {
            for (other, right) in texts.enumerated() {
                #expect(try (decimal(left) < decimal(right)) == (index < other), "\(left) < \(right)")
            }
        }
    }

    @Test("multiples agree with integer arithmetic, whatever the scale")
    func multiples() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let value = Int64.random(in: -100_000...100_000, using: &random)
            let divisor = Int64.random(in: 1...500, using: &random)
            let scale = Int.random(in: -40...40, using: &random)
            let found = try decimal("\(value)e\(scale)").isMultiple(of: decimal("\(divisor)e\(scale)"))
            #expect(found == (value % divisor == 0), "\(value) by \(divisor), e\(scale)")
        }
    }

    @Test("a divisor of 36 digits is exact")
    func large() throws {
        let divisor = try decimal("123456789012345678901234567890123457")
        #expect(try decimal("246913578024691357802469135780246914e99").isMultiple(of: divisor))
        #expect(try !decimal("246913578024691357802469135780246915e99").isMultiple(of: divisor))
    }
}
