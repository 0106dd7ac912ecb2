/// Changes to a text of which the rest is copied as it is.
///
/// Where the original is valid JSON, each edit names a value or member of it, and each new value is valid, so is the result.
/// Commas are settled when the result is made, from all removals and insertions together.
public struct JSONSplice: Sendable {
    /// A part of the result.
    public enum Piece: Sendable, Hashable {
        /// Bytes of the original.
        case original(Range<Int>)
        /// Bytes that are new.
        case bytes([UInt8])
    }

    private let originalCount: Int
    private var replacements: [Replacement] = []
    private var removals: [Removal] = []
    private var insertions: [Insertion] = []

    /// No changes yet to an original of that many bytes.
    public init(originalCount: Int) { self.originalCount = originalCount }

    /// Whether nothing changes.
    public var isEmpty: Bool { replacements.isEmpty && removals.isEmpty && insertions.isEmpty }

    /// Puts bytes in the place of a range, which should be that of a whole value.
    ///
    /// - Throws: `overlap` where another edit touches the range, `outOfBounds` where it leaves the original.
    public mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) throws(JSONSpliceError) {
        guard range.lowerBound >= 0, range.upperBound <= originalCount else { throw .outOfBounds }
        guard !replacements.contains(where: { $0.range.touches(range) }),
            !removals.contains(where: { $0.reserved.touches(range) }),
            !insertions.contains(where: { range.lowerBound <= $0.offset && $0.offset < range.upperBound })
        else { throw .overlap }
        replacements.append(Replacement(range: range, bytes: bytes))
    }

    /// Puts a value, as JSON text, in the place of a member's.
    ///
    /// - Throws: as `replace(_:with:)` of a range.
    public mutating func replace(_ member: ScannedMember, with value: [UInt8]) throws(JSONSpliceError) {
        try replace(member.valueRange, with: value)
    }

    /// Removes a member that was found in that object, with one of its commas.
    ///
    /// - Throws: `overlap` where another edit touches the member, `outOfBounds` where it is not in the original.
    public mutating func remove(_ member: ScannedMember, from object: ScannedObject) throws(JSONSpliceError) {
        let removal = Removal(member: member, object: object.objectRange)
        guard object.objectRange.contains(member.nameRange.lowerBound), object.objectRange.upperBound <= originalCount else {
            throw .outOfBounds
        }
        guard !replacements.contains(where: { $0.range.touches(removal.reserved) }),
            !removals.contains(where: { $0.member.range.touches(member.range) }),
            !insertions.contains(where: { member.range.contains($0.offset) })
        else { throw .overlap }
        removals.append(removal)
    }

    /// Adds a member at the end of an object that was scanned. The value is JSON text; that the object has no member of
    /// that name is the caller's to know.
    ///
    /// - Throws: `overlap` where the object's end is inside of another edit, `outOfBounds` where it is not in the original.
    public mutating func insert(
        name: String, value: [UInt8], into object: ScannedObject
    ) throws(JSONSpliceError) {
        let offset = object.endOffset
        guard offset < originalCount else { throw .outOfBounds }
        guard !replacements.contains(where: { $0.range.contains(offset) }),
            !removals.contains(where: { $0.member.range.contains(offset) })
        else { throw .overlap }
        var bytes: [UInt8] = []
        JSON.writeString(name, to: &bytes)
        bytes.append(Byte.colon)
        bytes += value
        insertions.append(Insertion(offset: offset, object: object.objectRange, memberCount: object.memberCount, bytes: bytes))
    }

    /// Gives a member that was looked for a value (JSON text): replaces the one that is there or adds the member at the end.
    ///
    /// - Throws: as `replace` and `insert`.
    public mutating func set(
        _ nameIndex: Int, of object: ScannedObject, to value: [UInt8]
    ) throws(JSONSpliceError) {
        if let member = object[nameIndex] {
            try replace(member, with: value)
        } else {
            try insert(name: object.names.names[nameIndex], value: value, into: object)
        }
    }

    /// The length of the result in bytes.
    public var count: Int {
        edits().reduce(originalCount) { $0 - $1.range.count + $1.bytes.count }
    }

    /// Hands out the pieces of the result in order.
    public func forEachPiece<Failure: Error>(_ body: (Piece) throws(Failure) -> Void) throws(Failure) {
        var position = 0
        for edit in edits() {
            if position < edit.range.lowerBound { try body(.original(position..<edit.range.lowerBound)) }
            if !edit.bytes.isEmpty { try body(.bytes(edit.bytes)) }
            position = edit.range.upperBound
        }
        if position < originalCount { try body(.original(position..<originalCount)) }
    }

    /// The result. `original` must be the bytes that the edits are for; what it lacks of their length is left out.
    public func applied(to original: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        forEachPiece { piece in
            switch piece {
            case .original(let range):
                result.append(contentsOf: UnsafeRawBufferPointer(rebasing: original[range.clamped(to: 0..<original.count)]))
            case .bytes(let bytes): result += bytes
            }
        }
        return result
    }
}

/// Why an edit can't be made.
public enum JSONSpliceError: Error, Sendable, Hashable {
    /// Another edit touches the same bytes.
    case overlap
    /// The edit is not inside of the original.
    case outOfBounds
}

extension JSONSplice {
    private struct Replacement: Sendable {
        let range: Range<Int>
        let bytes: [UInt8]
    }

    private struct Insertion: Sendable {
        let offset: Int
        let object: Range<Int>
        let memberCount: Int
        let bytes: [UInt8]
    }

    private struct Removal: Sendable {
        let member: ScannedMember
        let object: Range<Int>

        /// The member and both of its commas: which of them goes depends on the other removals.
        var reserved: Range<Int> {
            (member.separatorBefore ?? member.range.lowerBound)..<(member.separatorAfter.map { $0 + 1 } ?? member.range.upperBound)
        }
    }

    /// All edits as replacements in order. A removed member takes the comma before it along where a member before it stays,
    /// else the comma after it; so each comma goes at most once, and exactly those stay that separate what stays.
    private func edits() -> [Replacement] {
        var edits = replacements
        for removal in removals {
            let member = removal.member
            let isFirstLeft = removedCount(of: removal.object) { $0.ordinal < member.ordinal } == member.ordinal
            let lower = isFirstLeft ? member.range.lowerBound : member.separatorBefore ?? member.range.lowerBound
            let upper =
                isFirstLeft ? member.separatorAfter.map { $0 + 1 } ?? member.range.upperBound : member.range.upperBound
            edits.append(Replacement(range: lower..<upper, bytes: []))
        }
        for (index, insertion) in insertions.enumerated() {
            let isFirst =
                removedCount(of: insertion.object) { _ in true } == insertion.memberCount
                && !insertions[..<index].contains { $0.offset == insertion.offset }
            edits.append(
                Replacement(
                    range: insertion.offset..<insertion.offset,
                    bytes: isFirst ? insertion.bytes : [Byte.comma] + insertion.bytes))
        }
        // The sort is stable, so insertions at one place keep their order.
        edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        return edits
    }

    private func removedCount(of object: Range<Int>, where condition: (ScannedMember) -> Bool) -> Int {
        removals.count { $0.object == object && condition($0.member) }
    }
}

extension Range<Int> {
    /// Whether the two share a byte, or one is an empty place inside of the other.
    fileprivate func touches(_ other: Range<Int>) -> Bool {
        overlaps(other) || self == other || (isEmpty && other.contains(lowerBound))
            || (other.isEmpty && contains(other.lowerBound))
    }
}
