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
    /// The longest wait for an answer's head where the model's configuration names none.
    public var answerTimeout = TimeAmount.minutes(5)
    public var streamTimeout = TimeAmount.minutes(3)
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
    let settings: RelaySettings
    let clock: WallClock
    var random = SystemRandomNumberGenerator()
    /// The formats that can be translated, and the plugins that there are.
    var codecs = Codecs.standard
    var plugins = Plugins.standard
    private var prepared: [Int64: (channel: ServedChannel, requests: [WireFormat: UpstreamRequests])] = [:]
    /// Far more channels than anybody has; then all is prepared anew.
    private static let mostPrepared = 10_000

    public init(
        eventLoop: any EventLoop, lane: Int, client: UpstreamClient, meter: Meter, providers: ProviderCatalogue,
        models: ModelCatalogue = ModelCatalogue(files: []), settings: RelaySettings, clock: WallClock
    ) {
        self.eventLoop = eventLoop
        self.lane = lane
        self.client = client
        self.meter = meter
        self.providers = providers
        self.models = models
        self.settings = settings
        self.clock = clock
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
