import NIOCore

/// An HTTP/1 answer as it stood on the wire.
struct RawAnswer: Sendable {
    let version: String
    let status: Int
    let headers: [(name: String, value: String)]
    var body = ByteBuffer()
    /// The lengths of its chunks, where it had any.
    var chunks: [Int] = []

    subscript(name: String) -> String? { self.headers.first { $0.name.lowercased() == name }?.value }

    func all(_ name: String) -> [String] { self.headers.filter { $0.name.lowercased() == name }.map(\.value) }

    var text: String { String(buffer: self.body) }

    /// Takes one from `bytes`; nil where it isn't whole yet.
    /// - Throws: where it can't become one.
    init?(from bytes: inout ByteBuffer, isEnded: Bool, method: String) throws {
        guard let end = bytes.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else {
            if isEnded { throw RawClient.Failure("the connection ended within a head: `\(String(buffer: bytes))`") }
            return nil
        }
        var rest = bytes
        let head = rest.readString(length: end.upperBound - rest.readerIndex) ?? ""
        let lines = head.split(separator: "\r\n")
        let start = lines[0].split(separator: " ", maxSplits: 2)
        guard start.count >= 2, start[0].hasPrefix("HTTP/1."), let status = Int(start[1]) else {
            throw RawClient.Failure("no status line: `\(lines[0])`")
        }
        self.version = String(start[0])
        self.status = status
        self.headers = try lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw RawClient.Failure("no header: `\(line)`") }
            return (String(parts[0]), String(parts[1].drop { $0 == " " }))
        }
        if method == "HEAD" || status < 200 || status == 204 || status == 304 {
            // No body follows.
        } else if self["transfer-encoding"] == "chunked" {
            guard try self.takeChunks(from: &rest, isEnded: isEnded) else { return nil }
        } else if let length = self["content-length"] {
            guard let count = Int(length) else { throw RawClient.Failure("Content-Length: \(length)") }
            guard let body = rest.readSlice(length: count) else {
                if isEnded { throw RawClient.Failure("the connection ended within a body of \(count) bytes") }
                return nil
            }
            self.body = body
        } else {
            guard isEnded else { return nil }
            self.body = rest
            rest.moveReaderIndex(to: rest.writerIndex)
        }
        bytes = rest
    }

    private mutating func takeChunks(from rest: inout ByteBuffer, isEnded: Bool) throws -> Bool {
        while true {
            guard let line = rest.readableBytesView.firstRange(of: Array("\r\n".utf8)),
                let size = rest.readString(length: line.lowerBound - rest.readerIndex)
            else { return try Self.notYet(isEnded) }
            guard let count = Int(size, radix: 16) else { throw RawClient.Failure("no chunk: `\(size)`") }
            rest.moveReaderIndex(forwardBy: 2)
            guard let chunk = rest.readSlice(length: count), let end = rest.readString(length: 2) else {
                return try Self.notYet(isEnded)
            }
            guard end == "\r\n" else { throw RawClient.Failure("a chunk ends with `\(end)`") }
            if count == 0 { return true }
            self.body.writeImmutableBuffer(chunk)
            self.chunks.append(count)
        }
    }

    private static func notYet(_ isEnded: Bool) throws -> Bool {
        if isEnded { throw RawClient.Failure("the connection ended within a chunked body") }
        return false
    }
}
