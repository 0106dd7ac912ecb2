import Directory
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Ledger
import Logging
import ModelRelay
import NIOCore
import Testing
import Wire

@testable import Gateway
@testable import Storage

/// The databases that the admin API's tests run on.
enum AdminEngine: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case postgreSQL = "PostgreSQL"

    static let postgreSQLURL = ProcessInfo.processInfo.environment["PORTICO_TEST_POSTGRES"]
    /// SQLite always; PostgreSQL where `PORTICO_TEST_POSTGRES` says where one is.
    static let available: [AdminEngine] = postgreSQLURL == nil ? [.sqlite] : allCases

    var testDescription: String { rawValue }
}

/// Answers as it was told, without an upstream.
struct TesterDouble: ChannelTester {
    func test(channel: Directory.Channel, model: String) async -> ChannelTestResult {
        let succeeded = !model.hasPrefix("bad")
        return ChannelTestResult(
            succeeded: succeeded, code: succeeded ? 200 : 500, response: succeeded ? "pong" : "refused",
            actualModel: channel.modelMapping[model] ?? model, mode: .chatCompletions, tookSeconds: 0.25,
            testedAt: AdminFixture.now)
    }
}

/// The admin API over a store of its own.
struct AdminFixture: Sendable {
    /// 2026-11-22T00:00:00Z.
    static let now: Int64 = 1_795_305_600_000
    static let key = "the-admin-key"

    let client: any TestClientProtocol
    let store: Store
    let directory: LiveDirectory

    struct Answer {
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let envelope: JSON
        var data: JSON { envelope["data"] ?? .null }
        var message: String { envelope["message"]?.stringValue ?? "" }
    }

    /// Asks with the admin key, unless other headers are given.
    @discardableResult
    func ask(
        _ method: HTTPRequest.Method, _ uri: String, _ body: JSON? = nil, headers: HTTPFields = [.authorization: "Bearer \(key)"]
    ) async throws -> Answer {
        try await ask(method, uri, text: body?.serialized(), headers: headers)
    }

    func ask(_ method: HTTPRequest.Method, _ uri: String, text: String?, headers: HTTPFields) async throws -> Answer {
        try await client.execute(
            uri: uri, method: method, headers: headers, body: text.map { ByteBuffer(string: $0) }
        ) { response in
            Answer(
                status: response.status, headers: response.headers,
                envelope: try JSON.parse(Array(response.body.readableBytesView)))
        }
    }

    /// Asks and gives `data` of a success.
    @discardableResult
    func data(_ method: HTTPRequest.Method, _ uri: String, _ body: JSON? = nil) async throws -> JSON {
        let answer = try await ask(method, uri, body)
        guard answer.status == .ok, answer.envelope["success"] == true else {
            Issue.record("\(method) \(uri): \(answer.status) \(answer.envelope)")
            return .null
        }
        return answer.data
    }

    /// Asks and gives status and message of a failure.
    func failure(_ method: HTTPRequest.Method, _ uri: String, _ body: JSON? = nil) async throws -> String {
        let answer = try await ask(method, uri, body)
        #expect(answer.envelope["success"] == false)
        return "\(answer.status.code) \(answer.message)"
    }
}

/// What ships with the package, read once.
enum BuiltIn {
    static let providers = Result { try ProviderCatalogue(files: Templates().files(in: "providers")) }
    /// Those of two owners: enough to show, and quick to.
    static let models = ModelCatalogue(
        files: Templates().files(in: "models").filter { ["models/anthropic.json", "models/jina.json"].contains($0.path) })
}

/// Runs `body` with an admin API over a new store.
func withAdmin(
    _ engine: AdminEngine = .sqlite, tools: (any ToolLister)? = nil, upstreams: (any UpstreamHealthSource)? = nil,
    previewer: (any DocumentPreviewer)? = nil, health: ChannelHealth = ChannelHealth(),
    _ body: @escaping @Sendable (AdminFixture) async throws -> Void
) async throws {
    try await withAdmin(
        engine, setting: \.keys.admin, to: AdminFixture.key, tools: tools, upstreams: upstreams, previewer: previewer,
        health: health, body)
}

