/// How a server that runs as child processes is doing.
public struct ChildServerHealth: Sendable, Hashable {
    public enum Phase: Sendable, Hashable {
        /// Nothing runs, and nothing hinders a start.
        case idle
        case starting
        /// At least one child runs.
        case ready
        /// It failed; the next start has to wait.
        case backoff(retryIn: Duration)
        /// It failed too often; it is tried again when it is asked for after that time, or at once after `revive`.
        case dead(retryIn: Duration)
    }

    public struct Child: Sendable, Hashable {
        public var processIdentifier: Int32
        public var runningFor: Duration
    }

    public var server: String
    public var phase: Phase
    public var children: [Child]
    /// All that were tried.
    public var starts: Int
    /// Those of them that followed a failure.
    public var restarts: Int
    /// In a row, up to now.
    public var failures: Int
    /// Of the child that ended last.
    public var lastExit: ChildExit?
    /// Why a child could not be started, the last time that one couldn't.
    public var lastMistake: String?
    /// What the youngest running child wrote to its standard error last, else the one that ended last. For operators only: it may hold
    /// anything that the program writes.
    public var errorLines: [String]
}
