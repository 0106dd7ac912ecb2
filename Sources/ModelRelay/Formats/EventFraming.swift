internal import NIOCore

/// Cuts the bytes of an event stream into whole events, whatever the pieces in which they arrive.
///
/// Framing follows HTML §9.2.6 for lines that end in LF or CRLF, which is what upstreams send. Nothing is copied but what is left of an
/// event whose end hasn't come yet.
struct EventFraming: Sendable {
    /// The beginning of an event that is not whole.
    private(set) var pending = ByteBuffer()
    /// Bytes of `pending` in which no line begins any more that wasn't looked at.
    private var scannedBytes = 0
    let maximumEventBytes: Int

    init(maximumEventBytes: Int) { self.maximumEventBytes = maximumEventBytes }

    /// Whether bytes of an event that never ended are left over.
    var hasPendingBytes: Bool { self.pending.readableBytes > 0 }

    /// What was left over and the next piece, in one. It is to be read event by event, and what is left of it kept.
    mutating func joined(with part: ByteBuffer) -> ByteBuffer {
        guard self.pending.readableBytes > 0 else { return part }
        self.pending.writeImmutableBuffer(part)
        let whole = self.pending
        self.pending = ByteBuffer()
        return whole
    }

    /// Keeps what is left once no whole event is.
    /// - Throws: where it is over the bound.
    mutating func keep(_ rest: ByteBuffer) throws(StreamTapError) {
        guard rest.readableBytes <= self.maximumEventBytes else { throw .eventTooLarge(limit: self.maximumEventBytes) }
        self.pending = rest
    }

    /// The length of the first whole event, its blank line included. Lines that were looked at are not looked at again when more of
    /// an event has come.
    mutating func eventLength(in buffer: ByteBuffer) -> Int? {
        let (length, scanned): (Int?, Int) = buffer.withUnsafeReadableBytes { bytes in
            var lineStart = self.scannedBytes
            while let end = bytes.firstIndex(of: 0x0A, from: lineStart) {
                if end == lineStart || (end == lineStart + 1 && bytes[lineStart] == 0x0D) { return (end + 1, 0) }
                lineStart = end + 1
            }
            return (nil, lineStart)
        }
        self.scannedBytes = scanned
        return length
    }

    /// The range of the one `data` field's value; nil where the event has none, or several.
    static func dataRange(in event: UnsafeRawBufferPointer) -> Range<Int>? {
        var found: Range<Int>?
        var start = 0
        while start < event.count {
            let end = event.firstIndex(of: 0x0A, from: start) ?? event.count
            if let range = self.value(of: "data:", in: event, start, end) {
                guard found == nil else { return nil }
                found = range
            }
            start = end + 1
        }
        return found
    }

    /// The event's type, where it has one, and the lines of its data joined; nil where it has no data.
    static func fields(of event: UnsafeRawBufferPointer) -> (name: String?, data: [UInt8])? {
        var name: String?
        var data: [UInt8]?
        var start = 0
        while start < event.count {
            let end = event.firstIndex(of: 0x0A, from: start) ?? event.count
            if let range = self.value(of: "data:", in: event, start, end) {
                if data == nil { data = [] } else { data?.append(0x0A) }
                data?.append(contentsOf: event[range])
            } else {
                name = self.value(of: "event:", in: event, start, end).map { String(decoding: event[$0], as: UTF8.self) } ?? name
            }
            start = end + 1
        }
        return data.map { (name, $0) }
    }

    /// The event's type alone.
    static func name(of event: UnsafeRawBufferPointer) -> String? {
        var start = 0
        while start < event.count {
            let end = event.firstIndex(of: 0x0A, from: start) ?? event.count
            if let range = self.value(of: "event:", in: event, start, end) {
                return String(decoding: event[range], as: UTF8.self)
            }
            start = end + 1
        }
        return nil
    }

    /// The value's range where the line from `start` to `end` is that field. One blank before the value and the CR behind it are not
    /// its own.
    private static func value(of field: StaticString, in event: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Range<Int>? {
        let length = field.utf8CodeUnitCount
        guard end - start >= length else { return nil }
        for index in 0..<length where event[start + index] != field.utf8Start[index] { return nil }
        var lower = start + length
        if lower < end, event[lower] == 0x20 { lower += 1 }
        return lower..<(end > lower && event[end - 1] == 0x0D ? end - 1 : end)
    }
}

enum StreamTapError: Error {
    case eventTooLarge(limit: Int)
}
