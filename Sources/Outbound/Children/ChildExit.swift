/// How a child process ended.
public enum ChildExit: Sendable, Hashable, CustomStringConvertible {
    /// It exited; 0 stands for success by custom.
    case exited(code: Int32)
    /// A signal ended it.
    case signalled(Int32)
    /// Its guard was killed, and the child with it.
    case lost

    public var description: String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .signalled(let signal): "ended by signal \(signal)"
        case .lost: "lost with its guard"
        }
    }
}
