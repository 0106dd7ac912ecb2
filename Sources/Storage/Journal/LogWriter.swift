internal import Glibc
internal import Ledger

/// Makes log rows of journal records. Texts are bound as they stand in the journal's memory, without becoming strings.
final class LogWriter {
    private static let rows = SQLInsert(
        table: "portico_logs",
        columns: [
            ("id", .integer), ("request_id", .text), ("group_id", .text), ("token_id", .integer), ("token_name", .text),
            ("model", .text), ("channel_id", .integer), ("code", .integer), ("mode", .integer), ("endpoint", .text),
            ("request_at", .integer), ("retry_at", .integer), ("created_at", .integer), ("ttfb_milliseconds", .integer),
            ("input_tokens", .integer), ("output_tokens", .integer), ("total_tokens", .integer), ("used_amount", .integer),
            ("usage_parts", .text), ("amount_parts", .text), ("usage_context", .text), ("price_id", .integer),
            ("retry_times", .integer), ("async_usage_status", .integer), ("client_address", .text), ("upstream_id", .text),
            ("content", .text), ("end_user", .text), ("metadata", .text), ("prompt_cache_key", .text),
        ])
    private static let details = SQLInsert(
        table: "portico_request_details",
        columns: [
            ("log_id", .integer), ("request_body", .text), ("request_body_truncated", .integer), ("response_body", .text),
            ("response_body_truncated", .integer),
        ])

    private var cells: [SQLCell] = []
    private var detailCells: [SQLCell] = []
    private var arena = TextArena()
    private var prices = PriceTable()
    private var greatestLag: Int64 = 0
    private var notedLag: Int64 = 0

    /// Stores a row for each of `entries`, and their bodies.
    func write(_ entries: [JournalBatch.Entry], now: Int64, _ connection: any SQLConnection) throws(StorageError) {
        // If the last batch was not stored, its prices were not either.
        prices.rolledBack()
        arena.reset()
        cells.removeAll(keepingCapacity: true)
        detailCells.removeAll(keepingCapacity: true)
        let latest = entries.reduce(now) { max($0, $1.record.createdAt) }
        let first = try LogKeys.take(entries.count, now: latest, connection)
        try noteLag(entries, lastKey: first + Int64(entries.count) - 1, connection)
        for (offset, entry) in entries.enumerated() {
            try add(entry.record, key: first + Int64(offset), connection)
        }
        try insert(Self.rows, cells, connection)
        if !detailCells.isEmpty { try insert(Self.details, detailCells, connection) }
    }

    /// The transaction of the last `write` is stored.
    func committed() {
        prices.committed()
        notedLag = max(notedLag, greatestLag)
    }

