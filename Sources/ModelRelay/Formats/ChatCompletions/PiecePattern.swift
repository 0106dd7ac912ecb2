internal import Wire

/// The chunk that was read last, around its piece of text. Of one that differs from it in nothing but that string everything is known.
struct PiecePattern: Sendable {
    private let head: [UInt8]
    private let tail: [UInt8]
    let choice: Int
    /// Whether the piece is one of thoughts rather than of text.
    let isThought: Bool

    private static let longest = 4096

    /// - Parameter range: of the string, with its quotes.
    /// - Returns: nil for chunks that aren't worth keeping.
    init?(of data: UnsafeRawBufferPointer, around range: Range<Int>, choice: Int, isThought: Bool) {
        guard data.count - range.count <= Self.longest, range.count >= 2 else { return nil }
        self.head = Array(data[..<range.lowerBound])
        self.tail = Array(data[range.upperBound...])
        self.choice = choice
        self.isThought = isThought
    }

    /// The piece of a chunk; nil where the chunk is another one.
    func text(in data: UnsafeRawBufferPointer) -> String? {
        guard data.count > self.head.count + self.tail.count, data.hasPrefix(self.head), data.hasSuffix(self.tail) else {
            return nil
        }
        // Whatever stands between is a value: were it anything else than a string, it would have no place here.
        let value = UnsafeRawBufferPointer(rebasing: data[self.head.count..<(data.count - self.tail.count)])
        return (try? JSON.parse(value))?.stringValue
    }
}
