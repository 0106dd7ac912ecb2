internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Reads lines from a descriptor on a thread of its own, as long as somebody takes them.
final class LineInput: Sendable {
    let receiver: LineReceiver
    private let wakePipe: WakePipe
    private let isClosed = Mutex(false)

    /// Takes `descriptor` over, and closes it in the end.
    init(_ descriptor: Int32, maximumLineBytes: Int) throws(OutboundError) {
        self.receiver = LineReceiver(maximumLineBytes: maximumLineBytes)
        let wakePipe = try WakePipe()
        self.wakePipe = wakePipe
        self.receiver.onRoom { wakePipe.wake() }
        try StreamThread.start("portico-lines-r") { self.run(descriptor) }
    }

    func close() {
        self.isClosed.withLock { $0 = true }
        self.wakePipe.wake()
    }

    private func run(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var isPaused = false
        while true {
            let input = (isPaused ? -1 : descriptor, Int32(POLLIN))
            guard let ready = StreamThread.wait([input, (self.wakePipe.readEnd, Int32(POLLIN))]),
                !self.isClosed.withLock({ $0 })
            else { break }
            if ready[1] != 0 {
                self.wakePipe.clear()
                isPaused = false
            }
            guard ready[0] != 0 else { continue }
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { break }
            guard count > 0 else { continue }
            buffer.withUnsafeBytes { self.receiver.receive(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            isPaused = !self.receiver.wantsMore()
        }
        GuardedLaunch.close(descriptor)
        self.receiver.end()
    }
}
