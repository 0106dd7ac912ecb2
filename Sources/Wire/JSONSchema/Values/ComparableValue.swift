/// A JSON value that is compared as JSON Schema compares instances (core, section 4.2.2): numbers by their value, so that
/// 1 and 1.0 are equal; strings byte for byte; objects without regard to order.
///
/// It hashes in agreement, so that `enum` and `uniqueItems` take time linear in what they compare.
struct ComparableValue: Hashable, Sendable {
    let value: JSON

    init(_ value: JSON) { self.value = value }

    static func == (left: ComparableValue, right: ComparableValue) -> Bool { equal(left.value, right.value) }

    func hash(into hasher: inout Hasher) { Self.hash(value, into: &hasher) }

    static func equal(_ left: JSON, _ right: JSON) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)):
            return left == right || ExactDecimal(left) == ExactDecimal(right)
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy(equal)
        case (.object(let left), .object(let right)):
            guard left.count == right.count else { return false }
            return left.allSatisfy { name, value in right[name].map { equal(value, $0) } ?? false }
        default: return left == right
        }
    }

    private static func hash(_ value: JSON, into hasher: inout Hasher) {
        switch value {
        case .number(let number): hasher.combine(ExactDecimal(number))
        case .array(let elements):
            hasher.combine(elements.count)
            for element in elements { hash(element, into: &hasher) }
        case .object(let object):
            // Exclusive or, because equal objects may have their members in different orders.
            var combined = object.count
            for (name, member) in object {
                var memberHasher = Hasher()
                ExactText.hash(name, into: &memberHasher)
                hash(member, into: &memberHasher)
                combined ^= memberHasher.finalize()
            }
            hasher.combine(combined)
        case .null, .bool, .string: hasher.combine(value)
        }
    }

    /// What comparing the value costs: one for each value and for each sixteen bytes of text; not more than `limit` is looked at.
    static func weight(of value: JSON, limit: Int) -> Int {
        var weight = 0
        add(value, to: &weight, limit)
        return weight
    }

    private static func add(_ value: JSON, to weight: inout Int, _ limit: Int) {
        weight += 1
        guard weight <= limit else { return }
        switch value {
        case .null, .bool: break
        case .number(let number): weight += number.text.utf8.count / 16
        case .string(let text): weight += text.utf8.count / 16
        case .array(let elements): for element in elements where weight <= limit { add(element, to: &weight, limit) }
        case .object(let object):
            for (name, member) in object where weight <= limit {
                weight += name.utf8.count / 16
                add(member, to: &weight, limit)
            }
        }
    }
}
