import Logging
import Synchronization
import Testing
import Wire

@testable import Gateway

@Suite("Log lines")
struct LogTests {
    /// Keeps what was written.
    final class Lines: Sendable {
        private let written = Mutex<[String]>([])
        var all: [String] { written.withLock { $0 } }
        var sink: LogSink { LogSink { [self] line in written.withLock { $0.append(String(decoding: line, as: UTF8.self)) } } }
    }

    private func lines(
        _ format: Configuration.Console.Format, level: Logger.Level = .info, _ log: (inout Logger) -> Void
    ) -> [String] {
        let lines = Lines()
        var logger = Logger(label: "portico") { label in
            LineLogHandler(label: label, format: format, level: level, sink: lines.sink, clock: .fixed(1_785_230_400_125))
        }
        log(&logger)
        return lines.all
    }

    @Test("JSON has time, level, logger, message and the metadata beside them")
    func json() throws {
        let lines = lines(.json) { logger in
            logger[metadataKey: LoggingSetup.requestIDKey] = "r1"
            logger.info(
                "answered",
                metadata: ["status": "\(200)", "count": .stringConvertible(3), "level": "x", "list": ["a", ["b": "c"]]])
        }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.hasSuffix("}\n"))
        #expect(
            try JSON.parse(line.dropLast().description) == [
                "time": "2026-07-28T09:20:00.125Z", "level": "info", "logger": "portico", "message": "answered",
                "request_id": "r1",
                "status": "200", "count": 3, "metadata_level": "x", "list": ["a", ["b": "c"]],
            ])
    }

    @Test("text is one readable line")
    func text() {
        let lines = lines(.text) { logger in
            logger.warning("slow upstream", metadata: ["request_id": "r1", "reason": "two words", "ms": .stringConvertible(5)])
        }
        #expect(lines == ["2026-07-28T09:20:00.125Z warning portico: slow upstream ms=5 reason=\"two words\" request_id=r1\n"])
    }

    @Test("what is less important than the level is not written")
    func level() {
        #expect(lines(.text, level: .warning) { $0.info("quiet") }.isEmpty)
    }

    @Test("no control character and no mark of direction leaves as such", arguments: [Configuration.Console.Format.json, .text])
    func controlCharacters(format: Configuration.Console.Format) throws {
        let hostile = "a\nb\r\u{1b}[31m\u{0}\u{9b}\u{2028}\u{202e}\u{7f}\"\\"
        let line = try #require(lines(format) { $0.info("\(hostile)", metadata: ["k\n": "\(hostile)"]) }.first)
        let escaped = line.dropLast().unicodeScalars
        #expect(!escaped.contains { $0.properties.generalCategory == .control || $0.value == 0x2028 || $0.value == 0x202e })
        if format == .json { #expect(try JSON.parse(String(line.dropLast()))["message"]?.stringValue == hostile) }
    }

    @Test("a line is bounded whatever is logged")
    func bounded() throws {
        let long = String(repeating: "é", count: 100_000)
        var nested = Logger.MetadataValue.string("leaf")
        for _ in 0..<100 { nested = .array([nested, nested]) }
        let many = Dictionary(uniqueKeysWithValues: (0..<1000).map { ("k\($0)", Logger.MetadataValue.string(long)) })
        let line = try #require(lines(.json) { $0.info("\(long)", metadata: ["nested": nested].merging(many) { $1 }) }.first)
        #expect(line.utf8.count < 8192 + 70 * (2048 + 200))
        let value = try JSON.parse(String(line.dropLast()))
        #expect(value["message"]?.stringValue?.hasSuffix("é…") == true)
    }

    @Test(
        "moments are RFC 3339 in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (.max, "9999-12-31T23:59:59.999Z"), (.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func timestamps(milliseconds: Int64, text: String) {
        #expect(Timestamp.text(milliseconds: milliseconds) == text)
    }
}
