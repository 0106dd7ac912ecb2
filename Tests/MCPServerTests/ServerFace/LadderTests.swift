import Testing
import Wire

@testable import MCPServer

/// One POST and what it is answered with, whatever the service.
struct Rung: Sendable, CustomTestStringConvertible {
    let why: String
    let body: String
    var headers: [String: String] = [:]
    let status: Int
    /// The JSON-RPC code; nil for an answer without error.
    var code: Int?
    /// The id of the answer; nil where it has none.
    var id: JSON?

    var testDescription: String { why }
}

private let claim =
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
private let modernHeader = ["MCP-Protocol-Version": "2026-07-28"]
private let modernDiscover = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "server/discover"]

@Suite("one URL for every revision: the ladder")
struct LadderTests {
    @Test(
        "the era is read from the body, and the first failing rung answers",
        arguments: [
            Rung(why: "no JSON", body: "{", status: 400, code: -32700),
            Rung(why: "no UTF-8", body: "{\"\u{0}", status: 400, code: -32700),
            Rung(
                why: "no JSON, from a client whose revision has no error without id", body: "{",
                headers: ["MCP-Protocol-Version": "2025-06-18"], status: 400),
            Rung(why: "a member twice", body: #"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, status: 400, code: -32700),
            Rung(why: "a number", body: "7", status: 400, code: -32600),
            Rung(why: "id null", body: #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, status: 400, code: -32600),
            Rung(why: "id fraction", body: #"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, status: 400, code: -32600),
            Rung(
                why: "params array", body: #"{"jsonrpc":"2.0","id":"a","method":"ping","params":[]}"#, status: 400,
                code: -32600, id: "a"),

            Rung(
                why: "a claim makes a request modern without the header, which is then missing",
                body: #"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{\#(claim)}}"#, status: 400,
                code: -32020, id: 1),
            Rung(
                why: "a claim of the wrong type is still a claim",
                body:
                    #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":7}}}"#,
                status: 400, code: -32602, id: 1),
            Rung(
                why: "a session beside a claim is ignored",
                body: #"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{\#(claim)}}"#,
                headers: modernDiscover.merging(["Mcp-Session-Id": "nobody's"]) { first, _ in first }, status: 200, id: 1),
            Rung(
                why: "initialize with a claim is an unknown modern method",
                body: #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{\#(claim)}}"#,
                headers: ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "initialize"], status: 404, code: -32601, id: 1),
            Rung(
                why: "initialize without a claim is legacy, whatever the header says",
                body: Exchange.initialize("2025-11-25").serialized(), headers: modernHeader, status: 200, id: 1),
            Rung(
                why: "initialize with an unknown header too",
                body: Exchange.initialize("2025-11-25").serialized(), headers: ["MCP-Protocol-Version": "v9"], status: 200, id: 1),

            Rung(
                why: "the modern header without a claim is a modern request without _meta",
                body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, headers: modernHeader, status: 400, code: -32602, id: 1),
            Rung(
                why: "server/discover without a claim", body: #"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{}}"#,
                status: 400, code: -32602, id: 1),
            Rung(
                why: "subscriptions/listen without a claim", body: #"{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}"#,
                status: 400, code: -32602, id: 1),
            Rung(
                why: "an unknown version header", body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
                headers: ["MCP-Protocol-Version": "2027-01-01"], status: 400, code: -32022, id: 1),
            Rung(
                why: "an unknown version header, with a session",
                body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
                headers: ["MCP-Protocol-Version": "v9", "Mcp-Session-Id": "s"], status: 400, code: -32022, id: 1),
            Rung(
                why: "two version headers", body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
                headers: ["MCP-Protocol-Version": "2025-06-18, 2025-11-25"], status: 400, code: -32022, id: 1),
            Rung(
                why: "no claim, no session", body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, status: 400,
                code: -32600, id: 1),
            Rung(
                why: "ping needs a session, too", body: #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, status: 400,
                code: -32600, id: 1),
            Rung(
                why: "an unknown session", body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
                headers: ["Mcp-Session-Id": "gone"], status: 404, code: -32600, id: 1),

            Rung(
                why: "a modern notification is received and dropped",
                body: #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{\#(claim)}}"#, status: 202),
            Rung(
                why: "so is one that only the header calls modern",
                body: #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#, headers: modernHeader,
                status: 202),
            Rung(
                why: "a notification of nobody", body: #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, status: 400,
                code: -32600),
            Rung(
                why: "a modern client sends no responses", body: #"{"jsonrpc":"2.0","id":1,"result":{}}"#, headers: modernHeader,
                status: 400, code: -32600),
            Rung(why: "a response of nobody", body: #"{"jsonrpc":"2.0","id":1,"result":{}}"#, status: 400, code: -32600),

            Rung(why: "an empty batch", body: "[]", status: 400, code: -32600),
            Rung(
                why: "a batch under the modern header", body: #"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
                headers: modernHeader, status: 400, code: -32600),
            Rung(
                why: "a batch with initialize", body: "[\(Exchange.initialize("2025-03-26").serialized())]", status: 400,
                code: -32600),
            Rung(
                why: "a batch with a modern claim",
                body: #"[{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{\#(claim)}}]"#, status: 400, code: -32600),
            Rung(
                why: "a batch of requests and responses",
                body: #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":1,"result":{}}]"#, status: 400,
                code: -32600),
            Rung(
                why: "a batch with something else", body: #"[{"jsonrpc":"2.0","id":1,"method":"ping"},7]"#, status: 400,
                code: -32600),
        ])
    func rungs(rung: Rung) async {
        let answer = await Exchange(echoServer()).send("POST", Array(rung.body.utf8), rung.headers)
        #expect(answer.status == rung.status)
        #expect(answer.code == rung.code, "\(answer.text)")
        #expect(answer.id == rung.id)
        #expect(!answer.text.contains(#""id":null"#))
    }

    @Test("broken JSON is answered with its offset")
    func offset() async {
        let answer = await Exchange(echoServer()).send("POST", Array(#"{"jsonrpc":"2.0",}"#.utf8))
        #expect(answer.message.contains("at offset 17"), "\(answer.message)")
    }

    @Test("a refused version comes with the ones served and the one asked for")
    func supportedVersions() async {
        let answer = await Exchange(echoServer()).post(
            Exchange.request("tools/list"), ["MCP-Protocol-Version": "v9"])
        #expect(answer.data?["requested"] == "v9")
        #expect(answer.data?["supported"] == .array(Revision.newestFirst.map { .string($0.rawValue) }))
    }

    @Test(
        "only JSON is read",
        arguments: [
            ("application/json", 200), ("application/json; charset=utf-8", 200), ("APPLICATION/JSON ;x=y", 200),
            ("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("application/jsonp", 415), ("", 415),
        ])
    func contentType(type: String, status: Int) async {
        let answer = await Exchange(echoServer()).post(Exchange.initialize("2025-11-25"), ["Content-Type": type])
        #expect(answer.status == status)
    }

    @Test(
        "other methods than POST",
        arguments: [
            ("GET", [:], 405, "GET, POST, DELETE"), ("GET", ["Accept": "text/html"], 405, "GET, POST, DELETE"),
            ("GET", ["Accept": "text/event-stream"], 400, nil), ("GET", ["MCP-Protocol-Version": "2026-07-28"], 405, "POST"),
            ("GET", ["MCP-Protocol-Version": "2031-01-01"], 405, "POST"), ("GET", ["Mcp-Session-Id": "gone"], 404, nil),
            ("DELETE", [:], 400, nil), ("DELETE", ["Mcp-Session-Id": "gone"], 404, nil),
            ("DELETE", ["MCP-Protocol-Version": "2026-07-28", "Mcp-Session-Id": "s"], 405, "POST"),
            ("PUT", [:], 405, "GET, POST, DELETE"), ("HEAD", [:], 405, "GET, POST, DELETE"),
        ] as [(String, [String: String], Int, String?)])
    func methods(method: String, headers: [String: String], status: Int, allow: String?) async {
        let answer = await Exchange(echoServer()).send(method, [], headers)
        #expect(answer.status == status)
        #expect(answer.header("allow") == allow)
    }

    @Test("no garbage gets anything but a stated answer", arguments: 0..<8)
    func garbage(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        let exchange = Exchange(echoServer())
        let seeds = [
            Exchange.initialize("2025-11-25").serialized(),
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{\#(claim)}}"#,
            #"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
        ]
        let values = ["", "2026-07-28", "2025-11-25", "x", "=?base64?!?=", "tools/list"]
        for _ in 0..<300 {
            var bytes = Array((seeds.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &random), at: place)
                }
            }
            var headers: [String: String] = [:]
            for name in ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id"] where Bool.random(using: &random) {
                headers[name] = values.randomElement(using: &random)
            }
            let answer = await exchange.send("POST", bytes, headers)
            #expect([200, 202, 400, 404].contains(answer.status))
            #expect(answer.status == 202 || !answer.text.isEmpty)
        }
    }
}
