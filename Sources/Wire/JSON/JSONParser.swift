/// Builds values from the grammar. Recursion is bounded by the depth limit.
struct JSONParser {
    private let bytes: UnsafeRawBufferPointer
    private let limits: JSONLimits
    private var cursor: JSONCursor
    /// Where a fault arose: the tokens from the inside out, collected while the fault travels up.
    private(set) var failurePath: [String] = []

    init(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        cursor = JSONCursor(bytes)
    }

    mutating func parseDocument() throws(JSONFault) -> JSON {
        guard bytes.count <= limits.maximumBytes else { throw JSONFault(.tooLarge, at: limits.maximumBytes) }
        try cursor.refuseByteOrderMark()
        cursor.skipWhitespace()
        let value = try parseValue(depth: limits.maximumDepth)
        cursor.skipWhitespace()
        guard cursor.isAtEnd else { throw JSONFault(.trailingContent, at: cursor.position) }
        return value
    }

    private mutating func parseValue(depth: Int) throws(JSONFault) -> JSON {
        switch cursor.current {
        case Byte.quote:
            return .string(try parseString())
        case Byte.leftBrace:
            return .object(try parseObject(depth: depth))
        case Byte.leftBracket:
            return .array(try parseArray(depth: depth))
        case Byte.minus, Byte.zero...Byte.nine:
            let start = cursor.position
            try cursor.skipNumber()
            return .number(JSONNumber(checked: String(decoding: bytes[start..<cursor.position], as: UTF8.self)))
        case let first:
            try cursor.skipLiteral()
            return first == Byte.lowerN ? .null : .bool(first == Byte.lowerT)
        }
    }

    private mutating func parseString() throws(JSONFault) -> String {
        let start = cursor.position + 1
        let hasEscapes = try cursor.skipString()
        let content = UnsafeRawBufferPointer(rebasing: bytes[start..<cursor.position - 1])
        return JSONStringDecoder.decode(content, hasEscapes: hasEscapes)
    }

    private mutating func parseArray(depth: Int) throws(JSONFault) -> [JSON] {
        guard depth > 0 else { throw JSONFault(.tooDeep, at: cursor.position) }
        var elements: [JSON] = []
        cursor.advance()
        cursor.skipWhitespace()
        if cursor.current == Byte.rightBracket {
            cursor.advance()
            return elements
        }
        while true {
            do {
                elements.append(try parseValue(depth: depth - 1))
            } catch {
                failurePath.append(String(elements.count))
                throw error
            }
            cursor.skipWhitespace()
            if cursor.current == Byte.rightBracket {
                cursor.advance()
                return elements
            }
            try cursor.expect(Byte.comma)
            cursor.skipWhitespace()
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONFault) -> JSONObject {
        guard depth > 0 else { throw JSONFault(.tooDeep, at: cursor.position) }
        var object = JSONObject()
        cursor.advance()
        cursor.skipWhitespace()
        if cursor.current == Byte.rightBrace {
            cursor.advance()
            return object
        }
        while true {
            try parseMember(into: &object, depth: depth)
            cursor.skipWhitespace()
            if cursor.current == Byte.rightBrace {
                cursor.advance()
                return object
            }
            try cursor.expect(Byte.comma)
            cursor.skipWhitespace()
        }
    }

    private mutating func parseMember(into object: inout JSONObject, depth: Int) throws(JSONFault) {
        guard cursor.current == Byte.quote else { throw cursor.unexpected() }
        let nameOffset = cursor.position
        let name = try parseString()
        do throws(JSONFault) {
            cursor.skipWhitespace()
            try cursor.expect(Byte.colon)
            cursor.skipWhitespace()
            let value = try parseValue(depth: depth - 1)
            if !object.appendIfAbsent(name, value) {
                guard limits.duplicateNames == .lastWins else { throw JSONFault(.duplicateName, at: nameOffset) }
                object[name] = value
            }
        } catch {
            failurePath.append(name)
            throw error
        }
    }
}
