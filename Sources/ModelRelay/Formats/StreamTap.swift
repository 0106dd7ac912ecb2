internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// What came of a piece of an upstream's stream.
struct StreamOutput {
    /// Whole events for the client.
    var bytes: ByteBuffer?
    /// Whether something that the client waits for was told up to now, rather than that an answer begins.
    var isReal = false
    /// The stream's last event, to be sent once the call is settled; empty where the end of the transfer is the end.
    var terminal: ByteBuffer?
    /// The stream tells of a failure, or can't be read. What follows isn't in `bytes`.
    var failure: Failure?
}

/// Watches a stream as it is passed on between two sides of the same format: whole events go out as the bytes they came in, the usage
/// is picked up, the usage chunk that the client didn't ask for is left out, and the event that ends the stream is held until the call
/// is settled.
struct StreamTap {
    private let rules: StreamRules
    private let usageRules: UsageRules
    private var framing: EventFraming
    private let dropsUsageChunk: Bool
    /// The name that the client asked for, where the upstream's is another.
    private let modelName: [UInt8]?
    /// Frames the events as a JSON array (Gemini without `alt=sse`).
    private var array: ArrayFraming?

    private(set) var upstreamID: String?
    /// The tier in which the upstream serves the call, where it says.
    private(set) var serviceTier: String?
    /// Events with data; comments and keep-alives don't count.
    private(set) var eventCount = 0
    /// Bytes of `data` lines seen, for an estimate where no usage comes.
    private(set) var dataBytes = 0
    private var counts: TokenCounts?
    /// The last event that held usage, where nearly every one does.
    private var usageEvent: ByteBuffer?
    private var isReal = false
    private var hasEndText = false

    /// - Parameter dropsUsageChunk: leaves out the chunk that holds nothing but the usage.
    init(
        _ format: FormatRules, stream: StreamRules, maximumEventBytes: Int, dropsUsageChunk: Bool = false,
        isArrayFramed: Bool = false, modelName: String? = nil
    ) {
        self.rules = stream
        self.usageRules = format.usage
        self.framing = EventFraming(maximumEventBytes: maximumEventBytes)
        self.dropsUsageChunk = dropsUsageChunk
        self.array = isArrayFramed ? ArrayFraming() : nil
        self.modelName = modelName.map { name in
            var bytes: [UInt8] = []
            JSON.writeString(name, to: &bytes)
            return bytes
        }
    }

    /// The usage that was told up to now.
    var usage: Usage? {
        if let event = self.usageEvent { return self.usage(in: event) }
        return self.counts?.usage(by: self.usageRules)
    }

    /// - Throws: `tooLarge` for an event over the bound.
    mutating func consume(_ part: ByteBuffer) throws(StreamTapError) -> StreamOutput {
        var output = StreamOutput()
        var part = self.framing.joined(with: part)
        // What was read from `part` can't be sliced from it any more.
        let whole = part
        var passed = 0
        while let length = self.framing.eventLength(in: part) {
            let start = part.readerIndex
            guard let event = part.readSlice(length: length) else { break }
            let verdict = self.judge(event)
            if case .pass = verdict {
                passed += length
                continue
            }
            self.append(whole, from: start - passed, count: passed, to: &output.bytes)
            passed = 0
            switch verdict {
            case .pass, .drop: break
            case .replace(let bytes): Self.append(bytes, to: &output.bytes)
            case .done(let terminal):
                output.terminal = terminal
                output.isReal = true
                return output
            case .failure(let failure):
                output.failure = failure
                return output
            }
        }
        self.append(whole, from: part.readerIndex - passed, count: passed, to: &output.bytes)
        output.isReal = self.isReal
        try self.framing.keep(part)
        return output
    }

    /// The transfer ended properly.
    /// - Parameter isDelimited: whether the transfer's end can be told from a connection that broke.
    mutating func end(isDelimited: Bool) -> StreamOutput {
        var output = StreamOutput()
        output.isReal = true
        if self.framing.hasPendingBytes {
            // An upstream that spares itself the blank line at the very end.
            var event = self.framing.pending
            event.writeStaticString("\n\n")
            if case .done(let terminal) = self.judge(event) {
                output.terminal = terminal
                return output
            }
        } else if self.isWhole(isDelimited: isDelimited) {
            output.terminal = self.array?.end ?? ByteBuffer()
            return output
        }
        output.failure = .cut
        return output
    }