    private func insert(_ insert: SQLInsert, _ cells: [SQLCell], _ connection: any SQLConnection) throws(StorageError) {
        var failure: StorageError?
        cells.withUnsafeBufferPointer { cells in
            do throws(StorageError) { try connection.insert(insert, cells: cells) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func noteLag(
        _ entries: [JournalBatch.Entry], lastKey: Int64, _ connection: any SQLConnection
    ) throws(StorageError) {
        let earliest = entries.reduce(Int64.max) { min($0, $1.record.createdAt) }
        let lag = LogKeys.roundedUp(lastKey / LogKeys.perMillisecond + LogKeys.epoch - earliest)
        greatestLag = notedLag
        guard lag > notedLag else { return }
        try LogKeys.note(lag: lag, connection)
        greatestLag = lag
    }

    private func add(_ record: JournalRecord, key: Int64, _ connection: any SQLConnection) throws(StorageError) {
        cells.append(.integer(key))
        cells.append(text(record.requestID))
        cells.append(text(record.groupID))
        cells.append(.integer(record.tokenID))
        cells.append(text(record.tokenName))
        cells.append(text(record.model))
        cells.append(.integer(record.channelID))
        cells.append(.integer(record.code))
        cells.append(.integer(record.mode))
        cells.append(text(record.endpoint))
        cells.append(.integer(record.requestAt))
        cells.append(record.retryAt.map(SQLCell.integer) ?? .null)
        cells.append(.integer(record.createdAt))
        cells.append(.integer(record.ttfbMilliseconds))
        cells.append(.integer(record.usage.input))
        cells.append(.integer(record.usage.output))
        cells.append(.integer(record.usage.total))
        cells.append(.integer(record.amount.used.nanos))
        cells.append(usageParts(record.usage))
        cells.append(amountParts(record.amount))
        cells.append(context(record))
        cells.append(try prices.number(of: record.price, connection).map(SQLCell.integer) ?? .null)
        cells.append(record.retryTimes == 0 ? .null : .integer(record.retryTimes))
        cells.append(record.asyncUsageStatus == 0 ? .null : .integer(record.asyncUsageStatus))
        cells.append(optional(record.clientAddress))
        cells.append(optional(record.upstreamID))
        cells.append(optional(record.content))
        cells.append(optional(record.user))
        cells.append(optional(record.metadata))
        cells.append(optional(record.promptCacheKey))
        guard record.has(JournalEncoder.Flag.detail) else { return }
        detailCells.append(.integer(key))
        detailCells.append(text(record.requestBody))
        detailCells.append(.integer(record.has(JournalEncoder.Flag.requestBodyIsTruncated) ? 1 : 0))
        detailCells.append(text(record.responseBody))
        detailCells.append(.integer(record.has(JournalEncoder.Flag.responseBodyIsTruncated) ? 1 : 0))
    }

    // MARK: - Texts

    private func optional(_ bytes: UnsafeRawBufferPointer) -> SQLCell { bytes.isEmpty ? .null : text(bytes) }

    /// The bytes as they are, unless U+0000 is among them, which PostgreSQL does not take: each becomes U+FFFD.
    private func text(_ bytes: UnsafeRawBufferPointer) -> SQLCell {
        guard let start = bytes.baseAddress, memchr(start, 0, bytes.count) != nil else { return .text(bytes) }
        return .text(
            arena.text(atMost: bytes.count * 3) { room in
                var writer = RawJSONWriter(room)
                for byte in bytes { if byte == 0 { writer.literal("\u{FFFD}") } else { writer.byte(byte) } }
                return writer.count
            })
    }

    /// The names are those of `CompactParts`.
    private func usageParts(_ usage: Usage) -> SQLCell {
        parts(
            ("image_input_tokens", usage.imageInput), ("audio_input_tokens", usage.audioInput),
            ("video_input_tokens", usage.videoInput), ("image_output_tokens", usage.imageOutput),
            ("audio_output_tokens", usage.audioOutput), ("cached_tokens", usage.cached),
            ("cache_creation_tokens", usage.cacheCreation), ("reasoning_tokens", usage.reasoning),
            ("web_search_count", usage.webSearchCount), ("", 0))
    }

    private func amountParts(_ amount: Amount) -> SQLCell {
        parts(
            ("input_amount", amount.input.nanos), ("image_input_amount", amount.imageInput.nanos),
            ("audio_input_amount", amount.audioInput.nanos), ("video_input_amount", amount.videoInput.nanos),
            ("output_amount", amount.output.nanos), ("image_output_amount", amount.imageOutput.nanos),
            ("audio_output_amount", amount.audioOutput.nanos), ("cached_amount", amount.cached.nanos),
            ("cache_creation_amount", amount.cacheCreation.nanos), ("web_search_amount", amount.webSearch.nanos))
    }

    private typealias Part = (name: StaticString, value: Int64)

    /// An object of those that are not zero; NULL where all are. Ten one by one: an array would be made for each row.
    private func parts(
        _ p0: Part, _ p1: Part, _ p2: Part, _ p3: Part, _ p4: Part, _ p5: Part, _ p6: Part, _ p7: Part, _ p8: Part, _ p9: Part
    ) -> SQLCell {
        if p0.value | p1.value | p2.value | p3.value | p4.value | p5.value | p6.value | p7.value | p8.value | p9.value == 0 {
            return .null
        }
        return .text(
            arena.text(atMost: 512) { room in
                var writer = RawJSONWriter(room)
                func add(_ part: Part) {
                    if part.value == 0 { return }
                    writer.member(part.name)
                    writer.integer(part.value)
                }
                add(p0)
                add(p1)
                add(p2)
                add(p3)
                add(p4)
                add(p5)
                add(p6)
                add(p7)
                add(p8)
                add(p9)
                writer.end()
                return writer.count
            })
    }

    private func context(_ record: JournalRecord) -> SQLCell {
        let texts = record.resolution.count + record.nativeResolution.count + record.quality.count + record.serviceTier.count
        let flags = JournalEncoder.Flag.inputMedia | JournalEncoder.Flag.inputVideo | JournalEncoder.Flag.outputAudio
        if texts == 0, !record.has(flags) { return .null }
        return .text(
            arena.text(atMost: 256 + 6 * texts) { room in
                var writer = RawJSONWriter(room)
                func add(_ name: StaticString, _ text: UnsafeRawBufferPointer) {
                    if text.isEmpty { return }
                    writer.member(name)
                    writer.text(text)
                }
                func add(_ name: StaticString, _ flag: UInt8) {
                    if !record.has(flag) { return }
                    writer.member(name)
                    writer.literal("true")
                }
                add("resolution", record.resolution)
                add("native_resolution", record.nativeResolution)
                add("quality", record.quality)
                add("service_tier", record.serviceTier)
                add("input_media", JournalEncoder.Flag.inputMedia)
                add("input_video", JournalEncoder.Flag.inputVideo)
                add("output_audio", JournalEncoder.Flag.outputAudio)
                writer.end()
                return writer.count
            })
    }
}
