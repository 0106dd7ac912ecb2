import FoundationEssentials
import HTTPTypes
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: the contract")
struct ContractTests {
    private static let hasContract = FileManager.default.fileExists(atPath: ContractDocument.sharedPath)

    /// Served operations as the documents name them.
    private static let served = Set(OperationTable.standard.operations.map { "\($0.method.rawValue) \($0.pattern.shape)" })
    /// Those that are MCP: `TrialTests` has them.
    private static let answeredByFront = Set(
        ContractOperation.answeredByFront.map { "\($0.method.rawValue) \($0.pattern.shape)" })
    private static let known = Set(ContractOperation.all.map { "\($0.method.rawValue) \($0.pattern.shape)" })

    @Test("the list of missing operations is true: what it names is not served, and nothing else is missing")
    func missingOperations() throws {
        let file = ContractDocument.folder + "/missing-operations.txt"
        let text = try #require(String(validating: Data(contentsOf: URL(filePath: file)), as: UTF8.self))
        let listed = Set(text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init))
        let missing = Self.known.subtracting(Self.served).subtracting(Self.answeredByFront)
        #expect(listed.subtracting(missing).sorted() == [], "served now: to be taken off the list")
        #expect(missing.subtracting(listed).sorted() == [], "not served, and not on the list: the list may only shrink")
    }

    @Test("all operations of the contract are known here", .enabled(if: hasContract))
    func knownOperations() throws {
        let document = try ContractDocument(path: ContractDocument.sharedPath)
        #expect(document.operations.count > 130)
        #expect(document.operations.subtracting(Self.known).sorted() == [])
    }

    @Test("a document's operations and answers are read as meant")
    func fixture() throws {
        let document = try ContractDocument(path: ContractDocument.fixturePath)
        #expect(document.operations == ["GET /status", "POST /group/{}", "GET /groups"])
        #expect(document.operations.isSubset(of: Self.served))
        func faults(_ data: JSON) -> [String] {
            document.faults(of: ["success": true, "message": "", "data": data], for: "GET /groups")
        }
        #expect(faults(["groups": [], "total": 0]) == [])
        #expect(faults(["groups": []]) == [".data.total: is missing"])
        #expect(
            faults(["groups": .null, "total": "0"]) == [
                ".data.groups: is null, not array", ".data.total: is string, not integer",
            ])
        #expect(faults(["groups": [["id": 1]], "total": 1]).contains(".data.groups[0].id: is number, not string"))
        #expect(document.faults(of: ["success": 1], for: "GET /status").contains(".success: is number, not boolean"))
    }

    @Test("answers have the members of the fixture")
    func fixtureAnswers() async throws {
        let document = try ContractDocument(path: ContractDocument.fixturePath)
        try await withAdmin { admin async throws in
            for (operation, envelope) in try await ContractDrive(admin: admin).answers()
            where document.operations.contains(operation) {
                #expect(document.faults(of: envelope, for: operation) == [], "\(operation)")
            }
        }
    }

    /// Parts of a public server that are left out where its kind does not use them.
    private static let optionalParts = [".proxy_config", ".openapi_config", ".embed_config", ".test_config"].map {
        $0 + ": is missing"
    }
    /// Left out where it was not asked for.
    private static let optionalDetail = ".request_detail: is missing"
    /// Left out where a price does not have the part: nothing and zero are told apart.
    private static func isPricePart(_ fault: String) -> Bool { fault.contains(".price.") && fault.hasSuffix(": is missing") }
    /// Configuration objects are given back as they were stored.
    private static func isOwnConfiguration(_ fault: String) -> Bool {
        fault.contains("_config.") && fault.hasSuffix(": is missing") && !fault.contains("timeout_config")
    }

    /// For all types together, the document tells what one of them has.
    private static func isByType(_ fault: String) -> Bool { fault == ".data.models: is object, not array" }

    @Test(
        "every served operation of the contract is driven, and its answer has the contract's members with their types",
        .enabled(if: hasContract), arguments: AdminEngine.available)
    func answers(engine: AdminEngine) async throws {
        let document = try ContractDocument(path: ContractDocument.sharedPath)
        try await withAdmin(engine) { admin async throws in
            var driven: Set<String> = []
            for (operation, envelope) in try await ContractDrive(admin: admin).answers() {
                driven.insert(operation)
                guard document.operations.contains(operation) else { continue }
                let faults = document.faults(of: envelope, for: operation).filter { fault in
                    !Self.optionalParts.contains { fault.hasSuffix($0) } && !fault.hasSuffix(Self.optionalDetail)
                        && !Self.isPricePart(fault) && !Self.isByType(fault)
                        && !Self.isOwnConfiguration(fault)
                }
                #expect(faults == [], "\(operation)")
            }
            #expect(Self.served.subtracting(driven).sorted() == [], "not driven")
        }
    }
}

