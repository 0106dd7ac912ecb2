/// What a scan found in an object. All positions count from the start of the bytes that were scanned.
public struct ScannedObject: Sendable {
    /// The object with its braces.
    public let objectRange: Range<Int>
    /// How many members the object has, wanted or not.
    public let memberCount: Int
    /// The names that were looked for.
    public let names: MemberNames
    private let members: [ScannedMember?]

    init(objectRange: Range<Int>, memberCount: Int, names: MemberNames, members: [ScannedMember?]) {
        self.objectRange = objectRange
        self.memberCount = memberCount
        self.names = names
        self.members = members
    }

    /// Whether the object has no members.
    public var isEmpty: Bool { memberCount == 0 }

    /// Where the closing brace is.
    public var endOffset: Int { objectRange.upperBound - 1 }

    /// The member whose name stands at that index of the list, where the object has it. The index must be one of the list's.
    public subscript(index: Int) -> ScannedMember? { members[index] }

    /// The member of that name, where the object has it and it was looked for.
    public subscript(name: String) -> ScannedMember? { names.index(of: name).flatMap { members[$0] } }
}

/// A member that a scan found.
public struct ScannedMember: Sendable, Hashable {
    /// The name with its quotes.
    public let nameRange: Range<Int>
    /// The whole value; a string with its quotes.
    public let valueRange: Range<Int>
    /// What kind of value it is.
    public let kind: JSONKind
    /// How many members stand before this one.
    let ordinal: Int
    /// Where the comma before the name is, unless this is the first member.
    let separatorBefore: Int?
    /// Where the comma after the value is, unless this is the last member.
    var separatorAfter: Int?

    /// The name and the value.
    var range: Range<Int> { nameRange.lowerBound..<valueRange.upperBound }

    /// Whether the value is `null`.
    public var isNull: Bool { kind == .null }

    /// The text of a string value; nil for other kinds. `bytes` are those that were scanned.
    public func string(in bytes: UnsafeRawBufferPointer) -> String? {
        guard kind == .string, let value = value(in: bytes), value.count >= 2 else { return nil }
        let content = UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1])
        return JSONStringDecoder.decode(content, hasEscapes: content.contains(Byte.backslash))
    }

    /// The value of `true` or `false`; nil for other kinds. `bytes` are those that were scanned.
    public func bool(in bytes: UnsafeRawBufferPointer) -> Bool? {
        guard kind == .boolean, let value = value(in: bytes) else { return nil }
        return value.first == Byte.lowerT
    }

    /// The number, with its text; nil for other kinds. `bytes` are those that were scanned.
    public func number(in bytes: UnsafeRawBufferPointer) -> JSONNumber? {
        guard kind == .number, let value = value(in: bytes) else { return nil }
        return JSONNumber(checked: String(decoding: value, as: UTF8.self))
    }

    /// The value of a number that is an integer (`1.0` and `1e3` are) and fits; nil for others. `bytes` are those that were
    /// scanned.
    public func int64(in bytes: UnsafeRawBufferPointer) -> Int64? { number(in: bytes)?.int64 }

    /// The value's bytes; nil where the buffer is shorter than the one that was scanned.
    public func value(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard valueRange.upperBound <= bytes.count else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[valueRange])
    }
}
