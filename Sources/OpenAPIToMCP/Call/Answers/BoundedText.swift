/// Text that a model gets no more of than it was to get, with what is missing said.
enum BoundedText {
    /// - Parameter isCut: whether the text was cut before.
    static func text(_ text: String, atMost maximumBytes: Int, isCut: Bool) -> String {
        let count = text.utf8.count
        guard count > maximumBytes else {
            return isCut ? text + "\n[cut: the answer is longer than the \(count) bytes that were read]" : text
        }
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, maximumBytes))
        // Bytes that continue a character are left out with it.
        while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
        let kept = text[..<end]
        let whole = isCut ? "more than \(count)" : "\(count)"
        return kept + "\n[cut: \(kept.utf8.count) of \(whole) bytes; ask for less, by filters or pages where the tool has them]"
    }

    /// A line for a summary: without line ends, and not longer than that many characters.
    static func line(_ text: String, atMost maximumCount: Int = 500) -> String {
        let line = String(text.prefix(maximumCount)).split(whereSeparator: \.isNewline).joined(separator: " ")
        return text.count > maximumCount ? line + " …" : line
    }
}
