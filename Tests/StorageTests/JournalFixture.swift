import Directory
import Foundation
import Ledger
import Synchronization
import Wire

@testable import Storage

/// Random numbers that are the same in each run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private static let characters = Array("abcxyz019 \"\\/\n\u{1}äß漢🙂")
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func text(_ lengths: ClosedRange<Int>) -> String {
        var text = ""
        for _ in 0..<Int.random(in: lengths, using: &self) { text.append(Self.characters.randomElement(using: &self) ?? "a") }
        return text
    }

    mutating func number() -> Int64 {
        switch Int.random(in: 0..<4, using: &self) {
        case 0: 0
        case 1: Int64.random(in: 0...100, using: &self)
        case 2: Int64.random(in: 0...1_000_000_000, using: &self)
        default: Int64.random(in: -5...5, using: &self)
        }
    }
}

/// Makes calls that differ in everything.
struct CallSource {
    var random: SeededGenerator
    private var ids: RequestIDGenerator
    var time = testTime

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        ids = RequestIDGenerator(using: &random)
    }

    /// A call with little in it.
    mutating func plain(group: String = "g", token: Int64 = 1, channel: Int64 = 1, used: Int64 = 10) -> CallRecord {
        time += 1
        var call = CallRecord(
            requestID: ids.next(nowMilliseconds: time), requestAt: time - 20, createdAt: time, groupID: group, tokenID: token,
            tokenName: "t\(token)", model: "m", code: 200, mode: .chatCompletions, endpoint: "/v1/chat/completions")
        call.channelID = channel
        call.amount.used = Money(nanos: used)
        call.usage.total = 7
        return call
    }

    /// A call with anything in it.
    mutating func any() -> CallRecord {
        var call = plain(
            group: ["g", "h"].randomElement(using: &random) ?? "g", token: Int64.random(in: 0...3, using: &random),
            channel: Int64.random(in: 0...2, using: &random), used: abs(random.number()))
        call.retryAt = Bool.random(using: &random) ? time - 3 : nil
        call.ttfbMilliseconds = random.number()
        call.model = random.text(1...40)
        call.code = [200, 429, 500].randomElement(using: &random) ?? 200
        call.mode = CallMode(number: random.number())
        call.endpoint = random.text(0...60)
        call.content = random.text(0...200)
        call.clientAddress = random.text(0...40)
        call.retryTimes = Int64.random(in: 0...3, using: &random)
        call.upstreamID = random.text(0...64)
        call.asyncUsageStatus = Int64.random(in: 0...3, using: &random)
        call.price = random.text(0...120)
        call.user = random.text(0...40)
        call.metadata = random.text(0...80)
        call.promptCacheKey = random.text(0...40)
        fillUsage(&call)
        if Bool.random(using: &random) {
            call.detail = CallDetail(
                requestBody: random.text(0...300), requestBodyIsTruncated: Bool.random(using: &random),
                responseBody: random.text(0...300), responseBodyIsTruncated: Bool.random(using: &random))
        }
        return call
    }

    private mutating func fillUsage(_ call: inout CallRecord) {
        for part in CompactParts.usage { call.usage[keyPath: part.part] = random.number() }
        call.usage.input = random.number()
        call.usage.output = random.number()
        call.usage.total = random.number()
        for part in CompactParts.amount { call.amount[keyPath: part.part] = Money(nanos: random.number()) }
        call.usageContext.resolution = random.text(0...10)
        call.usageContext.nativeResolution = random.text(0...10)
        call.usageContext.quality = random.text(0...10)
        call.usageContext.serviceTier = random.text(0...10)
        call.usageContext.inputMedia = Bool.random(using: &random)
        call.usageContext.inputVideo = Bool.random(using: &random)
        call.usageContext.outputAudio = Bool.random(using: &random)
    }
}

/// A database that fails as it is told: before it stores anything, or after it stored everything and before it says so.
final class FaultyEngine: SQLEngine {
    enum Fault: Sendable { case none, before, after }

    private let engine: any SQLEngine
    private let fault = Mutex(Fault.none)

    init(_ engine: any SQLEngine) { self.engine = engine }

