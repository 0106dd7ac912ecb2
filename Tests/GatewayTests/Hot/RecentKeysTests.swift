import Testing
import Wire

@testable import Gateway

@Suite("Hashes of recent keys")
struct RecentKeysTests {
    @Test("what is remembered is what would be computed, however many keys share a place and however alike they look")
    func agreesWithHash() throws {
        let hash = try #require(KeyedHash(keyBytes: [UInt8](repeating: 7, count: 32)))
        var recent = RecentKeys()
        let alike = ["sk-K", "sk-\u{212A}", "caf\u{E9}", "cafe\u{301}", "", String(repeating: "x", count: 5000)]
        let keys = (0..<2000).map { "key-\($0)" } + alike
        for _ in 0..<2 {
            for key in keys { #expect(recent.hash(key, by: hash) == hash.hash(key)) }
            for key in alike { #expect(recent.hash(key, by: hash) == hash.hash(key)) }
        }
    }
}
