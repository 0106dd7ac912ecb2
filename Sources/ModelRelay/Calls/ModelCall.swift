internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// One call of a model on its way, in whatever format: channels are tried until one answers, its answer is passed on or translated, the
/// call is settled before the answer's last bytes. Confined to its event loop.
///
/// Which channels are tried stands in `ModelCall+Route.swift`, how in `ModelCall+Attempts.swift`, how whole answers go out in `ModelCall+Whole.swift`, streams in
/// `ModelCall+Stream.swift`, and how a call ends in `ModelCall+Ends.swift`; what those touch is not private.
final class ModelCall: RelayCall, UpstreamReceiver, Ticking {
    enum Phase {
        /// Nothing was sent to the client; another channel may still be tried.
        case attempting
        /// An error's body is collected, to be told or to be retried.
        case failing
        /// A whole answer is collected.
        case collecting
        /// Events are read and passed on, or put together.
        case streaming
        case ended
    }

    let request: RelayRequest
    let view: RequestView
    /// The one that is asked: the client's, or where its channels failed one of its fallbacks.
    var model: ServedModel
    let admission: Admission
    let loop: RelayLoop
    let sink: any AnswerSink
    let rules: FormatRules
    let plugins: ActivePlugins

    var phase = Phase.attempting
    var record: CallRecord
    var detail = ResponseDetail()

    // The attempts.
    let options: OperatorOptions
    let deadlines: CallDeadlines
    /// What the request has in common with others whose prompts are cached.
    let affinity: AffinityKey?
    var walk: RouteWalk
    /// The channel that the request itself names.
    let pinned: ServedChannel?
    /// The attempt under way, whose outcome wasn't told yet.
    var routed: RouteWalk.Attempt?
    var attemptNumber = 0
    /// Milliseconds since 1970.
    var attemptBeganAt: Int64 = 0
    var lastFailure: Failure?
    /// The pause before the next attempt, and its end in milliseconds since 1970.
    var waiting: Scheduled<Void>?
    var waitedUntil = Int64.min
    /// When the call is to be over, once that was looked at; and when the attempt's first event is to be there.
    var wholeBy: NIODeadline?
    var firstTokenBy: NIODeadline?
    /// Whether the attempt's stream has said something that the client waits for.
    var hasToken = false
    /// The client's request as its codec reads it, once that was needed.
    var decoded: DecodedRequest?
    /// What the call has to do with stored responses; nil = nothing.
    var stored: StoredWork?
    /// The client's side of an answer that is made even if the client leaves.
    let detachable: DetachableSink?
    var channel: ServedChannel?
    var plan = AttemptPlan()
    var attempt: (any RelayAttempt)?
    var head: HTTPResponseHead?
    /// The bytes of a whole answer or of an error.
    var collected = ByteBuffer()

    // The stream of the current attempt: one of the two, where there is one.
    var tap: StreamTap?
    var conversion: StreamConversion?
    /// Which of the two.
    var isConverted = false
    /// Events that tell nothing yet, held back as long as another channel may still be tried.
    var held: ByteBuffer?
    var heldSince: NIODeadline?
    var isHeadSent = false
    /// Whether the answer was estimated here.
    var isEstimated = false
    var hasSentSinceTick = false
    var quietSince: NIODeadline?
    /// The plugins over bytes, as they are in the middle of an answer.
    var bytesPlugins: ActivePlugins?
    var tickerIndex = -1

    init(request: RelayRequest, admitted: CallAdmission, loop: RelayLoop, sink: any AnswerSink) {
        self.request = admitted.request
        self.view = admitted.view
        self.model = admitted.model
        self.admission = admitted.admission
        self.plugins = admitted.plugins
        self.rules = request.endpoint.format.rules
        self.loop = loop
        self.stored = StoredWork(admitted.request, admitted.view, loop.responses)
        self.detachable = self.stored?.backgroundID == nil ? nil : DetachableSink(sink)
        self.sink = self.detachable ?? sink
        self.options = loop.options(of: admitted.request.snapshot)
        self.deadlines = Self.deadlines(admitted, settings: loop.settings)
        self.affinity = admitted.affinity
        self.pinned = admitted.pinned
        self.walk = Self.walk(
            admitted.request, to: admitted.model, pinned: admitted.pinned, affinity: admitted.affinity, loop: loop,
            options: self.options, deadlines: self.deadlines)
        var record = CallRecord(request, model: admitted.model, code: 200)
        record.user = admitted.view.user
        record.metadata = admitted.view.metadata
        record.promptCacheKey = admitted.view.promptCacheKey
        record.usageContext.serviceTier = admitted.view.serviceTier
        self.record = record
    }

    func start() {
        self.loop.client.ticker.register(self)
        self.tryNext(after: nil)
    }

    // MARK: The upstream's answer

    func upstreamHead(_ head: HTTPResponseHead) {
        self.head = head
        guard (200...299).contains(head.status.code) else {
            self.phase = .failing
            return
        }
        // One that streams though it wasn't asked to is understood only where its events are.
        guard head.isEventStream, self.plan.isStreamed || self.plan.conversion != nil else {
            self.phase = .collecting
            return
        }
        self.phase = .streaming
        self.beginStream()
    }

    func upstreamBody(_ part: ByteBuffer) {
        switch self.phase {
        case .failing:
            self.collect(part)
            if self.collected.readableBytes > Self.longestError {
                self.attempt?.cancel()
                self.upstreamRefused()
            }
        case .collecting:
            guard self.collected.readableBytes + part.readableBytes <= self.loop.settings.maximumAnswerBytes else {
                self.attempt?.cancel()
                return self.fail(
                    Failure(
                        .badGateway, code: "upstream_answer_too_large",
                        "the upstream's answer has more than \(self.loop.settings.maximumAnswerBytes) bytes"))
            }
            self.collect(part)
        case .streaming: self.stream(part)
        case .ended:
            // Behind the last event comes at most the end of the transfer.
            self.attempt?.cancel()
            self.attempt = nil
        case .attempting: break
        }
    }

    func upstreamReadComplete() {
        if case .streaming = self.phase, self.isHeadSent { self.sink.flush() }
    }

    func upstreamEnded() {
        self.attempt = nil
        switch self.phase {
        case .failing: self.upstreamRefused()
        case .collecting: self.answerWhole()
        case .streaming: self.endStream()
        case .attempting, .ended: break
        }
    }

    func upstreamFailed(_ error: OutboundError) {
        self.attempt = nil
        switch self.phase {
        case .ended: break
        case .attempting, .collecting: self.tryNext(after: Failure(error, isCut: self.head != nil))
        case .failing: self.upstreamRefused()
        case .streaming: self.streamFailed(Failure(error, isCut: true))
        }
    }

    private func collect(_ part: ByteBuffer) {
        if self.collected.readableBytes == 0 { self.collected = part } else { self.collected.writeImmutableBuffer(part) }
    }

    /// The upstream answered with a status that is a failure.
    private func upstreamRefused() {
        guard let head = self.head else { return }
        var failure = Failure(head, body: self.collected, at: self.loop.clock.nowMilliseconds())
        // The names of another format's members say nothing to the client.
        if self.plan.format != self.request.endpoint.format { failure.error.parameter = nil }
        self.tryNext(after: failure)
    }

    /// Bytes of an error's body that are worth reading.
    private static let longestError = 64 << 10
}
