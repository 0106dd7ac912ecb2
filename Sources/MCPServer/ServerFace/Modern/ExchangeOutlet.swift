import Synchronization
import Wire

/// What goes to the client of one modern request: notifications that it asked for, in order, then the answer.
///
/// Messages are put in a queue wherever their order is decided, also under another lock, and sent by `drain`. The queue is
/// empty again after each `drain`, so it needs no bound of its own.
final class ExchangeOutlet: Sendable {
    private enum Item {
        case message([UInt8])
        case answer(Reply, Revision)
        case end
    }

    private struct State {
        var items: [Item] = []
        var isDraining = false
        var isClosed = false
        var lastProgress = -Double.infinity
    }

    private let port: any AnswerPort
    private let progressToken: JSON?
    private let logLevel: LogLevel?
    private let state = Mutex(State())

    init(_ port: any AnswerPort, progressToken: JSON?, logLevel: LogLevel?) {
        self.port = port
        self.progressToken = progressToken
        self.logLevel = logLevel
    }

    /// Puts a report in the queue; nothing where the client wants none or the value has not grown.
    func queue(_ progress: Progress) {
        guard let progressToken else { return }
        state.withLock {
            guard progress.value > $0.lastProgress, progress.value.isFinite,
                let message = ModernNotification.progress(progress, token: progressToken)
            else { return }
            $0.lastProgress = progress.value
            $0.items.append(.message(message))
        }
    }

    /// Puts an entry in the queue; nothing where the client wants none of this level.
    func queue(_ entry: LogEntry) {
        guard let logLevel, entry.level >= logLevel else { return }
        queue(ModernNotification.log(entry))
    }

    /// Puts a notification in the queue.
    func queue(_ message: [UInt8]) { state.withLock { if !$0.isClosed { $0.items.append(.message(message)) } } }

    /// Sends the answer, behind everything that is in the queue.
    func answer(_ reply: Reply, for revision: Revision) { close(.answer(reply, revision)) }

    /// Ends the exchange without an answer.
    func end() { close(.end) }

    private func close(_ item: Item) {
        state.withLock {
            guard !$0.isClosed else { return }
            $0.isClosed = true
            $0.items.append(item)
        }
        drain()
    }

    /// Sends what is in the queue. One thread does at a time, so that the order stays.
    func drain() {
        while let item = next() {
            switch item {
            case .message(let message): port.send(message)
            case .answer(let reply, let revision): port.answer(reply, for: revision)
            case .end: port.end()
            }
            state.withLock { $0.isDraining = false }
        }
    }

    private func next() -> Item? {
        state.withLock {
            guard !$0.isDraining, !$0.items.isEmpty else { return nil }
            $0.isDraining = true
            return $0.items.removeFirst()
        }
    }
}
