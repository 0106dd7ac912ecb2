/// Percent-encoding (RFC 3986 §2.1).
enum PercentEncoding {
    /// What a value may hold besides letters, digits and `-._~`.
    enum Allowed {
        case unreserved
        /// Reserved characters and triples that are encoded already, too (RFC 6570 §3.2.3), but none that would end the value or the query, or
        /// that a server reads as something else: `&`, `#`, `[`, `]`, and `+`, which many take for a blank.
        case reserved
    }

    static func encoded(_ text: String, allowing allowed: Allowed = .unreserved) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            switch allowed {
            case _ where isUnreserved(byte): output.append(byte)
            case .reserved where keptReserved.contains(byte) || isTriple(bytes, at: index): output.append(byte)
            default: append(byte, to: &output)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A part of a template: only what can't stand in a path or query is encoded.
    static func literal(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if isUnreserved(byte) || literals.contains(byte) || isTriple(bytes, at: index) {
                output.append(byte)
            } else {
                append(byte, to: &output)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The text without one layer of encoding; what is no triple stays.
    static func decoded(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if isTriple(bytes, at: index), let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2]) {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return output
    }

    /// Whether it is `.` or `..`, encoded or not.
    static func isDotSegment(_ segment: String) -> Bool {
        guard segment.utf8.count <= 6 else { return false }
        let bytes = decoded(segment)
        return bytes.count <= 2 && !bytes.isEmpty && bytes.allSatisfy { $0 == UInt8(ascii: ".") }
    }

    /// Whether programs agree on what the byte means in a URL.
    static func isURLByte(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\\") }

    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static let keptReserved = Set(":/?@!$'()*,;=".utf8)
    private static let literals = Set(":@!$&'()*+,;=/?".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func append(_ byte: UInt8, to output: inout [UInt8]) {
        output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static func isTriple(_ bytes: [UInt8], at index: Int) -> Bool {
        bytes[index] == UInt8(ascii: "%") && index + 2 < bytes.count && digit(bytes[index + 1]) != nil
            && digit(bytes[index + 2]) != nil
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
