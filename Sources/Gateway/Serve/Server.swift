internal import Directory
internal import Embedded
internal import Hummingbird
internal import HummingbirdCore
internal import Ledger
internal import Logging
internal import MCPServer
internal import ModelRelay
internal import NIOCore
internal import NIOPosix
internal import Outbound
internal import ServiceLifecycle
internal import Storage
internal import UnixSignals
internal import Wire

/// The running gateway: what `portico serve` starts, and tests start in their own process.
///
/// Here rooms are wired to each other, and nothing else happens.
struct Server {
    let configuration: Configuration
    let store: Store
    let directory: LiveDirectory
    let meter: Meter
    let health: ChannelHealth
    let registry: MetricsRegistry
    let hotSides: HotSides
    let providers: ProviderCatalogue
    let models: ModelCatalogue
    let tools: ToolHost
    let group: MultiThreadedEventLoopGroup
    let logger: Logger

    /// Opens the data and makes everything ready to serve.
    /// - Throws: `StorageError`, `ConfigurationError`, or what says that a template or the system's certificates can't be used.
    static func prepare(_ configuration: Configuration, registry: MetricsRegistry, logger: Logger) async throws -> Server {
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: configuration.eventLoops > 0 ? configuration.eventLoops : System.coreCount)
        let lanes = group.makeIterator().reduce(0) { count, _ in count + 1 }
        let secrets = try Self.secrets(configuration)
        let store = try await Store.open(Self.storage(configuration, lanes: lanes), secrets: secrets, logger: logger)
        do {
            return try await Server(configuration, store, group, registry, logger)
        } catch {
            await store.close()
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private init(
        _ configuration: Configuration, _ store: Store, _ group: MultiThreadedEventLoopGroup, _ registry: MetricsRegistry,
        _ logger: Logger
    ) async throws {
        var contents = try await store.loadContents()
        contents.internalKeyHashes = [configuration.keys.admin, configuration.keys.internal].compactMap { key in
            key.map { store.secrets.tokenKeys.hash(String(Credential.strip($0[...]))) }
        }
        contents.configuredServers = configuration.configuredServers
        contents.allowsUnconfiguredModels = configuration.relay.allowsUnconfiguredModels
        let directory = LiveDirectory(Snapshot(contents))
        let meter = Meter(journal: store.journal, billingEnabled: configuration.relay.isBillingEnabled)
        let health = ChannelHealth { $0.log(to: logger) }
        let templates = try configuration.templatesFolder.map { folder in try Templates(overlay: folder) } ?? Templates()
        let providers = try ProviderCatalogue(files: templates.files(in: "providers"))
        let models = ModelCatalogue(files: templates.files(in: "models"))
        // Those built in are known to be good, and read when they are asked for.
        if configuration.templatesFolder != nil { try models.check() }
        let tls = try UpstreamClient.TLS()
        let loops = try await UpstreamLoops(group, tls: tls)
        let tools = Self.tools(configuration, loops, group, store.secrets, logger)
        let settings = RelaySettings(configuration)
        let policy = HotPolicy(configuration)
        let metrics = HotMetrics()
        let keyHash = store.secrets.tokenKeys
        let responses = ResponseStore(records: MemoryExpiringRecords(maximumBytes: Self.responseBytes))
        self.hotSides = try await HotSides(group) { eventLoop, lane in
            let upstream =
                loops.client(of: eventLoop)
                ?? UpstreamClient(eventLoop: eventLoop, ticker: LoopTicker(eventLoop: eventLoop), tls: tls)
            let ticker = upstream.ticker
            let relay = RelayLoop(
                eventLoop: eventLoop, lane: lane, client: upstream, meter: meter, providers: providers, models: models,
                responses: responses, settings: settings, clock: .system, health: health)
            return HotLoop(
                relay: relay, upstream: upstream, ticker: ticker, tools: tools, meter: meter, directory: directory,
                keyHash: keyHash, clock: .system, policy: policy, metrics: metrics)
        }
        registry.addReadings { UpstreamMetrics.readings(of: tools) }
        self.tools = tools
        self.configuration = configuration
        self.store = store
        self.providers = providers
        self.models = models
        self.directory = directory
        self.meter = meter
        self.health = health
        self.registry = registry
        self.group = group
        self.logger = logger
    }

    /// Tries channels over the relay.
    var tester: RelayChannelTester { RelayChannelTester(hotSides: self.hotSides, directory: self.directory, clock: .system) }

    /// Serves until the process is told to stop, then lets calls in progress end for as long as the operator says, carries the journal to
    /// the database and closes.
    /// - Parameter onRunning: called with the port once connections are taken.
    func run(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let limits = FrontLimits(self.configuration.limits)
        let sides = self.hotSides
        let application = Application(
            router: self.router(),
            server: HTTPServerBuilder { responder in
                FrontChannel(responder: responder, limits: limits) { eventLoop in sides.side(of: eventLoop) }
            },
            configuration: ApplicationConfiguration(
                address: .hostname(self.configuration.listen.host, port: self.configuration.listen.port), serverName: nil,
                backlog: 1024, availableConnectionsDelegate: MaximumAvailableConnections(self.configuration.limits.connections)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(self.group),
            logger: self.logger)
        var running: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: application, successTerminationBehavior: .gracefullyShutdownGroup)
        ]
        if case .postgresql = self.configuration.databases.main {
            running.append(.init(service: DirectoryRefresh(store: self.store, directory: self.directory, logger: self.logger)))
        }
        let retention = LogSweeper.Retention(self.configuration.callLog)
        if retention.rows != nil || retention.bodies != nil {
            running.append(
                .init(service: LogSweeper(store: self.store, retention: retention, clock: .system, logger: self.logger)))
        }
        running.append(
            .init(
                service: ChannelRecovery(
                    health: self.health, directory: self.directory,
                    tester: self.tester, clock: .system, logger: self.logger)))
        var configuration = ServiceGroupConfiguration(
            services: running, gracefulShutdownSignals: [.sigterm, .sigint], logger: self.logger)
        configuration.maximumGracefulShutdownDuration = self.configuration.limits.shutdownTimeout
        let services = ServiceGroup(configuration: configuration)
        let result: Result<Void, any Error>
        do { result = .success(try await services.run()) } catch { result = .failure(error) }
        await self.close()
        try result.get()
    }

