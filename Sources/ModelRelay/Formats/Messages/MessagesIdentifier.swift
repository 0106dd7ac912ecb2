/// Names of tools and ids of their calls. Here they consist of letters, digits, `_` and `-`; other formats allow more, so what doesn't
/// fit is written in a form that can be undone: a prefix, `__` for `_`, and `_` with two hexadecimal digits for any other byte.
enum MessagesIdentifier {
    private static let prefix = "portico_"
    private static let digits = Array("0123456789abcdef".utf8)

    static func isAcceptable(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { self.isPlain($0) || $0 == 0x5F } }

    /// The text itself where it fits and can't be taken for an escaped one.
    static func escaped(_ text: String) -> String {
        if self.isAcceptable(text), !text.hasPrefix(self.prefix) { return text }
        var bytes = Array(self.prefix.utf8)
        for byte in text.utf8 {
            if self.isPlain(byte) {
                bytes.append(byte)
            } else if byte == 0x5F {
                bytes += [byte, byte]
            } else {
                bytes += [0x5F, self.digits[Int(byte >> 4)], self.digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What was escaped; any other text as it is.
    static func original(of text: String) -> String {
        guard text.hasPrefix(self.prefix) else { return text }
        var bytes: [UInt8] = []
        var rest = text.utf8.dropFirst(self.prefix.utf8.count)
        while let byte = rest.popFirst() {
            guard byte == 0x5F else {
                bytes.append(byte)
                continue
            }
            guard let first = rest.popFirst() else { return text }
            if first == 0x5F {
                bytes.append(first)
            } else if let second = rest.popFirst(), let high = self.digits.firstIndex(of: first),
                let low = self.digits.firstIndex(of: second)
            {
                bytes.append(UInt8(high << 4 | low))
            } else {
                return text
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
        default: false
        }
    }
}