    /// What happens to the next `writeBlocking`, and to all after it until something else is said.
    func set(_ new: Fault) { fault.withLock { $0 = new } }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value { try await engine.read(body) }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value { try await engine.write(body) }

    func writeBlocking<Value>(_ body: (any SQLConnection) throws(StorageError) -> Value) throws(StorageError) -> Value {
        let fault = fault.withLock { $0 }
        if fault == .before { throw .unavailable("told to") }
        let value = try engine.writeBlocking(body)
        if fault == .after { throw .unavailable("told to, afterwards") }
        return value
    }

    func makeDurable() throws(StorageError) { try engine.makeDurable() }
    func close() async { await engine.close() }
}

/// The journal without its thread: the test decides what happens when. To drop it is what being killed is to a process: what is in
/// the files stays, everything else is gone.
struct BareJournal {
    let drain: JournalDrain
    let lanes: [JournalLane]
    let configuration: JournalConfiguration

    /// Opens the folder as a process that starts does.
    init(
        _ place: Place, main: any SQLEngine, log: (any SQLEngine)? = nil, lanes count: Int = 1, segmentsPerLane: Int = 4
    ) throws {
        var settings = place.configuration(lanes: count)
        settings.journalSegmentsPerLane = segmentsPerLane
        configuration = JournalConfiguration(settings)
        try FileSystem.createFolder(configuration.folder)
        let identity = try JournalIdentity.read(folder: configuration.folder)
        let sinks = JournalSink.sinks(main: main, log: log)
        let all = try JournalRecovery.lanes(configuration, journal: identity, sinks: sinks, logger: Place.logger)
        drain = JournalDrain(
            lanes: all, journal: identity, folder: configuration.folder, sinks: sinks, clock: .fixed(testTime),
            logger: Place.logger)
        lanes = all.filter { $0.number < count }
    }

    /// Carries what was left, and begins to take calls.
    func begin() throws {
        try drain.drain()
        try prepare()
    }

    func prepare() throws { for lane in lanes { try lane.prepare() } }

    var files: [String] { get throws { try FileSystem.names(in: configuration.folder).filter { $0.contains(".seg") } } }
}

/// What the database holds of the calls.
struct Stored: Equatable {
    var requestIDs: [String]
    var used: [Int64: Int64]
    var requests: [Int64: Int64]

    init(main: any SQLEngine, log: any SQLEngine) async throws {
        requestIDs = try await log.read { connection throws(StorageError) in
            try connection.query("SELECT request_id FROM portico_logs ORDER BY request_id", []) { row throws(StorageError) in
                row.text(0)
            }
        }
        let rows = try await main.read { connection throws(StorageError) in
            try connection.query("SELECT id, used_amount, request_count FROM portico_tokens", []) { row throws(StorageError) in
                [row.integer(0), row.integer(1), row.integer(2)]
            }
        }
        used = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        requests = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[2]) })
    }

    /// What should be stored of calls that were acknowledged, where there are tokens 1 to 3.
    init(of calls: [CallRecord]) {
        requestIDs = calls.map(\.requestID.description).sorted()
        used = [1: 0, 2: 0, 3: 0]
        requests = used
        for call in calls where call.tokenID != 0 {
            used[call.tokenID, default: 0] += call.amount.used.nanos
            requests[call.tokenID, default: 0] += 1
        }
    }
}

/// Makes the tables, a group `g`, the tokens 1 to 3 and the channels 1 and 2.
func makeTables(main: any SQLEngine, log: (any SQLEngine)? = nil) async throws {
    try await Migrator.migrate(main, scopes: log == nil ? [.main, .log] : [.main], now: 0, steps: Migration.all)
    if let log { try await Migrator.migrate(log, scopes: [.log], now: 0, steps: Migration.all) }
    let database = MainDatabase(engine: main, secrets: testSecrets, clock: .fixed(testTime))
    for number in 1...3 {
        _ = try await TokenRepository(database: database).create(
            .init(groupID: "g", name: "t\(number)"), autoCreateGroup: true)
    }
    for number in 1...2 {
        _ = try await ChannelRepository(database: database).create(
            .init(id: 0, type: 1, name: "c\(number)", key: "k", createdAt: 0))
    }
}