/// Runs `body` with an admin API over a new store, one setting of which is not the default.
func withAdmin<Value>(
    _ engine: AdminEngine = .sqlite, setting: WritableKeyPath<Configuration, Value>, to value: Value,
    tools: (any ToolLister)? = nil, upstreams: (any UpstreamHealthSource)? = nil, previewer: (any DocumentPreviewer)? = nil,
    health: ChannelHealth = ChannelHealth(), _ body: @escaping @Sendable (AdminFixture) async throws -> Void
) async throws {
    var configuration = Configuration()
    configuration.keys.admin = AdminFixture.key
    configuration[keyPath: setting] = value
    let admin = configuration
    try await withStore(engine) { store in
        var contents = Snapshot.Contents()
        contents.configuredServers = admin.configuredServers
        let directory = LiveDirectory(Snapshot(contents))
        let clock = WallClock.fixed(AdminFixture.now)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let router = Router()
        AdminAPI(
            store: store, directory: directory, configuration: admin, tester: TesterDouble(), tools: tools, upstreams: upstreams,
            previewer: previewer ?? ToolHost(ToolHost.Parts(documents: .unreachable)),
            providers: try BuiltIn.providers.get(), models: BuiltIn.models, health: health, clock: clock, logger: logger
        ).addRoutes(to: router)
        try await Application(router: router, logger: logger).test(.router) { client in
            try await body(AdminFixture(client: client, store: store, directory: directory))
        }
    }
}

extension DocumentFactory {
    /// One for documents that are given as texts.
    static let unreachable = DocumentFactory(operatorClient: NoWeb(), guardedClient: NoWeb())
}

func withStore(_ engine: AdminEngine, _ body: (Store) async throws -> Void) async throws {
    let folder = TemporaryFolder()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let master = try #require(MasterSecret(bytes: [UInt8](repeating: 7, count: 32)))
    let secrets = try #require(StoreSecrets(master: master))
    var location = StoreConfiguration.Location.sqlite(path: folder.path + "/portico.db")
    var schema: String?
    if engine == .postgreSQL, let url = AdminEngine.postgreSQLURL {
        let name = "portico_admin_" + SecretText.random(length: 16).lowercased()
        try await statement("CREATE SCHEMA \(name)", url, logger)
        location = .postgresql(url: url + (url.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(name)")
        schema = name
    }
    var configuration = StoreConfiguration(engine: location, journalFolder: folder.path + "/journal", lanes: 1)
    configuration.journalSegmentBytes = 64 << 10
    configuration.connections = 1
    configuration.drainInterval = .milliseconds(5)
    let store = try await Store.open(configuration, secrets: secrets, clock: .fixed(AdminFixture.now), logger: logger)
    let result: Result<Void, any Error>
    do {
        try await body(store)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await store.close()
    if let schema, let url = AdminEngine.postgreSQLURL { try await statement("DROP SCHEMA \(schema) CASCADE", url, logger) }
    try result.get()
}

private func statement(_ text: String, _ url: String, _ logger: Logger) async throws {
    let engine = try PostgreSQLEngine(url: url, connections: 1, statementTimeout: .seconds(20), logger: logger)
    let result: Result<Void, any Error>
    do {
        try await engine.write { connection throws(StorageError) in _ = try connection.execute(SQL(text), []) }
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await engine.close()
    try result.get()
}

extension AdminFixture {
    /// A finished call with its bodies, in the log.
    func addLog(_ text: String = "01h000000000000000a1", group: String = "g1", model: String = "m1", code: Int64 = 200)
        async throws
    {
        var record = CallRecord(
            requestID: try #require(RequestID(text)), requestAt: Self.now - 500, createdAt: Self.now, groupID: group, tokenID: 7,
            tokenName: "t1", model: model, code: code, mode: .chatCompletions, endpoint: "/v1/chat/completions")
        record.channelID = 3
        record.clientAddress = "192.0.2.1"
        record.usage.input = 10
        record.amount.used = Money(nanos: 1_500_000)
        record.metadata = #"{"team":"blue"}"#
        record.detail = CallDetail(
            requestBody: "asked", requestBodyIsTruncated: false, responseBody: "answered", responseBodyIsTruncated: true)
        #expect(store.journal.append(record, lane: 0))
        #expect(await store.journal.flush())
    }
}
