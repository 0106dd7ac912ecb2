internal import CShims

/// Finds the records in a segment that an earlier process left.
///
/// A process that was killed leaves whole records and then zeros. A loss of power may leave anything: pages that never came to the
/// disk, in any order. So where a record can't be read, the next one that can is looked for, to the end.
struct JournalScan {
    /// Behind the last record that can be read.
    private(set) var end = JournalSegment.headerBytes
    /// What lies between records that can be read, and can't be read itself.
    private(set) var gaps: [Range<Int>] = []

    /// - Throws: `incompatible` where a newer program wrote a record.
    init(_ bytes: UnsafeRawBufferPointer, seed: UInt32) throws(StorageError) {
        var position = end
        while let start = Self.firstRecord(in: bytes, from: position, seed: seed) {
            if start > position { gaps.append(position..<start) }
            let length = Int(bytes.load(fromByteOffset: start, as: UInt32.self))
            guard bytes[start + JournalSegment.recordHeaderBytes] == JournalEncoder.version else {
                throw .init(.incompatible, "the journal holds records of a newer program: start that one again, and let it end")
            }
            position = start + JournalSegment.space(for: length)
            end = position
        }
    }

    /// Where the first record at or behind `position` begins.
    private static func firstRecord(in bytes: UnsafeRawBufferPointer, from position: Int, seed: UInt32) -> Int? {
        var position = position
        while position + JournalSegment.recordHeaderBytes <= bytes.count {
            let length = Int(bytes.load(fromByteOffset: position, as: UInt32.self))
            let start = position + JournalSegment.recordHeaderBytes
            if length >= JournalEncoder.leastBytes, start + length <= bytes.count {
                let payload = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
                if JournalSegment.checksum(seed, payload) == bytes.load(fromByteOffset: position + 4, as: UInt32.self) {
                    return position
                }
            }
            position += 8
        }
        return nil
    }
}
