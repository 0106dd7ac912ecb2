public import Logging
public import NIOCore

/// A program that runs as a child of Portico, under a guard of its own, and is spoken to line by line over its standard streams.
///
/// The guard is a small process beside it. It ends the child, the child's process group and whatever descends from it when
/// `close` is called, when this object is let go, when the child ends by itself, and when Portico dies, even by SIGKILL.
public final class ChildProcess: LineChannel {
    let connection: ChildConnection

    init(_ connection: ChildConnection) { self.connection = connection }

    /// Starts a child; returns once the program runs, which says nothing yet about whether it answers.
    /// - Parameter eventLoop: where its pipes are read and written.
    /// - Throws: `OutboundError.connect` where the program can't be run, naming it and the reason; `.timedOut`; `.overloaded` where
    ///   the system can't start another process.
    public static func start(
        _ launch: ChildLaunch, on eventLoop: any EventLoop, logger: Logger
    ) async throws(OutboundError) -> ChildProcess {
        ChildProcess(try await ChildConnection.open(launch, on: eventLoop, logger: logger))
    }

    deinit { self.connection.abandon() }

    /// The process id; also that of its process group.
    public var processIdentifier: Int32 { self.connection.processIdentifier }

    /// How it ended; nil while it runs.
    public var exit: ChildExit? { self.connection.exit }

    /// The last lines of its standard error, oldest first: at most 64 KiB, long lines cut, control characters made visible.
    public var errorLines: [String] { self.connection.errorLines }

    /// Waits until it, and all that it started, is gone.
    public func gone() async -> ChildExit { await self.connection.gone() }

    /// - Throws: `OutboundError`: `.closed`; `.overloaded` where too much waits to be written; `.protocolViolation` for a line that holds a
    ///   line feed; `.cancelled` with the task, and then the line is sent all the same.
    public func send(_ line: [UInt8]) async throws(OutboundError) { try await self.connection.send(line) }

    public func next() async throws(OutboundError) -> [UInt8]? { try await self.connection.receiver.next() }

    /// Closes its input; if that doesn't end it within `ChildLaunch.inputGrace`, SIGTERM goes to its group, and after
    /// `terminationGrace` SIGKILL to all that is left. Cancelling the task shortens nothing.
    public func close() async { await self.connection.close() }
}
