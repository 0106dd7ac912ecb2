internal import Synchronization

/// The reading side of a `LineChannel`: bytes go in wherever they are read, lines come out to one task.
final class LineReceiver: Sendable {
    private struct State {
        var splitter: LineSplitter
        var queue: LineQueue
        var reader: CheckedContinuation<LineQueue.Taken, Never>?
        var resumeReading: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>
    private let maximumLineBytes: Int

    /// - Parameter maximumLineBytes: the longest line, without its end.
    init(maximumLineBytes: Int) {
        self.maximumLineBytes = maximumLineBytes
        self.state = Mutex(
            State(
                splitter: LineSplitter(maximumLineBytes: maximumLineBytes), queue: LineQueue(highWater: 1 << 20)))
    }

    /// What is called when reading was stopped by `wantsMore` and is to go on.
    func onRoom(_ resumeReading: @escaping @Sendable () -> Void) {
        self.state.withLock { $0.resumeReading = resumeReading }
    }

    /// The next bytes of the stream.
    func receive(_ bytes: UnsafeRawBufferPointer) {
        let delivery = self.state.withLock { state -> (CheckedContinuation<LineQueue.Taken, Never>, LinePiece)? in
            var pieces: [LinePiece] = []
            state.splitter.append(bytes, to: &pieces)
            guard let piece = state.queue.append(pieces) else { return nil }
            return state.reader.take().map { ($0, piece) }
        }
        if let (reader, piece) = delivery { reader.resume(returning: .piece(piece)) }
    }

    /// Whether to read on; if not, `onRoom`'s closure is called in time.
    func wantsMore() -> Bool { self.state.withLock { $0.queue.wantsMore() } }

    /// The stream is over; what was received stays readable.
    func end() {
        let (reader, taken) = self.state.withLock { state -> (CheckedContinuation<LineQueue.Taken, Never>?, LineQueue.Taken) in
            state.resumeReading = nil
            if let piece = state.splitter.finish(), let delivered = state.queue.append([piece]) {
                _ = state.queue.end()
                return (state.reader.take(), .piece(delivered))
            }
            return (state.queue.end() ? state.reader.take() : nil, .end)
        }
        reader?.resume(returning: taken)
    }

    /// The next line, or nil at the end.
    /// - Throws: `OutboundError`: too large, cancelled, or overloaded where another task waits already.
    func next() async throws(OutboundError) -> [UInt8]? {
        switch await self.take() {
        case .piece(.line(let line)): return line
        case .piece(.tooLong): throw OutboundError(.tooLarge, "a line has more than \(self.maximumLineBytes) bytes")
        case .end: return nil
        case .wait: throw OutboundError(.cancelled, "cancelled")
        case .busy: throw OutboundError(.overloaded, "another task reads these lines already")
        }
    }

    /// `.wait` stands for a cancelled wait.
    private func take() async -> LineQueue.Taken {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let (taken, resumeReading) = self.state.withLock { state -> (LineQueue.Taken?, (@Sendable () -> Void)?) in
                    let (taken, resumes) = state.queue.take()
                    if taken == .wait {
                        // Cancelled before it came here: the handler below has run, and found nobody.
                        if Task.isCancelled, state.queue.cancel() { return (.wait, resumes ? state.resumeReading : nil) }
                        state.reader = reader
                        return (nil, resumes ? state.resumeReading : nil)
                    }
                    return (taken, resumes ? state.resumeReading : nil)
                }
                resumeReading?()
                if let taken { reader.resume(returning: taken) }
            }
        } onCancel: {
            let reader = self.state.withLock { state in state.queue.cancel() ? state.reader.take() : nil }
            reader?.resume(returning: .wait)
        }
    }
}
