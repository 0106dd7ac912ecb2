/// Names as models and clients take them.
enum PlainName {
    /// The longest name of a tool or an argument.
    static let limit = 64

    /// Whether a tool may have that name: 1 to 64 of `A-Z a-z 0-9 _ -`.
    static func isToolName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= limit && name.utf8.allSatisfy { isPlain($0) }
    }

    /// Whether an argument may have that name: 1 to 64 of `A-Z a-z 0-9 _ . -`, which the model APIs ask of members.
    static func isArgumentName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= limit && name.utf8.allSatisfy { isPlain($0) || $0 == UInt8(ascii: ".") }
    }

    /// The text with each run of other characters as one `_`, none at the ends unless the text has it there; empty where nothing is left.
    static func plain(_ text: String, keepsPoints: Bool = false) -> String {
        var bytes: [UInt8] = []
        var isGap = false
        for byte in text.utf8 {
            guard isPlain(byte) || (keepsPoints && byte == UInt8(ascii: ".")) else {
                isGap = true
                continue
            }
            if isGap, !bytes.isEmpty, bytes.last != UInt8(ascii: "_"), byte != UInt8(ascii: "_") {
                bytes.append(UInt8(ascii: "_"))
            }
            isGap = false
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The name, or where it is too long its beginning and a hash of the whole: the same whatever else there is.
    static func bounded(_ name: String) -> String {
        name.utf8.count <= limit
            ? name : String(decoding: name.utf8.prefix(limit - 9), as: UTF8.self) + "_" + StableHash.digits(of: name)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
