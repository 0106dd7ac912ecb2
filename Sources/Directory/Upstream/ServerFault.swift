/// A member of a server's configuration that can't be used.
public struct ServerFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which one, by its path: `proxy_config.headers.X-Key`.
    public let member: String
    /// What was expected instead. Never holds the value, which may be a secret.
    public let expected: String

    /// A fault of that member.
    public init(_ member: String, expected: String) {
        self.member = member
        self.expected = expected
    }

    /// For a person.
    public var description: String { "\(member): expected \(expected)" }
}
