/// A local MCP server that is run as a child process.
public struct StandardIOServer: Sendable, Equatable {
    /// `[A-Za-z0-9_-]`, at most 64 characters, unique.
    public var id: String
    /// The program.
    public var command: String
    public var arguments: [String] = []
    /// Variables that the child gets beside the few that every program needs. Values may be secrets: they are never logged.
    public var environment: [String: String] = [:]
    /// Where it runs; nil = where the gateway runs.
    public var workingDirectory: String?

    public init(id: String, command: String) {
        self.id = id
        self.command = command
    }
}
