/// When a server's children are started again, and how many there may be.
public struct RestartPolicy: Sendable, Hashable {
    /// After the second failure in a row; the first one is answered at once, and each further one doubles the delay.
    public var firstDelay = Duration.milliseconds(250)
    public var maximumDelay = Duration.seconds(60)
    /// A child that runs that long has proved that the server works: the failures before are forgotten.
    public var stableAfter = Duration.seconds(60)
    /// After that many failures in a row it is given up.
    public var maximumFailures = 8
    /// One that was given up is tried once more when it is asked for after that time.
    public var rest = Duration.seconds(300)
    /// Who asks for a child waits for its turn no longer than that.
    public var patience = Duration.seconds(10)
    /// How many children of the server may run at once.
    public var maximumChildren = 64

    public init() {}
}
