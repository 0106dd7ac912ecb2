import Ledger
import Testing
import Wire

@Suite("Money is counted in billionths, and read and written digit by digit")
struct MoneyTests {
    @Test(
        "decimal text becomes billionths without a double in between",
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1_000_000_000), ("0.1", 100_000_000), ("0.000000001", 1), ("12.5e-3", 12_500_000),
            ("1e2", 100_000_000_000), ("-2.25", -2_250_000_000), ("9007199.254740993", 9_007_199_254_740_993),
            ("9223372036.854775807", Int64.max), ("0.30000000000000004", 300_000_000), ("1E-9", 1), ("0e99999", 0),
        ])
    func reads(_ text: String, nanos: Int64) {
        #expect(Money(decimal: text) == Money(nanos))
        #expect(JSONNumber(text).flatMap { Money(decimal: $0) } == Money(nanos))
    }

    @Test(
        "what lies below a billionth is rounded half away from zero",
        arguments: [
            ("0.0000000005", 1), ("0.00000000049999999999", 0), ("-0.0000000005", -1), ("0.0000000015", 2), ("1e-400", 0),
            ("0.00000000149999999999999999999999999999999", 1),
        ])
    func rounds(_ text: String, nanos: Int64) {
        #expect(Money(decimal: text) == Money(nanos))
    }

    @Test(
        "what is no number, or too large to be held, is no money",
        arguments: [
            "", "abc", "1,5", ".5", "0x10", "NaN", "9223372036.854775808", "1e10", "1e400", String(repeating: "1", count: 101),
        ])
    func refuses(_ text: String) {
        #expect(Money(decimal: text) == nil)
    }

    @Test(
        "it is written without an exponent and without needless zeros",
        arguments: [
            (0, "0"), (1, "0.000000001"), (-1, "-0.000000001"), (1_000_000_000, "1"), (1_500_000_000, "1.5"),
            (Int64.max, "9223372036.854775807"), (Int64.min, "-9223372036.854775808"),
        ])
    func writes(_ nanos: Int64, text: String) {
        #expect(Money(nanos).decimalText == text)
        #expect(Money(nanos).jsonNumber.text == text)
        #expect(Money(nanos).json.serialized() == text)
    }

    @Test("what is written is read as the same amount")
    func roundTrip() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            let money = Money(
                Int64.random(in: -Int64.max...Int64.max, using: &generator) >> Int64.random(in: 0...62, using: &generator))
            #expect(Money(decimal: money.jsonNumber) == money)
        }
    }

    @Test("sums and differences stop at the largest amount instead of trapping")
    func saturates() {
        #expect(Money(.max) + Money(1) == Money(.max))
        #expect(Money(.min) + Money(-1) == Money(.min))
        #expect(Money(.min) - Money(1) == Money(.min))
        #expect(Money(.max) - Money(-1) == Money(.max))
        #expect(Money(3) - Money(5) == Money(-2))
    }
}