    /// Whether a stream that ended between two events is an answer.
    private func isWhole(isDelimited: Bool) -> Bool {
        switch self.rules.ending {
        // Some upstreams don't send the mark, and what came is whole.
        case .doneMark: self.eventCount > 0 && (isDelimited || self.counts != nil)
        case .types: false
        case .texts: self.hasEndText
        }
    }

    private enum Verdict {
        case pass, drop
        case replace(ByteBuffer)
        case done(ByteBuffer)
        // It would make every verdict large, and there is one at most.
        indirect case failure(Failure)
    }

    private mutating func judge(_ event: ByteBuffer) -> Verdict {
        let verdict = event.withUnsafeReadableBytes { bytes in
            guard let range = EventFraming.dataRange(in: bytes) else { return Verdict.pass }
            return self.judge(event, bytes, data: range)
        }
        return self.array == nil ? verdict : self.framed(verdict, event)
    }

    private mutating func judge(_ event: ByteBuffer, _ bytes: UnsafeRawBufferPointer, data range: Range<Int>) -> Verdict {
        let data = UnsafeRawBufferPointer(rebasing: bytes[range])
        self.eventCount += 1
        self.dataBytes += data.count
        if !self.isReal { self.isReal = !self.isFiller(data) }
        if data.elementsEqual("[DONE]".utf8) {
            if case .doneMark = self.rules.ending { return .done(Self.doneEvent) }
            return .drop
        }
        if case .texts(let texts) = self.rules.ending, !self.hasEndText {
            self.hasEndText = texts.contains { data.contains(sequence: $0) }
        }
        let isFirst = self.upstreamID == nil
        let mayNameModel =
            self.modelName != nil
            && (self.rules.modelMarks.isEmpty || self.rules.modelMarks.contains { data.contains(sequence: $0) })
        guard isFirst || mayNameModel || self.rules.marks.contains(where: { data.contains(sequence: $0) }),
            let object = try? JSONScanner.scan(data, for: self.rules.names.names)
        else { return .pass }
        let inner = Self.inner(of: object, self.rules.names, in: data)
        if isFirst {
            // One that doesn't say it at its beginning says it nowhere.
            self.upstreamID =
                object.text(self.rules.names.id, in: data) ?? inner.flatMap { $0.id }
                ?? (self.eventCount > 3 ? "" : nil)
        }
        self.serviceTier = object.text(self.rules.names.tier, in: data) ?? inner?.tier ?? self.serviceTier
        let type = object.member(self.rules.names.type)?.string(in: data)
        if object.member(self.rules.names.error).map({ !$0.isNull }) == true || type.map(self.rules.failingTypes.contains) == true
        {
            return .failure(Failure(streamEvent: data))
        }
        let hasUsage = self.note(object.member(self.rules.names.usage), in: data, of: event, at: range.lowerBound)
        if let inner { _ = self.note(inner.usage, in: inner.bytes, of: event, at: range.lowerBound + inner.offset) }
        if hasUsage, self.dropsUsageChunk, Self.isEmptyArray(object.member(self.rules.names.list), in: data) { return .drop }
        var passed = event
        var isRenamed = false
        if let name = self.modelName {
            let found =
                object.member(self.rules.names.model).map { ($0, 0) }
                ?? inner.flatMap { inner in inner.model.map { ($0, inner.offset) } }
            if let (member, offset) = found {
                passed = Self.replacing(
                    range.lowerBound + offset + member.valueRange.lowerBound, member.valueRange.count, in: event, by: name)
                isRenamed = true
            }
        }
        if case .types(let types) = self.rules.ending, let type, types.contains(type) { return .done(passed) }
        return isRenamed ? .replace(passed) : .pass
    }

    /// Whether an event only says that an answer begins.
    private func isFiller(_ data: UnsafeRawBufferPointer) -> Bool {
        self.rules.fillers.contains { data.contains(sequence: $0) } && !self.rules.unless.contains { data.contains(sequence: $0) }
    }

