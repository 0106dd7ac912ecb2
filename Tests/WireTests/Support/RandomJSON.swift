import Wire

/// Random values, and random spellings of a value.
struct RandomJSON {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func value(depth: Int = 4) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(number())
        case 3, 4: return .string(text())
        case 5: return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth - 1) })
        default: return .object(object(depth: depth))
        }
    }

    mutating func object(depth: Int = 4) -> JSONObject {
        var object = JSONObject()
        for _ in 0..<Int.random(in: 0...(random.chance(1, in: 12) ? 30 : 5), using: &random) {
            object.append(text(), value(depth: depth - 1))
        }
        return object
    }

    mutating func text() -> String {
        let alphabet: [Character] = [
            "a", "b", "é", "e\u{301}", "\"", "\\", "/", "\n", "\u{0}", "\u{7F}", "漢", "😀", " ", "{", ",",
        ]
        let length = random.chance(1, in: 10) ? 50 : 6
        return String((0..<Int.random(in: 0...length, using: &random)).map { _ in random.pick(alphabet) })
    }

    mutating func number() -> JSONNumber {
        let texts = ["0", "-0", "1.0", "1e3", "1E+2", "-12.50", "9007199254740993", "18446744073709551616", "1e-400", "3.14159"]
        if random.chance(1, in: 2), let number = JSONNumber(random.pick(texts)) { return number }
        return JSONNumber(Int64.random(in: .min ... .max, using: &random))
    }

    /// The value in a spelling of its own: white space wherever it may be, escapes where they need not be.
    mutating func spelling(of value: JSON) -> String {
        switch value {
        case .array(let elements):
            let parts = elements.map { space() + spelling(of: $0) + space() }
            return "[" + (parts.isEmpty ? space() : parts.joined(separator: ",")) + "]"
        case .object(let object):
            let parts = object.map {
                space() + spelling(of: .string($0.name)) + space() + ":" + space() + spelling(of: $0.value) + space()
            }
            return "{" + (parts.isEmpty ? space() : parts.joined(separator: ",")) + "}"
        case .string(let text):
            return "\"" + text.unicodeScalars.map { spelling(of: $0) }.joined() + "\""
        default:
            return value.serialized()
        }
    }

    private mutating func spelling(of scalar: UnicodeScalar) -> String {
        let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
        guard mustEscape || random.chance(1, in: 5) else { return String(scalar) }
        return UTF16.encode(scalar).map { units in
            units.map { unit in
                let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        } ?? ""
    }

    private mutating func space() -> String {
        random.chance(2, in: 3) ? "" : random.pick([" ", "\n", "\t", "\r\n", "    "])
    }
}
