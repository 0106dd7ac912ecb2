internal import Synchronization

/// Expiring records in memory. When there are too many, those that were not used for the longest time go first.
public final class MemoryExpiringRecords: ExpiringRecords {
    private let table: Mutex<ExpiringTable>
    private let clock: WallClock

    /// A store that holds at most so many records and so many bytes of keys and values.
    public init(maximumCount: Int = 10_000, maximumBytes: Int = 64 << 20, clock: WallClock = .system) {
        table = Mutex(ExpiringTable(maximumCount: maximumCount, maximumBytes: maximumBytes))
        self.clock = clock
    }

    /// Keeps a record. One larger than the whole store may be is not kept. Never throws.
    public func put(_ key: String, _ value: [UInt8], expiresAt: Int64) async throws {
        let now = clock.nowMilliseconds()
        table.withLock { $0.put(key, value, expiresAt: expiresAt, now: now) }
    }

    /// The record of that key, unless it has expired or had to make room. Never throws.
    public func get(_ key: String) async throws -> [UInt8]? {
        let now = clock.nowMilliseconds()
        return table.withLock { $0.get(key, now: now) }
    }

    /// Removes and returns the record of that key, unless it has expired. Never throws.
    @discardableResult
    public func remove(_ key: String) async throws -> [UInt8]? {
        let now = clock.nowMilliseconds()
        return table.withLock { $0.remove(key, now: now) }
    }

    /// How many records are held, expired ones that nobody asked for included.
    public var count: Int { table.withLock { $0.count } }
}