/// Asks each served operation once, in an order in which each has something to show.
struct ContractDrive {
    let admin: AdminFixture

    private static let description =
        #"{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"responses":{}}}}}"#

    func answers() async throws -> [(operation: String, envelope: JSON)] {
        var answers: [(String, JSON)] = []
        func ask(
            _ method: HTTPRequest.Method, _ pattern: String, _ parameters: [String] = [], query: String = "",
            with body: JSON? = nil
        ) async throws {
            var values = parameters[...]
            let path = pattern.split(separator: "/").map { $0 == "{}" ? values.popFirst() ?? "" : String($0) }.joined(
                separator: "/")
            let answer = try await admin.ask(method, "/api/" + path + query, body)
            #expect(answer.status == .ok, "\(method) \(pattern): \(answer.envelope)")
            answers.append(("\(method.rawValue) \(pattern)", answer.envelope))
            last = answer.data
        }
        var last = JSON.null

        try await ask(.get, "/status")
        try await ask(.post, "/group/{}", ["g1"])
        try await ask(.put, "/group/{}", ["g1"], with: ["rpm_ratio": 2])
        try await ask(.get, "/group/{}", ["g1"])
        try await ask(.get, "/groups")
        try await ask(.get, "/groups/search", query: "?keyword=g")
        try await ask(.post, "/group/{}/status", ["g1"], with: ["status": 1])
        try await ask(.post, "/group/{}/rpm_ratio", ["g1"], with: ["rpm_ratio": 1])
        try await ask(.post, "/group/{}/tpm_ratio", ["g1"], with: ["tpm_ratio": 1])
        try await ask(.post, "/groups/batch_status", with: ["groups": ["g1"], "status": 1])

        for pattern in ["/token/{}/{}", "/tokens/{}"] {
            try await ask(.post, "/token/{}", ["g1"], query: "?ignore_exist=true", with: ["name": "t1"])
            let id = "\(last["id"] ?? 0)"
            let place = pattern == "/tokens/{}" ? [id] : ["g1", id]
            try await ask(.get, pattern, place)
            try await ask(.put, pattern, place, with: ["quota": 1])
            try await ask(.post, pattern + "/status", place, with: ["status": 1])
            try await ask(.post, pattern + "/name", place, with: ["name": "t1"])
            try await ask(.get, "/tokens")
            try await ask(.get, "/tokens/search", query: "?keyword=t")
            try await ask(.get, "/token/{}", ["g1"])
            try await ask(.get, "/token/{}/search", ["g1"])
            try await ask(.delete, pattern, place)
        }
        try await ask(.post, "/tokens/batch_delete", with: [1])
        try await ask(.post, "/token/{}/batch_delete", ["g1"], with: [1])

        let channel: JSON = ["type": 1, "name": "c", "key": "k", "models": ["m1"], "model": "m1"]
        try await ask(.post, "/channels", with: [channel])
        try await ask(.post, "/channel", with: channel)
        let id = "\(last["channels"]?[0]?["id"] ?? 0)"
        try await ask(.get, "/channel/{}", [id])
        try await ask(.put, "/channel/{}", [id], with: channel)
        try await ask(.post, "/channel/{}/status", [id], with: ["status": 1])
        for path in ["/channels", "/channels/all"] { try await ask(.get, path) }
        try await ask(.get, "/channels/search", query: "?keyword=c")
        try await ask(.post, "/channels/batch_info", with: [last["channels"]?[0]?["id"] ?? 0])
        try await ask(.get, "/channel/{}/test/{}", [id, "m1"])
        try await ask(.get, "/channel/{}/{}", [id, "m1"])
        try await ask(.get, "/channel/{}/test", [id], query: "?return_success=true")
        try await ask(.get, "/channels/test", query: "?return_success=true")
        for path in ["/channel/test", "/channel/test-preview"] { try await ask(.post, path, with: channel) }
        for path in ["/channel/test-all", "/channel/test-preview-all"] {
            try await ask(.post, path, query: "?return_success=1", with: channel)
        }
        try await ask(.delete, "/channel/{}", [id])
        try await ask(.post, "/channels/batch_delete", with: [99])

        for path in ["/monitor", "/monitor/models", "/monitor/banned_channels"] { try await ask(.get, path) }
        try await ask(.get, "/monitor/{}", [id])
        try await ask(.delete, "/monitor")
        try await ask(.delete, "/monitor/{}", [id])
        try await ask(.delete, "/monitor/{}/{}", [id, "m1"])

        let config: JSON = ["model": "m1", "price": ["input_price": 1]]
        try await ask(.post, "/model_configs", with: [config])
        try await ask(.post, "/model_config/{}", ["m1"], with: config)
        try await ask(.get, "/model_config/{}", ["m1"])
        for path in ["/model_configs", "/model_configs/all", "/model_configs/search"] { try await ask(.get, path) }
        for path in ["/models/builtin", "/models/builtin/channel", "/models/default", "/channels/type_metas"] {
            try await ask(.get, path)
        }
        for path in ["/models/builtin/channel/{}", "/models/default/{}"] { try await ask(.get, path, ["1"]) }
        try await ask(.post, "/model_configs/contains", with: ["models": ["m1"]])
        try await ask(.delete, "/model_config/{}", ["m1"])
        try await ask(.post, "/model_configs/batch_delete", with: ["m1"])

        let server: JSON = ["id": "s1", "type": "mcp_proxy_sse", "proxy_config": ["url": "https://h", "headers": ["a": "b"]]]
        try await ask(.post, "/mcp/public", with: server)
        try await ask(.post, "/mcp/public/{}", ["s2"], with: server)
        try await ask(.post, "/mcp/publics", with: [server])
        try await ask(.put, "/mcp/public/{}", ["s1"], with: server)
        try await ask(.get, "/mcp/public/{}", ["s1"])
        try await ask(.post, "/mcp/public/{}/status", ["s1"], with: ["status": 1])
        for path in ["/mcp/publics", "/mcp/publics/all"] { try await ask(.get, path) }
        try await ask(.get, "/group/{}/mcp", ["g1"])
        try await ask(.get, "/group/{}/mcp/{}", ["g1", "s1"])
        try await ask(.post, "/mcp/public/{}/group/{}/params", ["s1", "g1"], with: ["params": [:]])
        try await ask(.get, "/mcp/public/{}/group/{}/params", ["s1", "g1"])
        try await ask(.delete, "/mcp/public/{}", ["s1"])
        try await ask(.post, "/embedmcp", with: ["id": "time", "enabled": true, "init_config": ["local_timezone": "UTC"]])
        try await ask(.get, "/embedmcp")
        try await ask(.post, "/mcp/group/{}", ["g1"], with: server)
        try await ask(.put, "/mcp/group/{}/{}", ["g1", "s1"], with: server)
        try await ask(.get, "/mcp/group/{}/{}", ["g1", "s1"])
        try await ask(.post, "/mcp/group/{}/{}/status", ["g1", "s1"], with: ["status": 1])
        for (path, place) in [("/mcp/group/{}", ["g1"]), ("/mcp/group/all", [])] { try await ask(.get, path, place) }
        try await ask(.delete, "/mcp/group/{}/{}", ["g1", "s1"])
        try await ask(.get, "/mcp/upstreams")
        try await ask(.post, "/mcp/openapi/preview", with: ["openapi_content": .string(Self.description)])

        try await admin.addLog()
        try await ask(.get, "/logs")
        try await ask(.get, "/logs/search", query: "?include_detail=true")
        try await ask(.get, "/log/{}", ["g1"], query: "?include_detail=true")
        let log = "\(last["logs"]?[0]?["id"] ?? 0)"
        try await ask(.get, "/log/{}/search", ["g1"])
        try await ask(.get, "/logs/detail/{}", [log])
        try await ask(.get, "/log/{}/detail/{}", ["g1", log])
        try await ask(.delete, "/logs", query: "?timestamp=1")

        try await ask(.delete, "/group/{}", ["g1"])
        try await ask(.post, "/groups/batch_delete", with: ["g1"])
        return answers
    }
}