    // MARK: Usage

    /// - Returns: whether the member is a usage object.
    private mutating func note(
        _ member: ScannedMember?, in bytes: UnsafeRawBufferPointer, of event: ByteBuffer, at offset: Int
    ) -> Bool {
        guard let member, member.kind == .object, let value = member.value(in: bytes) else { return false }
        guard !self.rules.tellsUsageOften else {
            self.usageEvent = event.getSlice(
                at: event.readerIndex + offset + member.valueRange.lowerBound, length: member.valueRange.count)
            return true
        }
        var counts = self.counts ?? TokenCounts()
        guard counts.read(value, by: self.usageRules) else { return false }
        self.counts = counts
        return true
    }

    private func usage(in event: ByteBuffer) -> Usage? { event.withUnsafeReadableBytes { self.usageRules.usage($0) } }

    // MARK: Members

    private struct Inner {
        let bytes: UnsafeRawBufferPointer
        /// Where it begins within the data.
        let offset: Int
        let usage: ScannedMember?
        let id: String?
        let tier: String?
        let model: ScannedMember?
    }

    private static func inner(of object: ScannedObject, _ names: AnswerNames, in data: UnsafeRawBufferPointer) -> Inner? {
        guard let inner = names.inner, let member = object[inner.index], member.kind == .object,
            let value = member.value(in: data), let found = try? JSONScanner.scan(value, for: inner.names.names)
        else { return nil }
        return Inner(
            bytes: value, offset: member.valueRange.lowerBound, usage: found.member(inner.names.usage),
            id: found.text(inner.names.id, in: value), tier: found.text(inner.names.tier, in: value),
            model: found.member(inner.names.model))
    }

    private static func isEmptyArray(_ member: ScannedMember?, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard let member else { return true }
        guard member.kind == .array, let value = member.value(in: bytes) else { return false }
        return value.dropFirst().dropLast().allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }

    // MARK: Bytes

    private static let doneEvent = ByteBuffer(string: "data: [DONE]\n\n")

    private static func replacing(_ offset: Int, _ count: Int, in event: ByteBuffer, by bytes: [UInt8]) -> ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(event.readableBytes + bytes.count)
        let view = event.readableBytesView
        result.writeBytes(view.prefix(offset))
        result.writeBytes(bytes)
        result.writeBytes(view.dropFirst(offset + count))
        return result
    }

    private mutating func framed(_ verdict: Verdict, _ event: ByteBuffer) -> Verdict {
        switch verdict {
        case .pass: self.array?.element(event).map { .replace($0) } ?? .drop
        case .replace(let bytes): self.array?.element(bytes).map { .replace($0) } ?? .drop
        case .drop, .done, .failure: verdict
        }
    }

    private func append(_ source: ByteBuffer, from index: Int, count: Int, to output: inout ByteBuffer?) {
        guard count > 0, let slice = source.getSlice(at: index, length: count) else { return }
        Self.append(slice, to: &output)
    }

    private static func append(_ bytes: ByteBuffer, to output: inout ByteBuffer?) {
        if output == nil { output = bytes } else { output?.writeImmutableBuffer(bytes) }
    }
}

/// Writes the data of events as the elements of one JSON array, piece by piece.
struct ArrayFraming: Sendable {
    private var isFirst = true

    /// The next element; nil where the event has no data.
    mutating func element(_ event: ByteBuffer) -> ByteBuffer? {
        let range = event.withUnsafeReadableBytes { EventFraming.dataRange(in: $0) }
        guard let range else { return nil }
        var result = self.begin()
        result.writeBytes(event.readableBytesView.dropFirst(range.lowerBound).prefix(range.count))
        return result
    }

    /// The next element, of JSON text.
    mutating func element(json: [UInt8]) -> ByteBuffer {
        var result = self.begin()
        result.writeBytes(json)
        return result
    }

    private mutating func begin() -> ByteBuffer {
        defer { self.isFirst = false }
        return ByteBuffer(string: self.isFirst ? "[" : ",\r\n")
    }

    /// What stands behind the last element.
    var end: ByteBuffer { ByteBuffer(string: self.isFirst ? "[]" : "]") }
}
