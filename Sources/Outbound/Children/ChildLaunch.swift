#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// How a child process is started. Only the operator's configuration may lead here, never what a client sends.
public struct ChildLaunch: Sendable, Hashable {
    /// A name to be looked up in `PATH`, or a path; a relative one counts from the working directory.
    public var program: String
    /// Without the program's own name.
    public var arguments: [String] = []
    /// Variables beside, or in place of, `inheritedVariables`. Values may be secrets: they are never logged.
    public var environment: [String: String] = [:]
    /// Nil: where Portico runs.
    public var workingDirectory: String?
    public var limits = ChildLimits()
    /// The longest line that is read from it, in bytes.
    public var maximumLineBytes = 16 << 20
    /// The most that may wait to be written to it, in bytes.
    public var maximumPendingBytes = 64 << 20
    /// How long it has to end by itself once its input was closed.
    public var inputGrace = Duration.seconds(2)
    /// How long it has between SIGTERM and SIGKILL.
    public var terminationGrace = Duration.seconds(3)

    public init(program: String) { self.program = program }

    /// The variables that a child gets from Portico's own environment; nothing else that Portico knows reaches it.
    public static let inheritedVariables = [
        "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER",
    ]

    static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The whole environment of the child.
    func completeEnvironment(own: (String) -> String? = { getenv($0).map { String(cString: $0) } }) -> [String: String] {
        var environment = ["PATH": Self.defaultPath]
        for name in Self.inheritedVariables {
            // A value that some shells would take for a function's definition stays here.
            if let value = own(name), !value.hasPrefix("()") { environment[name] = value }
        }
        return environment.merging(self.environment) { _, given in given }
    }
}

/// What a child may use at most, each process of it for itself (setrlimit(2)); nil = as much as Portico may.
public struct ChildLimits: Sendable, Hashable {
    /// Bytes. Programs that reserve much more than they use (V8, Go) need gigabytes.
    public var addressSpace: UInt64?
    /// Descriptors.
    public var openFiles: UInt64?
    /// Seconds of processor time; then the kernel kills it.
    public var processorSeconds: UInt64?

    public init(addressSpace: UInt64? = nil, openFiles: UInt64? = nil, processorSeconds: UInt64? = nil) {
        self.addressSpace = addressSpace
        self.openFiles = openFiles
        self.processorSeconds = processorSeconds
    }
}
