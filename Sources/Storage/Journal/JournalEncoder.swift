internal import Ledger
internal import Wire

/// How a call is written into the journal, straight into its memory.
///
/// Version (1 byte), flags (1), request id (20 characters), the time of the request (8 bytes), then numbers as zigzag varints
/// (of usage and amounts a mask of what is not zero, and only that), then texts as length and bytes. Every text has a greatest
/// length; longer ones are cut at a character, so that a record always fits.
enum JournalEncoder {
    static let version: UInt8 = 1
    /// No payload is shorter.
    static let leastBytes = 32

    /// Bits of the second byte.
    enum Flag {
        static let retry: UInt8 = 1
        static let detail: UInt8 = 2
        static let inputMedia: UInt8 = 4
        static let inputVideo: UInt8 = 8
        static let outputAudio: UInt8 = 16
        static let requestBodyIsTruncated: UInt8 = 32
        static let responseBodyIsTruncated: UInt8 = 64
    }

    /// The greatest lengths of texts, in bytes.
    enum Greatest {
        static let name = 512
        static let text = 1024
        static let metadata = 8 << 10
        static let price = 16 << 10
    }

    /// What a record takes without its bodies, at most: everything fixed, and every text at its greatest length.
    static let greatestWithoutDetail = 512 + 10 * Greatest.name + 5 * Greatest.text + Greatest.metadata + Greatest.price

    /// At most how many bytes `record` takes without its bodies.
    static func bound(_ record: borrowing CallRecord) -> Int {
        let names =
            record.groupID.utf8.count + record.tokenName.utf8.count + record.model.utf8.count + record.clientAddress.utf8.count
            + record.upstreamID.utf8.count + record.usageContext.resolution.utf8.count
            + record.usageContext.nativeResolution.utf8.count + record.usageContext.quality.utf8.count
            + record.usageContext.serviceTier.utf8.count
        let texts =
            record.endpoint.utf8.count + record.content.utf8.count + record.user.utf8.count + record.promptCacheKey.utf8.count
            + record.metadata.utf8.count + record.price.utf8.count
        return min(512 + names + texts, greatestWithoutDetail)
    }

    /// Writes `record` at `start`; returns how many bytes it took.
    /// - Parameter detailBytes: the most bytes that its two bodies may take together.
    static func encode(_ record: borrowing CallRecord, detailBytes: Int, at start: UnsafeMutableRawPointer) -> Int {
        var output = JournalOutput(start)
        output.byte(version)
        output.byte(flags(record, detailBytes: detailBytes))
        output.requestID(record.requestID)
        output.fixed(record.requestAt)
        output.number(record.createdAt &- record.requestAt)
        if let retryAt = record.retryAt { output.number(retryAt &- record.requestAt) }
        output.number(record.ttfbMilliseconds)
        output.number(record.tokenID)
        output.number(record.channelID)
        output.number(record.code)
        output.number(record.mode.number)
        output.number(record.retryTimes)
        output.number(record.asyncUsageStatus)
        encode(record.usage, to: &output)
        encode(record.amount, to: &output)
        output.text(record.groupID, atMost: Greatest.name)
        output.text(record.tokenName, atMost: Greatest.name)
        output.text(record.model, atMost: Greatest.name)
        output.text(record.endpoint, atMost: Greatest.text)
        output.text(record.content, atMost: Greatest.text)
        output.text(record.clientAddress, atMost: Greatest.name)
        output.text(record.upstreamID, atMost: Greatest.name)
        // Cut, it would be no JSON any more.
        output.text(record.price, atMost: Greatest.price, orNothing: true)
        output.text(record.user, atMost: Greatest.text)
        output.text(record.metadata, atMost: Greatest.metadata, orNothing: true)
        output.text(record.promptCacheKey, atMost: Greatest.text)
        output.text(record.usageContext.resolution, atMost: Greatest.name)
        output.text(record.usageContext.nativeResolution, atMost: Greatest.name)
        output.text(record.usageContext.quality, atMost: Greatest.name)
        output.text(record.usageContext.serviceTier, atMost: Greatest.name)
        if let detail = record.detail {
            let (request, response) = shares(detail, of: detailBytes)
            output.text(detail.requestBody, atMost: request)
            output.text(detail.responseBody, atMost: response)
        }
        return output.count
    }

