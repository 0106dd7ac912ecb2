import Wire

/// The answer to one HTTP request of an MCP client, as a state machine: undecided between a JSON document and an event
/// stream until the first message or a short while, then one of the two until it is over.
///
/// A stream whose client may resume it (Streamable HTTP from 2025-03-26 on) outlives its connection: what is sent while
/// nobody is attached is kept, and whoever attaches next gets what it missed. No socket, no clock, no lock: events in,
/// steps out.
struct Exchange: Sendable {
    /// What the request's transport and revision allow.
    struct Terms: Sendable {
        /// Whether the client reads event streams.
        var acceptsStream = true
        /// Headers that the answer has in either form.
        var headers: [(name: String, value: String)] = []
        /// What event ids begin with, where events have any and the stream can be resumed.
        var stream: String?
        /// Whether a stream begins with an event that has an id and no data (2025-11-25; older clients break on it).
        var isPrimed = false
        /// The type of each event; nil: none is written, which means `message`.
        var eventType: String?
        /// What a stream begins with.
        var preamble: [UInt8] = []
        /// Whether this is no answer but a stream of its own: it begins at once.
        var isListening = false
        /// How long the form stays undecided: a proxy waits about a minute for a head, and people want to see life sooner.
        var decision = Duration.seconds(2)
        /// How long a stream is quiet before a comment shows that it is alive.
        var quiet = Duration.seconds(15)
        /// What is kept of a stream that can be resumed.
        var log = EventLog.Limits()
    }

    private enum Phase: Sendable, Hashable { case undecided, streaming, over }

    /// Something to do to the connection of an attachment.
    struct Step: Sendable {
        enum What: Sendable {
            case whole(MCPHTTPResponse)
            case begin([(name: String, value: String)])
            case write([UInt8])
            case end
            /// The connection's request is served: nothing more comes.
            case release
        }

        let attachment: Int
        let what: What
    }

    /// How long a client waits before it comes back for a broken stream, in milliseconds.
    private static let retryMilliseconds = 1000

    private let terms: Terms
    private var phase = Phase.undecided
    /// The connection that is there; nil where the client has gone.
    private var attached: Int?
    private var attachments = 1
    private var log: EventLog
    private let start: ContinuousClock.Instant
    /// When something was last written, or the client left.
    private var lastWrite: ContinuousClock.Instant

    /// An exchange whose first attachment is number 1.
    init(_ terms: Terms, at now: ContinuousClock.Instant) {
        self.terms = terms
        attached = 1
        log = EventLog(limits: terms.log)
        start = now
        lastWrite = now
    }

    /// Whether what is sent from now on can still reach the client.
    var isOpen: Bool { phase != .over }
    /// Whether a request towards the client can reach it.
    var carriesRequests: Bool { phase == .streaming || phase == .undecided && terms.acceptsStream }
    /// Whether somebody is there to read.
    var isAttached: Bool { attached != nil && phase != .over }
    /// Whether nothing is left to be done or kept.
    var isSettled: Bool { phase == .over && log.isEmpty }
    /// The bytes that are kept for a client that comes back.
    var keptBytes: Int { log.bytes }

    // MARK: - What the server does

    /// The stream begins now, where there is to be one from the start.
    mutating func open(at now: ContinuousClock.Instant) -> [Step] { phase == .undecided ? begin(at: now) : [] }

    /// A message before the answer. One that a client without event streams can't get is dropped.
    mutating func send(_ message: [UInt8], at now: ContinuousClock.Instant) -> [Step] {
        switch phase {
        case .undecided:
            guard terms.acceptsStream else { return [] }
            return begin(at: now) + write(message, at: now)
        case .streaming: return write(message, at: now)
        case .over: return []
        }
    }

    /// The answer: the document where nothing was sent yet, else its messages on the stream.
    mutating func answer(
        _ messages: () -> [[UInt8]], orWhole document: () -> MCPHTTPResponse, at now: ContinuousClock.Instant
    ) -> [Step] {
        switch phase {
        case .undecided: return whole(document())
        case .streaming: return messages().flatMap { write($0, at: now) } + finish()
        case .over: return []
        }
    }

    /// The end without an answer, as for a request that its client cancelled: an empty stream, or nothing.
    mutating func end(at now: ContinuousClock.Instant) -> [Step] {
        switch phase {
        case .undecided: return terms.acceptsStream ? begin(at: now) + finish() : whole(.accepted)
        case .streaming: return finish()
        case .over: return []
        }
    }

