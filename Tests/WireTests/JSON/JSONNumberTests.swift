import Testing
import Wire

@Suite("JSON numbers") struct JSONNumberTests {
    @Test("a number keeps its text", arguments: ["0", "-0", "1.0", "1E+2", "0.1e-7", "12345678901234567890123"])
    func keepsText(text: String) throws {
        #expect(try #require(JSONNumber(text)).text == text)
        #expect(try JSON.parse(text).serialized() == text)
    }

    @Test("other texts are no numbers", arguments: ["", "-", "01", "1.", ".5", "+1", "1e", " 1", "1 ", "0x1", "NaN", "1_0", "１"])
    func refuses(text: String) { #expect(JSONNumber(text) == nil) }

    @Test(
        "an integer is one however it is written",
        arguments: [
            ("0", 0), ("-0", 0), ("-0.0e9", 0), ("1.0", 1), ("1e3", 1000), ("1E+3", 1000), ("1200e-2", 12), ("12.50e1", 125),
            ("0.001e3", 1),
            ("-2.5e1", -25), ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9223372036854775807.0", .max),
            ("-922337203685477580.8e1", .min), ("9007199254740993", 9_007_199_254_740_993), ("0e999999999999999999999", 0),
        ] as [(String, Int64)])
    func integers(text: String, expected: Int64) throws { #expect(try #require(JSONNumber(text)).int64 == expected) }

    @Test(
        "fractions and numbers beyond 64 bits are no integers",
        arguments: [
            "0.5", "1.5", "1e-1", "9223372036854775808", "-9223372036854775809", "9223372036854775808.0", "1e19",
            "1e999999999999",
            "1e-999999999999", "123456789012345678901234567890",
        ])
    func notIntegers(text: String) throws { #expect(try #require(JSONNumber(text)).int64 == nil) }

    @Test(
        "doubles are written so that they read back",
        arguments: [0.0, -0.0, 1.5, 0.1, 1e300, .leastNonzeroMagnitude, .pi, -123456.789, 1e16])
    func doubles(value: Double) throws {
        let number = try #require(JSONNumber(value))
        #expect(JSONNumber(number.text) == number)
        #expect(number.double == value)
    }

    @Test("there is no infinity and no not-a-number", arguments: [Double.infinity, -.infinity, .nan])
    func notFinite(value: Double) { #expect(JSONNumber(value) == nil) }

    @Test("a number beyond the range of doubles has no double value") func overflow() throws {
        #expect(try JSON.parse("1e400").doubleValue == nil)
        #expect(try JSON.parse("1e400").serialized() == "1e400")
        #expect(try JSON.parse("1e-400").doubleValue == 0)
    }
}
