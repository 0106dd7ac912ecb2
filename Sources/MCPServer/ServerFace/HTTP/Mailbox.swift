import Synchronization

/// The messages of a session that belong to none of its requests: they go to the stream that its client opened for them,
/// and wait within bounds while there is none.
final class Mailbox: MessageOutlet {
    /// How much waits for a client that listens to no stream.
    static let maximumCount = 64
    static let maximumBytes = 256 << 10

    private struct State {
        var stream: HTTPExchange?
        var waiting: [[UInt8]] = []
        var bytes = 0
    }

    private let state = Mutex(State())

    /// To the stream, also where it can be resumed though nobody reads it now. What waits is written only once: a list
    /// that changed twice has changed.
    func send(_ message: [UInt8]) {
        let stream = state.withLock { state -> HTTPExchange? in
            if let stream = state.stream, stream.isOpen { return stream }
            state.stream = nil
            guard message.count <= Self.maximumBytes, !state.waiting.contains(message) else { return nil }
            state.waiting.append(message)
            state.bytes += message.count
            while state.waiting.count > Self.maximumCount || state.bytes > Self.maximumBytes {
                state.bytes -= state.waiting.removeFirst().count
            }
            return nil
        }
        stream?.send(message)
    }

    /// From now on messages go there; the stream before it is ended.
    func connect(_ stream: HTTPExchange) {
        let (old, waiting) = state.withLock { state in
            defer {
                state.stream = stream
                state.waiting = []
                state.bytes = 0
            }
            return (state.stream, state.waiting)
        }
        if old !== stream { old?.end() }
        for message in waiting { stream.send(message) }
    }

    /// Ends the stream, for good.
    func close() {
        let stream = state.withLock { state in
            defer {
                state.stream = nil
                state.waiting = []
                state.bytes = 0
            }
            return state.stream
        }
        stream?.end()
    }
}
