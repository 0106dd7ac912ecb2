internal import Ledger
internal import NIOCore
internal import Wire

/// Watches a chat completion stream as it is passed on: whole events go out as the bytes they came in, the usage is picked up, the
/// usage chunk that the client didn't ask for is left out, and `[DONE]` is held until the call is settled.
///
/// Framing follows HTML §9.2.6 for lines that end in LF or CRLF, which is what this wire format's upstreams send.
struct ChatStreamTap {
    /// What came of a piece of the stream.
    struct Output {
        /// Whole events, to be passed on.
        var bytes: ByteBuffer?
        /// `data: [DONE]` was seen; it isn't in `bytes`.
        var isDone = false
        /// An event with an `error` member was seen; it and what follows aren't in `bytes`.
        var error: ByteBuffer?
    }

    private(set) var usage: Usage?
    private(set) var upstreamID: String?
    /// Events with data; comments and keep-alives don't count.
    private(set) var eventCount = 0
    /// Bytes of `data` lines seen, for an estimate where no usage comes.
    private(set) var dataBytes = 0
    private var pending = ByteBuffer()
    /// Bytes of `pending` in which no line begins any more that wasn't looked at.
    private var scannedBytes = 0
    private let maximumEventBytes: Int
    private let dropsUsageChunk: Bool
    /// The name that the client asked for, where the upstream's is another.
    private let modelName: [UInt8]?

    private static let names = MemberNames("usage", "choices", "error", "model", "id")

    init(maximumEventBytes: Int, dropsUsageChunk: Bool, modelName: String?) {
        self.maximumEventBytes = maximumEventBytes
        self.dropsUsageChunk = dropsUsageChunk
        self.modelName = modelName.map { name in
            var bytes: [UInt8] = []
            JSON.writeString(name, to: &bytes)
            return bytes
        }
    }

    /// Whether bytes of an event that never ended are left over.
    var hasPendingBytes: Bool { self.pending.readableBytes > 0 }

    /// Whether what is left over is `[DONE]`, from an upstream that spares itself the blank line at the very end.
    var isDonePending: Bool {
        self.pending.withUnsafeReadableBytes { bytes in
            Self.dataRange(in: bytes).map { bytes[$0].elementsEqual("[DONE]".utf8) } ?? false
        }
    }

    /// - Throws: `tooLarge` for an event over the bound.
    mutating func consume(_ part: ByteBuffer) throws(StreamTapError) -> Output {
        var output = Output()
        var part = part
        if self.pending.readableBytes > 0 {
            self.pending.writeImmutableBuffer(part)
            part = self.pending
            self.pending = ByteBuffer()
        }
        // What was read from `part` can't be sliced from it any more.
        let whole = part
        var passed = 0
        while let length = self.eventLength(in: part) {
            let start = part.readerIndex
            guard let event = part.readSlice(length: length) else { break }
            switch self.judge(event) {
            case .pass: passed += length
            case .replace(let bytes):
                self.append(whole, from: start - passed, count: passed, to: &output.bytes)
                passed = 0
                Self.append(bytes, to: &output.bytes)
            case .drop:
                self.append(whole, from: start - passed, count: passed, to: &output.bytes)
                passed = 0
            case .done:
                self.append(whole, from: start - passed, count: passed, to: &output.bytes)
                output.isDone = true
                return output
            case .error:
                self.append(whole, from: start - passed, count: passed, to: &output.bytes)
                output.error = event
                return output
            }
        }
        self.append(whole, from: part.readerIndex - passed, count: passed, to: &output.bytes)
        guard part.readableBytes <= self.maximumEventBytes else { throw .eventTooLarge(limit: self.maximumEventBytes) }
        self.pending = part
        return output
    }

    private enum Verdict {
        case pass, drop, done, error
        case replace(ByteBuffer)
    }

    private mutating func judge(_ event: ByteBuffer) -> Verdict {
        event.withUnsafeReadableBytes { bytes in
            guard let range = Self.dataRange(in: bytes) else { return .pass }
            let data = UnsafeRawBufferPointer(rebasing: bytes[range])
            self.eventCount += 1
            self.dataBytes += data.count
            if data.elementsEqual("[DONE]".utf8) { return .done }
            let isFirst = self.upstreamID == nil
            guard
                isFirst || self.modelName != nil || data.contains(sequence: "\"usage\"") || data.contains(sequence: "\"error\""),
                let object = try? JSONScanner.scan(data, for: Self.names)
            else { return .pass }
            if isFirst { self.upstreamID = object[4]?.string(in: data) ?? "" }
            if let error = object[2], !error.isNull { return .error }
            if let member = object[0], member.kind == .object, let value = member.value(in: data),
                let usage = ChatUsage.read(value)
            {
                self.usage = usage
                if self.dropsUsageChunk, Self.isEmptyArray(object[1], in: data) { return .drop }
            }
            guard let name = self.modelName, let member = object[3] else { return .pass }
            return .replace(
                Self.replacing(range.lowerBound + member.valueRange.lowerBound, member.valueRange.count, in: event, by: name))
        }
    }

    private static func isEmptyArray(_ member: ScannedMember?, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard let member else { return true }
        guard member.kind == .array, let value = member.value(in: bytes) else { return false }
        return value.dropFirst().dropLast().allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }

    private static func replacing(_ offset: Int, _ count: Int, in event: ByteBuffer, by bytes: [UInt8]) -> ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(event.readableBytes + bytes.count)
        let view = event.readableBytesView
        result.writeBytes(view.prefix(offset))
        result.writeBytes(bytes)
        result.writeBytes(view.dropFirst(offset + count))
        return result
    }

    /// The range of the one `data` field's value; nil where the event has none, or several (no upstream of this format does that).
    private static func dataRange(in event: UnsafeRawBufferPointer) -> Range<Int>? {
        var found: Range<Int>?
        var start = 0
        while start < event.count {
            let end = event.firstIndex(of: 0x0A, from: start) ?? event.count
            if event.count - start >= 5, event[start..<(start + 5)].elementsEqual("data:".utf8) {
                guard found == nil else { return nil }
                var lower = start + 5
                if lower < end, event[lower] == 0x20 { lower += 1 }
                let upper = end > lower && event[end - 1] == 0x0D ? end - 1 : end
                found = lower..<upper
            }
            start = end + 1
        }
        return found
    }

    /// The length of the first whole event, its blank line included. Lines that were looked at are not looked at again when more of
    /// an event has come.
    private mutating func eventLength(in buffer: ByteBuffer) -> Int? {
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

    private func append(_ source: ByteBuffer, from index: Int, count: Int, to output: inout ByteBuffer?) {
        guard count > 0, let slice = source.getSlice(at: index, length: count) else { return }
        Self.append(slice, to: &output)
    }

    private static func append(_ bytes: ByteBuffer, to output: inout ByteBuffer?) {
        if output == nil { output = bytes } else { output?.writeImmutableBuffer(bytes) }
    }
}

enum StreamTapError: Error {
    case eventTooLarge(limit: Int)
}
