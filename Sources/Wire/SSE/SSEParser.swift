/// Reads a server-sent event stream (WHATWG HTML section 9.2.6) in pieces of any size.
///
/// Bytes that are not UTF-8 are replaced, fields that nobody knows are ignored, as that section says. After an error every
/// further call throws the same one.
public struct SSEParser: Sendable {
    private let limits: SSELimits
    private var failure: SSEError?

    /// The beginning of a line whose end has not come yet.
    private var partialLine: [UInt8] = []
    /// A carriage return ended the last piece: a line feed at the start of the next belongs to it.
    private var endedWithCarriageReturn = false
    private var isFirstLine = true
    private var block = SSEBlock()

    /// The identifier in force: that of the last event which set one.
    public private(set) var lastEventID = ""
    /// The reconnection time that the stream last set, in milliseconds.
    public private(set) var reconnectionMilliseconds: Int?

    /// A parser at the start of a stream.
    public init(limits: SSELimits = .standard) { self.limits = limits }

    /// Reads the next piece of the stream and hands out the events that it completes, and the comments if they are wanted.
    public mutating func consume(
        _ bytes: UnsafeRawBufferPointer, onComment: ((String) -> Void)? = nil, onEvent: (SSEEvent) -> Void
    ) throws(SSEError) {
        do throws(SSEConsumeError<Never>) {
            try read(bytes, onComment: onComment) { (event: SSEEvent) throws(Never) in onEvent(event) }
        } catch {
            switch error {
            case .stream(let error): throw error
            }
        }
    }

    /// As the other overload, for a handler that can fail. What the handler refused is not handed out again; the stream can't
    /// be read on.
    public mutating func consume<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer, onComment: ((String) -> Void)? = nil, onEvent: (SSEEvent) throws(Failure) -> Void
    ) throws(SSEConsumeError<Failure>) {
        try read(bytes, onComment: onComment, onEvent: onEvent)
    }

    /// Ends the stream. An event without its closing blank line is to be discarded, says the specification; it is returned
    /// for callers whose peers are known to leave the blank line out.
    @discardableResult
    public mutating func finish() -> SSEEvent? {
        guard failure == nil else { return nil }
        if !partialLine.isEmpty {
            let line = partialLine
            partialLine = []
            line.withUnsafeBytes { line in
                _ = try? takeLine(line, onComment: nil) { (_: SSEEvent) throws(Never) in }
            }
        }
        return takeBlock()
    }

    private mutating func read<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer, onComment: ((String) -> Void)?, onEvent: (SSEEvent) throws(Failure) -> Void
    ) throws(SSEConsumeError<Failure>) {
        if let failure { throw .stream(failure) }
        guard !bytes.isEmpty else { return }
        var position = 0
        if endedWithCarriageReturn, bytes[0] == Byte.lineFeed { position = 1 }
        endedWithCarriageReturn = false
        while let end = Self.lineEnd(in: bytes, from: position) {
            let line = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
            // The place moves on before the line is handled, so that what a handler refuses is not seen twice.
            position = end + 1
            if bytes[end] == Byte.carriageReturn {
                if position == bytes.count {
                    endedWithCarriageReturn = true
                } else if bytes[position] == Byte.lineFeed {
                    position += 1
                }
            }
            if partialLine.isEmpty {
                try takeLine(line, onComment: onComment, onEvent: onEvent)
            } else {
                guard extendPartialLine(line) else { throw fail(.lineTooLong) }
                let whole = partialLine
                partialLine = []
                try whole.withUnsafeBytes { whole in
                    Result { () throws(SSEConsumeError<Failure>) in
                        try takeLine(whole, onComment: onComment, onEvent: onEvent)
                    }
                }.get()
            }
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        guard extendPartialLine(rest) else { throw fail(.lineTooLong) }
    }

    /// Keeps bytes of a line that goes on; returns whether the line is still short enough.
    private mutating func extendPartialLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard partialLine.count + bytes.count <= limits.maximumLineBytes else { return false }
        partialLine.append(contentsOf: bytes)
        return true
    }

    private mutating func fail<Failure: Error>(_ error: SSEError) -> SSEConsumeError<Failure> {
        failure = error
        partialLine = []
        block = SSEBlock()
        return .stream(error)
    }

    private mutating func takeLine<Failure: Error>(
        _ wholeLine: UnsafeRawBufferPointer, onComment: ((String) -> Void)?, onEvent: (SSEEvent) throws(Failure) -> Void
    ) throws(SSEConsumeError<Failure>) {
        var line = wholeLine
        guard line.count <= limits.maximumLineBytes else { throw fail(.lineTooLong) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = UnsafeRawBufferPointer(rebasing: line[3...]) }
        }
        if line.isEmpty {
            guard let event = takeBlock() else { return }
            do { try onEvent(event) } catch { throw .handler(error) }
        } else if line[0] == Byte.colon {
            onComment?(String(decoding: line.dropFirst(line.count > 1 && line[1] == Byte.space ? 2 : 1), as: UTF8.self))
        } else {
            block.takeField(line)
            guard block.size <= limits.maximumEventBytes else { throw fail(.eventTooLong) }
        }
    }

    /// Ends the block of fields; returns its event unless it has no data ("dispatch the event" in the specification).
    private mutating func takeBlock() -> SSEEvent? {
        guard !block.isEmpty else { return nil }
        let event = block.event
        if let id = block.id { lastEventID = id }
        if let retry = block.retryMilliseconds { reconnectionMilliseconds = retry }
        block = SSEBlock()
        return event
    }

    /// The place of the next carriage return or line feed.
    private static func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var position = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        while bytes.count - position >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let feeds = word ^ (ones &* UInt64(Byte.lineFeed))
            let returns = word ^ (ones &* UInt64(Byte.carriageReturn))
            let mask = ((feeds &- ones) & ~feeds | (returns &- ones) & ~returns) & (ones &* 0x80)
            if mask != 0 { return position + mask.trailingZeroBitCount >> 3 }
            position += 8
        }
        while position < bytes.count {
            if bytes[position] == Byte.lineFeed || bytes[position] == Byte.carriageReturn { return position }
            position += 1
        }
        return nil
    }
}
