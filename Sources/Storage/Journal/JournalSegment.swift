internal import CShims
internal import Glibc
internal import Synchronization

/// One mapped file of the journal.
///
/// A header of 64 bytes, then records, each at a multiple of 8: length (4), CRC-32C (4), payload, zeros. A length of 0 ends
/// them. The length is stored last, so that a record is there whole or not at all, whenever the process is killed. The checksum
/// begins with what the header says, so that a record of another segment is never taken for one of this.
final class JournalSegment: @unchecked Sendable {
    // Proof: `base` is written at and beyond `end` only, by whoever holds the lane's writer lock, and read below `end`, which is
    // an atomic that is stored with release after the bytes and loaded with acquire before them. The rest never changes.

    static let headerBytes = 64
    static let recordHeaderBytes = 8
    static let magic: UInt64 = 0x314C_4E52_4A54_4350
    static let version: UInt32 = 1

    let path: String
    let lane: Int
    let sequence: Int64
    let capacity: Int
    /// Where a checksum begins.
    let seed: UInt32
    /// Spans of bytes that can't be read, in a segment that an earlier process left.
    let gaps: [Range<Int>]
    let base: UnsafeMutableRawPointer
    /// Behind the last record.
    let endOfRecords: Atomic<Int>

    var end: Int { endOfRecords.load(ordering: .acquiring) }

    private init(
        path: String, lane: Int, sequence: Int64, capacity: Int, seed: UInt32, base: UnsafeMutableRawPointer, end: Int,
        gaps: [Range<Int>] = []
    ) {
        self.path = path
        self.lane = lane
        self.sequence = sequence
        self.capacity = capacity
        self.seed = seed
        self.base = base
        self.gaps = gaps
        endOfRecords = Atomic(end)
    }

    deinit { munmap(base, capacity) }

    /// `journal-<lane>-<sequence>.seg`, such that names sort as segments do.
    static func name(lane: Int, sequence: Int64) -> String {
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "journal-\(padded(lane, 4))-\(padded(sequence, 16)).seg"
    }

    /// The lane and sequence in a file's name; nil where it is another file.
    static func parse(name: String) -> (lane: Int, sequence: Int64)? {
        guard name.hasPrefix("journal-"), name.hasSuffix(".seg") else { return nil }
        let parts = name.dropFirst(8).dropLast(4).split(separator: "-")
        guard parts.count == 2, let lane = Int(parts[0]), let sequence = Int64(parts[1]), lane >= 0, sequence > 0 else {
            return nil
        }
        return (lane, sequence)
    }

    /// Makes a new segment, every page of it on the disk and in memory, so that writing to it neither fails nor waits.
    static func create(
        folder: String, journal: UInt64, lane: Int, sequence: Int64, bytes: Int
    ) throws(StorageError) -> JournalSegment {
        let path = folder + "/" + name(lane: lane, sequence: sequence)
        let draft = path + ".new"
        func failure(_ what: String, _ code: Int32) -> StorageError {
            unlink(draft)
            return .unavailable("a journal segment can't be \(what): \(FileSystem.reason(code))")
        }
        let file = open(draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("created", errno) }
        defer { close(file) }
        // A hole in the file would be filled while it is written to, and kill the process where the disk is full.
        let code = posix_fallocate(file, 0, off_t(bytes))
        guard code == 0 else { throw failure("allocated", code) }
        let base = try map(file, bytes: bytes, protection: PROT_READ | PROT_WRITE)
        let seed = writeHeader(base, journal: journal, lane: lane, sequence: sequence, bytes: bytes)
        for page in stride(from: 4096, to: bytes, by: 4096) { base.storeBytes(of: 0, toByteOffset: page, as: UInt8.self) }
        guard rename(draft, path) == 0 else {
            let code = errno
            munmap(base, bytes)
            throw failure("named", code)
        }
        FileSystem.syncFolder(folder)
        return JournalSegment(
            path: path, lane: lane, sequence: sequence, capacity: bytes, seed: seed, base: base, end: headerBytes)
    }

    /// Opens a segment that an earlier process left; finds its records and what is damaged in it.
    ///
    /// - Returns: nil where not even the header was written.
    /// - Throws: `incompatible` where it belongs to another journal, or a newer program wrote it.
    static func recover(
        folder: String, journal: UInt64, lane: Int, sequence: Int64
    ) throws(StorageError) -> JournalSegment? {
        let path = folder + "/" + name(lane: lane, sequence: sequence)
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .unavailable("a journal segment can't be opened: \(FileSystem.reason(errno))") }
        defer { close(file) }
        let bytes = Int(lseek(file, 0, SEEK_END))
        guard bytes >= headerBytes else { return nil }
        let base = try map(file, bytes: bytes, protection: PROT_READ)
        let seed = header(journal: journal, lane: lane, sequence: sequence, bytes: bytes).withUnsafeBytes { checksum(0, $0) }
        do throws(StorageError) {
            guard try checkHeader(base, journal: journal, lane: lane, sequence: sequence) else {
                munmap(base, bytes)
                return nil
            }
            let scan = try JournalScan(UnsafeRawBufferPointer(start: base, count: bytes), seed: seed)
            return JournalSegment(
                path: path, lane: lane, sequence: sequence, capacity: bytes, seed: seed, base: base, end: scan.end,
                gaps: scan.gaps)
        } catch {
            munmap(base, bytes)
            throw error
        }
    }
}
