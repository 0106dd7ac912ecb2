/// Finds out what an upstream speaks: events in, the next step out.
///
/// It asks `server/discover` and never a call, which a lax legacy server would run (2026-07-28, versioning).
struct EraProbe: Sendable {
    /// Over what.
    enum Medium: Sendable { case http, lines }

    /// What happened.
    enum Event: Sendable, Hashable {
        /// A result of `server/discover` with those versions.
        case discovered(versions: [String])
        /// A JSON-RPC error, with `data.supported` where it has an array of texts there.
        case failed(code: Int, supported: [String]?, status: Int)
        /// Anything else that was answered: no JSON-RPC, no result of `server/discover`, another status.
        case answered(status: Int)
        /// 401 or 403.
        case unauthorized
        /// Its address may not be called; nothing was asked.
        case forbidden
        /// 3xx: the answer is elsewhere, where nobody follows.
        case redirected
        /// 5xx, 429, no network, over HTTP also no answer in time.
        case outage
        /// No answer in time, over lines.
        case silence
        /// The process has ended.
        case exited
        /// The handshake succeeded.
        case initialized
    }

    /// What to do next.
    enum Step: Sendable, Hashable {
        case discover
        /// A handshake; with a new process where the last one has ended.
        case initialize(afresh: Bool)
        /// HTTP+SSE on the same URL, handshake included.
        case openEventStream
        case settled(EraVerdict)
        case stopped(Stop)
    }

    /// Why there is no verdict.
    enum Stop: Sendable, Hashable {
        /// The credential is not good enough. Says nothing about the era.
        case unauthorized
        /// Not reachable now. Says nothing about the era.
        case outage
        /// Its address may not be called.
        case forbidden
        /// It answers at another address.
        case redirected
        /// It speaks no revision that is known here.
        case noCommonRevision
        /// It speaks, but no MCP.
        case notMCP
    }

    private enum Phase: Sendable { case discovering, initialising, openingStream, over }

    private let medium: Medium
    private var phase = Phase.discovering
    /// Whether `server/discover` was sent again for a version that the upstream named.
    private var hasRepeated = false
    /// Whether a handshake was answered as only a modern server does, and the era asked for again.
    private var hasReturned = false

    init(_ medium: Medium) { self.medium = medium }

    /// The first step.
    var first: Step { .discover }

    /// Something happened; what to do next.
    mutating func handle(_ event: Event) -> Step {
        switch event {
        case .forbidden: return stop(.forbidden)
        case .redirected: return stop(.redirected)
        default: break
        }
        return switch phase {
        case .discovering: discovering(event)
        case .initialising: initialising(event)
        case .openingStream: openingStream(event)
        case .over: .stopped(.notMCP)
        }
    }

    private mutating func discovering(_ event: Event) -> Step {
        switch event {
        case .discovered(let versions): return chosen(from: versions, isConfirmed: true)
        case .failed(ErrorCode.unsupportedRevision, let versions?, _): return chosen(from: versions, isConfirmed: false)
        // Codes that only a modern server has: our request was at fault, not the era.
        case .failed(ErrorCode.headerMismatch, _, _), .failed(ErrorCode.missingClientCapability, _, _):
            return settle(.modern(.july2026))
        case .failed(_, _, let status) where medium == .http && status >= 500, .answered(let status) where status >= 500:
            return stop(.outage)
        case .unauthorized: return stop(.unauthorized)
        case .outage: return medium == .http ? stop(.outage) : initialize(afresh: true)
        case .exited: return initialize(afresh: true)
        // A modern server must know `server/discover`, so its absence says as much as silence does.
        case .failed, .answered, .silence: return initialize(afresh: false)
        case .initialized, .forbidden, .redirected: return stop(.notMCP)
        }
    }

    /// - Parameter isConfirmed: whether the upstream answered the version we asked with.
    private mutating func chosen(from versions: [String], isConfirmed: Bool) -> Step {
        let known = versions.compactMap(Revision.init(text:))
        if let modern = known.filter({ $0.era == .modern }).max() {
            if isConfirmed { return settle(.modern(modern)) }
            guard !hasRepeated else { return stop(.noCommonRevision) }
            hasRepeated = true
            return .discover
        }
        // Only versions that nobody here knows: a handshake would be answered by something as unknown.
        return known.isEmpty && !versions.isEmpty ? stop(.noCommonRevision) : initialize(afresh: false)
    }

    private mutating func initialising(_ event: Event) -> Step {
        switch event {
        case .initialized: return settle(.legacy(medium == .http ? .streamableHTTP : .lines))
        case .failed(ErrorCode.unsupportedRevision, _, _):
            // A slow starter: the first question met something else than the server.
            guard !hasReturned else { return stop(.noCommonRevision) }
            hasReturned = true
            phase = .discovering
            return .discover
        case .failed(_, _, 400), .failed(_, _, 404), .failed(_, _, 405), .answered(400), .answered(404), .answered(405):
            guard medium == .http else { return stop(.notMCP) }
            phase = .openingStream
            return .openEventStream
        case .unauthorized: return stop(.unauthorized)
        case .answered(let status) where status >= 500: return stop(.outage)
        case .outage, .silence, .exited: return stop(.outage)
        case .failed, .answered, .discovered, .forbidden, .redirected: return stop(.notMCP)
        }
    }

    private mutating func openingStream(_ event: Event) -> Step {
        switch event {
        case .initialized: settle(.legacy(.eventStream))
        case .unauthorized: stop(.unauthorized)
        case .answered(let status) where status >= 500: stop(.outage)
        case .outage, .silence, .exited: stop(.outage)
        case .failed, .answered, .discovered, .forbidden, .redirected: stop(.notMCP)
        }
    }

    private mutating func initialize(afresh: Bool) -> Step {
        phase = .initialising
        return .initialize(afresh: afresh)
    }

    private mutating func settle(_ verdict: EraVerdict) -> Step {
        phase = .over
        return .settled(verdict)
    }

    private mutating func stop(_ reason: Stop) -> Step {
        phase = .over
        return .stopped(reason)
    }
}
