import Synchronization
import Wire

/// A legacy client's session over HTTP: its peer, and the streams on which it is reached.
final class HTTPSession: Sendable, HeldSession {
    /// Which of the two transports.
    enum Transport: Sendable, Hashable {
        case streamable
        /// One stream for everything (HTTP+SSE, 2024-11-05).
        case eventStream
    }

    /// How many streams of one session can be resumed, and how much is kept for them together, in bytes.
    static let maximumStreams = 32
    static let maximumKeptBytes = 4 << 20

    private struct State {
        /// How many requests are being answered on connections of this session.
        var connections = 0
        var nextStream = 1
        /// The streams that can be resumed, oldest first.
        var streams: [(name: String, exchange: HTTPExchange)] = []
        var isClosed = false
    }

    let id: String
    let owner: Principal
    let transport: Transport
    let peer: LegacyPeer
    let mailbox: Mailbox
    private let pulse: Pulse
    private let budget: ByteBudget
    private let state = Mutex(State())

    init(
        id: String, owner: Principal, transport: Transport, pulse: Pulse, budget: ByteBudget, limits: LegacyPeer.Limits
    ) {
        self.budget = budget
        self.id = id
        self.owner = owner
        self.transport = transport
        self.pulse = pulse
        mailbox = Mailbox()
        peer = LegacyPeer(
            id: id, owner: owner, outlet: mailbox, isOutletOpen: transport == .eventStream, pulse: pulse, limits: limits)
    }

    /// A session is not idle while somebody is connected, or something runs.
    var isInUse: Bool { state.withLock { $0.connections > 0 } || peer.isBusy }

    /// Waits until a connection is served.
    func served(_ exchange: HTTPExchange, _ attachment: HTTPExchange.Attachment) async {
        state.withLock { $0.connections += 1 }
        defer { state.withLock { $0.connections -= 1 } }
        await exchange.served(attachment)
    }

    // MARK: - Streamable HTTP

    /// The way for the answer to a POST of this session.
    func answer(to sink: any MCPHTTPSink, acceptsStream: Bool) -> HTTPExchange {
        var terms = Exchange.Terms()
        terms.acceptsStream = acceptsStream
        return exchange(terms, "p", sink)
    }

    /// The stream for messages of no request, in the place of the one before it.
    func listen(_ sink: any MCPHTTPSink) -> HTTPExchange {
        var terms = Exchange.Terms()
        terms.isListening = true
        let exchange = exchange(terms, "g", sink)
        mailbox.connect(exchange)
        return exchange
    }

    /// What became of a wish to resume a stream.
    enum Resumption: Sendable {
        case resumed(HTTPExchange, HTTPExchange.Attachment)
        /// What was missed is gone, but nothing waits for it: a new stream does as well.
        case fresh
        /// The stream is not known, or no longer.
        case unknown
    }

    /// Goes on with the stream of an event, and with no other (Streamable HTTP, resumability).
    func resume(after eventID: String, _ sink: any MCPHTTPSink) -> Resumption {
        let parts = eventID.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(Substring(parts[1])), number >= 0, let name = String(parts[0]) else {
            return .unknown
        }
        let exchange = state.withLock { state in state.streams.first { $0.name.isExactly(name) }?.exchange }
        // A stream of the session's own that has ended made room for another.
        let isListening = name.hasPrefix("g")
        guard let exchange, isListening ? exchange.isOpen : !exchange.isSettled,
            let attachment = exchange.attach(sink, after: number)
        else { return isListening ? .fresh : .unknown }
        return .resumed(exchange, attachment)
    }

    private func exchange(_ terms: Exchange.Terms, _ prefix: String, _ sink: any MCPHTTPSink) -> HTTPExchange {
        var terms = terms
        let revision = peer.revision
        // Resuming is of 2025-03-26; before, what breaks is lost.
        guard terms.acceptsStream, revision >= .march2025 else { return HTTPExchange(terms, sink: sink, pulse: pulse) }
        let number = state.withLock { state in
            defer { state.nextStream += 1 }
            return state.nextStream
        }
        let name = "\(prefix)\(number)"
        terms.stream = name
        terms.isPrimed = revision >= .november2025
        let exchange = HTTPExchange(terms, sink: sink, pulse: pulse, budget: budget)
        remember(exchange, name)
        return exchange
    }

    /// Keeps a stream findable, within the bounds of a session: the oldest are let go first.
    private func remember(_ exchange: HTTPExchange, _ name: String) {
        let (dropped, isClosed) = state.withLock { state -> ([HTTPExchange], Bool) in
            state.streams.removeAll { $0.exchange.isSettled }
            state.streams.append((name, exchange))
            var kept = state.streams.reduce(0) { $0 + $1.exchange.keptBytes }
            var dropped: [HTTPExchange] = []
            while state.streams.count > Self.maximumStreams || kept > Self.maximumKeptBytes,
                let index = state.streams.firstIndex(where: { $0.exchange !== exchange && !$0.exchange.isAttached })
            {
                let stream = state.streams.remove(at: index).exchange
                kept -= stream.keptBytes
                dropped.append(stream)
            }
            return (dropped, state.isClosed)
        }
        for stream in dropped { stream.forget() }
        if isClosed { exchange.end() }
    }

    // MARK: - HTTP+SSE

    /// The stream that carries everything of this session. It begins by telling where messages are posted.
    func connect(_ sink: any MCPHTTPSink, messagePath: String) -> HTTPExchange {
        var terms = Exchange.Terms()
        terms.isListening = true
        terms.eventType = "message"
        let mark = messagePath.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        SSEWriter.write(SSEEvent(type: "endpoint", data: "\(messagePath)\(mark)sessionId=\(id)"), to: &terms.preamble)
        let exchange = HTTPExchange(terms, sink: sink, pulse: pulse)
        mailbox.connect(exchange)
        return exchange
    }

    // MARK: - The end

    /// Ends the session, its calls and its streams.
    func close() {
        peer.close()
        mailbox.close()
        let streams = state.withLock { state in
            defer { state.streams = [] }
            state.isClosed = true
            return state.streams
        }
        for stream in streams {
            stream.exchange.end()
            stream.exchange.forget()
        }
    }
}

/// The way for the answers of a session that has one stream for everything.
final class StreamPort: AnswerPort {
    private let mailbox: Mailbox

    init(_ mailbox: Mailbox) { self.mailbox = mailbox }

    func send(_ message: [UInt8]) { mailbox.send(message) }
    func answer(_ reply: Reply, for revision: Revision) { mailbox.send(reply.message) }
    func end() {}
}

/// Collects the answers to the requests of one batch, which are made one after another.
final class BatchPort: AnswerPort {
    private let exchange: HTTPExchange
    private let replies = Mutex<[Reply]>([])

    init(_ exchange: HTTPExchange) { self.exchange = exchange }

    var carriesRequests: Bool { exchange.carriesRequests }
    func send(_ message: [UInt8]) { exchange.send(message) }
    func answer(_ reply: Reply, for revision: Revision) { replies.withLock { $0.append(reply) } }
    /// A cancelled request has no part in the answer.
    func end() {}

    /// All requests are served.
    func finish() { exchange.answer(replies.withLock { $0 }) }
}
