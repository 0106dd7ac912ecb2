import Directory
import Embedded
import Ledger
import MCPServer
import NIOHTTP1
import Synchronization
import Testing
import Wire

@testable import Gateway

@Suite("Tool calls are admitted, charged and recorded like calls of models")
struct MeteredGateTests {
    @Test("a call is charged the tool's price, and leaves one record under the request's id")
    func charged() async throws {
        let hot = try await HotFixture.make()
        let told = try #require(try await hot.callTime())
        #expect(told.status == .ok)
        #expect(told.json?["result"]?["isError"]?.boolValue != true)
        #expect(hot.journal.all.count == 1)
        let record = try #require(hot.journal.all.first)
        #expect(record.requestID.description == told.headers.first(name: "x-request-id"))
        #expect(record.model == "mcp/time/get_current_time")
        #expect(record.mode == .toolCall)
        #expect(record.code == 200)
        #expect(record.amount.used == Money(nanos: 5))
        #expect(record.groupID == "acme")
        #expect(record.tokenName == "good")
        #expect(record.clientAddress == "127.0.0.1")
        #expect(record.endpoint == "/mcp/public/time")
    }

    @Test("an unknown tool is recorded, and free")
    func unknownTool() async throws {
        let hot = try await HotFixture.make()
        _ = try await hot.callTime(tool: "nonsense")
        #expect(hot.journal.all.map(\.code) == [400])
        #expect(hot.journal.all.map(\.amount.used) == [.zero])
    }

