/// Line and column of each value and name in a JSON text: what a diagnostic needs and reading does not.
///
/// One linear scan makes them; a value takes 20 bytes, and the text is not kept.
public struct JSONPlaces: Sendable {
    /// A name that occurs twice in one object.
    public struct Duplicate: Sendable, Hashable {
        /// The way to the member.
        public let pointer: JSONPointer
        /// Where the name stands first.
        public let first: SourceLocation
        /// Where it stands again.
        public let again: SourceLocation
    }

    /// Names that occur twice, in the order of the text, the first `duplicateLimit` of them.
    public let duplicates: [Duplicate]
    /// How many of them are kept.
    public static let duplicateLimit = 20

    private let entries: [Entry]

    fileprivate struct Entry: Sendable {
        /// Where the value begins.
        var value: SourceLocation
        /// Where its name begins; of an element: where the value begins.
        var name: SourceLocation
        /// The index of its first element or member; those of one value stand together.
        var firstChild: UInt32 = 0
    }

    /// Scans a text that `JSON.parse` takes under the same limits. Of a name that occurs twice the last counts, at the place of the first,
    /// as `JSONLimits.DuplicateNames.lastWins` says.
    ///
    /// - Parameter findsDuplicates: whether names may occur twice; where `JSON.parse` would have refused that, `false` saves reading them.
    public init(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard, findsDuplicates: Bool = false
    ) throws(JSONError) {
        var scan = JSONPlaceScan(bytes, findsDuplicates: findsDuplicates)
        do {
            (entries, duplicates) = try scan.run(limits: limits)
        } catch {
            throw JSONError(error, path: .root, in: bytes)
        }
    }

    /// Where the value begins that the pointer leads to in `root`, the value of the text.
    public func location(of pointer: JSONPointer, in root: JSON) -> SourceLocation? { entry(of: pointer, in: root)?.value }

    /// Where the name begins that the last step of the pointer is; for elements and the root, where the value begins.
    public func nameLocation(of pointer: JSONPointer, in root: JSON) -> SourceLocation? { entry(of: pointer, in: root)?.name }

    private func entry(of pointer: JSONPointer, in root: JSON) -> Entry? {
        guard var entry = entries.last else { return nil }
        var value = root
        for token in pointer.tokens {
            let index: Int?
            switch value {
            case .object(let object): index = object.index(of: token)
            case .array: index = JSONPointer.arrayIndex(token)
            default: index = nil
            }
            guard let index, let child = value[JSONPointer(tokens: [token])],
                entries.indices.contains(Int(entry.firstChild) + index)
            else { return nil }
            entry = entries[Int(entry.firstChild) + index]
            value = child
        }
        return entry
    }
}

/// The scan. Recursion is bounded by the depth limit.
private struct JSONPlaceScan {
    private let bytes: UnsafeRawBufferPointer
    private let findsDuplicates: Bool
    private var cursor: JSONCursor
    private var walk = SourceWalk()
    /// What is complete: below each value stand its parts, the root is the last.
    private var entries: [JSONPlaces.Entry] = []
    /// The parts of the values that are open, those of the innermost last.
    private var open: [JSONPlaces.Entry] = []
    private var path: [String] = []
    private var duplicates: [JSONPlaces.Duplicate] = []

    init(_ bytes: UnsafeRawBufferPointer, findsDuplicates: Bool) {
        self.bytes = bytes
        self.findsDuplicates = findsDuplicates
        cursor = JSONCursor(bytes)
    }

    mutating func run(limits: JSONLimits) throws(JSONFault) -> ([JSONPlaces.Entry], [JSONPlaces.Duplicate]) {
        // Offsets and indices are kept in 32 bits.
        guard bytes.count <= min(limits.maximumBytes, Int(Int32.max)) else { throw JSONFault(.tooLarge, at: 0) }
        try cursor.refuseByteOrderMark()
        cursor.skipWhitespace()
        let location = here()
        entries.append(try scanValue(name: location, depth: limits.maximumDepth))
        return (entries, duplicates)
    }

    private mutating func here() -> SourceLocation {
        walk.advance(to: cursor.position, in: bytes)
        return walk.location
    }

    private mutating func scanValue(name: SourceLocation?, depth: Int) throws(JSONFault) -> JSONPlaces.Entry {
        let location = here()
        var entry = JSONPlaces.Entry(value: location, name: name ?? location)
        switch cursor.current {
        case Byte.leftBrace: entry.firstChild = try scanObject(depth: depth)
        case Byte.leftBracket: entry.firstChild = try scanArray(depth: depth)
        default: try cursor.skipValue(depth: depth)
        }
        return entry
    }

    /// Moves the parts from `start` on to where complete ones are, and returns where that is.
    private mutating func close(from start: Int) -> UInt32 {
        defer { open.removeSubrange(start...) }
        let first = UInt32(entries.count)
        entries += open[start...]
        return first
    }

    private mutating func scanArray(depth: Int) throws(JSONFault) -> UInt32 {
        guard depth > 0 else { throw JSONFault(.tooDeep, at: cursor.position) }
        let start = open.count
        cursor.advance()
        cursor.skipWhitespace()
        while cursor.current != Byte.rightBracket {
            if findsDuplicates { path.append(String(open.count - start)) }
            let entry = try scanValue(name: nil, depth: depth - 1)
            if findsDuplicates { path.removeLast() }
            open.append(entry)
            try skipSeparator(before: Byte.rightBracket)
        }
        cursor.advance()
        return close(from: start)
    }

    private mutating func scanObject(depth: Int) throws(JSONFault) -> UInt32 {
        guard depth > 0 else { throw JSONFault(.tooDeep, at: cursor.position) }
        let start = open.count
        var known: [ExactText: Int] = [:]
        cursor.advance()
        cursor.skipWhitespace()
        while cursor.current != Byte.rightBrace {
            guard cursor.current == Byte.quote else { throw cursor.unexpected() }
            let location = here()
            let name = try scanName()
            cursor.skipWhitespace()
            try cursor.expect(Byte.colon)
            cursor.skipWhitespace()
            if let name { path.append(name) }
            let entry = try scanValue(name: location, depth: depth - 1)
            if let name, let first = known[ExactText(name)] {
                note(first: open[first].name, again: location)
                open[first] = entry
            } else {
                if let name { known[ExactText(name)] = open.count }
                open.append(entry)
            }
            if name != nil { path.removeLast() }
            try skipSeparator(before: Byte.rightBrace)
        }
        cursor.advance()
        return close(from: start)
    }

    /// Moves past a name; returns it where it matters.
    private mutating func scanName() throws(JSONFault) -> String? {
        let start = cursor.position + 1
        let hasEscapes = try cursor.skipString()
        guard findsDuplicates else { return nil }
        return JSONStringDecoder.decode(
            UnsafeRawBufferPointer(rebasing: bytes[start..<cursor.position - 1]), hasEscapes: hasEscapes)
    }

    private mutating func note(first: SourceLocation, again: SourceLocation) {
        guard duplicates.count < JSONPlaces.duplicateLimit else { return }
        duplicates.append(JSONPlaces.Duplicate(pointer: JSONPointer(tokens: path), first: first, again: again))
    }

    private mutating func skipSeparator(before end: UInt8) throws(JSONFault) {
        cursor.skipWhitespace()
        if cursor.current == end { return }
        try cursor.expect(Byte.comma)
        cursor.skipWhitespace()
        guard cursor.current != end else { throw cursor.unexpected() }
    }
}
