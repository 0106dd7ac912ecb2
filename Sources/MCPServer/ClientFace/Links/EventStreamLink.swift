import Outbound
import Synchronization
import Wire

/// HTTP+SSE (2024-11-05): messages go by POST to an endpoint that the event stream names first; answers come on the stream.
final class EventStreamLink: UpstreamLink {
    private let client: any WebClient
    private let headers: [(name: String, value: String)]
    private let limits: UpstreamLimits
    private let endpoint: String
    private let response: any WebResponse
    private let shared: SharedStream
    private let reading = Mutex<Task<Void, Never>?>(nil)
    private let revision = Mutex<Revision?>(nil)

    private init(
        _ client: any WebClient, headers: [(name: String, value: String)], limits: UpstreamLimits, endpoint: String,
        response: any WebResponse, shared: SharedStream
    ) {
        self.client = client
        self.headers = headers
        self.limits = limits
        self.endpoint = endpoint
        self.response = response
        self.shared = shared
    }

    /// Opens the stream and waits for its first event.
    static func open(
        _ client: any WebClient, url: String, endpoint: UpstreamEndpoint,
        receiver: @escaping @Sendable () -> (any LinkReceiver)?
    ) async throws(LinkFault) -> EventStreamLink {
        var web = WebRequest("GET", url, headers: endpoint.headers + [("Accept", "text/event-stream")])
        web.headTimeout = endpoint.limits.handshake
        // The stream is silent as long as nobody calls.
        web.idleTimeout = HTTPLink.lastingSilence
        let response: any WebResponse
        do {
            response = try await client.send(web)
        } catch {
            throw LinkFault(sending: error)
        }
        guard (200..<300).contains(response.status) else {
            response.cancel()
            throw HTTPLink.fault(status: response.status)
        }
        guard HTTPLink.mediaType(response) == "text/event-stream" else {
            response.cancel()
            throw LinkFault(.malformed, "The upstream's answer is no event stream")
        }
        let stream = StreamReading(response, maximumBytes: endpoint.limits.maximumMessageBytes)
        let reference: String
        do throws(LinkFault) {
            reference = try await Deadline.run(for: endpoint.limits.handshake) { () async throws(LinkFault) in
                try await stream.endpoint()
            }
        } catch {
            response.cancel()
            throw error
        }
        let base = response.url.isEmpty ? url : response.url
        guard let target = UpstreamURL.resolve(reference, against: base) else {
            response.cancel()
            throw LinkFault(.malformed, "The upstream's message endpoint is on another origin")
        }
        let shared = SharedStream(limits: endpoint.limits, receiver: receiver)
        let link = EventStreamLink(
            client, headers: endpoint.headers, limits: endpoint.limits, endpoint: target, response: response, shared: shared)
        // Ends with the stream, which `close` cancels.
        let task = Task { await stream.deliver(to: shared) }
        link.reading.withLock { $0 = task }
        return link
    }

    var skipped: Int { shared.skipped }

    func exchange(_ request: LinkRequest, for call: UpstreamCall?) async throws(LinkFault) -> LinkAnswer {
        try await shared.pending.answer(to: request) { () async throws(LinkFault) in try await send(request.body) }
    }

    func send(_ message: [UInt8]) async throws(LinkFault) {
        if let ending = shared.pending.ending { throw LinkFault(.notTaken, ending.summary) }
        var fields = headers
        fields.append(("Content-Type", "application/json"))
        // Nobody defined this header for the transport; whoever negotiates a later revision over it may look for it.
        if let revision = revision.withLock({ $0 }) { fields.append(("MCP-Protocol-Version", revision.rawValue)) }
        var web = WebRequest("POST", endpoint, headers: fields, body: message)
        web.headTimeout = limits.handshake
        web.idleTimeout = limits.handshake
        let response: any WebResponse
        do {
            response = try await client.send(web)
        } catch {
            throw LinkFault(sending: error)
        }
        _ = try? await response.collect(upTo: HTTPLink.maximumErrorBytes)
        switch response.status {
        case 200..<300: return
        case 404, 410: throw LinkFault(.sessionLost, "The upstream has ended the session")
        default: throw HTTPLink.fault(status: response.status)
        }
    }

    func established(_ revision: Revision) { self.revision.withLock { $0 = revision } }

    func startListening() {}

    func hasOwnStream() async -> Bool { true }

    func expire(now: ContinuousClock.Instant) { shared.pending.expire(now: now) }

    func close() async {
        shared.pending.end(LinkFault(.broken, "The connection to the upstream was closed"))
        response.cancel()
        let task = reading.withLock { $0 }
        task?.cancel()
    }
}

/// The reading side of the event stream: first its endpoint, then messages. Used by one task after the other.
private actor StreamReading {
    private var parser: SSEParser
    private let response: any WebResponse
    private var ready: [SSEEvent] = []

    init(_ response: any WebResponse, maximumBytes: Int) {
        self.response = response
        parser = SSEParser(limits: SSELimits(maximumLineBytes: maximumBytes, maximumEventBytes: maximumBytes))
    }

    /// What the first event names; anything else before it is against the transport.
    func endpoint() async throws(LinkFault) -> String {
        while true {
            while !ready.isEmpty {
                let event = ready.removeFirst()
                if event.type == "endpoint", !event.data.isEmpty { return event.data }
            }
            guard try await read() else { throw LinkFault(.malformed, "The upstream's stream names no message endpoint") }
        }
    }

    /// Hands out messages until the stream ends.
    func deliver(to shared: SharedStream) async {
        while true {
            for event in ready where !event.data.isEmpty && (event.type == nil || event.type == "message") {
                shared.take(Array(event.data.utf8))
            }
            ready = []
            guard (try? await read()) == true else { break }
        }
        shared.end(LinkFault(.broken, "The upstream has ended the session's stream"))
    }

    private func read() async throws(LinkFault) -> Bool {
        let part: [UInt8]?
        do {
            part = try await response.next()
        } catch {
            throw LinkFault(reading: error)
        }
        guard let part else { return false }
        var events: [SSEEvent] = []
        let isReadable: Bool = part.withUnsafeBytes { bytes in
            do throws(SSEError) {
                try parser.consume(bytes) { event in events.append(event) }
                return true
            } catch {
                return false
            }
        }
        guard isReadable else {
            response.cancel()
            throw LinkFault(.tooLarge, "The upstream's message is too large")
        }
        ready += events
        return true
    }
}
