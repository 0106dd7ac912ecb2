/// Turns our dialect into that of each engine.
///
/// There are four differences, all here: how a placeholder is written, what the column types are called, that SQLite tables are
/// declared `STRICT`, and that PostgreSQL is told to compare text by its bytes, as SQLite does.
enum SQLTranslator {
    struct Translation {
        var sqlite = ""
        var postgreSQL = ""
        var types: [SQLType] = []
    }

    static func translate(_ text: String) -> Translation {
        var result = Translation()
        let bytes = Array(text.utf8)
        var position = 0
        var copied = 0
        func copy(to end: Int, _ result: inout Translation) {
            let piece = String(decoding: bytes[copied..<end], as: UTF8.self)
            result.sqlite += piece
            result.postgreSQL += piece
        }
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "'"):
                // A literal: nothing inside it means anything here.
                position = (bytes[(position + 1)...].firstIndex(of: UInt8(ascii: "'")) ?? bytes.count - 1) + 1
            case UInt8(ascii: "?"):
                copy(to: position, &result)
                position = placeholder(in: bytes, at: position, &result)
                copied = position
            default:
                position += 1
            }
        }
        copy(to: bytes.count, &result)
        if text.hasPrefix("CREATE TABLE") { translateTable(&result) }
        return result
    }

    /// Reads `?12i` at `position`; returns where it ends.
    private static func placeholder(in bytes: [UInt8], at position: Int, _ result: inout Translation) -> Int {
        var end = position + 1
        var number = 0
        while end < bytes.count, case let digit = bytes[end], digit >= 0x30, digit <= 0x39 {
            number = number * 10 + Int(digit - 0x30)
            end += 1
        }
        guard end < bytes.count, number > 0, number < 32767, let type = SQLType(rawValue: Character(Unicode.Scalar(bytes[end])))
        else {
            // Not a placeholder of ours: left as it is, so that the engine refuses it and the dialect's test tells.
            result.sqlite += "?"
            result.postgreSQL += "?"
            return position + 1
        }
        while result.types.count < number { result.types.append(type) }
        result.types[number - 1] = type
        result.sqlite += "?\(number)"
        result.postgreSQL += "$\(number)"
        return end + 1
    }

    private static func translateTable(_ result: inout Translation) {
        // STRICT knows INTEGER, not BIGINT; `INTEGER PRIMARY KEY` makes the key the row's own number, which costs no index.
        result.sqlite = replacing("BIGINT", by: "INTEGER", in: result.sqlite) + " STRICT"
        result.postgreSQL = replacing("BLOB", by: "BYTEA", in: result.postgreSQL)
        result.postgreSQL = replacing("TEXT", by: "TEXT COLLATE \"C\"", in: result.postgreSQL)
    }

    /// Replaces the whole word `word`.
    private static func replacing(_ word: String, by replacement: String, in text: String) -> String {
        var result = ""
        var current = ""
        func isPart(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }
        for character in text {
            if isPart(character) {
                current.append(character)
            } else {
                result += current == word ? replacement : current
                current = ""
                result.append(character)
            }
        }
        return result + (current == word ? replacement : current)
    }
}
