/// The keys of log rows: (milliseconds since 2026-01-01 UTC) * 4096 + n, below 2^53 until the year 2095.
enum LogKeys {
    /// 2026-01-01T00:00:00Z in milliseconds since 1970.
    static let epoch: Int64 = 1_767_225_600_000
    static let perMillisecond: Int64 = 4096
    private static let greatest: Int64 = (1 << 53) / perMillisecond - 1

    /// The first key of a millisecond since 1970.
    static func first(atMilliseconds milliseconds: Int64) -> Int64 {
        min(max(milliseconds, epoch) - epoch, greatest) * perMillisecond
    }

    /// Takes `count` keys, all greater than any before, none smaller than the time's.
    /// - Returns: the first of them.
    static func take(_ count: Int, now: Int64, _ connection: any SQLConnection) throws(StorageError) -> Int64 {
        let last = try connection.integer(
            """
            UPDATE portico_log_counters SET value = CASE WHEN value > ?1i THEN value ELSE ?1i END + ?2i WHERE name = 'log'
            RETURNING value
            """, [.integer(first(atMilliseconds: now)), .integer(Int64(count))])
        return last - Int64(count)
    }

    /// The longest that a row was ever written after its call was settled, in milliseconds: by so much a key may be later than
    /// the time that is asked for.
    static func greatestLag(_ connection: any SQLConnection) throws(StorageError) -> Int64 {
        try connection.integer("SELECT value FROM portico_log_counters WHERE name = 'lag'", [])
    }

    /// Notes a lag. It is rounded up to a power of two, so that it is seldom written.
    static func note(lag: Int64, _ connection: any SQLConnection) throws(StorageError) {
        try connection.execute(
            "UPDATE portico_log_counters SET value = ?1i WHERE name = 'lag' AND value < ?1i", [.integer(roundedUp(lag))])
    }

    /// The next power of two, at least 1024.
    static func roundedUp(_ lag: Int64) -> Int64 {
        let lag = min(max(lag, 1024), 1 << 50)
        return 1 << Int64(64 - (lag - 1).leadingZeroBitCount)
    }
}
