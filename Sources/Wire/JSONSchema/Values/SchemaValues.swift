/// The values that `enum` or `const` allows.
struct SchemaValues: Sendable {
    private let values: Set<ComparableValue>
    private let holdsCompounds: Bool
    /// The first few, for messages; one more than are shown, so that it shows whether there are more.
    let listed: [JSON]

    init(_ values: [JSON]) {
        self.values = Set(values.map(ComparableValue.init))
        holdsCompounds = values.contains { Self.isCompound($0) }
        listed = Array(values.prefix(21))
    }

    func contains(_ value: JSON) -> Bool { isPossible(value) && values.contains(ComparableValue(value)) }

    /// What `contains` costs; not more than `limit` is looked at.
    func weight(comparedWith value: JSON, limit: Int) -> Int {
        isPossible(value) ? ComparableValue.weight(of: value, limit: limit) : 1
    }

    /// Arrays and objects are not looked into where none can be equal.
    private func isPossible(_ value: JSON) -> Bool { holdsCompounds || !Self.isCompound(value) }

    private static func isCompound(_ value: JSON) -> Bool {
        switch value {
        case .array, .object: true
        case .null, .bool, .number, .string: false
        }
    }
}
