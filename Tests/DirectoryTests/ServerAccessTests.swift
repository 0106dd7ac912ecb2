import Testing
import Wire

@testable import Directory

@Suite("Which MCP servers a caller may use")
struct ServerAccessTests {
    private static func proxy(_ id: String, required: [String] = []) -> PublicServer {
        var server = PublicServer(id: id, kind: .proxyStreamable, createdAt: 0)
        let definitions = required.map { ($0, JSON.object(["type": "header", "required": true])) }
        server.proxyConfig = ["url": "https://h", "reusing": .object(JSONObject(definitions))]
        return server
    }

    private static func saved(_ server: String, _ group: String, _ values: [String: String]) -> ServerParameters {
        ServerParameters(serverID: server, groupID: group, values: values, createdAt: 0)
    }

    private static func contents() throws -> Snapshot.Contents {
        var contents = try sample()
        var off = proxy("off")
        off.status = .disabled
        contents.publicServers = [
            proxy("open"), off, proxy("keyed", required: ["a", "b"]), PublicServer(id: "card", kind: .docs, createdAt: 0),
        ]
        contents.groupServers = [
            GroupServer(id: "open", groupID: "acme", kind: .proxySSE, createdAt: 0),
            GroupServer(id: "own", groupID: "acme", kind: .openAPI, createdAt: 0),
        ]
        return contents
    }

    @Test("every enabled public one whose required parameters its group saved, and its group's own")
    func rule() throws {
        var contents = try Self.contents()
        contents.serverParameters = [
            Self.saved("keyed", "acme", ["a": "1", "b": "2"]), Self.saved("keyed", "plain", ["a": "1", "b": ""]),
        ]
        let snapshot = Snapshot(contents)
        let acme = try snapshot.caller(forKeyHash: key(1))
        let plain = try snapshot.caller(forKeyHash: key(3))
        #expect(snapshot.publicServers(for: acme).map(\.id) == ["keyed", "open"])
        #expect(snapshot.publicServers(for: plain).map(\.id) == ["open"])
        #expect(snapshot.servers(for: acme).map(\.id) == ["keyed", "open", "open", "own"])
        #expect(snapshot.servers(for: plain).map(\.id) == ["open"])
        #expect(try snapshot.publicServer(id: "keyed", for: acme).id == "keyed")
        #expect(try snapshot.groupServer(id: "own", for: acme).kind == .openAPI)
        guard case .upstream(let target) = try snapshot.target(of: snapshot.server(named: "keyed", for: acme), for: acme) else {
            Issue.record("a proxy is an upstream")
            return
        }
        #expect(target.headers.map(\.value) == ["1", "2"])
    }

    @Test(
        "a host name means the server whose id it spells, in that case or in another",
        arguments: [
            ("Git", "Git"), ("git", "git"), ("GIT", "GIT"), ("wIKI", "Wiki"), ("wiki", "Wiki"), ("none", "none"),
        ])
    func hostNames(label: String, id: String) throws {
        var contents = try Self.contents()
        contents.publicServers = ["Git", "GIT", "git", "Wiki"].map { Self.proxy($0) }
        contents.groupServers = contents.publicServers.map {
            GroupServer(id: $0.id, groupID: "acme", kind: .proxySSE, createdAt: 0)
        }
        let snapshot = Snapshot(contents)
        #expect(snapshot.publicServerID(inHostName: label) == id)
        #expect(snapshot.groupServerID(inHostName: label, group: "acme") == id)
        #expect(snapshot.groupServerID(inHostName: label, group: "plain") == label)
    }

    @Test("of ids that differ by case only, none of which is spelt so, the first counts")
    func ambiguousHostNames() throws {
        var contents = try Self.contents()
        contents.publicServers = ["git", "GIT"].map { Self.proxy($0) }
        #expect(Snapshot(contents).publicServerID(inHostName: "Git") == "GIT")
    }

    @Test(
        "a refusal says why",
        arguments: [
            ("none", .unknown), ("off", .disabled), ("card", .notCallable), ("keyed", .missingParameters(["a", "b"])),
        ] as [(String, ServerRefusal)])
    func refusals(id: String, refusal: ServerRefusal) throws {
        let snapshot = Snapshot(try Self.contents())
        let caller = try snapshot.caller(forKeyHash: key(3))
        #expect(throws: refusal) { try snapshot.publicServer(id: id, for: caller) }
        #expect(throws: refusal) { try snapshot.server(named: id, for: caller) }
        #expect(throws: ServerRefusal.unknown) { try snapshot.groupServer(id: id, for: caller) }
    }

