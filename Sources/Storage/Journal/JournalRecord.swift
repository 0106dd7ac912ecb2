internal import Ledger
internal import Wire

/// A call as it stands in the journal: numbers, and views of its texts. Valid as long as the segment is mapped.
struct JournalRecord {
    var flags: UInt8 = 0
    var requestID = UnsafeRawBufferPointer(start: nil, count: 0)
    var requestAt: Int64 = 0
    var createdAt: Int64 = 0
    var retryAt: Int64?
    var ttfbMilliseconds: Int64 = 0
    var tokenID: Int64 = 0
    var channelID: Int64 = 0
    var code: Int64 = 0
    var mode: Int64 = 0
    var retryTimes: Int64 = 0
    var asyncUsageStatus: Int64 = 0
    var usage = Usage()
    var amount = Amount()
    var groupID = UnsafeRawBufferPointer(start: nil, count: 0)
    var tokenName = UnsafeRawBufferPointer(start: nil, count: 0)
    var model = UnsafeRawBufferPointer(start: nil, count: 0)
    var endpoint = UnsafeRawBufferPointer(start: nil, count: 0)
    var content = UnsafeRawBufferPointer(start: nil, count: 0)
    var clientAddress = UnsafeRawBufferPointer(start: nil, count: 0)
    var upstreamID = UnsafeRawBufferPointer(start: nil, count: 0)
    var price = UnsafeRawBufferPointer(start: nil, count: 0)
    var user = UnsafeRawBufferPointer(start: nil, count: 0)
    var metadata = UnsafeRawBufferPointer(start: nil, count: 0)
    var promptCacheKey = UnsafeRawBufferPointer(start: nil, count: 0)
    var resolution = UnsafeRawBufferPointer(start: nil, count: 0)
    var nativeResolution = UnsafeRawBufferPointer(start: nil, count: 0)
    var quality = UnsafeRawBufferPointer(start: nil, count: 0)
    var serviceTier = UnsafeRawBufferPointer(start: nil, count: 0)
    var requestBody = UnsafeRawBufferPointer(start: nil, count: 0)
    var responseBody = UnsafeRawBufferPointer(start: nil, count: 0)

    func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

    /// Reads a payload.
    /// - Throws: `damaged` where it is none of this version: its checksum was right, so a program wrote it so.
    init(_ payload: UnsafeRawBufferPointer) throws(StorageError) {
        var input = JournalInput(payload)
        guard input.byte() == JournalEncoder.version else { throw .damaged("a record of the journal has an unknown version") }
        flags = input.byte()
        requestID = input.bytes(RequestID.textLength)
        requestAt = input.fixed()
        createdAt = requestAt &+ input.number()
        if has(JournalEncoder.Flag.retry) { retryAt = requestAt &+ input.number() }
        ttfbMilliseconds = input.number()
        tokenID = input.number()
        channelID = input.number()
        code = input.number()
        mode = input.number()
        retryTimes = input.number()
        asyncUsageStatus = input.number()
        readUsage(&input)
        readAmount(&input)
        groupID = input.text()
        tokenName = input.text()
        model = input.text()
        endpoint = input.text()
        content = input.text()
        clientAddress = input.text()
        upstreamID = input.text()
        price = input.text()
        user = input.text()
        metadata = input.text()
        promptCacheKey = input.text()
        resolution = input.text()
        nativeResolution = input.text()
        quality = input.text()
        serviceTier = input.text()
        if has(JournalEncoder.Flag.detail) {
            requestBody = input.text()
            responseBody = input.text()
        }
        guard input.isWhole else { throw .damaged("a record of the journal is too short") }
    }

    private mutating func readUsage(_ input: inout JournalInput) {
        let numbers = input.masked()
        usage.input = numbers.0
        usage.imageInput = numbers.1
        usage.audioInput = numbers.2
        usage.videoInput = numbers.3
        usage.output = numbers.4
        usage.imageOutput = numbers.5
        usage.audioOutput = numbers.6
        usage.cached = numbers.7
        usage.cacheCreation = numbers.8
        usage.reasoning = numbers.9
        usage.total = numbers.10
        usage.webSearchCount = numbers.11
    }

