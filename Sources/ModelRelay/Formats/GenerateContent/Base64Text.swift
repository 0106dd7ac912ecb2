internal import Wire

/// Base64 as text that is passed on: it is checked and respelled, not decoded, unless it is ours.
enum Base64Text {
    /// The same bytes in the standard alphabet with padding (RFC 4648 section 4); nil where the text is no Base64 in either alphabet.
    static func standard(_ text: String) -> String? {
        var digits = 0
        var padding = 0
        var isURLSafe = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "+"), UInt8(ascii: "/"):
                digits += 1
                guard padding == 0 else { return nil }
            case UInt8(ascii: "-"), UInt8(ascii: "_"):
                digits += 1
                isURLSafe = true
                guard padding == 0 else { return nil }
            case UInt8(ascii: "="): padding += 1
            default: return nil
            }
        }
        guard digits % 4 != 1, padding <= 2 else { return nil }
        let wanted = (4 - digits % 4) % 4
        guard isURLSafe || padding != wanted else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits + wanted)
        for byte in text.utf8.prefix(digits) {
            switch byte {
            case UInt8(ascii: "-"): bytes.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): bytes.append(UInt8(ascii: "/"))
            default: bytes.append(byte)
            }
        }
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "="), count: wanted))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text's UTF-8 as Base64 in the standard alphabet.
    static func encode(_ text: String) -> String { self.encode(Array(text.utf8)) }

    /// The bytes as Base64 in the standard alphabet.
    static func encode(_ bytes: [UInt8]) -> String {
        let encoded = Base64URL.encode(bytes)
        return self.standard(encoded) ?? encoded
    }

    /// The text whose UTF-8 is encoded; nil where there is none.
    static func decode(_ encoded: String) -> String? {
        self.bytes(encoded).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The bytes that are encoded, in either alphabet; nil where there are none.
    static func bytes(_ encoded: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.utf8.count)
        for byte in encoded.utf8 {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: "-"))
            case UInt8(ascii: "/"): bytes.append(UInt8(ascii: "_"))
            case UInt8(ascii: "="): break
            default: bytes.append(byte)
            }
        }
        return Base64URL.decode(String(decoding: bytes, as: UTF8.self))
    }
}
