/// Finds what somebody may have meant.
enum SimilarNames {
    /// How many names are looked at, and how long they may be.
    private static let candidateLimit = 2_000
    private static let lengthLimit = 80

    /// The name most like another: the same but for case and marks, or with few letters changed; the first of equals.
    static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = folded(name)
        guard wanted.count <= lengthLimit, !wanted.isEmpty else { return nil }
        let allowed = min(3, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates.prefix(candidateLimit) {
            let other = folded(candidate)
            guard abs(other.count - wanted.count) <= allowed else { continue }
            let distance = distance(wanted, other)
            if distance <= allowed, best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Letters in lower case and digits: `user-name`, `userName` and `UserName` are the same.
    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.prefix(lengthLimit + 1).compactMap { byte in
            switch byte {
            case 0x41...0x5A: byte | 0x20
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: " "), UInt8(ascii: "."): nil
            default: byte
            }
        }
    }

    /// How many letters to change, add or remove (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(diagonal + (byte == other ? 0 : 1), above + 1, row[column] + 1)
                diagonal = above
            }
        }
        return row[right.count]
    }
}
