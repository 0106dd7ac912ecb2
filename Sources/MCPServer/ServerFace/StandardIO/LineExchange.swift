import Synchronization
import Wire

/// The way to the client of one request that came as a line: all share one output.
final class LineExchange: AnswerPort {
    private let output: LineOutput
    /// Follows a result: how a subscription's end is told besides.
    private let epilogue: [UInt8]?
    private let isClosed = Mutex(false)

    init(_ output: LineOutput, epilogue: [UInt8]? = nil) {
        self.output = output
        self.epilogue = epilogue
    }

    func send(_ message: [UInt8]) {
        if !isClosed.withLock({ $0 }) { output.write(message) }
    }

    func answer(_ reply: Reply, for revision: Revision) {
        guard close() else { return }
        // An error without id is no message up to 2025-06-18.
        if reply.id == nil, revision < .november2025 { return }
        var line: [UInt8] = []
        reply.write(to: &line)
        output.write(line)
        if case .result = reply.content, let epilogue { output.write(epilogue) }
    }

    func end() { _ = close() }

    private func close() -> Bool {
        isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
    }
}

/// The answers to the requests of a batch (2025-03-26), which go out together as one array.
final class LineBatch: Sendable {
    private struct State {
        var replies: [[UInt8]] = []
        var missing: Int
    }

    private let output: LineOutput
    private let state: Mutex<State>

    /// - Parameter count: how many requests there are.
    init(_ output: LineOutput, count: Int) {
        self.output = output
        state = Mutex(State(missing: count))
    }

    /// The way to the client of one of the requests.
    func port() -> any AnswerPort { Port(self) }

    /// A request was answered, or ended without an answer.
    private func settle(_ reply: Reply?) {
        let replies = state.withLock { state -> [[UInt8]] in
            state.missing -= 1
            if let reply {
                var message: [UInt8] = []
                reply.write(to: &message)
                state.replies.append(message)
            }
            return state.missing == 0 ? state.replies : []
        }
        guard !replies.isEmpty else { return }
        output.write([UInt8(ascii: "[")] + Array(replies.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "]")])
    }

    private final class Port: AnswerPort {
        private let batch: LineBatch
        private let isClosed = Mutex(false)

        init(_ batch: LineBatch) { self.batch = batch }

        func send(_ message: [UInt8]) {
            if !isClosed.withLock({ $0 }) { batch.output.write(message) }
        }

        func answer(_ reply: Reply, for revision: Revision) { close(reply) }

        func end() { close(nil) }

        private func close(_ reply: Reply?) {
            let isFirst = isClosed.withLock { isClosed in
                defer { isClosed = true }
                return !isClosed
            }
            if isFirst { batch.settle(reply) }
        }
    }
}
