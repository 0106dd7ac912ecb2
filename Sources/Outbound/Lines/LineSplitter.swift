#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What a stream of bytes yields when it is cut at its line feeds.
enum LinePiece: Equatable, Sendable {
    /// Without its line feed and the carriage return before it.
    case line([UInt8])
    /// A line past the bound; what it held is gone.
    case tooLong
}

/// Cuts a stream of bytes into lines of bounded length; a line may come in any number of parts.
struct LineSplitter: Sendable {
    let maximumLineBytes: Int
    private var partial: [UInt8] = []
    private var isSkipping = false

    init(maximumLineBytes: Int) { self.maximumLineBytes = maximumLineBytes }

    /// Takes the next bytes of the stream; what they complete is appended to `pieces`.
    mutating func append(_ bytes: UnsafeRawBufferPointer, to pieces: inout [LinePiece]) {
        var rest = bytes
        while let start = rest.baseAddress, let end = memchr(start, 0x0A, rest.count) {
            let count = UnsafeRawPointer(end) - start
            self.take(UnsafeRawBufferPointer(rebasing: rest[..<count]), into: &pieces)
            if !self.isSkipping { pieces.append(self.finishLine()) }
            self.isSkipping = false
            rest = UnsafeRawBufferPointer(rebasing: rest[(count + 1)...])
        }
        self.take(rest, into: &pieces)
    }

    /// The stream is over: what it ended with, if it did not end with a line feed.
    mutating func finish() -> LinePiece? {
        defer { self.isSkipping = false }
        return self.partial.isEmpty ? nil : self.finishLine()
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer, into pieces: inout [LinePiece]) {
        guard !self.isSkipping else { return }
        // The carriage return that may follow the longest line is not counted.
        guard self.partial.count + bytes.count <= self.maximumLineBytes + 1 else {
            pieces.append(.tooLong)
            self.partial = []
            self.isSkipping = true
            return
        }
        self.partial.append(contentsOf: bytes)
    }

    private mutating func finishLine() -> LinePiece {
        var line = self.partial
        self.partial = []
        if line.last == 0x0D { line.removeLast() }
        return line.count <= self.maximumLineBytes ? .line(line) : .tooLong
    }
}
