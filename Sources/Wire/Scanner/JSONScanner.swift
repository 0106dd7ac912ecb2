/// Finds members of an object in raw bytes without building a tree.
///
/// One pass, linear in the length. What is skipped is checked against the whole grammar of JSON (nesting, strings, escapes,
/// numbers, UTF-8), so that bytes that pass can be forwarded; what skipped values mean is left to their reader. A member
/// that is looked for is never read one way here and another way there: where it occurs twice, or in a spelling that some
/// readers take for it and others don't, the text is refused.
public struct JSONScanner {
    /// Scans a whole text, which must be an object.
    ///
    /// - Throws: besides the faults of the grammar: `notAnObject`; and for a member that is looked for `duplicateMember`,
    ///   `escapedMemberName`, `ambiguousMemberName`, with the member's name in `path`.
    public static func scan(
        _ bytes: UnsafeRawBufferPointer, for names: MemberNames, limits: JSONLimits = .standard
    ) throws(JSONError) -> ScannedObject {
        try scan(bytes, range: 0..<bytes.count, for: names, limits: limits)
    }

    /// Scans the value in a part of the bytes, such as that of a member found before; the positions in the result, as
    /// those in errors, count from the start of all bytes. The range must lie within the bytes.
    public static func scan(
        _ bytes: UnsafeRawBufferPointer, range: Range<Int>, for names: MemberNames, limits: JSONLimits = .standard
    ) throws(JSONError) -> ScannedObject {
        var scan = ObjectScan(bytes, range: range, names: names)
        do {
            return try scan.run(limits: limits)
        } catch {
            let path = scan.failingName.map { JSONPointer(tokens: [$0]) } ?? .root
            throw JSONError(error, path: path, in: bytes)
        }
    }
}

private struct ObjectScan {
    private let bytes: UnsafeRawBufferPointer
    private let names: MemberNames
    private var cursor: JSONCursor
    private var members: [ScannedMember?]
    /// The top-level member in which a fault arose.
    private(set) var failingName: String?

    init(_ bytes: UnsafeRawBufferPointer, range: Range<Int>, names: MemberNames) {
        self.bytes = bytes
        self.names = names
        cursor = JSONCursor(bytes, range: range)
        members = Array(repeating: nil, count: names.names.count)
    }

    mutating func run(limits: JSONLimits) throws(JSONFault) -> ScannedObject {
        guard cursor.end - cursor.position <= limits.maximumBytes else {
            throw JSONFault(.tooLarge, at: cursor.position + limits.maximumBytes)
        }
        try cursor.refuseByteOrderMark()
        cursor.skipWhitespace()
        let start = cursor.position
        guard cursor.current == Byte.leftBrace else {
            // A text that is no JSON at all is told apart from one that is, but no object.
            try cursor.skipValue(depth: limits.maximumDepth)
            throw JSONFault(.notAnObject, at: start)
        }
        guard limits.maximumDepth > 0 else { throw JSONFault(.tooDeep, at: start) }
        let memberCount = try scanMembers(depth: limits.maximumDepth - 1)
        let end = cursor.position
        cursor.skipWhitespace()
        guard cursor.isAtEnd else { throw JSONFault(.trailingContent, at: cursor.position) }
        return ScannedObject(objectRange: start..<end, memberCount: memberCount, names: names, members: members)
    }

    private mutating func scanMembers(depth: Int) throws(JSONFault) -> Int {
        cursor.advance()
        cursor.skipWhitespace()
        if cursor.current == Byte.rightBrace {
            cursor.advance()
            return 0
        }
        var ordinal = 0
        var comma: Int?
        while true {
            let wanted = try scanMember(ordinal: ordinal, separatorBefore: comma, depth: depth)
            ordinal += 1
            cursor.skipWhitespace()
            if cursor.current == Byte.rightBrace {
                cursor.advance()
                return ordinal
            }
            comma = cursor.position
            if let wanted { members[wanted]?.separatorAfter = comma }
            try cursor.expect(Byte.comma)
            cursor.skipWhitespace()
        }
    }

    /// Moves past one member; returns its index where it is one that is looked for.
    private mutating func scanMember(
        ordinal: Int, separatorBefore: Int?, depth: Int
    ) throws(JSONFault) -> Int? {
        guard cursor.current == Byte.quote else { throw cursor.unexpected() }
        let nameStart = cursor.position
        let nameHasEscapes = try cursor.skipString()
        let nameRange = nameStart..<cursor.position
        let wanted = try wantedIndex(nameRange, hasEscapes: nameHasEscapes)
        do throws(JSONFault) {
            cursor.skipWhitespace()
            try cursor.expect(Byte.colon)
            cursor.skipWhitespace()
            let valueStart = cursor.position
            let first = cursor.current
            try cursor.skipValue(depth: depth)
            guard let wanted else { return nil }
            members[wanted] = ScannedMember(
                nameRange: nameRange, valueRange: valueStart..<cursor.position, kind: JSONKind(firstByte: first),
                ordinal: ordinal, separatorBefore: separatorBefore, separatorAfter: nil)
            return wanted
        } catch {
            failingName = text(of: nameRange, hasEscapes: nameHasEscapes)
            throw error
        }
    }

    private mutating func wantedIndex(_ nameRange: Range<Int>, hasEscapes: Bool) throws(JSONFault) -> Int? {
        if hasEscapes {
            // No escape is longer than six bytes for one of the name's.
            guard nameRange.count - 2 <= 6 * names.greatestLength else { return nil }
            let decoded = Array(text(of: nameRange, hasEscapes: true).utf8)
            switch decoded.withUnsafeBytes(names.match) {
            case .none: return nil
            case .exact(let index), .ambiguous(let index): throw fault(.escapedMemberName, index, nameRange)
            }
        }
        switch names.match(UnsafeRawBufferPointer(rebasing: bytes[nameRange.lowerBound + 1..<nameRange.upperBound - 1])) {
        case .none: return nil
        case .ambiguous(let index): throw fault(.ambiguousMemberName, index, nameRange)
        case .exact(let index):
            guard members[index] == nil else { throw fault(.duplicateMember, index, nameRange) }
            return index
        }
    }

    private mutating func fault(_ kind: JSONError.Code.Kind, _ index: Int, _ nameRange: Range<Int>) -> JSONFault {
        failingName = names.names[index]
        return JSONFault(kind, at: nameRange.lowerBound)
    }

    private func text(of nameRange: Range<Int>, hasEscapes: Bool) -> String {
        let content = UnsafeRawBufferPointer(rebasing: bytes[nameRange.lowerBound + 1..<nameRange.upperBound - 1])
        return JSONStringDecoder.decode(content, hasEscapes: hasEscapes)
    }
}

extension JSONKind {
    /// The kind of the value that begins with that byte, in text whose grammar has been checked.
    fileprivate init(firstByte: UInt8) {
        switch firstByte {
        case Byte.quote: self = .string
        case Byte.leftBrace: self = .object
        case Byte.leftBracket: self = .array
        case Byte.lowerT, Byte.lowerF: self = .boolean
        case Byte.lowerN: self = .null
        default: self = .number
        }
    }
}
