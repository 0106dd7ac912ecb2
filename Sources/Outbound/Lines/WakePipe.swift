#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Wakes a thread that polls descriptors.
final class WakePipe: Sendable {
    /// To be polled.
    let readEnd: Int32
    private let writeEnd: Int32

    /// - Throws: `OutboundError.overloaded` where no descriptors are left.
    init() throws(OutboundError) {
        var ends: (Int32, Int32) = (-1, -1)
        let code = withUnsafeMutablePointer(to: &ends) { pointer in
            pointer.withMemoryRebound(to: Int32.self, capacity: 2) { pipe($0) }
        }
        guard code == 0 else { throw OutboundError(.overloaded, "no pipe can be made") }
        for end in [ends.0, ends.1] {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        self.readEnd = ends.0
        self.writeEnd = ends.1
    }

    deinit {
        GuardedLaunch.close(self.readEnd)
        GuardedLaunch.close(self.writeEnd)
    }

    func wake() {
        // A full pipe wakes all the same.
        var byte: UInt8 = 1
        _ = write(self.writeEnd, &byte, 1)
    }

    /// Takes what `wake` left.
    func clear() {
        var bytes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        while read(self.readEnd, &bytes, 32) > 0 {}
    }
}
