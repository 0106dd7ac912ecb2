/// The end of a child process, step by step, as a pure state machine: its input is closed, then it is told to go, then it is killed.
struct ChildLife: Sendable {
    enum Action: Equatable, Sendable {
        case closeInput
        /// Call `deadlinePassed` after that time, unless it is called off.
        case setDeadline(Duration)
        /// Ask the guard to end the child's group: SIGTERM, and SIGKILL after the grace.
        case terminate
        /// The guard does not come to an end, because the kernel can't end one of its processes: stop waiting for it.
        /// It goes on by itself.
        case stopWaiting
        /// The guard died before the child did; what is left of the group is to be killed from here.
        case killGroup
        case clearDeadline
        /// Tell everybody who waits for the end.
        case finish(ChildExit)
    }

    private enum State {
        case running
        case inputClosed
        case terminating
        case unwatched
        case gone
    }

    /// What the kernel may need beyond the grace to end a whole group.
    static let margin = Duration.seconds(5)

    private let inputGrace: Duration
    private let terminationGrace: Duration
    private var state = State.running
    private(set) var exit: ChildExit?

    init(inputGrace: Duration, terminationGrace: Duration) {
        self.inputGrace = inputGrace
        self.terminationGrace = terminationGrace
    }

    /// Whether `finish` was or is being performed.
    var isFinished: Bool {
        switch self.state {
        case .unwatched, .gone: true
        case .running, .inputClosed, .terminating: false
        }
    }
    /// Whether nothing of the child is left.
    var isGone: Bool { if case .gone = self.state { true } else { false } }
    /// Whether somebody asked for the end, so that it says nothing about the child's health.
    private(set) var wasAsked = false

    /// The child is no longer wanted.
    mutating func close() -> [Action] {
        guard case .running = self.state else { return [] }
        // One that ended by itself meets the same steps: what it left behind is being ended already.
        self.wasAsked = self.exit == nil
        self.state = .inputClosed
        return [.closeInput, .setDeadline(self.inputGrace)]
    }

    /// There is no time to wait for it to end by itself.
    mutating func hurry() -> [Action] {
        let closing = self.close()
        guard case .inputClosed = self.state else { return [] }
        self.state = .terminating
        let terminating = [Action.terminate, .setDeadline(self.terminationGrace + Self.margin)]
        return closing.isEmpty ? [.clearDeadline] + terminating : [.closeInput] + terminating
    }

    mutating func deadlinePassed() -> [Action] {
        switch self.state {
        case .inputClosed:
            self.state = .terminating
            return [.terminate, .setDeadline(self.terminationGrace + Self.margin)]
        case .terminating:
            self.state = .unwatched
            return [.stopWaiting, .finish(self.exit ?? .lost)]
        case .running, .unwatched, .gone: return []
        }
    }

    /// The child itself has ended; the guard still looks after what it left.
    mutating func ended(_ exit: ChildExit) {
        if self.exit == nil { self.exit = exit }
    }

    /// The guard is gone, and was waited for: nothing is left.
    mutating func guardGone() -> [Action] {
        let before = self.state
        self.state = .gone
        let exit = self.exit ?? .lost
        var actions: [Action] = self.exit == nil ? [.killGroup] : []
        self.exit = exit
        switch before {
        case .gone: return []
        case .running: actions += [.closeInput, .finish(exit)]
        case .inputClosed, .terminating: actions += [.clearDeadline, .finish(exit)]
        case .unwatched: break
        }
        return actions
    }
}
