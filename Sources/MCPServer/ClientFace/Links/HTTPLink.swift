import Outbound
import Synchronization
import Wire

/// Streamable HTTP: each message is a POST of its own, answered by JSON or an event stream.
///
/// Legacy (2025-03-26 to 2025-11-25): a session by `Mcp-Session-Id`, a stream of its own by GET, broken streams resumed
/// by `Last-Event-ID`. Modern (2026-07-28): none of that; everything is in the request.
final class HTTPLink: UpstreamLink {
    /// How often a stream is resumed without anything coming of it.
    static let maximumResumptions = 5
    /// How long an answered stream may take to end, so that its connection can be used again.
    static let drainTime = Duration.seconds(2)
    static let maximumDrains = 16
    /// How long a stream for what happens outside of calls may be silent.
    static let lastingSilence = Duration.seconds(24 * 3600)
    static let maximumErrorBytes = 1 << 20

    struct State {
        var session: String?
        var revision: Revision?
        var drains: [Int: (response: any WebResponse, since: ContinuousClock.Instant)] = [:]
        var drainCount = 0
        var isClosed = false
        var skipped = 0
    }

    let client: any WebClient
    private let url: String
    private let fixedHeaders: [(name: String, value: String)]
    let limits: UpstreamLimits
    let era: Revision.Era
    let state = Mutex(State())
    let receiver: @Sendable () -> (any LinkReceiver)?
    let stream = Mutex<OwnStream?>(nil)

    /// - Parameter receiver: asked for each time, so that the link does not keep its owner alive.
    init(
        _ client: any WebClient, url: String, endpoint: UpstreamEndpoint, era: Revision.Era,
        receiver: @escaping @Sendable () -> (any LinkReceiver)?
    ) {
        self.client = client
        self.url = url
        fixedHeaders = endpoint.headers
        limits = endpoint.limits
        self.era = era
        self.receiver = receiver
    }

    var skipped: Int { state.withLock { $0.skipped } }

    // MARK: - Sending

    func exchange(_ request: LinkRequest, for call: UpstreamCall?) async throws(LinkFault) -> LinkAnswer {
        var web = self.request("POST", body: request.body)
        web.headers += request.headers
        let time = min(request.clock?.remaining ?? limits.handshake, limits.call)
        web.headTimeout = time
        // Questions to the client stop the clock, so the stream may be silent for long; what watches the clock ends the call.
        web.idleTimeout = request.lasts ? Self.lastingSilence : request.clock == nil ? limits.handshake : limits.call
        let response = try await open(web)
        let status = response.status
        guard (200..<300).contains(status) else { return try await refusal(response, request) }
        if request.method == "initialize", let session = response.header("mcp-session-id") {
            state.withLock { $0.session = session }
        }
        switch Self.mediaType(response) {
        case "application/json": return try await document(response, request)
        case "text/event-stream": return try await answer(on: response, to: request, for: call)
        default:
            response.cancel()
            throw LinkFault(.malformed, "The upstream answered neither JSON nor an event stream")
        }
    }

    func send(_ message: [UInt8]) async throws(LinkFault) {
        var web = request("POST", body: message)
        web.headTimeout = limits.handshake
        web.idleTimeout = limits.handshake
        let response = try await open(web)
        // The body of a 202 is empty; whatever it holds means nothing.
        _ = try? await response.collect(upTo: Self.maximumErrorBytes)
        if response.status == 404, hasSession { throw LinkFault(.sessionLost, "The upstream has ended the session") }
        guard (200..<300).contains(response.status) else { throw Self.fault(status: response.status) }
    }

    func established(_ revision: Revision) { state.withLock { $0.revision = revision } }

    func startListening() {
        guard era == .legacy else { return }
        let own = OwnStream { [weak self] stream in await self?.listen(stream) }
        stream.withLock { $0 = own }
    }

    func hasOwnStream() async -> Bool { await stream.withLock { $0 }?.isAvailable() ?? false }

    func close() async {
        let (session, drains) = state.withLock { state in
            let taken = (state.session, state.drains.values.map(\.response))
            state.isClosed = true
            state.session = nil
            state.drains = [:]
            return taken
        }
        let own = stream.withLock { stream in
            defer { stream = nil }
            return stream
        }
        own?.cancel()
        for response in drains { response.cancel() }
        guard let session else { return }
        var web = request("DELETE", body: [])
        web.headers.append(("Mcp-Session-Id", session))
        web.headTimeout = limits.probe
        web.idleTimeout = limits.probe
        // Any answer will do, 405 among them.
        if let response = try? await client.send(web) { _ = try? await response.collect(upTo: Self.maximumErrorBytes) }
    }

    func expire(now: ContinuousClock.Instant) {
        let overdue = state.withLock { state in
            let overdue = state.drains.filter { $0.value.since.advanced(by: Self.drainTime) <= now }
            for id in overdue.keys { state.drains[id] = nil }
            return overdue.values.map(\.response)
        }
        for response in overdue { response.cancel() }
    }

    // MARK: - Requests

    var hasSession: Bool { state.withLock { $0.session != nil } }

    func request(_ method: String, body: [UInt8]) -> WebRequest {
        let (session, revision) = state.withLock { ($0.session, $0.revision) }
        var headers = fixedHeaders
        headers.reserveCapacity(headers.count + 8)
        if method == "POST" {
            headers.append(("Content-Type", "application/json"))
            headers.append(("Accept", "application/json, text/event-stream"))
        } else {
            headers.append(("Accept", "text/event-stream"))
        }
        if let session { headers.append(("Mcp-Session-Id", session)) }
        if era == .legacy, let revision { headers.append(("MCP-Protocol-Version", revision.rawValue)) }
        return WebRequest(method, url, headers: headers, body: body)
    }

    func open(_ web: WebRequest) async throws(LinkFault) -> any WebResponse {
        do {
            return try await client.send(web)
        } catch {
            throw LinkFault(sending: error)
        }
    }

    static func mediaType(_ response: any WebResponse) -> String {
        guard let field = response.header("content-type") else { return "" }
        if field == "application/json" { return field }
        let type = field.prefix { $0 != ";" }
        return type.lowercased().filter { $0 != " " && $0 != "\t" }
    }
}
