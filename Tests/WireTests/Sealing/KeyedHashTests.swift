import Testing
import Wire

@Suite("Keyed hashes") struct KeyedHashTests {
    @Test("the hash is HMAC-SHA256 (RFC 4231 section 4.7: a key longer than a block)") func knownAnswer() throws {
        let hash = try #require(KeyedHash(keyBytes: [UInt8](repeating: 0xAA, count: 131)))
        let expected: [UInt8] = [
            0x60, 0xE4, 0x31, 0x59, 0x1E, 0xE0, 0xB6, 0x7F, 0x0D, 0x8A, 0x26, 0xAA, 0xCB, 0xF5, 0xB7, 0x7F,
            0x8E, 0x0B, 0xC6, 0x21, 0x37, 0x28, 0xC5, 0x14, 0x05, 0x46, 0x04, 0x0F, 0x0E, 0xE3, 0x7F, 0x54,
        ]
        #expect(hash.hash("Test Using Larger Than Block-Size Key - Hash Key First").bytes == expected)
    }

    @Test("hashes of one secret differ by purpose, of one purpose by secret") func purposes() throws {
        let secret = try #require(MasterSecret(bytes: Array(0..<32)))
        let other = try #require(MasterSecret(bytes: Array(1..<33)))
        let hashes = [
            secret.hashKey("a").hash("x"), secret.hashKey("b").hash("x"), other.hashKey("a").hash("x"),
            secret.hashKey("a").hash("y"),
        ]
        #expect(Set(hashes).count == 4)
        #expect(secret.hashKey("a").hash("x") == hashes[0])
    }

    @Test("bytes and text of the same bytes have the same hash, which is 32 bytes") func bytes() throws {
        let hash = try #require(KeyedHash(keyBytes: [UInt8](repeating: 1, count: 32)))
        let value = hash.hash("abc")
        #expect(Array("abc".utf8).withUnsafeBytes { hash.hash($0) } == value)
        #expect(value.bytes.count == KeyHash.byteCount)
        #expect(KeyHash(bytes: value.bytes) == value)
        #expect(KeyHash(bytes: Array(value.bytes.dropLast())) == nil)
        #expect(MemoryLayout<KeyHash>.size == 32)
        #expect(KeyedHash(keyBytes: [1, 2, 3]) == nil)
    }

    @Test("comparison in constant time says the same as equality") func constantTime() throws {
        var bytes = [UInt8](repeating: 7, count: 32)
        let one = try #require(KeyHash(bytes: bytes))
        #expect(one.isEqualInConstantTime(to: one))
        for index in bytes.indices {
            bytes[index] ^= 0x80
            #expect(!one.isEqualInConstantTime(to: try #require(KeyHash(bytes: bytes))))
            bytes[index] ^= 0x80
        }
        #expect(ConstantTime.equal("abc", "abc") && ConstantTime.equal("", ""))
        #expect(
            !ConstantTime.equal("abc", "abd") && !ConstantTime.equal("abc", "ab") && !ConstantTime.equal("\u{E9}", "e\u{301}"))
    }
}
