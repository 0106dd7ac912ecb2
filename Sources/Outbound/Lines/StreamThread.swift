internal import CShims

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A thread for descriptors that an event loop can't have: terminals and files that other processes share.
enum StreamThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// - Parameter name: at most 15 characters, as the system shows it.
    /// - Throws: `OutboundError.overloaded`.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(OutboundError) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(body))
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw OutboundError(.overloaded, "no thread can be started")
        }
        portico_name_thread(thread, name)
        pthread_detach(thread)
    }

    /// Whether one of `descriptors` is ready for its event; waits until one is.
    /// - Returns: for each what the kernel says, nil where waiting itself failed.
    static func wait(_ descriptors: [(descriptor: Int32, event: Int32)]) -> [Int16]? {
        var polled = descriptors.map { pollfd(fd: $0.descriptor, events: Int16($0.event), revents: 0) }
        while true {
            let count = poll(&polled, nfds_t(polled.count), -1)
            if count > 0 { return polled.map(\.revents) }
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    /// In this thread a write to a pipe that nobody reads fails, and doesn't end the process.
    static func blockPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
