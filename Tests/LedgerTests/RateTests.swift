import Ledger
import Testing
import Wire

@Suite("A rate is what one costs, and is exact to 10^-12")
struct RateTests {
    @Test(
        "a price for so many becomes the rate for one",
        arguments: [
            ("0.002", 1000, 2_000_000), ("3", 1_000_000, 3_000_000), ("0.0028", 1_000_000, 2_800), ("0.04", 1, 40_000_000_000),
            ("1", 3, 333_333_333_333), ("2", 3, 666_666_666_667), ("0", 1000, 0), ("1000000", 1, 1_000_000_000_000_000_000),
        ])
    func derives(_ price: String, unit: Int64, picos: Int64) throws {
        let number = try #require(JSONNumber(price))
        #expect(try UnitPrice(price: number, unit: unit).rate == Rate(picos: picos))
    }

    @Test("a price without a unit is for a thousand")
    func defaultUnit() throws {
        #expect(try UnitPrice(price: JSONNumber(1)).rate == Rate(picos: 1_000_000_000))
    }

    @Test(
        "an amount is the exact product, rounded half up to a billionth once",
        arguments: [
            (2_800, 1_000_000, 2_800_000), (499, 1, 0), (500, 1, 1), (1_499, 1, 1), (1_500, 1, 2), (1, 1_000, 1), (0, 9, 0),
            (9, 0, 0),
            (9, -5, 0), (-9, 5, 0), (Int64.max, 1_000, Int64.max), (Int64.max, 1, 9_223_372_036_854_776),
            (Int64.max, Int64.max, Int64.max), (Int64.min, Int64.min, 0), (1_000, Int64.max, Int64.max),
            (1_000_000_000_000, 5_000_000_000, 5_000_000_000_000_000_000),
        ] as [(Int64, Int64, Int64)])
    func multiplies(_ picos: Int64, count: Int64, nanos: Int64) {
        #expect(Rate(picos: picos).amount(for: count) == Money(nanos))
    }

    @Test("it agrees with the product in 128 bits wherever that fits, and never decreases with the count")
    func agrees() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let picos = Int64.random(in: 0...Int64.max, using: &generator) >> Int64.random(in: 0...62, using: &generator)
            let count = Int64.random(in: 0...Int64.max - 1, using: &generator) >> Int64.random(in: 0...62, using: &generator)
            let exact = (Int128(picos) * Int128(count) + 500) / 1000
            let amount = Rate(picos: picos).amount(for: count)
            #expect(amount == Money(Int64(exactly: exact) ?? .max))
            #expect(amount <= Rate(picos: picos).amount(for: count + 1))
        }
    }
}
