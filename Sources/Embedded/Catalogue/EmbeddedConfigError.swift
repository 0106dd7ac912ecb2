/// Why an embedded server can't be made from what was configured.
public struct EmbeddedConfigError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: Sendable, Hashable {
        /// No embedded server of that id.
        case unknownServer
        /// A required value is not given.
        case missing
        /// A value is not what it should be.
        case invalid
        /// The server has no such key, or not in this place.
        case unknownKey
    }

    /// Where values come from.
    public enum Place: String, Sendable, Hashable {
        /// The operator's values.
        case initial = "init"
        /// A group's values.
        case reusing
    }

    /// What is wrong.
    public let code: Code
    /// The server's id, as asked for.
    public let server: String
    /// The key at fault; nil for an unknown server.
    public let key: String?
    /// For a person. It names the key and what was expected, never the value: that may be a secret.
    public let description: String

    private init(_ code: Code, _ server: String, _ key: String? = nil, _ description: String) {
        self.code = code
        self.server = server
        self.key = key
        self.description = description
    }

    static func unknownServer(_ id: String, known: [String]) -> EmbeddedConfigError {
        EmbeddedConfigError(
            .unknownServer, id, nil,
            "There is no embedded server \"\(id.prefix(64))\"; there are \(known.joined(separator: ", "))")
    }

    static func missing(_ template: ConfigTemplate, of server: String) -> EmbeddedConfigError {
        EmbeddedConfigError(
            .missing, server, template.name, "\(server): \(template.name) is missing (\(template.description))")
    }

    static func invalid(_ key: String, of server: String, expected: String) -> EmbeddedConfigError {
        EmbeddedConfigError(.invalid, server, key, "\(server): \(key) must be \(expected)")
    }

    static func unknownKey(_ key: String, of server: String, in place: Place, known: [String]) -> EmbeddedConfigError {
        let list = known.isEmpty ? "it takes none there" : "it takes \(known.joined(separator: ", "))"
        return EmbeddedConfigError(
            .unknownKey, server, key, "\(server): \(key.prefix(64)) is no \(place.rawValue) value; \(list)")
    }
}