    @Test("a key whose quota is used up is refused, recorded, and not charged")
    func quota() async throws {
        let hot = try await HotFixture.make()
        var statuses: [UInt] = []
        for _ in 0..<4 { statuses.append(try #require(try await hot.callTime(key: "sk-poor")).status.code) }
        #expect(statuses == [200, 200, 403, 403])
        #expect(hot.journal.all.map(\.code) == [200, 200, 403, 403])
        #expect(hot.journal.all.map(\.amount.used.nanos) == [5, 5, 0, 0])
    }

    @Test("where nothing can be recorded, nothing is done")
    func journalFull() async throws {
        let hot = try await HotFixture.make(journal: RecordingJournal(capacity: 1))
        #expect(try await hot.callTime()?.status == .ok)
        let told = try #require(try await hot.callTime())
        #expect(told.status == .tooManyRequests)
        #expect(told.headers.first(name: "retry-after") != nil)
        #expect(hot.journal.all.count == 1)
    }

    @Test("the operator's key calls without limits, and is recorded as the internal group's")
    func internalKey() async throws {
        let hot = try await HotFixture.make()
        #expect(try await hot.callTime(key: "admin")?.status == .ok)
        #expect(hot.journal.all.map(\.groupID) == [Group.internalID])
    }

    @Test("lists and the rest are free and leave no record")
    func free() async throws {
        let bench = try Bench()
        _ = try await bench.perform(MCPServer.Operation(.list(.tools)))
        _ = try await bench.perform(MCPServer.Operation(.complete))
        #expect(bench.service.calls == 2)
        #expect(bench.journal.all.isEmpty)
    }

    @Test("a price of its own counts before the server's")
    func ownPrice() async throws {
        let bench = try Bench()
        _ = try await bench.perform(MCPServer.Operation(.callTool, target: "convert_time"))
        _ = try await bench.perform(MCPServer.Operation(.callTool, target: "other"))
        #expect(bench.journal.all.map(\.amount.used.nanos) == [9, 5])
    }

    @Test("the calls of a batch are recorded one by one, the first under the request's id")
    func batch() async throws {
        let bench = try Bench()
        for index in 0..<4 { _ = try await bench.perform(MCPServer.Operation(.callTool, target: "tool"), place: index) }
        let ids = bench.journal.all.map(\.requestID)
        #expect(ids.count == 4)
        #expect(Set(ids).count == 4)
        #expect(ids.first == bench.requestID)
        #expect(bench.spent == 20)
    }

    @Test("a call that goes on after questions was counted before")
    func continued() async throws {
        let bench = try Bench()
        _ = try await bench.perform(MCPServer.Operation(.callTool, target: "tool"))
        _ = try await bench.perform(MCPServer.Operation(.callTool, target: "tool"), isContinued: true)
        #expect(bench.service.calls == 2)
        #expect(bench.journal.all.count == 1)
    }

    @Test(
        "one that was not carried out is recorded with the reason, and free",
        arguments: [
            (MCPError.invalidToolArguments("`a` is missing"), 400), (MCPError(.timedOut, "too long"), 504),
            (MCPError(.cancelled, "cancelled"), 499),
            (MCPError(.upstreamUnavailable, "gone"), 502), (MCPError.internalError(), 500), (CancellationError(), 499),
            (Odd(), 500),
        ] as [(any Error, Int64)])
    func failed(error: any Error, code: Int64) async throws {
        let bench = try Bench(failing: error)
        await #expect(throws: (any Error).self) { try await bench.perform(MCPServer.Operation(.callTool, target: "tool")) }
        #expect(bench.journal.all.map(\.code) == [code])
        #expect(bench.spent == 0)
        #expect(bench.journal.all.first?.content.isEmpty == false)
        #expect(bench.journal.all.first?.content.contains("secret") == false)
    }

    @Test("a call whose record is not taken is not answered, and not charged")
    func unrecorded() async throws {
        let bench = try Bench(journal: LyingJournal())
        await #expect(throws: MCPError.self) { try await bench.perform(MCPServer.Operation(.callTool, target: "tool")) }
        #expect(bench.spent == 0)
    }

    private struct Odd: Error, CustomStringConvertible { var description: String { "secret" } }

    /// Says that it has room and has none.
    private struct LyingJournal: CallJournal {
        func append(_ record: CallRecord, lane: Int) -> Bool { false }
        func hasRoom(lane: Int) -> Bool { true }
    }

    /// A gate before a service that counts what reaches it.
    private struct Bench {
        let service: CountingService
        let journal = RecordingJournal()
        let meter: Meter
        let requestID: RequestID
        private let gate: MeteredGate
        private let caller: Caller

        init(failing error: (any Error)? = nil, journal other: (any CallJournal)? = nil) throws {
            self.service = CountingService(error)
            self.meter = Meter(journal: other ?? self.journal, billingEnabled: true)
            let hash = try #require(KeyHash(bytes: Array(repeating: 1, count: 32)))
            var contents = Snapshot.Contents()
            contents.groups = [Group(id: "acme", createdAt: 0)]
            contents.tokens = [Token(id: 1, groupID: "acme", name: "ci", keyHash: hash, keyPrefix: "sk-", createdAt: 0)]
            self.caller = try Snapshot(contents).caller(forKeyHash: hash)
            var server = PublicServer(id: "time", kind: .embedded, createdAt: 0)
            server.defaultToolCallPrice = Money(nanos: 5)
            server.toolCallPrices = ["convert_time": Money(nanos: 9)]
            var ids = RequestIDGenerator()
            self.requestID = ids.next(nowMilliseconds: HotFixture.noon)
            self.gate = MeteredGate(
                meter: self.meter, caller: self.caller, tariff: ToolTariff(.offered(server)), requestID: self.requestID,
                receivedAt: HotFixture.noon,
                clientAddress: "",
                endpoint: "/mcp/public/time", lane: 0, clock: .fixed(HotFixture.noon))
        }

        var spent: Int64 { self.meter.quota(of: self.caller.payer)?.used.nanos ?? 0 }

        func perform(_ operation: MCPServer.Operation, place: Int = 0, isContinued: Bool = false) async throws -> Outcome {
            let chain = place == 0 ? self.requestID.description : "\(self.requestID).\(place)"
            return try await self.gate.perform(operation, PlainContext(chain: chain, isContinued: isContinued), on: self.service)
        }
    }

    private final class CountingService: MCPService {
        private let count = Mutex(0)
        private let error: (any Error)?

        init(_ error: (any Error)?) { self.error = error }

        var calls: Int { self.count.withLock { $0 } }

        func profile(_ context: any CallContext) async throws -> ServiceProfile { throw MCPError.methodNotFound("profile") }

        func perform(_ operation: MCPServer.Operation, _ context: any CallContext) async throws -> Outcome {
            self.count.withLock { $0 += 1 }
            if let error { throw error }
            return .complete(RawObject())
        }
    }

    private struct PlainContext: CallContext {
        let principal = Principal(id: "token:1")
        let client = ClientProfile(revision: .july2026, affinity: "token:1")
        let chain: String
        let isContinued: Bool
        let clock = CallClock()

        func progress(_ progress: Progress) {}
        func log(_ entry: LogEntry) {}
        func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] { [:] }
    }
}