    /// Ends what goes to other servers, carries what was recorded to the database, and closes everything.
    func close() async {
        await self.tools.shutDown()
        await self.hotSides.shutDown()
        await self.store.close()
        try? await self.group.shutdownGracefully()
    }

    private static func tools(
        _ configuration: Configuration, _ loops: UpstreamLoops, _ group: any EventLoopGroup, _ secrets: StoreSecrets,
        _ logger: Logger
    ) -> ToolHost {
        let children = ChildSupervisor(on: group, logger: logger)
        for server in configuration.standardIOServers { children.add(server.id, ChildLaunch(server)) }
        let web = GuardedClient(loops: loops, policy: .publicInternet(andNetworks: configuration.network.allowedUpstreams))
        var parts = ToolHost.Parts()
        parts.tokens = secrets.travellingTokens
        parts.upstreams = UpstreamFactory(operatorClient: web.with(.anything), tenantClient: web, children: children)
        parts.documents = DocumentFactory(operatorClient: web.with(.anything), guardedClient: web)
        return ToolHost(parts)
    }

    /// Bytes of stored responses that are kept in memory; those that were not used for the longest time go first.
    private static let responseBytes = 256 << 20

    private static func secrets(_ configuration: Configuration) throws -> StoreSecrets {
        guard let secrets = StoreSecrets(master: try SecretFile.masterSecret(configuration)) else {
            throw ConfigurationError(
                place: "PORTICO_SECRET", value: nil, expectation: "the value (not shown) must hold at least 32 bytes in base64")
        }
        return secrets
    }

    private static func storage(_ configuration: Configuration, lanes: Int) -> StoreConfiguration {
        var storage = StoreConfiguration(
            engine: configuration.databases.main, journalFolder: configuration.databases.effectiveDataFolder + "/journal",
            lanes: lanes)
        storage.logEngine = configuration.databases.log
        storage.busyTimeout = configuration.databases.busyTimeout
        return storage
    }
}
