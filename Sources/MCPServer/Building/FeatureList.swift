import Wire

/// The entries of one list: found by name, given out by pages.
///
/// The list never changes while the value lives, so a cursor is just the place where a page begins, and is good in every
/// process that has the same list.
struct FeatureList<Entry: Sendable>: Sendable {
    private let entries: [Entry]
    private let definitions: [JSON]
    private let positions: [String: Int]
    private let kind: Operation.ListKind
    private let pageSize: Int
    private let key: @Sendable (Entry) -> String

    /// Those entries in that order. Of two under one key, only the first exists.
    init(
        _ kind: Operation.ListKind, _ entries: [Entry], pageSize: Int, key: @escaping @Sendable (Entry) -> String,
        definition: (Entry) -> JSONObject
    ) {
        var positions: [String: Int] = [:]
        var unique: [Entry] = []
        for entry in entries where positions[key(entry)] == nil {
            positions[key(entry)] = unique.count
            unique.append(entry)
        }
        self.kind = kind
        self.entries = unique
        definitions = unique.map { .object(definition($0)) }
        self.positions = positions
        self.pageSize = max(1, pageSize)
        self.key = key
    }

    var isEmpty: Bool { entries.isEmpty }

    /// The entry under exactly that key. A dictionary alone would also find it under a canonically equivalent one.
    subscript(name: String) -> Entry? {
        guard let position = positions[name], key(entries[position]).isExactly(name) else { return nil }
        return entries[position]
    }

    /// The first entry that the closure makes something of.
    func firstMap<Value>(_ transform: (Entry) -> Value?) -> Value? {
        for entry in entries { if let value = transform(entry) { return value } }
        return nil
    }

    /// The page at a cursor; the first one without.
    /// - Throws: `unknownCursor` for a text that no page gave.
    func page(_ cursor: String?) throws(MCPError) -> RawObject {
        let start = try cursor.map { text throws(MCPError) in try self.start(text) } ?? 0
        let end = min(start + pageSize, definitions.count)
        var result = JSONObject([(kind.member, JSON.array(Array(definitions[start..<end])))])
        if end < definitions.count { result["nextCursor"] = .string(self.cursor(end)) }
        return RawObject(result)
    }

    private func cursor(_ place: Int) -> String { "\(kind.member)-\(place)" }

    private func start(_ cursor: String) throws(MCPError) -> Int {
        guard let start = Int(cursor.dropFirst(kind.member.count + 1)), start > 0, start < definitions.count,
            start.isMultiple(of: pageSize), cursor.isExactly(self.cursor(start))
        else { throw .unknownCursor }
        return start
    }
}
