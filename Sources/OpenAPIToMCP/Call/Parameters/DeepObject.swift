import Wire

/// The style deepObject: `color[R]=100&color[G]=200`.
///
/// The specification says nothing of what is nested. Here objects go on in brackets (`a[b][c]=1`), and an array's elements have their index
/// in brackets (`a[b][0]=1`): the one form that keeps arrays of objects together, and that the readers of such queries (qs, PHP, Rack) know.
enum DeepObject {
    /// How deep values may be nested.
    static let maximumDepth = 32
    /// The most pairs of one value.
    static let maximumPairs = 10_000

    static func pairs(of value: JSON, name: String, argument: String) throws(CallFault) -> [StyledPair] {
        var pairs: [StyledPair] = []
        try append(value, name: name, depth: 0, argument, to: &pairs)
        return pairs
    }

    private static func append(
        _ value: JSON, name: String, depth: Int, _ argument: String, to pairs: inout [StyledPair]
    ) throws(CallFault) {
        guard depth < maximumDepth, pairs.count < maximumPairs else {
            throw CallFault(argument, "is nested more than \(maximumDepth) deep, or has more than \(maximumPairs) values")
        }
        switch value {
        case .null: break
        case .object(let object):
            for (member, value) in object {
                // A bracket in a name would read as another way into the object.
                guard !member.utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) else {
                    throw CallFault(argument, "has a member with a bracket in its name, which can't be sent")
                }
                try append(value, name: "\(name)[\(member)]", depth: depth + 1, argument, to: &pairs)
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                try append(element, name: "\(name)[\(index)]", depth: depth + 1, argument, to: &pairs)
            }
        default: pairs.append(StyledPair(name: name, values: [ParameterValue.plain(value) ?? ""]))
        }
    }
}
