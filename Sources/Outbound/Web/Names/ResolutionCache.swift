/// What names were found to stand for, for a short while: a lookup for each request would cost more than the request.
///
/// Pure: the caller knows the time. What is kept are addresses, not verdicts; each use is judged again.
struct ResolutionCache {
    private struct Entry {
        var answer: Result<[IPAddress], OutboundError>
        var until: ContinuousClock.Instant
    }

    /// The system doesn't tell how long an answer holds; this is short beside what zones commonly say.
    static let lifetime = Duration.seconds(30)
    /// So that a host that doesn't exist, asked for in a loop, isn't looked up in one.
    static let failureLifetime = Duration.seconds(1)

    private let maximumEntries: Int
    private var entries: [String: Entry] = [:]

    init(maximumEntries: Int = 2048) { self.maximumEntries = maximumEntries }

    var count: Int { self.entries.count }

    func answer(for host: String, now: ContinuousClock.Instant) -> Result<[IPAddress], OutboundError>? {
        guard let entry = self.entries[host], now < entry.until else { return nil }
        return entry.answer
    }

    /// Keeps what was found; the addresses are handed back in the order in which to try them.
    mutating func insert(_ found: [IPAddress], for host: String, now: ContinuousClock.Instant) -> [IPAddress] {
        var addresses = Self.alternating(found)
        // Names of many addresses have them in another order each time. To stay with one of them is to find its connections again.
        if case .success(let known)? = self.entries[host]?.answer, let first = known.first,
            let index = addresses.firstIndex(of: first)
        {
            addresses.insert(addresses.remove(at: index), at: 0)
        }
        self.store(.success(addresses), for: host, until: now + Self.lifetime, now: now)
        return addresses
    }

    mutating func insert(_ failure: OutboundError, for host: String, now: ContinuousClock.Instant) {
        self.store(.failure(failure), for: host, until: now + Self.failureLifetime, now: now)
    }

    /// `address` could be connected to where others before it could not: it is the first to try from now on.
    mutating func prefer(_ address: IPAddress, for host: String) {
        guard case .success(var addresses)? = self.entries[host]?.answer, let index = addresses.firstIndex(of: address) else {
            return
        }
        addresses.insert(addresses.remove(at: index), at: 0)
        self.entries[host]?.answer = .success(addresses)
    }

    private mutating func store(
        _ answer: Result<[IPAddress], OutboundError>, for host: String, until: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) {
        if self.entries.count >= self.maximumEntries, self.entries[host] == nil {
            self.entries = self.entries.filter { now < $0.value.until }
            // Full of what still holds: any of them makes room.
            if self.entries.count >= self.maximumEntries, let key = self.entries.first?.key { self.entries[key] = nil }
        }
        self.entries[host] = Entry(answer: answer, until: until)
    }

    /// The families by turns, beginning with that of the first address (RFC 8305 §4): where one of them leads nowhere, the second try
    /// is of the other.
    private static func alternating(_ addresses: [IPAddress]) -> [IPAddress] {
        let first = addresses.filter { Self.isV6($0) == addresses.first.map(Self.isV6) }
        let second = addresses.filter { Self.isV6($0) != addresses.first.map(Self.isV6) }
        guard !second.isEmpty else { return addresses }
        return (0..<max(first.count, second.count)).flatMap { index in
            [index < first.count ? first[index] : nil, index < second.count ? second[index] : nil].compactMap { $0 }
        }
    }

    private static func isV6(_ address: IPAddress) -> Bool {
        switch address {
        case .v4: false
        case .v6: true
        }
    }
}