    /// Time passes.
    mutating func tick(at now: ContinuousClock.Instant) -> [Step] {
        log.prune(at: now)
        guard let attached else {
            // Nothing waits for a stream of its own: whoever comes back after so long gets a new one.
            if terms.isListening, lastWrite.duration(to: now) >= terms.log.age { phase = .over }
            return []
        }
        switch phase {
        case .undecided:
            guard terms.acceptsStream, start.duration(to: now) >= terms.decision else { return [] }
            return begin(at: now)
        case .streaming:
            guard lastWrite.duration(to: now) >= terms.quiet else { return [] }
            lastWrite = now
            var comment: [UInt8] = []
            SSEWriter.writeComment("", to: &comment)
            return [Step(attachment: attached, what: .write(comment))]
        case .over: return []
        }
    }

    /// Lets go of what is kept: there is no room for it any more.
    mutating func forget() { log.clear() }

    // MARK: - What the client does

    /// The connection is gone. The exchange goes on without it where the client can resume it.
    mutating func leave(_ attachment: Int, at now: ContinuousClock.Instant) -> [Step] {
        guard attached == attachment else { return [] }
        attached = nil
        lastWrite = now
        // Before its first event a stream has no id by which it could be asked for.
        if phase == .undecided || terms.stream == nil { phase = .over }
        return [Step(attachment: attachment, what: .release)]
    }

    /// A new connection, in the place of one that may still be open. It gets the events behind that number. nil where there
    /// is no stream that could be resumed.
    mutating func attach(after number: Int, at now: ContinuousClock.Instant) -> (attachment: Int, [Step])? {
        guard phase != .undecided, terms.stream != nil else { return nil }
        var steps: [Step] = []
        if let attached { steps += [Step(attachment: attached, what: .end), Step(attachment: attached, what: .release)] }
        attachments += 1
        let attachment = attachments
        attached = attachment
        lastWrite = now
        steps.append(Step(attachment: attachment, what: .begin(head)))
        for event in log.events(after: number) { steps.append(Step(attachment: attachment, what: .write(event))) }
        if phase == .over { steps += close() }
        return (attachment, steps)
    }

    // MARK: - Writing

    private var head: [(name: String, value: String)] {
        // Proxies would hold back or keep parts of a stream.
        [("content-type", "text/event-stream"), ("cache-control", "no-cache"), ("x-accel-buffering", "no")] + terms.headers
    }

    private mutating func begin(at now: ContinuousClock.Instant) -> [Step] {
        phase = .streaming
        lastWrite = now
        guard let attached else { return [] }
        var steps = [Step(attachment: attached, what: .begin(head))]
        var opening = terms.preamble
        if terms.isPrimed, let stream = terms.stream {
            SSEWriter.write(
                SSEEvent(data: "", id: "\(stream)_0", retryMilliseconds: Self.retryMilliseconds), to: &opening)
        }
        if !opening.isEmpty { steps.append(Step(attachment: attached, what: .write(opening))) }
        return steps
    }

    private mutating func write(_ message: [UInt8], at now: ContinuousClock.Instant) -> [Step] {
        var event: [UInt8] = []
        event.reserveCapacity(message.count + 48)
        if let type = terms.eventType { event += Array("event: \(type)\n".utf8) }
        if let stream = terms.stream {
            event += Array("id: \(stream)_\(log.next)\n".utf8)
            message.withUnsafeBytes { SSEWriter.write(data: $0, to: &event) }
            log.append(event, at: now)
        } else {
            message.withUnsafeBytes { SSEWriter.write(data: $0, to: &event) }
        }
        guard let attached else { return [] }
        lastWrite = now
        return [Step(attachment: attached, what: .write(event))]
    }

    private mutating func whole(_ document: MCPHTTPResponse) -> [Step] {
        phase = .over
        guard let attached else { return [] }
        self.attached = nil
        let response =
            terms.headers.isEmpty
            ? document
            : MCPHTTPResponse(status: document.status, headers: document.headers + terms.headers, body: document.body)
        return [Step(attachment: attached, what: .whole(response)), Step(attachment: attached, what: .release)]
    }

    private mutating func finish() -> [Step] {
        phase = .over
        return close()
    }

    private mutating func close() -> [Step] {
        guard let attached else { return [] }
        self.attached = nil
        return [Step(attachment: attached, what: .end), Step(attachment: attached, what: .release)]
    }
}
