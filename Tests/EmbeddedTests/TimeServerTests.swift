import MCPServer
import Testing
import Wire

@testable import Embedded

/// Milliseconds since 1970 of moments that the tests stand at.
private enum Moment {
    /// 2026-07-01T12:00:00Z, a Wednesday in the northern summer.
    static let summer: Int64 = 1_782_907_200_000
    /// 2026-03-29T00:30:00Z: half an hour before Berlin's clocks go from 02:00 to 03:00.
    static let gapDay: Int64 = 1_774_744_200_000
    /// 2026-10-25T10:00:00Z: the day on which Berlin's clocks went from 03:00 back to 02:00.
    static let overlapDay: Int64 = 1_792_922_400_000
    /// 2024-02-29T23:30:00Z.
    static let leapDay: Int64 = 1_709_249_400_000
}

@Suite("the embedded server time")
struct TimeServerTests {
    private func call(
        _ tool: String, _ arguments: JSONObject, at now: Int64 = Moment.summer, local: String? = nil
    ) async throws -> JSON {
        let catalogue = EmbeddedCatalogue(surroundings: EmbeddedSurroundings(clock: .fixed(now)))
        let service = try catalogue.makeService(id: "time", initial: local.map { ["local_timezone": $0] } ?? [:])
        let operation = Operation(
            .callTool, target: tool, params: ["name": .string(tool), "arguments": .object(arguments)])
        guard case .complete(let result, _) = try await service.perform(operation, StubContext()) else {
            throw MCPError.internalError("a tool of this server is always complete")
        }
        let structured = try #require(result["structuredContent"])
        let text = try #require(result["content"]?[0]?["text"]?.stringValue)
        #expect(try JSON.parse(text) == structured, "the text says the same as the structured content")
        return structured
    }

