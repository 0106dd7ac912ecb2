import Outbound
import Synchronization
import Wire

/// The stream that a legacy client opens by GET for what belongs to no call.
final class OwnStream: Sendable {
    private struct State {
        var isAvailable: Bool?
        var waiting: [CheckedContinuation<Bool, Never>] = []
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// Runs the stream in a task of its own until it is cancelled.
    init(_ run: @escaping @Sendable (OwnStream) async -> Void) {
        let task = Task { [weak self] in
            guard let self else { return }
            await run(self)
            self.settle(false)
        }
        state.withLock { $0.task = task }
    }

    /// Whether the upstream has such a stream. A head that does not come within a second counts as yes: some servers
    /// send it with the first event.
    func isAvailable() async -> Bool {
        if let known = state.withLock({ $0.isAvailable }) { return known }
        let patience = Task { [weak self] in
            try? await Task.sleep(for: .seconds(1))
            self?.settle(true)
        }
        defer { patience.cancel() }
        return await withCheckedContinuation { continuation in
            let known: Bool? = state.withLock { state in
                if state.isAvailable == nil { state.waiting.append(continuation) }
                return state.isAvailable
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// The upstream has answered. The first word counts for who waits, the last for who asks later.
    func settle(_ isAvailable: Bool) {
        let waiting = state.withLock { state in
            state.isAvailable = isAvailable
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: isAvailable) }
    }

    func cancel() {
        let task = state.withLock { $0.task }
        task?.cancel()
        settle(false)
    }
}

extension HTTPLink {
    /// Keeps the session's own stream open: resumed where it has event ids, else opened anew with a word that something
    /// may have been missed.
    func listen(_ stream: OwnStream) async {
        var lastID: String?
        var retry: Duration?
        var failures = 0
        while !Task.isCancelled {
            switch await openOwnStream(behind: lastID) {
            case .none: return
            case .later: failures += 1
            case .opened(let response):
                stream.settle(true)
                if failures > 0 || retry != nil, lastID == nil { receiver()?.missed() }
                failures = 0
                var reader = EventReader(response, maximumBytes: limits.maximumMessageBytes)
                while let event = try? await reader.next() { deliver(event) }
                lastID = reader.lastEventID ?? lastID
                retry = reader.retry ?? retry ?? .seconds(1)
            }
            let wait = min((retry ?? .seconds(1)) * (1 << min(failures, 5)), .seconds(60))
            guard (try? await Task.sleep(for: wait)) != nil else { return }
        }
    }

    private enum Opening {
        case opened(any WebResponse)
        case later
        /// There is none, and there will be none.
        case none
    }

    private func openOwnStream(behind id: String?) async -> Opening {
        var web = request("GET", body: [])
        if let id { web.headers.append(("Last-Event-ID", id)) }
        web.headTimeout = limits.call
        web.idleTimeout = HTTPLink.lastingSilence
        guard let response = try? await client.send(web) else { return .later }
        if (200..<300).contains(response.status), Self.mediaType(response) == "text/event-stream" { return .opened(response) }
        response.cancel()
        switch response.status {
        case 404 where hasSession:
            receiver()?.ended(LinkFault(.sessionLost, "The upstream has ended the session"))
            return .none
        case 429, 500...: return .later
        default: return .none
        }
    }

    private func deliver(_ event: SSEEvent) {
        guard !event.data.isEmpty, event.type == nil || event.type == "message" else { return }
        guard
            let messages = try? IncomingMessage.read(
                Array(event.data.utf8), limits: JSONLimits(maximumBytes: limits.maximumMessageBytes))
        else {
            state.withLock { $0.skipped += 1 }
            return
        }
        for message in messages { receiver()?.received(message, for: nil) }
    }
}
