#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// This process's own standard input and output as a channel of lines.
///
/// Both are read and written on threads of their own and left in the mode in which they came: a terminal or a file is shared with other
/// processes, which would see it become non-blocking, and an event loop can't wait for a file at all.
public final class StandardStreams: LineChannel {
    private let input: LineInput
    private let output: LineOutput

    /// Takes the standard input and output of this process over. Whoever reads the input afterwards finds its end, and whoever prints
    /// writes to the standard error: what isn't a line of the protocol must not stand between those that are.
    /// - Throws: `OutboundError.overloaded` where the system has no descriptor or thread left.
    public static func take(maximumLineBytes: Int = 16 << 20) throws(OutboundError) -> StandardStreams {
        let input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
        let output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        guard input >= 0, output >= 0 else { throw OutboundError(.overloaded, "the standard streams can't be taken over") }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if nothing >= 0 {
            dup2(nothing, STDIN_FILENO)
            GuardedLaunch.close(nothing)
        }
        dup2(STDERR_FILENO, STDOUT_FILENO)
        return try StandardStreams(input: input, output: output, maximumLineBytes: maximumLineBytes)
    }

    /// Over two descriptors that are taken over.
    init(
        input: Int32, output: Int32, maximumLineBytes: Int = 16 << 20, maximumPendingBytes: Int = 64 << 20
    ) throws(OutboundError) {
        self.input = try LineInput(input, maximumLineBytes: maximumLineBytes)
        self.output = try LineOutput(output, maximumPendingBytes: maximumPendingBytes)
    }

    deinit {
        self.input.close()
        self.output.close()
    }

    /// - Throws: `OutboundError`: `.closed`; `.overloaded` where too much waits to be written; `.protocolViolation` for a line that holds a
    ///   line feed; `.cancelled` with the task, and then the line is sent all the same.
    public func send(_ line: [UInt8]) async throws(OutboundError) { try await self.output.send(line) }

    public func next() async throws(OutboundError) -> [UInt8]? { try await self.input.receiver.next() }

    /// Gives up what still waits to be written; what `send` returned for is written.
    public func close() async {
        self.input.close()
        self.output.close()
    }
}
