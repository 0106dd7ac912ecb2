/// A text cut into pieces of so many characters.
enum TextPieces {
    static func of(_ text: String, size: Int) -> [String] {
        guard !text.isEmpty else { return [] }
        let characters = Array(text)
        return stride(from: 0, to: characters.count, by: size).map {
            String(characters[$0..<min($0 + size, characters.count)])
        }
    }

    /// - Parameters:
    ///   - count: into how many equal pieces, which counts before `size`.
    ///   - size: characters; 16 where neither is given.
    static func of(_ text: String, count: Int?, size: Int?) -> [String] {
        if let count { return self.of(text, size: max((text.count + count - 1) / count, 1)) }
        return self.of(text, size: size ?? 16)
    }
}
