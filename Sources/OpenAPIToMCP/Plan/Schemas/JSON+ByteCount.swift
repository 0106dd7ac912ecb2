import Wire

extension JSON {
    /// How many bytes `serializedBytes()` has, without writing them.
    var byteCount: Int {
        switch self {
        case .null: 4
        case .bool(let value): value ? 4 : 5
        case .number(let number): number.text.utf8.count
        case .string(let text): Self.byteCount(of: text)
        case .array(let elements): 1 + max(1, elements.count) + elements.reduce(0) { $0 + $1.byteCount }
        case .object(let object): object.byteCount
        }
    }

    /// How many bytes the text has as a JSON string.
    static func byteCount(of text: String) -> Int {
        var text = text
        return text.withUTF8 { bytes in
            var count = bytes.count + 2
            for byte in bytes where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: count += 1
                default: count += 5
                }
            }
            return count
        }
    }
}

extension JSONObject {
    /// How many bytes it has as compact JSON text.
    var byteCount: Int {
        var count = 1 + Swift.max(1, self.count)
        for (name, value) in self { count += JSON.byteCount(of: name) + 1 + value.byteCount }
        return count
    }
}
