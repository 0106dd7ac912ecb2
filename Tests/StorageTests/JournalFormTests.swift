import CShims
import Ledger
import Testing

@testable import Storage

@Suite("The journal's form")
struct JournalFormTests {
    @Test("a call is the same after the journal, whatever is in it", arguments: 1...4 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var source = CallSource(seed: seed)
        for _ in 0..<100 {
            let call = source.any()
            #expect(try Self.copied(call) == call)
        }
    }

    @Test("numbers at their ends survive")
    func extremes() throws {
        var source = CallSource(seed: 1)
        for value in [Int64.min, .max, -1, 0, 1, 1 << 62, -(1 << 62)] {
            var call = source.plain()
            call.tokenID = value
            call.code = value
            call.usage.reasoning = value
            call.amount.used.nanos = value
            call.ttfbMilliseconds = value
            #expect(try Self.copied(call) == call)
        }
    }

    @Test("texts beyond their bound are cut between characters; JSON is left out rather than cut")
    func bounds() throws {
        var call = CallRecord.sample
        call.content = String(repeating: "ä", count: 1000)
        call.endpoint = "x" + String(repeating: "🙂", count: 1000)
        call.price = "{\"x\":\"" + String(repeating: "y", count: 20_000) + "\"}"
        call.metadata = call.price
        let copy = try Self.copied(call)
        #expect(copy.content == String(repeating: "ä", count: 512))
        #expect(copy.endpoint == "x" + String(repeating: "🙂", count: 255))
        #expect(copy.price == "" && copy.metadata == "")
    }

    @Test("bodies that don't fit are cut, share the room, and say so")
    func bodies() throws {
        var call = CallRecord.sample
        call.detail = CallDetail(
            requestBody: String(repeating: "q", count: 1000), requestBodyIsTruncated: false,
            responseBody: String(repeating: "r", count: 100), responseBodyIsTruncated: false)
        let detail = try #require(try Self.copied(call, detailBytes: 600).detail)
        #expect(detail.requestBody.utf8.count == 500 && detail.requestBodyIsTruncated)
        #expect(detail.responseBody.utf8.count == 100 && !detail.responseBodyIsTruncated)
    }

    @Test("CRC-32C is that of RFC 3720, by instruction and by table")
    func checksum() {
        // RFC 3720 appendix B.4, and the check value of the catalogue of CRCs.
        let known: [([UInt8], UInt32)] = [
            (Array(repeating: 0, count: 32), 0x8A91_36AA), (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E), (Array("123456789".utf8), 0xE306_9283), ([], 0),
        ]
        for (bytes, value) in known {
            #expect(portico_crc32c(0, bytes, bytes.count) == value)
            #expect(portico_crc32c_portable(0, bytes, bytes.count) == value)
        }
        var random = SeededGenerator(seed: 3)
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(portico_crc32c(5, bytes, count) == portico_crc32c_portable(5, bytes, count))
        }
    }

    private static func copied(_ call: CallRecord, detailBytes: Int = 1 << 20) throws -> CallRecord {
        let bodies = call.detail.map { $0.requestBody.utf8.count + $0.responseBody.utf8.count } ?? 0
        let bound = JournalEncoder.bound(call) + min(bodies, detailBytes) + 16
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bound, alignment: 8)
        defer { memory.deallocate() }
        let start = try #require(memory.baseAddress)
        let count = JournalEncoder.encode(call, detailBytes: min(bodies, detailBytes), at: start)
        #expect(count <= bound && count >= JournalEncoder.leastBytes)
        return try CallRecord(JournalRecord(UnsafeRawBufferPointer(rebasing: memory[..<count])))
    }
}

extension CallRecord {
    static var sample: CallRecord {
        var source = CallSource(seed: 9)
        return source.plain()
    }
}
