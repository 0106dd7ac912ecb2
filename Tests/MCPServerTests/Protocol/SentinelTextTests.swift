import Testing

@testable import MCPServer

@Suite("header values in base64")
struct SentinelTextTests {
    @Test(
        "a complete wrapper is decoded, everything else is literal, a broken one is neither",
        arguments: [
            ("plain", "plain"), ("=?base64?SGVsbG8=?=", "Hello"), ("=?base64??=", ""), ("SGVsbG8=", "SGVsbG8="),
            ("=?base64?SGVsbG8=", "=?base64?SGVsbG8="), ("=?BASE64?SGVsbG8=?=", "=?BASE64?SGVsbG8=?="),
            ("=?base64?SGVsbG8?=", nil), ("=?base64?SGVs*G8=?=", nil), ("=?base64?SGVsbG9=?=", nil),
            ("=?base64?/w==?=", nil), ("=?base64?w6k=?=", "é"), ("=?base64?=", "=?base64?="),
        ] as [(String, String?)])
    func decoding(header: String, value: String?) {
        #expect(SentinelText.decoded(header) == value)
    }

    @Test("every text survives, and only what must be is wrapped", arguments: 0..<8)
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let scalars = (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...0x2FF, using: &random))
            }
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars)
            let header = SentinelText.encoded(text)
            #expect(header.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            #expect(SentinelText.decoded(header) == text)
        }
        #expect(SentinelText.encoded("get_weather") == "get_weather")
        #expect(SentinelText.encoded(" padded") != " padded")
        #expect(SentinelText.decoded(SentinelText.encoded("=?base64?SGVsbG8=?=")) == "=?base64?SGVsbG8=?=")
    }
}
