internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Writes whole lines to a descriptor, one after the other, on a thread of its own.
final class LineOutput: Sendable {
    private struct State {
        var lines: [(bytes: [UInt8], written: OneAnswer<OutboundError?>)] = []
        var byteCount = 0
        var isClosed = false
    }

    /// What a pipe takes without blocking once it says that it is ready (PIPE_BUF).
    private static let piece = 4096

    private let maximumPendingBytes: Int
    private let wakePipe: WakePipe
    private let state = Mutex(State())

    /// Takes `descriptor` over, and closes it in the end.
    init(_ descriptor: Int32, maximumPendingBytes: Int) throws(OutboundError) {
        self.maximumPendingBytes = maximumPendingBytes
        self.wakePipe = try WakePipe()
        try StreamThread.start("portico-lines-w") { self.run(descriptor) }
    }

    func send(_ line: [UInt8]) async throws(OutboundError) {
        guard !line.contains(0x0A) else { throw OutboundError(.protocolViolation, "a line holds a line feed") }
        let written = OneAnswer<OutboundError?>()
        let cost = line.count + 1
        try self.state.withLock { state throws(OutboundError) in
            guard !state.isClosed else { throw OutboundError(.closed, "the output is closed") }
            guard state.byteCount == 0 || state.byteCount + cost <= self.maximumPendingBytes else {
                throw OutboundError(.overloaded, "nobody reads what was sent before")
            }
            state.byteCount += cost
            state.lines.append((line + [0x0A], written))
        }
        self.wakePipe.wake()
        // A line whose task was cancelled is sent all the same: half of one would spoil the next.
        if let error = await written.value(cancelled: OutboundError(.cancelled, "cancelled")) { throw error }
    }

    func close() {
        self.state.withLock { $0.isClosed = true }
        self.wakePipe.wake()
    }

    private var isClosed: Bool { self.state.withLock { $0.isClosed } }

    private func run(_ descriptor: Int32) {
        StreamThread.blockPipeSignal()
        var isOpen = true
        while isOpen, !self.isClosed {
            let lines = self.state.withLock { state in
                let lines = state.lines
                state.lines = []
                return lines
            }
            if lines.isEmpty {
                guard StreamThread.wait([(self.wakePipe.readEnd, Int32(POLLIN))]) != nil else { break }
                self.wakePipe.clear()
            }
            for line in lines {
                isOpen = isOpen && self.write(line.bytes, to: descriptor)
                self.state.withLock { $0.byteCount -= line.bytes.count }
                line.written.give(isOpen ? nil : OutboundError(.closed, "the output is closed"))
            }
        }
        GuardedLaunch.close(descriptor)
        let left = self.state.withLock { state in
            state.isClosed = true
            defer { state.lines = [] }
            return state.lines
        }
        for line in left { line.written.give(OutboundError(.closed, "the output is closed")) }
    }

    /// False once the other side is gone, or `close` was called.
    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var offset = 0
        while offset < bytes.count {
            guard let ready = StreamThread.wait([(descriptor, Int32(POLLOUT)), (self.wakePipe.readEnd, Int32(POLLIN))]),
                !self.isClosed
            else { return false }
            // More lines are here: they are taken when this one is written.
            if ready[1] != 0 { self.wakePipe.clear() }
            guard ready[0] != 0 else { continue }
            let count = bytes.withUnsafeBytes { bytes in
                writePiece(descriptor, bytes.baseAddress.map { $0 + offset }, min(Self.piece, bytes.count - offset))
            }
            if count > 0 { offset += count } else if count < 0, errno != EINTR, errno != EAGAIN { return false }
        }
        return true
    }

    private func writePiece(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes, count)
        #else
            Darwin.write(descriptor, bytes, count)
        #endif
    }
}
