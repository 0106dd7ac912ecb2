internal import NIOCore

/// The last lines of a child's standard error: bounded, long lines cut, nothing in them that could steer a terminal.
struct ErrorTail: Sendable {
    static let maximumBytes = 64 << 10
    static let maximumLineBytes = 4 << 10

    private var splitter = LineCutter(maximumBytes: Self.maximumLineBytes)
    private var kept: CircularBuffer<String> = []
    private var byteCount = 0

    /// Oldest first.
    var lines: [String] { Array(self.kept) }

    /// Takes the next bytes; returns the lines that they complete.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> [String] {
        let lines = self.splitter.append(bytes).map(Self.harmless)
        for line in lines { self.keep(line) }
        return lines
    }

    /// The stream is over; returns what it ended with, if it did not end with a line feed.
    mutating func finish() -> String? {
        guard let rest = self.splitter.finish() else { return nil }
        let line = Self.harmless(rest)
        self.keep(line)
        return line
    }

    private mutating func keep(_ line: String) {
        self.kept.append(line)
        self.byteCount += line.utf8.count + 1
        while self.byteCount > Self.maximumBytes { self.byteCount -= self.kept.removeFirst().utf8.count + 1 }
    }

    /// Control characters become the pictures that Unicode has for them, what changes a text's direction a replacement character.
    static func harmless(_ bytes: [UInt8]) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        guard text.unicodeScalars.contains(where: { self.picture($0) != nil }) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(self.picture(scalar) ?? scalar) }
        text = String(scalars)
        return text
    }

    private static func picture(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x09: " "
        case 0x00...0x1F: Unicode.Scalar(0x2400 + scalar.value)
        case 0x7F: "\u{2421}"
        case 0x80...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: "\u{FFFD}"
        default: nil
        }
    }
}

/// Cuts bytes into lines of which only the beginning is kept.
private struct LineCutter {
    let maximumBytes: Int
    private var partial: [UInt8] = []
    private var isCut = false

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    mutating func append(_ bytes: UnsafeRawBufferPointer) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            self.take(rest[..<end])
            lines.append(self.finish() ?? [])
            rest = rest[(end + 1)...]
        }
        self.take(rest)
        return lines
    }

    /// The line so far, or nil where there is nothing of it.
    mutating func finish() -> [UInt8]? {
        var line = self.partial
        let wasCut = self.isCut
        self.partial = []
        self.isCut = false
        if wasCut { line += Array("…".utf8) } else if line.last == 0x0D { line.removeLast() }
        return line.isEmpty ? nil : line
    }

    private mutating func take(_ bytes: Slice<UnsafeRawBufferPointer>) {
        let room = self.maximumBytes - self.partial.count
        self.partial.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { self.isCut = true }
    }
}
