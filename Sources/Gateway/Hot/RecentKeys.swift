internal import Wire

/// The hashes of the keys that one event loop saw last: the same few keys come thousands of times a second, and hashing one costs as
/// much as everything else that authentication does.
///
/// What it remembers says nothing of whether a key is good; that is looked up by the hash each time.
struct RecentKeys {
    private struct Entry {
        let key: String
        let hash: KeyHash
    }

    /// A power of two.
    private static let slots = 256
    /// In bytes; our own keys are shorter.
    private static let longestKey = 128

    private var entries = [Entry?](repeating: nil, count: slots)

    mutating func hash(_ key: String, by keyedHash: KeyedHash) -> KeyHash {
        guard key.utf8.count <= Self.longestKey else { return keyedHash.hash(key) }
        // The place is chosen by Swift's seeded hash, so that nobody outside can tell which keys share one.
        let slot = key.hashValue & (Self.slots - 1)
        if let entry = self.entries[slot], entry.key.utf8.elementsEqual(key.utf8) { return entry.hash }
        let hash = keyedHash.hash(key)
        self.entries[slot] = Entry(key: key, hash: hash)
        return hash
    }
}
