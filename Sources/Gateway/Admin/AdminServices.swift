internal import Directory
internal import ModelRelay
internal import Storage
internal import Wire

/// What the operations of the admin API work on.
struct AdminServices: Sendable {
    let store: Store
    let directory: LiveDirectory
    let configuration: Configuration
    let tester: any ChannelTester
    /// The public MCP servers of the configuration file.
    let configuredServers: ConfiguredServers
    let toolLists: ToolLists
    /// nil = nothing is passed on to any.
    let upstreams: (any UpstreamHealthSource)?
    /// nil = OpenAPI documents can't be looked at.
    let previewer: (any DocumentPreviewer)?
    let providers: ProviderCatalogue
    let models: ModelCatalogue
    /// What is known of how channels do.
    let health: ChannelHealth
    let clock: WallClock
    /// When the server was started, milliseconds since 1970.
    let startedAt: Int64

    /// Takes a change over into the directory, so that the next request sees it; returns what was stored.
    @discardableResult
    func applied<Value>(_ written: Written<Value>) -> Value {
        directory.apply(written.changes)
        return written.value
    }

    /// The same for channels that were changed: what was held against them counts no more.
    @discardableResult
    func applied<Value>(_ written: Written<Value>, toChannels ids: [Int64]) -> Value {
        let value = applied(written)
        for id in ids { health.clear(channelID: id, at: clock.nowMilliseconds()) }
        return value
    }

    /// How values are shown in the answer to a call.
    func presentation(for call: AdminCall) -> Presentation {
        Presentation(
            showsSecrets: configuration.admin.showsSecrets, host: configuration.network.mcpHost ?? call.host,
            publicMCPHost: configuration.network.publicMCPHost, groupMCPHost: configuration.network.groupMCPHost)
    }
}
