import Wire

/// Proposes values for an argument of a prompt or a variable of a template, the best first.
public typealias Completer = @Sendable (_ request: CompletionRequest) async throws -> [String]

/// What is to be completed.
public struct CompletionRequest: Sendable {
    /// What the user typed so far.
    public let value: String
    /// The other arguments that are known already (since 2025-06-18).
    public let resolved: [String: String]
    /// Who asks.
    public let context: any CallContext

    /// Those of the choices that begin with what was typed, byte for byte.
    public func matching(_ choices: some Sequence<String>) -> [String] {
        choices.filter { $0.utf8.starts(with: value.utf8) }
    }
}

/// The result of `completion/complete`.
enum CompletionResult {
    /// The most values in one result (all revisions).
    static let maximumValues = 100

    static func object(_ values: [String]) -> RawObject {
        [
            "completion": [
                "values": .array(values.prefix(maximumValues).map { .string($0) }), "total": .integer(values.count),
                "hasMore": .bool(values.count > maximumValues),
            ]
        ]
    }
}
