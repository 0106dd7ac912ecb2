/// Small records that must outlive a request but not for long: tickets, sessions, cached answers.
///
/// Where several nodes share state the implementation does; a record may be gone before its time, never after it.
public protocol ExpiringRecords: Sendable {
    /// Keeps a record until that time (milliseconds since 1970), in the place of one with the same key.
    func put(_ key: String, _ value: [UInt8], expiresAt: Int64) async throws

    /// The record of that key, unless it has expired.
    func get(_ key: String) async throws -> [UInt8]?

    /// Removes the record of that key and returns it, unless it has expired: of several callers at most one gets it.
    @discardableResult
    func remove(_ key: String) async throws -> [UInt8]?
}