    /// How many bytes of each body are kept.
    private static func shares(_ detail: CallDetail, of bytes: Int) -> (request: Int, response: Int) {
        let request = min(detail.requestBody.utf8.count, max(bytes / 2, bytes - detail.responseBody.utf8.count))
        return (request, min(detail.responseBody.utf8.count, bytes - request))
    }

    private static func flags(_ record: borrowing CallRecord, detailBytes: Int) -> UInt8 {
        var flags: UInt8 = record.retryAt == nil ? 0 : Flag.retry
        if record.usageContext.inputMedia { flags |= Flag.inputMedia }
        if record.usageContext.inputVideo { flags |= Flag.inputVideo }
        if record.usageContext.outputAudio { flags |= Flag.outputAudio }
        if let detail = record.detail {
            let (request, response) = shares(detail, of: detailBytes)
            flags |= Flag.detail
            if detail.requestBodyIsTruncated || request < detail.requestBody.utf8.count { flags |= Flag.requestBodyIsTruncated }
            if detail.responseBodyIsTruncated || response < detail.responseBody.utf8.count {
                flags |= Flag.responseBodyIsTruncated
            }
        }
        return flags
    }

    private static func encode(_ usage: Usage, to output: inout JournalOutput) {
        output.masked(
            (
                usage.input, usage.imageInput, usage.audioInput, usage.videoInput, usage.output, usage.imageOutput,
                usage.audioOutput, usage.cached, usage.cacheCreation, usage.reasoning, usage.total, usage.webSearchCount
            ))
    }

    private static func encode(_ amount: Amount, to output: inout JournalOutput) {
        output.masked(
            (
                amount.input.nanos, amount.imageInput.nanos, amount.audioInput.nanos, amount.videoInput.nanos,
                amount.output.nanos,
                amount.imageOutput.nanos, amount.audioOutput.nanos, amount.cached.nanos, amount.cacheCreation.nanos,
                amount.webSearch.nanos, amount.used.nanos, Int64(0)
            ))
    }
}

/// Twelve numbers side by side, on the stack.
typealias JournalNumbers = (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64)

/// Writes the elements of a payload one behind the other.
struct JournalOutput: ~Copyable {
    private let start: UnsafeMutableRawPointer
    private var next: UnsafeMutableRawPointer

    init(_ start: UnsafeMutableRawPointer) {
        self.start = start
        next = start
    }

    var count: Int { next - start }

    mutating func byte(_ value: UInt8) {
        next.storeBytes(of: value, as: UInt8.self)
        next += 1
    }

    mutating func fixed(_ value: Int64) {
        next.storeBytes(of: value.littleEndian, as: Int64.self)
        next += 8
    }

    /// A zigzag varint: small numbers of either sign are short.
    mutating func number(_ value: Int64) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    /// A mask of what is not zero (2 bytes), then that.
    mutating func masked(_ numbers: JournalNumbers) {
        let place = next
        next += 2
        var mask: UInt16 = 0
        withUnsafeBytes(of: numbers) { bytes in
            for (index, value) in bytes.bindMemory(to: Int64.self).enumerated() where value != 0 {
                mask |= 1 << UInt16(index)
                number(value)
            }
        }
        place.storeBytes(of: mask.littleEndian, as: UInt16.self)
    }

    mutating func requestID(_ id: RequestID) {
        let text = id.description
        _ = text.utf8.withContiguousStorageIfAvailable { copy($0, count: RequestID.textLength) }
    }

    /// The length and the bytes, cut at a character's border to at most `limit`, or nothing at all.
    mutating func text(_ text: borrowing String, atMost limit: Int, orNothing: Bool = false) {
        let utf8 = text.utf8
        let isCopied: Void? = utf8.withContiguousStorageIfAvailable { bytes in
            var count = bytes.count
            if count > limit {
                count = orNothing ? 0 : limit
                // Not between the bytes of one character.
                while count > 0, bytes[count] & 0xC0 == 0x80 { count -= 1 }
            }
            number(Int64(count))
            copy(bytes, count: count)
        }
        // No text of ours is stored otherwise; one that is would be left out rather than slow.
        if isCopied == nil { number(0) }
    }

    private mutating func copy(_ bytes: UnsafeBufferPointer<UInt8>, count: Int) {
        if let source = bytes.baseAddress, count > 0 { next.copyMemory(from: source, byteCount: count) }
        next += count
    }
}
