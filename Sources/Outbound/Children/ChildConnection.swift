internal import CShims
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The pipes to one child and to its guard, on one event loop.
///
/// `ChildProcess` is the handle on it; the channels' handlers hold this object and not the handle, so that letting the handle go
/// ends the child.
final class ChildConnection: Sendable {
    private struct State {
        var life: ChildLife
        var errors = ErrorTail()
        var pendingBytes = 0
        var deadline: Scheduled<Void>?
        var waiters: [CheckedContinuation<ChildExit, Never>] = []
        var onGone: (@Sendable (ChildConnection) -> Void)?
        /// Whether `onGone` has been called: who waits for the end finds everything as it is after it.
        var isEndTold = false
        var input: (any Channel)?
        var output: (any Channel)?
        var control: (any Channel)?
    }

    let processIdentifier: Int32
    let receiver: LineReceiver
    private let guardIdentifier: Int32
    private let launch: ChildLaunch
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let state: Mutex<State>

    private init(_ child: portico_child, _ launch: ChildLaunch, on eventLoop: any EventLoop, logger: Logger) {
        self.processIdentifier = child.child
        self.guardIdentifier = child.guard
        self.launch = launch
        self.eventLoop = eventLoop
        self.logger = logger
        self.receiver = LineReceiver(maximumLineBytes: launch.maximumLineBytes)
        self.state = Mutex(
            State(life: ChildLife(inputGrace: launch.inputGrace, terminationGrace: launch.terminationGrace)))
    }

    /// Starts the child and takes hold of its pipes.
    static func open(
        _ launch: ChildLaunch, on eventLoop: any EventLoop, logger: Logger
    ) async throws(OutboundError) -> ChildConnection {
        let child = try await GuardedLaunch.start(launch)
        let connection = ChildConnection(child, launch, on: eventLoop, logger: logger)
        do {
            try await connection.takePipes(of: child)
        } catch {
            // Its life-line is closed already, so that the guard ends the child; it still has to be waited for.
            if connection.state.withLock({ $0.control }) == nil { connection.guardClosed() }
            connection.abandon()
            connection.receiver.end()
            throw OutboundError(.overloaded, "the pipes to \"\(launch.program)\" can't be used")
        }
        return connection
    }

