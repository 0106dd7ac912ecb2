/// The members of a JSON object, in their order. Names are unique and compared byte for byte.
///
/// Equality does not regard the order of members.
public struct JSONObject: Sendable {
    /// A member: its name and its value.
    public typealias Element = (name: String, value: JSON)

    private struct Member: Sendable {
        let name: String
        var value: JSON
    }

    private var members: [Member] = []
    /// The position of each name, once there are too many members to compare one by one.
    private var positions: [ExactText: Int]?

    /// Up to this many members comparing one by one is faster than hashing.
    private static let linearLimit = 12

    /// No members.
    public init() {}

    /// The given members; of a name that occurs twice, the last value counts, at the first place.
    public init(_ elements: some Sequence<(String, JSON)>) {
        for (name, value) in elements { append(name, value) }
    }

    /// How many members there are.
    public var count: Int { members.count }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The names in order.
    public var names: [String] { members.map(\.name) }

    /// The member of that name. Setting keeps the place of a member that is there and appends one that is not;
    /// setting nil removes it (in time linear in the number of members).
    public subscript(name: String) -> JSON? {
        get { index(of: name).map { members[$0].value } }
        set {
            guard let newValue else {
                remove(name)
                return
            }
            append(name, newValue)
        }
    }

    /// Whether there is a member of that name.
    public func contains(_ name: String) -> Bool { index(of: name) != nil }

    /// Appends a member; where the name is there already, replaces its value in its place.
    public mutating func append(_ name: String, _ value: JSON) {
        if !appendIfAbsent(name, value), let position = index(of: name) { members[position].value = value }
    }

    /// Appends a member unless its name is there already; returns whether it did.
    @discardableResult
    public mutating func appendIfAbsent(_ name: String, _ value: JSON) -> Bool {
        guard index(of: name) == nil else { return false }
        positions?[ExactText(name)] = members.count
        // An object with more members than one has several as a rule; one with one only is not to be larger than it is.
        if members.count == 1 { members.reserveCapacity(4) }
        members.append(Member(name: name, value: value))
        if positions == nil, members.count > Self.linearLimit { indexPositions() }
        return true
    }

    /// Removes the members of those names, all in one go; those that are not there are passed over.
    package mutating func remove(_ names: [String]) {
        let count = members.count
        members.removeAll { member in names.contains { ExactText.equal($0, member.name) } }
        guard members.count < count else { return }
        if members.count > Self.linearLimit { indexPositions() } else { positions = nil }
    }

    private mutating func remove(_ name: String) {
        guard let position = index(of: name) else { return }
        members.remove(at: position)
        if members.count > Self.linearLimit { indexPositions() } else { positions = nil }
    }

    private mutating func indexPositions() {
        var positions = [ExactText: Int](minimumCapacity: members.count * 2)
        for (position, member) in members.enumerated() { positions[ExactText(member.name)] = position }
        self.positions = positions
    }

    /// The place of the member of that name.
    func index(of name: String) -> Int? {
        if let positions { return positions[ExactText(name)] }
        return members.firstIndex { ExactText.equal($0.name, name) }
    }
}

extension JSONObject: Sequence {
    /// Goes through the members in order.
    public struct Iterator: IteratorProtocol {
        private var members: IndexingIterator<[Member]>

        fileprivate init(_ object: JSONObject) { members = object.members.makeIterator() }

        /// The next member, in order.
        public mutating func next() -> JSONObject.Element? { members.next().map { ($0.name, $0.value) } }
    }

    /// How many members there are.
    public var underestimatedCount: Int { members.count }

    /// Goes through the members in order.
    public func makeIterator() -> Iterator { Iterator(self) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Of a name that occurs twice, the last value counts.
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

extension JSONObject: Hashable {
    /// The same names with equal values, in whatever order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.name] == $0.value }
    }

    /// In agreement with equality.
    public func hash(into hasher: inout Hasher) {
        // Exclusive or, because equal objects may have their members in different orders.
        var combined = 0
        for member in members {
            var memberHasher = Hasher()
            ExactText.hash(member.name, into: &memberHasher)
            memberHasher.combine(member.value)
            combined ^= memberHasher.finalize()
        }
        hasher.combine(combined)
    }
}
