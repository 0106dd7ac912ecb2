import Synchronization
import Testing
import Wire

@testable import Gateway

@Suite("what portico doctor tells of MCP servers")
struct ClientAdviceTests {
    @Test("each server has a configuration for portico stdio and one for HTTP, without the key")
    func lines() {
        let lines = ClientLines(variables: [("PORTICO_URL", "http://h:1")], url: "http://h:1")
        #expect(
            lines.lines(for: [.offered("time")]) == [
                "all servers as one",
                #"    {"mcpServers":{"portico":{"command":"portico","args":["stdio"],"env":{"PORTICO_URL":"http://h:1","PORTICO_KEY":""}}}}"#,
                #"    {"mcpServers":{"portico":{"type":"http","url":"http://h:1/mcp","headers":{"Authorization":"Bearer ${PORTICO_KEY}"}}}}"#,
                "time",
                #"    {"mcpServers":{"time":{"command":"portico","args":["stdio","--server","time"],"env":{"PORTICO_URL":"http://h:1","PORTICO_KEY":""}}}}"#,
                #"    {"mcpServers":{"time":{"type":"http","url":"http://h:1/mcp/public/time","headers":{"Authorization":"Bearer ${PORTICO_KEY}"}}}}"#,
            ])
    }

    @Test("a group's server whose id is also that of a public one is reached by HTTP only")
    func sameID() {
        let lines = ClientLines(variables: [], url: "http://h").lines(for: [.offered("a"), .own("a"), .own("b")])
        let own = lines.split { $0.hasSuffix("(of the key's group)") }.dropFirst()
        #expect(own.map(\.count) == [1, 2])
        #expect(own.first?.first?.contains(#""url":"http://h/mcp/group/a""#) == true)
    }

    private func advice(
        _ folder: String, url: String? = nil, key: String? = nil, knowsAdminKey: Bool = true
    ) async throws -> [String] {
        var configuration = try RunningGateway.configuration(in: folder)
        if !knowsAdminKey { configuration.keys.admin = nil }
        let advice = try ClientAdvice(configuration, url: url, key: key, environment: [:])
        return try await advice.lines(logger: RunningGateway.logger)
    }

    @Test("a running server tells which servers a key may use; without the admin key, only that there are some")
    func running() async throws {
        let folder = TemporaryFolder()
        try await RunningGateway.run(in: folder.path) { client, key in
            let url = "http://127.0.0.1:\(client.port)"
            _ = try await client.data("POST", "/api/mcp/public/time/status", ["status": 2])
            let lines = try await self.advice(folder.path, url: url, key: key)
            #expect(lines.filter { !$0.hasPrefix(" ") && !$0.isEmpty }.dropFirst() == ["all servers as one", "everything"])
            #expect(lines.contains { $0.contains(#""url":"\#(url)/mcp/public/everything""#) })
            #expect(!lines.joined().contains(key))
            let unknown = try await self.advice(folder.path, url: url, key: key, knowsAdminKey: false)
            #expect(unknown.contains("all servers as one"))
            #expect(unknown.last == "With ADMIN_KEY set, each server of \(url) is listed.")
            await #expect(throws: ToolAccessError.self) { _ = try await self.advice(folder.path, url: url, key: "sk-nonsense") }
        }
    }

    @Test("where no server runs, the data tells")
    func local() async throws {
        let folder = TemporaryFolder()
        let found = Mutex("")
        try await RunningGateway.run(in: folder.path) { _, key in found.withLock { $0 = key } }
        let key = found.withLock { $0 }
        let configuration = try RunningGateway.configuration(in: folder.path)
        let access = try await ToolAccess.open(
            url: "http://127.0.0.1:1", isURLGiven: false, key: key, logger: RunningGateway.logger
        ) { configuration }
        let places = try await ServerListing(access: access, adminKey: nil).places()
        await access.close()
        #expect(places == [.offered("everything"), .offered("time")])
    }

    @Test("without any key it says what to give; an address that was given and has no server is a failure")
    func nothingToTell() async throws {
        let folder = TemporaryFolder()
        #expect(try await self.advice(folder.path, knowsAdminKey: false).count == 1)
        let error = await #expect(throws: ToolAccessError.self) {
            _ = try await self.advice(folder.path, url: "http://127.0.0.1:1")
        }
        #expect(error?.kind == .noServer)
    }
}
