/// The values that a group saved for a public server: its own keys and settings, by the keys of the server's definitions.
public struct ServerParameters: Sendable, Hashable {
    /// The public server's id.
    public var serverID: String
    public var groupID: String
    /// Secrets, opened; sealed wherever they are stored. An empty value counts as none.
    public var values: [String: String]
    /// Milliseconds since 1970.
    public var createdAt: Int64
    public var updatedAt: Int64

    /// Values of a group for a server.
    public init(serverID: String, groupID: String, values: [String: String], createdAt: Int64) {
        self.serverID = serverID
        self.groupID = groupID
        self.values = values
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }

    /// Whether there is a value of that key that isn't empty.
    public func has(_ key: String) -> Bool { values[key]?.isEmpty == false }
}
