import CShims
import Testing

@testable import Storage

@Suite("What is left of a segment")
struct JournalScanTests {
    private static let seed: UInt32 = 0x1234_5678

    /// A segment with six records, and where each begins.
    private struct Image {
        var bytes: [UInt8]
        var starts: [Int] = []
        var end: Int

        init(records: Int = 6) {
            var source = CallSource(seed: 11)
            var memory = [UInt64](repeating: 0, count: 2048)
            var position = JournalSegment.headerBytes
            var starts: [Int] = []
            memory.withUnsafeMutableBytes { memory in
                guard let base = memory.baseAddress else { return }
                for _ in 0..<records {
                    let call = source.plain()
                    let length = JournalEncoder.encode(call, detailBytes: 0, at: base + position + 8)
                    let crc = portico_crc32c(JournalScanTests.seed, base + position + 8, length)
                    memory.storeBytes(of: UInt32(length), toByteOffset: position, as: UInt32.self)
                    memory.storeBytes(of: crc, toByteOffset: position + 4, as: UInt32.self)
                    starts.append(position)
                    position += JournalSegment.space(for: length)
                }
            }
            bytes = memory.withUnsafeBytes { Array($0) }
            self.starts = starts
            end = position
        }

        func scan(seed: UInt32 = JournalScanTests.seed) throws(StorageError) -> JournalScan {
            // Aligned as mapped memory is.
            let words = bytes.withUnsafeBytes { bytes in
                (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
            }
            var result: Result<JournalScan, StorageError>?
            words.withUnsafeBytes { bytes in
                do throws(StorageError) {
                    result = .success(try JournalScan(bytes, seed: seed))
                } catch {
                    result = .failure(error)
                }
            }
            guard let result else { throw .internal("no result") }
            return try result.get()
        }
    }

    @Test("a whole segment is read to its end")
    func whole() throws {
        let image = Image()
        let scan = try image.scan()
        #expect(scan.end == image.end && scan.gaps.isEmpty)
    }

    @Test("whichever byte of the last record was the last to be written, the records before it are read and it is not")
    func torn() throws {
        let image = Image()
        let last = image.starts[5]
        let length = Int(image.bytes[last]) | Int(image.bytes[last + 1]) << 8
        for cut in last..<last + 8 + length {
            var torn = image
            for index in cut..<torn.bytes.count { torn.bytes[index] = 0 }
            // A byte that is zero anyway may be missing without being missed.
            let isWhole = torn.bytes == image.bytes
            let scan = try torn.scan()
            #expect(scan.end == (isWhole ? image.end : last))
            #expect(scan.gaps.isEmpty)
        }
    }

    @Test("killed before the length was stored, a record is not there")
    func unpublished() throws {
        var image = Image()
        for index in 0..<4 { image.bytes[image.starts[5] + index] = 0 }
        let scan = try image.scan()
        #expect(scan.end == image.starts[5] && scan.gaps.isEmpty)
    }

    @Test("a damaged record is told as a gap, and those behind it are read", arguments: 1...60 as ClosedRange<UInt64>)
    func damage(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var image = Image()
        let victim = Int.random(in: 0..<5, using: &random)
        let start = image.starts[victim]
        let length = Int(image.bytes[start]) | Int(image.bytes[start + 1]) << 8
        let place = Int.random(in: start..<start + 8 + length, using: &random)
        image.bytes[place] ^= UInt8.random(in: 1...255, using: &random)
        let scan = try image.scan()
        #expect(scan.end == image.end)
        #expect(scan.gaps == [start..<image.starts[victim + 1]])
    }

    @Test("a page that never came to the disk costs what stood on it, no more")
    func lostPage() throws {
        var image = Image(records: 40)
        for index in 1024..<2048 { image.bytes[index] = 0 }
        let scan = try image.scan()
        let gap = try #require(scan.gaps.first)
        #expect(scan.gaps.count == 1 && scan.end == image.end)
        #expect(gap.lowerBound <= 1024 && gap.upperBound >= 2048)
        #expect(image.starts.contains(gap.lowerBound) && image.starts.contains(gap.upperBound))
    }

    @Test("records of another segment are none")
    func foreign() throws {
        let scan = try Image().scan(seed: Self.seed &+ 1)
        #expect(scan.end == JournalSegment.headerBytes && scan.gaps.isEmpty)
    }

    @Test("a record of a newer program stops the start instead of being dropped")
    func newer() throws {
        var image = Image()
        let start = image.starts[2]
        let length = Int(image.bytes[start]) | Int(image.bytes[start + 1]) << 8
        image.bytes[start + 8] = JournalEncoder.version + 1
        let crc = portico_crc32c(Self.seed, Array(image.bytes[start + 8..<start + 8 + length]), length)
        for index in 0..<4 { image.bytes[start + 4 + index] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * index)) }
        let error = try #require(throws: StorageError.self) { try image.scan() }
        #expect(error.code == .incompatible)
    }
}