    @Test(
        "tells the time of a zone with its offset, day and daylight saving",
        arguments: [
            ("UTC", Moment.summer, "2026-07-01T12:00:00+00:00", "Wednesday", false),
            ("Europe/Berlin", Moment.summer, "2026-07-01T14:00:00+02:00", "Wednesday", true),
            ("America/New_York", Moment.summer, "2026-07-01T08:00:00-04:00", "Wednesday", true),
            ("Asia/Kolkata", Moment.summer, "2026-07-01T17:30:00+05:30", "Wednesday", false),
            ("Asia/Kathmandu", Moment.summer, "2026-07-01T17:45:00+05:45", "Wednesday", false),
            ("America/St_Johns", Moment.summer, "2026-07-01T09:30:00-02:30", "Wednesday", true),
            ("Pacific/Kiritimati", Moment.summer, "2026-07-02T02:00:00+14:00", "Thursday", false),
            ("Australia/Sydney", Moment.summer, "2026-07-01T22:00:00+10:00", "Wednesday", false),
            ("UTC", Moment.leapDay, "2024-02-29T23:30:00+00:00", "Thursday", false),
            ("Asia/Tokyo", Moment.leapDay, "2024-03-01T08:30:00+09:00", "Friday", false),
        ])
    func currentTime(zone: String, now: Int64, datetime: String, day: String, isDaylightSaving: Bool) async throws {
        let time = try await call("get_current_time", ["timezone": .string(zone)], at: now)
        #expect(
            time == [
                "timezone": .string(zone), "datetime": .string(datetime), "day_of_week": .string(day),
                "is_dst": .bool(isDaylightSaving),
            ])
    }

    @Test(
        "converts a time of today between zones",
        arguments: [
            ("Europe/Berlin", "16:30", "Asia/Tokyo", "2026-07-01T16:30:00+02:00", "2026-07-01T23:30:00+09:00", "+7.0h"),
            ("UTC", "12:00", "Asia/Kathmandu", "2026-07-01T12:00:00+00:00", "2026-07-01T17:45:00+05:45", "+5.75h"),
            ("UTC", "9:05", "Asia/Kolkata", "2026-07-01T09:05:00+00:00", "2026-07-01T14:35:00+05:30", "+5.5h"),
            ("Asia/Tokyo", "00:00", "America/New_York", "2026-07-01T00:00:00+09:00", "2026-06-30T11:00:00-04:00", "-13.0h"),
            ("UTC", "23:59", "UTC", "2026-07-01T23:59:00+00:00", "2026-07-01T23:59:00+00:00", "+0.0h"),
            ("America/St_Johns", "10:00", "UTC", "2026-07-01T10:00:00-02:30", "2026-07-01T12:30:00+00:00", "+2.5h"),
        ])
    func convert(
        source: String, time: String, target: String, from: String, to: String, difference: String
    ) async throws {
        let answer = try await call(
            "convert_time",
            ["source_timezone": .string(source), "time": .string(time), "target_timezone": .string(target)])
        #expect(answer["source"]?["datetime"]?.stringValue == from)
        #expect(answer["source"]?["timezone"]?.stringValue == source)
        #expect(answer["target"]?["datetime"]?.stringValue == to)
        #expect(answer["time_difference"]?.stringValue == difference)
    }

    @Test(
        "a time that clocks leave out or show twice has one meaning",
        arguments: [
            // Left out: as long after the jump as it would be without one.
            (Moment.gapDay, "02:30", "2026-03-29T03:30:00+02:00", "2026-03-29T01:30:00+00:00"),
            (Moment.gapDay, "01:59", "2026-03-29T01:59:00+01:00", "2026-03-29T00:59:00+00:00"),
            (Moment.gapDay, "03:00", "2026-03-29T03:00:00+02:00", "2026-03-29T01:00:00+00:00"),
            // Shown twice: the first.
            (Moment.overlapDay, "02:30", "2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00+00:00"),
            (Moment.overlapDay, "01:59", "2026-10-25T01:59:00+02:00", "2026-10-24T23:59:00+00:00"),
            (Moment.overlapDay, "03:00", "2026-10-25T03:00:00+01:00", "2026-10-25T02:00:00+00:00"),
        ])
    func transitions(now: Int64, time: String, berlin: String, utc: String) async throws {
        let answer = try await call(
            "convert_time",
            ["source_timezone": "Europe/Berlin", "time": .string(time), "target_timezone": "UTC"], at: now)
        #expect(answer["source"]?["datetime"]?.stringValue == berlin)
        #expect(answer["target"]?["datetime"]?.stringValue == utc)
    }

    @Test("a call that names no zone gets the configured one, and UTC where none is configured")
    func localZone() async throws {
        #expect(try await call("get_current_time", [:])["timezone"] == "UTC")
        #expect(try await call("get_current_time", [:], local: "Asia/Tokyo")["timezone"] == "Asia/Tokyo")
        let answer = try await call("convert_time", ["time": "10:00", "target_timezone": "UTC"], local: "Asia/Tokyo")
        #expect(answer["source"]?["timezone"] == "Asia/Tokyo")
    }

    @Test(
        "bad arguments are named",
        arguments: [
            ("get_current_time", ["timezone": "Mars/Olympus"], "arguments.timezone"),
            ("get_current_time", ["timezone": "europe/berlin"], "arguments.timezone"),
            ("get_current_time", ["timezone": "PST"], "arguments.timezone"),
            ("get_current_time", ["timezone": "GMT+5"], "arguments.timezone"),
            ("get_current_time", ["timezone": "../../etc/passwd"], "arguments.timezone"),
            ("get_current_time", ["timezone": ""], "arguments.timezone"),
            ("get_current_time", ["timezone": 7], "arguments.timezone must be a string, not a number"),
            ("convert_time", [:], "arguments.time is missing"),
            ("convert_time", ["time": "24:00"], "arguments.time"),
            ("convert_time", ["time": "12:60"], "arguments.time"),
            ("convert_time", ["time": "12"], "arguments.time"),
            ("convert_time", ["time": "12:00:00"], "arguments.time"),
            ("convert_time", ["time": "+1:00"], "arguments.time"),
            ("convert_time", ["time": "٠٩:٠٠"], "arguments.time"),
            ("convert_time", ["time": "12:00", "source_timezone": "Nowhere"], "arguments.source_timezone"),
            ("convert_time", ["time": "12:00", "target_timezone": "Nowhere"], "arguments.target_timezone"),
        ] as [(String, JSONObject, String)])
    func badArguments(tool: String, arguments: JSONObject, place: String) async throws {
        let error = await #expect(throws: MCPError.self) { try await call(tool, arguments) }
        guard case .invalidToolArguments = error?.kind else {
            Issue.record("\(String(describing: error)) is not about arguments")
            return
        }
        #expect(error?.message.contains(place) == true)
    }

    @Test("local times and seconds agree in many zones and years, also where clocks jump", arguments: 0..<8)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let names = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "UTC"]
        for _ in 0..<500 {
            let zone = try #require(Zone(names.randomElement(using: &random) ?? "UTC"))
            let second = Int64.random(in: 0..<3_000_000_000, using: &random)
            let local = second + zone.offset(at: second)
            let found = zone.second(showing: local)
            // The clocks show that time then; where they show it twice, the first was meant.
            #expect(found + zone.offset(at: found) == local)
            #expect(found <= second)
        }
    }
}

/// A context for services that don't look at it.
struct StubContext: CallContext {
    let principal = Principal(id: "tester")
    let client = ClientProfile(revision: .july2026, affinity: "tester")
    let chain = "chain"
    let isContinued = false
    let clock = CallClock()
    func progress(_ progress: Progress) {}
    func log(_ entry: LogEntry) {}
    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] { throw MCPError.missingClientCapability(.sampling) }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
