/// Which channel probably holds the cache of a prompt. A value of one event loop.
///
/// Two tables of half the size: what is learned or found again is in the younger, and where that is full it becomes the older, so that
/// what was not used for long goes without a list of uses.
struct CacheAffinity: Sendable {
    private struct Entry: Sendable {
        var channelID: Int64
        var expiresAt: Int64
    }

    /// How long a cache lives that nothing is said of, milliseconds.
    static let lifetime: Int64 = 180_000
    /// The longest that an upstream's retention is believed.
    static let longestLifetime: Int64 = 24 * 3_600_000

    private let half: Int
    private var younger: [AffinityKey: Entry] = [:]
    private var older: [AffinityKey: Entry] = [:]

    /// - Parameter maximumCount: how many prompts are remembered.
    init(maximumCount: Int = 8192) { self.half = max(maximumCount / 2, 1) }

    var count: Int { self.younger.count + self.older.count }

    /// The id of the channel that an answer of this key was cached at.
    mutating func channel(for key: AffinityKey, at now: Int64) -> Int64? {
        if let entry = self.younger[key] {
            guard entry.expiresAt > now else {
                self.younger[key] = nil
                return nil
            }
            return entry.channelID
        }
        guard let entry = self.older.removeValue(forKey: key), entry.expiresAt > now else { return nil }
        self.keep(entry, for: key)
        return entry.channelID
    }

    /// An answer was a success and reported that much of its prompt was read from a cache, or put there; nothing is learned where neither.
    ///
    /// - Parameter retention: how long the provider keeps it, in its own words (`prompt_cache_retention: "24h"`, `ttl: "1h"`).
    mutating func learn(
        _ key: AffinityKey, channelID: Int64, cachedTokens: Int64, cacheCreationTokens: Int64, retention: String? = nil,
        at now: Int64
    ) {
        guard cachedTokens > 0 || cacheCreationTokens > 0 else { return }
        let told = retention.flatMap(Self.milliseconds) ?? 0
        let lifetime = min(max(Self.lifetime, told), Self.longestLifetime)
        self.older[key] = nil
        self.keep(Entry(channelID: channelID, expiresAt: now + lifetime), for: key)
    }

    private mutating func keep(_ entry: Entry, for key: AffinityKey) {
        if self.younger.count >= self.half, self.younger[key] == nil {
            self.older = self.younger
            self.younger = Dictionary(minimumCapacity: self.half)
        }
        self.younger[key] = entry
    }

    /// A number with a unit of `s`, `m`, `h` or `d`; nil for anything else, such as `in_memory`.
    static func milliseconds(_ retention: String) -> Int64? {
        guard retention.utf8.count <= 12, let unit = retention.utf8.last, let number = Int64(retention.dropLast()), number >= 0
        else {
            return nil
        }
        let factor: Int64
        switch unit {
        case UInt8(ascii: "s"): factor = 1000
        case UInt8(ascii: "m"): factor = 60_000
        case UInt8(ascii: "h"): factor = 3_600_000
        case UInt8(ascii: "d"): factor = 86_400_000
        default: return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}

/// What requests with a common beginning have in common: the client's key for the prompt's cache, else its user, else its token; always
/// within a group and a model.
///
/// Only a hash of the texts is kept. Should two ever be alike, a request prefers a channel in vain.
struct AffinityKey: Sendable, Hashable {
    private let low: Int
    private let high: Int

    init(group: String, tokenID: Int64, model: String, promptCacheKey: String, user: String) {
        var low = Hasher()
        var high = Hasher()
        high.combine(UInt8(1))
        let scope = promptCacheKey.isEmpty ? user.isEmpty ? (2, "") : (1, user) : (0, promptCacheKey)
        func add(to hasher: inout Hasher) {
            hasher.combine(group)
            hasher.combine(model)
            hasher.combine(scope.0)
            hasher.combine(scope.1)
            if scope.0 == 2 { hasher.combine(tokenID) }
        }
        add(to: &low)
        add(to: &high)
        self.low = low.finalize()
        self.high = high.finalize()
    }
}
