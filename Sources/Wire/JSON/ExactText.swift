/// Text that is compared byte for byte.
///
/// `String` compares by Unicode canonical equivalence, so that two different JSON names (composed and decomposed `é`)
/// would be one, and a name on an allow list would match another.
struct ExactText: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactText, right: ExactText) -> Bool { equal(left.text, right.text) }

    func hash(into hasher: inout Hasher) { Self.hash(text, into: &hasher) }

    static func equal(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        // `==` is a memory comparison for most text and never denies equal bytes; it only accepts too much.
        guard left == right else { return false }
        return left.utf8.elementsEqual(right.utf8)
    }

    static func hash(_ text: String, into hasher: inout Hasher) {
        let hashed: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
        if hashed == nil { for byte in text.utf8 { hasher.combine(byte) } }
        // The terminator keeps neighbouring texts apart, as the Hashable contract asks.
        hasher.combine(UInt8(0xFF))
    }
}
