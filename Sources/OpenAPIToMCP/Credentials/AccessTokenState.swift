import Wire

/// The access tokens of one API's clients, as a value: which are good, which are being fetched, and who waits.
struct AccessTokenState: Sendable {
    /// What a token is for: two clients, or two sets of scopes, never share one.
    struct Key: Sendable, Hashable {
        var client: String
        var tokenURL: String
        var scopes: [String]
    }

    /// What a caller is to do.
    enum Action: Sendable, Equatable {
        case use(String)
        /// Fetch one, and tell by `fetched`.
        case fetch
        /// Somebody fetches it already.
        case wait
    }

    private struct Entry {
        var token: String?
        var goodUntil: ContinuousClock.Instant
        var isBeingFetched = false
    }

    /// The most that are kept; what is over goes, the one that ends first.
    static let maximum = 256
    /// A token is not used in the last part of its life: clocks differ, and a call takes time.
    static let margin = Duration.seconds(30)
    /// What a token lives whose server doesn't say.
    static let unstatedLife = Duration.seconds(300)
    static let longestLife = Duration.seconds(24 * 3600)

    private var entries: [Key: Entry] = [:]

    /// Somebody needs a token.
    mutating func need(_ key: Key, now: ContinuousClock.Instant) -> Action {
        if let entry = entries[key] {
            if let token = entry.token, now < entry.goodUntil { return .use(token) }
            if entry.isBeingFetched { return .wait }
        }
        var entry = entries[key] ?? Entry(token: nil, goodUntil: now)
        entry.token = nil
        entry.isBeingFetched = true
        entries[key] = entry
        makeRoom(for: key)
        return .fetch
    }

    /// Whether somebody fetches one now.
    func isBeingFetched(_ key: Key) -> Bool { entries[key]?.isBeingFetched ?? false }

    /// A token came, to live for that long; nil where the server didn't say.
    mutating func fetched(_ key: Key, _ token: String, lives: Duration?, now: ContinuousClock.Instant) {
        let life = min(lives ?? Self.unstatedLife, Self.longestLife)
        // A life shorter than the margin is used for half of it.
        let use = life > Self.margin * 2 ? life - Self.margin : life / 2
        entries[key] = Entry(token: token, goodUntil: now.advanced(by: use))
    }

    /// None came.
    mutating func failed(_ key: Key) { entries[key] = nil }

    /// The API refused a token: it is used no longer. Another that came since stays.
    mutating func refused(_ key: Key, _ token: String) {
        if entries[key]?.token == token { entries[key] = nil }
    }

    private mutating func makeRoom(for key: Key) {
        guard entries.count > Self.maximum else { return }
        let oldest = entries.filter { $0.key != key && !$0.value.isBeingFetched }.min { $0.value.goodUntil < $1.value.goodUntil }
        if let oldest { entries[oldest.key] = nil }
    }
}
