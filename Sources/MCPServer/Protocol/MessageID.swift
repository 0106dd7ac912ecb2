public import Wire

/// The id of a JSON-RPC request: a string or an integer, kept as it was written.
///
/// Two ids are equal where their JSON is: the string `"1"` and the number `1` are different ids, in every revision.
public struct MessageID: Sendable, Hashable {
    /// The longest id that is accepted, in bytes of its text.
    public static let maximumBytes = 1024

    /// The id as it stands in the message.
    public let json: JSON

    /// The id in that value; nil where it is neither a string nor an integer, or too long.
    public init?(_ json: JSON) {
        switch json {
        case .string(let text): guard text.utf8.count <= Self.maximumBytes else { return nil }
        case .number(let number): guard number.text.utf8.count <= Self.maximumBytes, number.int64 != nil else { return nil }
        default: return nil
        }
        self.json = json
    }

    /// An id of our own.
    public init(_ number: Int) { json = .integer(number) }
}

extension MessageID: CustomStringConvertible {
    /// The id as JSON text.
    public var description: String { json.description }
}
