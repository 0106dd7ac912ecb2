internal import CShims
internal import Glibc
internal import Ledger
internal import Synchronization

extension JournalSegment {
    /// How many bytes a payload of that length takes.
    static func space(for payload: Int) -> Int { recordHeaderBytes + (payload + 7) & ~7 }

    /// Writes a record behind the last one. The caller holds the lane's writer lock and knows that it fits.
    func append(_ record: borrowing CallRecord, detailBytes: Int) {
        let position = endOfRecords.load(ordering: .relaxed)
        let payload = base + position + Self.recordHeaderBytes
        let length = JournalEncoder.encode(record, detailBytes: detailBytes, at: payload)
        let crc = portico_crc32c(seed, payload, length)
        (base + position + 4).storeBytes(of: crc, as: UInt32.self)
        portico_store_release((base + position).assumingMemoryBound(to: UInt32.self), UInt32(length))
        endOfRecords.store(position + Self.space(for: length), ordering: .releasing)
    }

    /// The record at `position`, or behind the gap that begins there; nil at the end. Its payload lives as long as the segment.
    ///
    /// - Throws: `damaged` where the memory is not what was written: what only a fault of the machine or this program brings about.
    func record(at position: Int) throws(StorageError) -> (payload: UnsafeRawBufferPointer, next: Int)? {
        var position = max(position, Self.headerBytes)
        for gap in gaps where gap.contains(position) { position = gap.upperBound }
        guard position < end else { return nil }
        let length = Int((base + position).load(as: UInt32.self))
        let payload = UnsafeRawBufferPointer(start: base + position + Self.recordHeaderBytes, count: length)
        guard position + Self.space(for: length) <= capacity,
            Self.checksum(seed, payload) == (base + position + 4).load(as: UInt32.self)
        else { throw .damaged("the journal was changed under our hands (\(path), byte \(position))") }
        return (payload, position + Self.space(for: length))
    }

    /// Has the records from `start` to `end` written to the disk; blocks.
    func sync(from start: Int, to end: Int) {
        let first = start & ~4095
        if end > first { msync(base + first, end - first, MS_SYNC) }
    }

    /// Deletes the file, or, where a part of it could not be read, keeps it under another name.
    func retire() {
        if gaps.isEmpty { unlink(path) } else { rename(path, path + ".damaged") }
    }

    static func checksum(_ seed: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        portico_crc32c(seed, bytes.baseAddress, bytes.count)
    }

    // MARK: - Header

    static func map(_ file: Int32, bytes: Int, protection: Int32) throws(StorageError) -> UnsafeMutableRawPointer {
        let base = mmap(nil, bytes, protection, MAP_SHARED, file, 0)
        // MAP_FAILED is a cast, which Swift does not import.
        guard let base, base != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw .unavailable("a journal segment can't be mapped: \(FileSystem.reason(errno))")
        }
        return base
    }

    static func header(journal: UInt64, lane: Int, sequence: Int64, bytes: Int) -> [UInt64] {
        [
            magic, UInt64(version) << 32 | UInt64(UInt32(truncatingIfNeeded: lane)), journal, UInt64(bitPattern: sequence),
            UInt64(bytes),
        ]
    }

    static func writeHeader(
        _ base: UnsafeMutableRawPointer, journal: UInt64, lane: Int, sequence: Int64, bytes: Int
    ) -> UInt32 {
        header(journal: journal, lane: lane, sequence: sequence, bytes: bytes).withUnsafeBytes { header in
            if let start = header.baseAddress { base.copyMemory(from: start, byteCount: header.count) }
            return checksum(0, header)
        }
    }

    /// Whether the header is whole: false where it is all zeros.
    static func checkHeader(
        _ base: UnsafeMutableRawPointer, journal: UInt64, lane: Int, sequence: Int64
    ) throws(StorageError) -> Bool {
        let words = (0..<8).map { base.load(fromByteOffset: $0 * 8, as: UInt64.self) }
        if words.allSatisfy({ $0 == 0 }) { return false }
        guard words[0] == magic, words[1] >> 32 == UInt64(version) else {
            throw .init(.incompatible, "the journal holds a segment of another form: was it written by a newer program?")
        }
        guard words[2] == journal, words[3] == UInt64(bitPattern: sequence), words[1] & 0xFFFF_FFFF == UInt64(lane) else {
            throw .init(.incompatible, "the journal holds a segment of another journal: move it away")
        }
        return true
    }
}
