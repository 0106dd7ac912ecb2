internal import Glibc

/// Where finished log lines go.
public struct LogSink: Sendable {
    /// Takes one line with its line feed.
    let write: @Sendable ([UInt8]) -> Void

    /// A sink of one's own, for tests and for commands that show their log elsewhere.
    public init(_ write: @escaping @Sendable ([UInt8]) -> Void) { self.write = write }

    /// Standard error, one `write` for a line, so that lines of several threads don't mix. Where it does not take a line at once
    /// (a full pipe that does not block), the rest of the line is dropped rather than waited for.
    public static let standardError = LogSink { line in
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while let address = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
                let count = Glibc.write(STDERR_FILENO, address, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