    private mutating func readAmount(_ input: inout JournalInput) {
        let numbers = input.masked()
        amount.input = Money(nanos: numbers.0)
        amount.imageInput = Money(nanos: numbers.1)
        amount.audioInput = Money(nanos: numbers.2)
        amount.videoInput = Money(nanos: numbers.3)
        amount.output = Money(nanos: numbers.4)
        amount.imageOutput = Money(nanos: numbers.5)
        amount.audioOutput = Money(nanos: numbers.6)
        amount.cached = Money(nanos: numbers.7)
        amount.cacheCreation = Money(nanos: numbers.8)
        amount.webSearch = Money(nanos: numbers.9)
        amount.used = Money(nanos: numbers.10)
    }
}

/// Reads the elements of a payload; what lies beyond its end reads as zero and is remembered.
struct JournalInput {
    private let payload: UnsafeRawBufferPointer
    private var position = 0
    /// Whether everything that was read was there.
    private(set) var isWhole = true

    init(_ payload: UnsafeRawBufferPointer) { self.payload = payload }

    mutating func byte() -> UInt8 {
        guard position < payload.count else {
            isWhole = false
            return 0
        }
        defer { position += 1 }
        return payload[position]
    }

    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= payload.count - position else {
            isWhole = false
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: payload[position..<position + count])
    }

    mutating func fixed() -> Int64 {
        let bytes = bytes(8)
        return bytes.count == 8 ? Int64(littleEndian: bytes.loadUnaligned(as: Int64.self)) : 0
    }

    mutating func number() -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { break }
            shift += 7
        }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func text() -> UnsafeRawBufferPointer { bytes(Int(truncatingIfNeeded: number())) }

    mutating func masked() -> JournalNumbers {
        let mask = UInt16(byte()) | UInt16(byte()) << 8
        var numbers: JournalNumbers = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &numbers) { bytes in
            let places = bytes.bindMemory(to: Int64.self)
            for index in 0..<12 where mask & 1 << UInt16(index) != 0 { places[index] = number() }
        }
        return numbers
    }
}

extension CallRecord {
    /// The call as a value again.
    /// - Throws: `damaged` where its request id is none.
    init(_ record: JournalRecord) throws(StorageError) {
        func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
        guard let requestID = RequestID(text(record.requestID)) else { throw .damaged("a record's request id can't be read") }
        self.init(
            requestID: requestID, requestAt: record.requestAt, createdAt: record.createdAt, groupID: text(record.groupID),
            tokenID: record.tokenID, tokenName: text(record.tokenName), model: text(record.model), code: record.code,
            mode: CallMode(number: record.mode), endpoint: text(record.endpoint))
        retryAt = record.retryAt
        ttfbMilliseconds = record.ttfbMilliseconds
        channelID = record.channelID
        content = text(record.content)
        clientAddress = text(record.clientAddress)
        retryTimes = record.retryTimes
        upstreamID = text(record.upstreamID)
        asyncUsageStatus = record.asyncUsageStatus
        usage = record.usage
        amount = record.amount
        price = text(record.price)
        user = text(record.user)
        metadata = text(record.metadata)
        promptCacheKey = text(record.promptCacheKey)
        usageContext.resolution = text(record.resolution)
        usageContext.nativeResolution = text(record.nativeResolution)
        usageContext.quality = text(record.quality)
        usageContext.serviceTier = text(record.serviceTier)
        usageContext.inputMedia = record.has(JournalEncoder.Flag.inputMedia)
        usageContext.inputVideo = record.has(JournalEncoder.Flag.inputVideo)
        usageContext.outputAudio = record.has(JournalEncoder.Flag.outputAudio)
        if record.has(JournalEncoder.Flag.detail) {
            detail = CallDetail(
                requestBody: text(record.requestBody),
                requestBodyIsTruncated: record.has(JournalEncoder.Flag.requestBodyIsTruncated),
                responseBody: text(record.responseBody),
                responseBodyIsTruncated: record.has(JournalEncoder.Flag.responseBodyIsTruncated))
        }
    }
}
