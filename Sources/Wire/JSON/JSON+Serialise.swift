extension JSON {
    /// The value as compact JSON text.
    public func serialized() -> String { String(decoding: serializedBytes(), as: UTF8.self) }

    /// The value as JSON text: compact, or with two spaces a level and a line for each element.
    public func serialized(pretty: Bool) -> String {
        var output: [UInt8] = []
        if pretty { writePretty(to: &output, level: 0) } else { write(to: &output) }
        return String(decoding: output, as: UTF8.self)
    }

    /// The value as compact JSON text in UTF-8.
    public func serializedBytes() -> [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    /// Appends the value as compact JSON text in UTF-8.
    public func write(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: value ? "true".utf8 : "false".utf8)
        case .number(let number): output.append(contentsOf: number.text.utf8)
        case .string(let text): JSON.writeString(text, to: &output)
        case .array(let elements):
            output.append(Byte.leftBracket)
            var isFirst = true
            for element in elements {
                if !isFirst { output.append(Byte.comma) }
                isFirst = false
                element.write(to: &output)
            }
            output.append(Byte.rightBracket)
        case .object(let object):
            output.append(Byte.leftBrace)
            var isFirst = true
            for (name, value) in object {
                if !isFirst { output.append(Byte.comma) }
                isFirst = false
                JSON.writeString(name, to: &output)
                output.append(Byte.colon)
                value.write(to: &output)
            }
            output.append(Byte.rightBrace)
        }
    }

    private func writePretty(to output: inout [UInt8], level: Int) {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            output.append(Byte.leftBracket)
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(Byte.comma) }
                JSON.startLine(level: level + 1, in: &output)
                element.writePretty(to: &output, level: level + 1)
            }
            JSON.startLine(level: level, in: &output)
            output.append(Byte.rightBracket)
        case .object(let object) where !object.isEmpty:
            output.append(Byte.leftBrace)
            for (index, member) in object.enumerated() {
                if index > 0 { output.append(Byte.comma) }
                JSON.startLine(level: level + 1, in: &output)
                JSON.writeString(member.name, to: &output)
                output += [Byte.colon, Byte.space]
                member.value.writePretty(to: &output, level: level + 1)
            }
            JSON.startLine(level: level, in: &output)
            output.append(Byte.rightBrace)
        default:
            write(to: &output)
        }
    }

    private static func startLine(level: Int, in output: inout [UInt8]) {
        output.append(Byte.lineFeed)
        output.append(contentsOf: repeatElement(Byte.space, count: level * 2))
    }
}