    private func takePipes(of child: portico_child) async throws {
        let bootstrap = NIOPipeBootstrap(group: self.eventLoop)
        var left: Set = [child.status, child.lifeline, child.input, child.output, child.errors]
        defer { for descriptor in left { GuardedLaunch.close(descriptor) } }
        let control = try await bootstrap.channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(GuardHandler(connection: self))
            }
        }.takingOwnershipOfDescriptors(input: child.status, output: child.lifeline).get()
        left.subtract([child.status, child.lifeline])
        self.state.withLock { $0.control = control }
        _ = try await bootstrap.channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(ErrorHandler(connection: self))
            }
        }.takingOwnershipOfDescriptor(input: child.errors).get()
        left.remove(child.errors)
        let input = try await bootstrap.channelInitializer { $0.eventLoop.makeSucceededVoidFuture() }
            .takingOwnershipOfDescriptor(output: child.input).get()
        left.remove(child.input)
        self.state.withLock { $0.input = input }
        let receiver = self.receiver
        let output = try await bootstrap.channelOption(.autoRead, value: false).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(LineHandler(receiver: receiver))
            }
        }.takingOwnershipOfDescriptor(input: child.output).get()
        left.remove(child.output)
        let isFinished = self.state.withLock { state in
            state.output = output
            return state.life.isFinished
        }
        // It was quick: `finish` found no pipes to let go.
        if isFinished { self.letPipesGo() }
    }

    // MARK: What the handle asks for

    func send(_ line: [UInt8]) async throws(OutboundError) {
        guard !line.contains(0x0A) else { throw OutboundError(.protocolViolation, "a line holds a line feed") }
        let cost = line.count + 1
        let input = try self.state.withLock { state throws(OutboundError) -> any Channel in
            guard let input = state.input, !state.life.isGone else {
                throw OutboundError(.closed, "\"\(self.launch.program)\" has ended")
            }
            guard state.pendingBytes == 0 || state.pendingBytes + cost <= self.launch.maximumPendingBytes else {
                throw OutboundError(.overloaded, "\"\(self.launch.program)\" doesn't read what was sent before")
            }
            state.pendingBytes += cost
            return input
        }
        var buffer = input.allocator.buffer(capacity: cost)
        buffer.writeBytes(line)
        buffer.writeInteger(UInt8(ascii: "\n"))
        let written = OneAnswer<OutboundError?>()
        input.writeAndFlush(buffer).whenComplete { result in
            self.state.withLock { $0.pendingBytes -= cost }
            switch result {
            case .success: written.give(nil)
            case .failure: written.give(OutboundError(.closed, "\"\(self.launch.program)\" no longer reads"))
            }
        }
        // A line whose task was cancelled is sent all the same: half of one would spoil the next.
        if let error = await written.value(cancelled: OutboundError(.cancelled, "cancelled")) { throw error }
    }

    /// Begins to end the child; returns once it is gone, or once the kernel can't end it.
    func close() async {
        self.perform(self.state.withLock { $0.life.close() })
        _ = await self.gone()
        self.state.withLock { $0.output }?.close(promise: nil)
    }

    /// Ends the child without waiting.
    func abandon() {
        self.perform(self.state.withLock { $0.life.close() })
        self.state.withLock { $0.output }?.close(promise: nil)
    }

    /// Asks the guard at once to end the child, whatever time it would have had.
    func hurry() { self.perform(self.state.withLock { $0.life.hurry() }) }

    /// How the child ended, once it has.
    func gone() async -> ChildExit {
        await withCheckedContinuation { waiter in
            let exit = self.state.withLock { state -> ChildExit? in
                if state.isEndTold { return state.life.exit ?? .lost }
                state.waiters.append(waiter)
                return nil
            }
            if let exit { waiter.resume(returning: exit) }
        }
    }

    var exit: ChildExit? { self.state.withLock { $0.life.exit } }
    var wasAsked: Bool { self.state.withLock { $0.life.wasAsked } }
    var errorLines: [String] { self.state.withLock { $0.errors.lines } }

    /// Calls `body` when the child is gone; at once if it is already.
    func onGone(_ body: @escaping @Sendable (ChildConnection) -> Void) {
        let isGone = self.state.withLock { state in
            if state.life.isFinished { return true }
            state.onGone = body
            return false
        }
        if isGone { body(self) }
    }

    // MARK: What the channels tell

    func guardTold(_ record: portico_guard_record) {
        guard record.kind == Int32(PORTICO_GUARD_ENDED) else { return }
        self.state.withLock { $0.life.ended(record.first == 0 ? .exited(code: record.second) : .signalled(record.second)) }
    }

    /// The guard's status pipe has ended. It has exited, or is about to: it must be waited for, or a zombie stays.
    func guardClosed(waited: Int64 = 1) {
        guard portico_reap_guard(self.guardIdentifier) == 0 else {
            return self.perform(self.state.withLock { $0.life.guardGone() })
        }
        self.eventLoop.scheduleTask(in: .milliseconds(waited)) { self.guardClosed(waited: min(waited * 2, 1000)) }
    }

    func errorReceived(_ bytes: UnsafeRawBufferPointer) {
        self.log(self.state.withLock { $0.errors.append(bytes) })
    }

    func errorEnded() {
        self.log(self.state.withLock { $0.errors.finish() }.map { [$0] } ?? [])
    }

    private func log(_ lines: [String]) {
        guard self.logger.logLevel <= .debug else { return }
        for line in lines {
            self.logger.debug(
                "standard error of a child process",
                metadata: ["program": "\(self.launch.program)", "process": "\(self.processIdentifier)", "line": "\(line)"])
        }
    }

    // MARK: The life's actions

    private func perform(_ actions: [ChildLife.Action]) {
        for action in actions {
            switch action {
            case .closeInput: self.state.withLock { $0.input }?.close(promise: nil)
            case .setDeadline(let time):
                let deadline = self.eventLoop.scheduleTask(in: .milliseconds(time.milliseconds)) {
                    self.perform(self.state.withLock { $0.life.deadlinePassed() })
                }
                self.state.withLock { $0.deadline = deadline }
            case .clearDeadline: self.state.withLock { $0.deadline.take() }?.cancel()
            case .terminate: self.terminate()
            case .stopWaiting:
                self.logger.error(
                    "a child process can't be ended; its guard goes on trying",
                    metadata: ["program": "\(self.launch.program)", "process": "\(self.processIdentifier)"])
            case .killGroup: kill(-self.processIdentifier, SIGKILL)
            case .finish: self.finish()
            }
        }
    }

    private func terminate() {
        // Any byte does.
        self.state.withLock { $0.control }?.writeAndFlush(ByteBuffer(string: "T"), promise: nil)
    }

    private func finish() {
        let (onGone, exit) = self.state.withLock { ($0.onGone.take(), $0.life.exit ?? .lost) }
        self.logger.debug(
            "a child process ended",
            metadata: ["program": "\(self.launch.program)", "process": "\(self.processIdentifier)", "exit": "\(exit)"])
        onGone?(self)
        let waiters = self.state.withLock { state in
            state.isEndTold = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: exit) }
        self.letPipesGo()
    }

    /// What the child wrote is still read to the end. That comes by itself, unless the child gave the pipe to a process that is not its own.
    private func letPipesGo() {
        let (input, output) = self.state.withLock { ($0.input, $0.output) }
        input?.close(promise: nil)
        guard let output else { return }
        self.eventLoop.scheduleTask(in: .seconds(5)) { output.close(promise: nil) }
    }
}