    @Test("an id alone means the group's own server before one that is offered to all, also while it is disabled")
    func ownFirst() throws {
        var snapshot = Snapshot(try Self.contents())
        let acme = try snapshot.caller(forKeyHash: key(1))
        let plain = try snapshot.caller(forKeyHash: key(3))
        guard case .own = try snapshot.server(named: "open", for: acme),
            case .offered = try snapshot.server(named: "open", for: plain)
        else {
            Issue.record("each has its own")
            return
        }
        var off = GroupServer(id: "open", groupID: "acme", kind: .proxySSE, createdAt: 0)
        off.status = .disabled
        snapshot = snapshot.applying([.upsertGroupServer(off)])
        #expect(throws: ServerRefusal.disabled) { try snapshot.server(named: "open", for: acme) }
    }

    @Test("what a group saves counts at once, and no longer when it, the group or the server is gone")
    func changes() throws {
        var snapshot = Snapshot(try Self.contents()).applying([
            .upsertServerParameters(Self.saved("keyed", "plain", ["a": "1", "b": "2"]))
        ])
        let plain = try snapshot.caller(forKeyHash: key(3))
        #expect(snapshot.publicServers(for: plain).map(\.id) == ["keyed", "open"])
        #expect(snapshot.parameters(ofServer: "keyed", group: "plain")?.values == ["a": "1", "b": "2"])
        #expect(
            snapshot.applying([.removeServerParameters(server: "keyed", group: "plain")]).publicServers(for: plain).map(\.id)
                == ["open"])
        #expect(snapshot.applying([.removeGroup(id: "plain")]).parameters(ofServer: "keyed", group: "plain") == nil)
        snapshot = snapshot.applying([.upsertPublicServer(Self.proxy("keyed", required: ["a", "c"]))])
        #expect(throws: ServerRefusal.missingParameters(["c"])) { try snapshot.publicServer(id: "keyed", for: plain) }
        snapshot = snapshot.applying([.removePublicServer(id: "keyed"), .upsertPublicServer(Self.proxy("another"))])
        #expect(snapshot.publicServers(for: plain).map(\.id) == ["another", "open"])
        #expect(snapshot.publicServers.map(\.id) == ["another", "card", "off", "open"])
    }

    @Test("a server of the configuration file counts before a stored one of its id, whatever becomes of that")
    func configured() throws {
        var contents = try Self.contents()
        contents.configuredServers = [
            PublicServer(id: "open", kind: .standardIO, createdAt: 0), PublicServer(id: "files", kind: .standardIO, createdAt: 0),
        ]
        var snapshot = Snapshot(contents)
        let plain = try snapshot.caller(forKeyHash: key(3))
        for changes in [
            [], [.upsertPublicServer(Self.proxy("open"))], [.removePublicServer(id: "open"), .removePublicServer(id: "files")],
        ] as [[DirectoryChange]] {
            snapshot = snapshot.applying(changes)
            #expect(snapshot.publicServers(for: plain).map(\.id) == ["files", "open"])
            #expect(snapshot.publicServer(id: "open")?.kind == .standardIO)
        }
        #expect(snapshot.contents.configuredServers.map(\.id) == ["files", "open"])
        #expect(snapshot.contents.publicServers.map(\.id) == ["card", "keyed", "off"])
    }

    @Test(
        "a stored definition with faults still says what it requires, and a kind's short name means the kind",
        arguments: [
            ("proxy_sse", "mcp_proxy_sse"), ("mcp_openapi", "mcp_openapi"), ("openapi", "mcp_openapi"), ("mcp_stdio", nil),
        ])
    func lenient(name: String, kind: String?) {
        var server = PublicServer(id: "s", kind: .proxySSE, createdAt: 0)
        server.proxyConfig = ["reusing": ["b": ["required": true, "type": "cookie"], "a": 1]]
        #expect(server.reusingParameters.map(\.key) == ["a", "b"])
        #expect(server.reusingParameters.map(\.isRequired) == [false, true])
        #expect(GroupServer.Kind(anyName: name)?.name == kind)
    }
}
