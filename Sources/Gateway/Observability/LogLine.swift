internal import Logging

/// Renders one event as one line.
///
/// Every part is bounded, and no control character leaves it unescaped: text that a client sent can neither begin a second line nor
/// drive the terminal that shows it.
struct LogLine {
    static let maximumMessageBytes = 8192
    static let maximumValueBytes = 2048
    static let maximumMembers = 64
    static let maximumDepth = 4

    private var bytes: [UInt8] = []

    /// `{"time":…,"level":…,"logger":…,"message":…,<metadata>}`
    static func json(
        milliseconds: Int64, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata
    ) -> [UInt8] {
        var line = LogLine()
        line.bytes.reserveCapacity(256)
        line.raw("{\"time\":\"")
        Timestamp.append(milliseconds: milliseconds, to: &line.bytes)
        line.raw("\",\"level\":\"\(level.rawValue)\",\"logger\":")
        line.string(label, limit: maximumValueBytes)
        line.raw(",\"message\":")
        line.string(message, limit: maximumMessageBytes)
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }).prefix(maximumMembers) {
            line.raw(",")
            // A member twice in one object is read differently by different programs.
            line.string(["time", "level", "logger", "message"].contains(name) ? "metadata_" + name : name, limit: 128)
            line.raw(":")
            line.value(value, depth: 1)
        }
        line.raw("}\n")
        return line.bytes
    }

    /// `<time> <level> <logger>: <message> name=value …`
    static func text(
        milliseconds: Int64, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata
    ) -> [UInt8] {
        var line = LogLine()
        line.bytes.reserveCapacity(256)
        Timestamp.append(milliseconds: milliseconds, to: &line.bytes)
        line.raw(" \(level.rawValue) ")
        line.escaped(label, limit: maximumValueBytes)
        line.raw(": ")
        line.escaped(message, limit: maximumMessageBytes)
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }).prefix(maximumMembers) {
            line.raw(" ")
            line.escaped(name, limit: 128)
            line.raw("=")
            if case .string(let text) = value, isPlain(text) { line.raw(text) } else { line.value(value, depth: 1) }
        }
        line.raw("\n")
        return line.bytes
    }

    /// Whether a text needs no quotes.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumValueBytes
            && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
    }

    private mutating func raw(_ text: String) { bytes += text.utf8 }

    private mutating func value(_ value: Logger.MetadataValue, depth: Int) {
        switch value {
        case .string(let text): string(text, limit: Self.maximumValueBytes)
        case .stringConvertible(let number as any FixedWidthInteger): raw("\(number)")
        case .stringConvertible(let truth as Bool): raw(truth ? "true" : "false")
        case .stringConvertible(let other): string(other.description, limit: Self.maximumValueBytes)
        case .array(let values):
            guard depth < Self.maximumDepth else { return raw("\"…\"") }
            raw("[")
            for (index, element) in values.prefix(Self.maximumMembers).enumerated() {
                if index > 0 { raw(",") }
                self.value(element, depth: depth + 1)
            }
            raw("]")
        case .dictionary(let members):
            guard depth < Self.maximumDepth else { return raw("\"…\"") }
            raw("{")
            for (index, member) in members.sorted(by: { $0.key < $1.key }).prefix(Self.maximumMembers).enumerated() {
                if index > 0 { raw(",") }
                string(member.key, limit: 128)
                raw(":")
                self.value(member.value, depth: depth + 1)
            }
            raw("}")
        }
    }

    private mutating func string(_ text: String, limit: Int) {
        bytes.append(UInt8(ascii: "\""))
        escaped(text, limit: limit, quotes: true)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends the text with control characters as `\u00xx`, and cut between two characters where it is longer than `limit` bytes.
    private mutating func escaped(_ text: String, limit: Int, quotes: Bool = false) {
        var count = 0
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            guard count + width <= limit else {
                bytes += "…".utf8
                return
            }
            count += width
            switch scalar.value {
            case 0x22, 0x5c:
                if quotes { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            // C0, DEL and C1, the two Unicode line ends, and the marks that turn the direction of text around.
            case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: escape(scalar.value)
            default: bytes += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
    }

    private mutating func escape(_ value: UInt32) {
        let hexadecimal = Array("0123456789abcdef".utf8)
        bytes += [UInt8(ascii: "\\"), UInt8(ascii: "u")]
        for shift: UInt32 in [12, 8, 4, 0] { bytes.append(hexadecimal[Int(value >> shift & 0xf)]) }
    }
}
