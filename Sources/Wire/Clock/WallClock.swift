internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The time of day. It is handed to whatever needs it, so that a test decides what time it is.
public struct WallClock: Sendable {
    private let read: @Sendable () -> Int64

    /// A clock that answers what the closure does, in milliseconds since 1970.
    public init(_ read: @escaping @Sendable () -> Int64) { self.read = read }

    /// Milliseconds since the beginning of 1970, UTC.
    public func nowMilliseconds() -> Int64 { read() }

    /// The clock of the machine.
    public static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// A clock that stands still.
    public static func fixed(_ milliseconds: Int64) -> WallClock { WallClock { milliseconds } }

    /// A clock that is moved by hand.
    public static func manual(_ time: ManualTime) -> WallClock { WallClock { time.milliseconds } }
}

/// The time of a clock that is moved by hand.
public final class ManualTime: Sendable {
    private let value: Mutex<Int64>

    /// A time that begins at so many milliseconds since 1970.
    public init(_ milliseconds: Int64 = 0) { value = Mutex(milliseconds) }

    /// Milliseconds since 1970.
    public var milliseconds: Int64 { value.withLock { $0 } }

    /// Lets so many milliseconds pass.
    public func advance(by milliseconds: Int64) { value.withLock { $0 += milliseconds } }
}
