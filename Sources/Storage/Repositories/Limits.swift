/// The bounds on what an operator may store, so that no row is without one.
enum Limits {
    /// The most elements of a list.
    static let elements = 10_000
    /// The most bytes of a long text.
    static let textBytes = 1 << 20

    /// Refuses a text that is empty, or longer than `limit` characters.
    static func check(_ member: String, _ text: String, atMost limit: Int) throws(StorageError) {
        guard !text.isEmpty, text.utf8.count <= limit * 4, text.unicodeScalars.count <= limit, !text.utf8.contains(0) else {
            throw .invalid(member, "1 to \(limit) characters")
        }
    }

    /// Refuses a text that may be empty, but not longer than `limit` characters.
    static func check(optional member: String, _ text: String, atMost limit: Int) throws(StorageError) {
        if !text.isEmpty { try check(member, text, atMost: limit) }
    }

    /// Refuses a list with too many elements, or one that is too long.
    static func check(_ member: String, _ texts: [String]) throws(StorageError) {
        guard texts.count <= elements, texts.allSatisfy({ $0.utf8.count <= 1024 && !$0.utf8.contains(0) }) else {
            throw .invalid(member, "at most \(elements) texts of at most 1024 bytes")
        }
    }

    /// Refuses a long text.
    static func check(long member: String, _ text: String) throws(StorageError) {
        guard text.utf8.count <= textBytes, !text.utf8.contains(0) else {
            throw .invalid(member, "at most \(textBytes) bytes, without the character U+0000")
        }
    }
}
