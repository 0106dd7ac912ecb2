internal import Directory
public import Ledger
public import NIOCore
public import Outbound
public import Wire

/// What the operator sets for all relaying.
public struct RelaySettings: Sendable {
    /// Attempts after the first, where the model's configuration names none.
    public var retryTimes: Int64 = 3
    /// Bytes of an upstream's whole (not streamed) answer.
    public var maximumAnswerBytes = 64 << 20
    /// Bytes of one event in a stream.
    public var maximumEventBytes = 4 << 20
    public var savesAllDetail = false
    /// Bytes of each body that are kept where detail is.
    public var requestDetailBytes = 8192
    public var responseDetailBytes = 8192
    public var connectTimeout = TimeAmount.seconds(10)
    /// How a channel is chosen where the model's configuration doesn't say; nil = as the option `RoutingStrategy` says.
    public var routingStrategy: RoutingStrategy?
    /// The error rate from which on the operator is told of a channel that names none; nil = as the option `DefaultWarnNotifyErrorRate` says.
    public var warnErrorRate: Double?
    /// Other names of models, an object as JSON text; nil = as the option `ModelAliases` says.
    public var modelAliases: String?
    /// The longest wait for an answer's head, and for a stream's first event, where the model's configuration names none; nil = by the kind
    /// of work and the length of the input.
    public var answerTimeout: TimeAmount?
    public var streamTimeout: TimeAmount?
    /// The longest that a call takes; nil = by those.
    public var wholeTimeout: TimeAmount?
    /// The longest silence within an answer.
    public var idleTimeout = TimeAmount.minutes(2)
    /// After how long a client of a stream that hears nothing is sent an event that says nothing.
    public var keepAliveInterval = TimeAmount.seconds(15)
    /// How long events are held back that only say that an answer begins, so that a failure may still be tried elsewhere.
    public var holdTimeout = TimeAmount.seconds(2)

    public init() {}
}

/// What relaying needs on one event loop. Confined to it.
public final class RelayLoop {
    public let eventLoop: any EventLoop
    /// The journal's lane of this loop.
    public let lane: Int
    let client: UpstreamClient
    let meter: Meter
    let providers: ProviderCatalogue
    let models: ModelCatalogue
    /// Nil where responses aren't kept.
    let responses: ResponseStore?
    let settings: RelaySettings
    let clock: WallClock
    let health: ChannelHealth
    var random = LoopGenerator()
    var memory = RouteMemory()
    /// The formats that can be translated, and the plugins that there are.
    var codecs = Codecs.standard
    var plugins = Plugins.standard
    private var prepared: [Int64: (channel: ServedChannel, requests: [WireFormat: UpstreamRequests])] = [:]
    /// Far more channels than anybody has; then all is prepared anew.
    private static let mostPrepared = 10_000
    private var read: (snapshot: Snapshot, options: OperatorOptions)?
    /// The channel types that serve what clients of a format ask for, in one format or another.
    private var types: [WireFormat: Set<Int64>] = [:]

    /// - Parameter health: of all channels, shared by all loops of the process.
    public init(
        eventLoop: any EventLoop, lane: Int, client: UpstreamClient, meter: Meter, providers: ProviderCatalogue,
        models: ModelCatalogue = ModelCatalogue(files: []), responses: ResponseStore? = nil, settings: RelaySettings,
        clock: WallClock, health: ChannelHealth = ChannelHealth()
    ) {
        self.eventLoop = eventLoop
        self.lane = lane
        self.client = client
        self.meter = meter
        self.providers = providers
        self.models = models
        self.responses = responses
        self.settings = settings
        self.clock = clock
        self.health = health
    }

    /// The operator's options as the directory has them.
    func options(of snapshot: Snapshot) -> OperatorOptions {
        if let read = self.read, read.snapshot === snapshot { return read.options }
        let options = OperatorOptions(snapshot, settings: self.settings, before: self.read?.options)
        self.read = (snapshot, options)
        return options
    }

    /// The channel types whose providers serve what clients of `format` ask for. Whether they do so for a certain model is seen when they
    /// are asked.
    func servedTypes(_ format: WireFormat) -> Set<Int64> {
        if let known = self.types[format] { return known }
        let formats = Set(format.nearest)
        let types = Set(self.providers.all.filter { !formats.isDisjoint(with: $0.formats) }.map(\.type))
        self.types[format] = types
        return types
    }

    /// What requests of `format` to `channel` have in common, kept for as long as the directory has this state of the channel.
    func requests(
        _ format: WireFormat, provider: Provider, channel: ServedChannel
    ) throws(Failure) -> UpstreamRequests {
        let id = channel.channel.id
        if let known = self.prepared[id], known.channel === channel, let requests = known.requests[format] { return requests }
        let requests = try UpstreamRequests(format, provider: provider, channel: channel.channel)
        if self.prepared.count >= Self.mostPrepared { self.prepared.removeAll() }
        if self.prepared[id]?.channel !== channel { self.prepared[id] = (channel, [:]) }
        self.prepared[id]?.requests[format] = requests
        return requests
    }

    /// Serves a call of a model; what it answers goes to `sink`, perhaps before this returns.
    /// - Returns: nil where it was refused and answered at once.
    public func call(_ request: RelayRequest, sink: any AnswerSink) -> (any RelayCall)? {
        do {
            let call = ModelCall(request: request, admitted: try CallAdmission(request, loop: self), loop: self, sink: sink)
            call.start()
            return call
        } catch {
            error.send(to: sink, requestID: request.requestID, dialect: request.endpoint.format.dialect)
            return nil
        }
    }
}
