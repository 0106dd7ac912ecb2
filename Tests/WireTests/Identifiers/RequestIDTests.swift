import Testing
import Wire

@Suite("Request identifiers") struct RequestIDTests {
    private func generator(_ seed: UInt64) -> RequestIDGenerator {
        var source = SeededGenerator(seed: seed)
        return RequestIDGenerator(using: &source)
    }

    @Test("the text form has 20 characters and reads back", arguments: [0, 1, 1_700_000_000_000, 281_474_976_710_655] as [Int64])
    func text(milliseconds: Int64) throws {
        var generator = generator(1)
        for _ in 0..<100 {
            let id = generator.next(nowMilliseconds: milliseconds)
            #expect(id.description.utf8.count == RequestID.textLength)
            #expect(id.description.allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".contains($0) })
            #expect(RequestID(id.description) == id)
            #expect(RequestID(id.description.uppercased()) == id)
            #expect(id.millisecondsSince1970 == milliseconds)
        }
    }

    @Test("texts sort by time") func sorted() {
        var generator = generator(2)
        let ids = (0..<500).map { generator.next(nowMilliseconds: 1_700_000_000_000 + Int64($0) * 7) }
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
        #expect(ids == ids.sorted())
    }

    @Test("a generator never repeats itself, even when the clock is set back") func unique() {
        var generator = generator(3)
        let ids = (0..<2000).map { generator.next(nowMilliseconds: 1_700_000_000_000 - Int64($0 % 100)) }
        #expect(Set(ids).count == ids.count)
    }

    @Test("two generators differ") func generators() {
        var one = generator(4)
        var other = generator(5)
        #expect(one.next(nowMilliseconds: 5) != other.next(nowMilliseconds: 5))
        var system = RequestIDGenerator()
        #expect(system.next(nowMilliseconds: 5) != one.next(nowMilliseconds: 5))
    }

    @Test(
        "other texts are no identifiers",
        arguments: [
            "", "0", String(repeating: "0", count: 19), String(repeating: "0", count: 21), "0000000000000000000u",
            "z0000000000000000000", "0000000000000000000é", "-0000000000000000000",
        ])
    func refuses(text: String) { #expect(RequestID(text) == nil) }

    @Test("an identifier is stored inline") func size() { #expect(MemoryLayout<RequestID>.size == 12) }

    @Test("keys are random text of their alphabet") func secrets() {
        let key = SecretText.random(length: 48)
        #expect(key.utf8.count == 48)
        #expect(key.utf8.allSatisfy(SecretText.alphanumerics.contains))
        #expect(key != SecretText.random(length: 48))
        #expect(SecretText.random(length: 5, alphabet: Array("a".utf8)) == "aaaaa")
        #expect(SecretText.random(length: 0).isEmpty && SecretText.random(length: 3, alphabet: []).isEmpty)
    }
}
