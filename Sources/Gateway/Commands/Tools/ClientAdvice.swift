internal import FoundationEssentials
internal import Logging
internal import Storage

/// What `portico doctor` tells of the MCP servers that a key may use.
struct ClientAdvice: Sendable {
    private let configuration: Configuration
    private let url: String
    private let isURLGiven: Bool
    /// The key that was given; else the operator's own.
    private let key: String?
    private let adminKey: String?
    /// Whether somebody asked for this: then it is a failure where nothing can be told.
    private let isWanted: Bool

    /// - Throws: `ConfigurationError` for the first mistake in what was given.
    init(
        _ configuration: Configuration, url: String?, key: String?, environment: [String: String]
    ) throws(ConfigurationError) {
        self.configuration = configuration
        (self.url, self.isURLGiven) = try ToolClientSettings.url(url, environment)
        self.adminKey = try AdminKey.known(configuration)
        let given = try ToolClientSettings.key(key, environment)
        self.key = given ?? self.adminKey
        self.isWanted = given != nil || self.isURLGiven
    }

    /// The lines to print.
    /// - Throws: where somebody asked for them and there are none to tell.
    func lines(logger: Logger) async throws -> [String] {
        guard let key else {
            return ["With a key (--key or PORTICO_KEY), what desktop clients need for each MCP server is printed here."]
        }
        do {
            let configuration = self.configuration
            let access = try await ToolAccess.open(url: self.url, isURLGiven: self.isURLGiven, key: key, logger: logger) {
                configuration
            }
            let result: Result<[String], any Error>
            do { result = .success(try await self.lines(access)) } catch { result = .failure(error) }
            await access.close()
            return try result.get()
        } catch let error as ToolAccessError where !self.isWanted {
            return ["MCP servers: \(error)"]
        }
    }

    private func lines(_ access: ToolAccess) async throws -> [String] {
        _ = try await access.client.place(of: nil)
        let places = try await ServerListing(access: access, adminKey: self.adminKey).places()
        let lines = ClientLines(variables: self.variables(isLocal: access.local != nil), url: self.url)
        var output = [
            "MCP servers for this key, as desktop clients read them; the key itself goes where PORTICO_KEY stands:", "",
        ]
        output += lines.lines(for: places ?? [])
        if places == nil { output += ["", "With ADMIN_KEY set, each server of \(self.url) is listed."] }
        return output
    }

    /// What `portico stdio` must be told to find the same data or server, wherever a client starts it. Secrets by their name only.
    private func variables(isLocal: Bool) -> [(name: String, value: String)] {
        if self.url != ToolClientSettings.standardURL { return [("PORTICO_URL", self.url)] }
        guard isLocal else { return [] }
        switch self.configuration.databases.main {
        case .sqlite(let path): return [("SQLITE_PATH", SmallFile.path(path, in: FileManager.default.currentDirectoryPath))]
        case .postgresql: return [("SQL_DSN", "")]
        }
    }
}
