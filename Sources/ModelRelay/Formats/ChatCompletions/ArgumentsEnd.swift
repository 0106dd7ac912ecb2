/// Finds where the arguments of a call are a whole JSON value, while they come in pieces.
struct ArgumentsEnd: Sendable {
    /// Whether nothing but white space may follow. What is no object and no array has no end that could be seen.
    private(set) var isReached = false
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    init() {}

    /// - Parameter isText: whether they are any text, which is complete whenever something else comes.
    init(isText: Bool) { self.isReached = isText }

    mutating func take(_ text: String) {
        guard !self.isReached else { return }
        for byte in text.utf8 {
            if self.isInString {
                if self.isEscaped {
                    self.isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    self.isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    self.isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): self.isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): self.depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                self.depth -= 1
                if self.depth <= 0 {
                    self.isReached = true
                    return
                }
            default: break
            }
        }
    }
}
