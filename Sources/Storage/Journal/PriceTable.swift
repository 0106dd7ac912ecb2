internal import Glibc

/// Gives each price text a number, and stores it once. The number is a hash of the text; where another text has it already, the
/// next one is taken.
struct PriceTable {
    private struct Known {
        var text: [UInt8]
        var number: Int64
    }

    private static let limit = 4096
    /// By the hash of the text. What was found in a transaction that is not stored yet stands apart.
    private var stored: [UInt64: Known] = [:]
    private var pending: [UInt64: Known] = [:]

    /// The number of `text`, which is stored if it is not yet; nil for an empty one.
    mutating func number(of text: UnsafeRawBufferPointer, _ connection: any SQLConnection) throws(StorageError) -> Int64? {
        if text.isEmpty { return nil }
        let hash = Self.hash(text)
        if let known = stored[hash], Self.isSame(known.text, text) { return known.number }
        if let known = pending[hash], Self.isSame(known.text, text) { return known.number }
        let number = try Self.store(text, hash: hash, connection)
        pending[hash] = Known(text: Array(text), number: number)
        return number
    }

    /// The transaction is stored.
    mutating func committed() {
        if stored.count + pending.count > Self.limit { stored = [:] }
        stored.merge(pending) { _, new in new }
        pending = [:]
    }

    /// The transaction was not stored.
    mutating func rolledBack() { pending = [:] }

    private static func store(
        _ text: UnsafeRawBufferPointer, hash: UInt64, _ connection: any SQLConnection
    ) throws(StorageError) -> Int64 {
        let price = String(decoding: text, as: UTF8.self)
        // Positive, and leaving room to count on.
        var number = Int64(hash >> 2)
        while true {
            try connection.execute(
                "INSERT INTO portico_log_prices (id, price) VALUES (?1i, ?2t) ON CONFLICT (id) DO NOTHING",
                [.integer(number), .text(price)])
            let found = try connection.first("SELECT price FROM portico_log_prices WHERE id = ?1i", [.integer(number)]) {
                row throws(StorageError) in row.text(0)
            }
            if found == price { return number }
            number += 1
        }
    }

    /// Eight bytes at a step: this runs once for each row.
    private static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var position = 0
        while position + 8 <= text.count {
            hash =
                (hash ^ UInt64(littleEndian: text.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
                &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
            position += 8
        }
        while position < text.count {
            hash = (hash ^ UInt64(text[position])) &* 0x0000_0100_0000_01b3
            position += 1
        }
        return hash ^ hash >> 32
    }

    private static func isSame(_ known: [UInt8], _ text: UnsafeRawBufferPointer) -> Bool {
        known.withUnsafeBytes { known in
            guard known.count == text.count, let left = known.baseAddress, let right = text.baseAddress else { return false }
            return memcmp(left, right, text.count) == 0
        }
    }
}
