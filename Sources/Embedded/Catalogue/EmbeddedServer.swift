import MCPServer
public import Wire

/// An MCP server that is built in.
///
/// The cases are the registry: no id can be there twice, and none without an entry.
public enum EmbeddedServer: String, Sendable, Hashable, CaseIterable {
    case time, everything

    /// What the registry holds about a server.
    public struct Entry: Sendable {
        /// The name for people.
        public let name: String
        /// What it does, in a sentence.
        public let description: String
        /// Words to find it by.
        public let tags: [String]
        /// The values that it takes.
        public let templates: [ConfigTemplate]
        /// Makes the server from checked values.
        let make: @Sendable (ConfigValues, EmbeddedSurroundings) throws(EmbeddedConfigError) -> any MCPService
    }

    /// The entry of this server.
    public var entry: Entry {
        switch self {
        case .time: TimeServer.entry
        case .everything: EverythingServer.entry
        }
    }
}

/// What embedded servers get from the process that they run in.
public struct EmbeddedSurroundings: Sendable {
    /// What time it is.
    public let clock: WallClock

    /// Surroundings with that clock.
    public init(clock: WallClock = .system) { self.clock = clock }
}

/// Values that were checked against a server's templates.
struct ConfigValues: Sendable {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// The value of a key, or its default.
    subscript(template: ConfigTemplate) -> String? { values[template.name] ?? template.defaultValue }
}
