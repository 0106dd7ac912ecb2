import Testing

@testable import Outbound

@Suite("What names stood for")
struct ResolutionCacheTests {
    private static let (a, b, c) = (IPAddress.v4(1), IPAddress.v4(2), IPAddress.v4(3))
    private static let (x, y) = (IPAddress.v6(1 << 125), IPAddress.v6(1 << 125 | 1))
    private let now = ContinuousClock.now

    @Test("An answer holds for a short while, a failure for a shorter one")
    func lifetimes() {
        var cache = ResolutionCache()
        #expect(cache.answer(for: "h", now: self.now) == nil)
        _ = cache.insert([Self.a], for: "h", now: self.now)
        cache.insert(OutboundError(.connect, "no"), for: "g", now: self.now)
        #expect(cache.answer(for: "h", now: self.now + ResolutionCache.lifetime - .seconds(1)) == .success([Self.a]))
        #expect(cache.answer(for: "h", now: self.now + ResolutionCache.lifetime) == nil)
        #expect(cache.answer(for: "g", now: self.now) == .failure(OutboundError(.connect, "no")))
        #expect(cache.answer(for: "g", now: self.now + ResolutionCache.failureLifetime) == nil)
    }

    @Test("The families take turns, the first one's first")
    func families() {
        var cache = ResolutionCache()
        #expect(
            cache.insert([Self.x, Self.y, Self.a, Self.b, Self.c], for: "h", now: self.now) == [
                Self.x, Self.a, Self.y, Self.b, Self.c,
            ])
        #expect(cache.insert([Self.a, Self.x], for: "g", now: self.now) == [Self.a, Self.x])
    }

    @Test("A name that rotates its addresses keeps the one that is in use, as long as it has it")
    func stays() {
        var cache = ResolutionCache()
        _ = cache.insert([Self.a, Self.b], for: "h", now: self.now)
        let later = self.now + ResolutionCache.lifetime
        #expect(cache.insert([Self.c, Self.b, Self.a], for: "h", now: later) == [Self.a, Self.c, Self.b])
        cache.prefer(Self.b, for: "h")
        #expect(cache.answer(for: "h", now: later) == .success([Self.b, Self.a, Self.c]))
        cache.prefer(.v4(9), for: "h")
        #expect(cache.answer(for: "h", now: later) == .success([Self.b, Self.a, Self.c]))
        #expect(cache.insert([Self.c], for: "h", now: later) == [Self.c])
    }

    @Test("It stays within its bounds")
    func bounds() {
        var cache = ResolutionCache(maximumEntries: 4)
        for number in 0..<100 {
            _ = cache.insert([Self.a], for: "h\(number)", now: self.now)
            #expect(cache.count <= 4)
            #expect(cache.answer(for: "h\(number)", now: self.now) == .success([Self.a]))
        }
        _ = cache.insert([Self.a], for: "late", now: self.now + .seconds(60))
        #expect(cache.count == 1, "what no longer holds makes room first")
    }
}
