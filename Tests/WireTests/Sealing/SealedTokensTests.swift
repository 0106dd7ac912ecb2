import Testing
import Wire

private let secret = MasterSecret(bytes: Array(0..<32))
private let now: Int64 = 1_700_000_000_000

private func tokens(keys: [UInt8] = [1], current: UInt8 = 1) throws -> SealedTokens {
    let secret = try #require(secret)
    return try #require(SealedTokens(keys: keys.map { secret.sealingKey(id: $0) }, current: current))
}

@Suite("Sealed tokens") struct SealedTokensTests {
    @Test("what is sealed opens, for its purpose and until its time", arguments: [0, 1, 15, 16, 17, 1000])
    func roundTrip(length: Int) throws {
        let tokens = try tokens()
        let plaintext = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let token = tokens.seal(plaintext, purpose: "ticket", expiresAt: now + 1)
        #expect(try tokens.open(token, purpose: "ticket", now: now) == plaintext)
        #expect(throws: SealError.expired) { try tokens.open(token, purpose: "ticket", now: now + 1) }
        #expect(throws: SealError.forged) { try tokens.open(token, purpose: "other", now: now) }
        #expect(token.utf8.allSatisfy { UInt8(ascii: "!")...UInt8(ascii: "~") ~= $0 && $0 != UInt8(ascii: "=") })
    }

    @Test("a token without a time opens for ever, and two of the same are different texts") func noExpiry() throws {
        let tokens = try tokens()
        let token = tokens.seal([1, 2], purpose: "p", expiresAt: nil)
        #expect(try tokens.open(token, purpose: "p", now: .max - 1) == [1, 2])
        #expect(token != tokens.seal([1, 2], purpose: "p", expiresAt: nil))
    }

    @Test("every changed bit is noticed") func tampering() throws {
        let tokens = try tokens()
        let bytes = try #require(Base64URL.decode(tokens.seal([9, 8, 7], purpose: "p", expiresAt: now + 1000)))
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                let error = #expect(throws: SealError.self) { try tokens.open(Base64URL.encode(changed), purpose: "p", now: now) }
                #expect(error == (index == 0 ? .malformed : index == 1 ? .unknownKey : .forged))
            }
        }
    }

    @Test(
        "what is no token is malformed",
        arguments: [
            "", "x", "not a token", "AQ", "====", String(repeating: "A", count: 60), String(repeating: "A", count: 2 << 20),
        ])
    func malformed(text: String) throws {
        let tokens = try tokens()
        #expect(throws: SealError.malformed) { try tokens.open(text, purpose: "p", now: now) }
    }

    @Test("old keys still open, new ones seal, removed ones are unknown") func rotation() throws {
        let old = try tokens().seal([1], purpose: "p", expiresAt: nil)
        let both = try tokens(keys: [1, 2], current: 2)
        #expect(try both.open(old, purpose: "p", now: now) == [1])
        let new = both.seal([2], purpose: "p", expiresAt: nil)
        #expect(throws: SealError.unknownKey) { try tokens().open(new, purpose: "p", now: now) }
        #expect(throws: SealError.unknownKey) { try tokens(keys: [2], current: 2).open(old, purpose: "p", now: now) }
    }

    @Test("keys of the same number from another secret do not open") func otherSecret() throws {
        let other = try #require(MasterSecret(bytes: Array(1..<33)))
        let others = try #require(SealedTokens(keys: [other.sealingKey(id: 1)], current: 1))
        #expect(throws: SealError.forged) {
            try tokens().open(others.seal([1], purpose: "p", expiresAt: nil), purpose: "p", now: now)
        }
    }

    @Test("keys must be long enough, of different numbers, and have the current one among them") func keys() throws {
        #expect(MasterSecret(bytes: Array(0..<31)) == nil)
        #expect(SealingKey(id: 1, bytes: Array(0..<31)) == nil)
        let key = try #require(SealingKey(id: 1, bytes: Array(0..<32)))
        #expect(SealedTokens(keys: [key], current: 2) == nil)
        #expect(SealedTokens(keys: [key, key], current: 1) == nil)
        #expect(SealedTokens(keys: [], current: 1) == nil)
    }
}
