import Testing
import Wire

@testable import MCPServer

@Suite("frames and forms at the upstream side")
struct FramingTests {
    @Test(
        "a message endpoint is resolved against the stream's URL, on its origin only",
        arguments: [
            ("/m?x=1", "https://a.example/m?x=1"), ("m", "https://a.example/api/m"), ("../m", "https://a.example/m"),
            ("./m/./n/..", "https://a.example/api/m/"), ("?s=2", "https://a.example/api/sse?s=2"),
            ("https://a.example/m", "https://a.example/m"), ("HTTPS://A.example:443/m", "HTTPS://A.example:443/m"),
            ("//a.example/m", "https://a.example/m"), ("../../../m", "https://a.example/m"),
            ("https://b.example/m", nil), ("http://a.example/m", nil), ("https://a.example:444/m", nil), ("//b.example/m", nil),
            ("https://a.example@b.example/m", nil), ("https://user@a.example/m", nil), ("javascript:x", nil), ("/a b", nil),
            ("/a\nb", nil), ("https://a.example\\@b.example/", nil),
        ] as [(String, String?)])
    func resolving(reference: String, expected: String?) {
        #expect(UpstreamURL.resolve(reference, against: "https://a.example/api/sse?key=1") == expected)
    }

    @Test(
        "an origin is compared by its bytes, not by what Unicode takes for the same text",
        arguments: [
            "https://\u{212A}ey.caf\u{E9}.example/m", "https://key.cafe\u{301}.example/m", "//\u{212A}ey.caf\u{E9}.example/m",
        ])
    func lookalikes(reference: String) {
        let base = "https://key.caf\u{E9}.example/sse"
        #expect(UpstreamURL.resolve(reference, against: base) == nil)
        #expect(UpstreamURL.resolve("m", against: base) == "https://key.caf\u{E9}.example/m")
    }

    @Test("query items are added, encoded")
    func query() {
        #expect(UpstreamURL.adding([("k", "ä=&"), ("n", "")], to: "https://a/b") == "https://a/b?k=%C3%A4%3D%26&n=")
        #expect(UpstreamURL.adding([("k", "v")], to: "https://a/b?x=1#f") == "https://a/b?x=1&k=v")
        #expect(UpstreamURL.adding([], to: "https://a/b#f") == "https://a/b#f")
    }

    @Test(
        "a header annotation that breaks a rule makes the tool invalid",
        arguments: [
            (#"{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}"#, true),
            (#"{"properties":{"a":{"type":"integer","x-mcp-header":"A-b_1"}}}"#, true),
            (#"{"properties":{"a":{"type":"object","properties":{"b":{"type":"boolean","x-mcp-header":"B"}}}}}"#, true),
            (#"{"properties":{"x-mcp-header":{"type":"string"}}}"#, true), (#"{"default":{"x-mcp-header":1}}"#, true),
            (#"{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}"#, false),
            (#"{"properties":{"a":{"x-mcp-header":"A"}}}"#, false),
            (#"{"properties":{"a":{"type":"string","x-mcp-header":""}}}"#, false),
            (#"{"properties":{"a":{"type":"string","x-mcp-header":"a b"}}}"#, false),
            (#"{"properties":{"a":{"type":"string","x-mcp-header":7}}}"#, false),
            (#"{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}"#, false),
            (#"{"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}"#, false),
            (#"{"anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]}"#, false),
            (#"{"$defs":{"a":{"type":"string","x-mcp-header":"A"}}}"#, false), (#"{"type":"string","x-mcp-header":"A"}"#, false),
        ])
    func headerRules(schema: String, isValid: Bool) throws {
        let schema = try #require(try JSON.parse(schema).objectValue)
        #expect((HeaderRules(schema: schema) != nil) == isValid)
    }

    @Test(
        "a message's parts stay the bytes they are",
        arguments: [
            #"{"jsonrpc":"2.0","id":1,"result":{"a" : 1.0,"b":"\u00e9"}}"#, #"{"result":{"a" : 1.0,"b":"\u00e9"},"id":1,"x":[]}"#,
        ])
    func incoming(text: String) throws {
        guard case .result(let id, let result) = try IncomingMessage.one(Array(text.utf8)) else {
            Issue.record("no result")
            return
        }
        #expect(id == MessageID(1))
        #expect(String(decoding: result.serializedBytes(), as: UTF8.self) == #"{"a" : 1.0,"b":"\u00e9"}"#)
        #expect(result["b"] == "é")
    }

    @Test(
        "what is no message is refused",
        arguments: [
            "", "7", "{}", #"{"id":1}"#, #"{"id":1.5,"result":{}}"#, #"{"id":1,"result":7}"#, #"{"result":{}}"#,
            #"{"id":1,"error":{"message":"x"}}"#, #"{"method":7}"#, #"{"method":"x","params":[]}"#,
            #"{"id":1,"id":2,"result":{}}"#,
            #"{"id":1,"result":{"#,
        ])
    func refused(text: String) {
        #expect(throws: MessageFault.self) { try IncomingMessage.one(Array(text.utf8)) }
    }

    @Test("a batch is taken apart; an error without an id is one")
    func batches() throws {
        let batch = #" [{"id":1,"result":{}},7,{"method":"notifications/x"},{"id":null,"error":{"code":-1,"message":""}}]"#
        let messages = try IncomingMessage.read(Array(batch.utf8))
        #expect(messages.count == 3)
        guard case .failure(nil, let error)? = messages.last else {
            Issue.record("no error")
            return
        }
        #expect(error.code == -1)
    }

    @Test("a text without a tree is read when asked, and keeps its bytes until changed")
    func laziness() throws {
        let text = #"{"a":1.0, "a":2.0,"b":{"c":[1,"x"]}}"#
        var raw = try RawObject(bytes: Array(text.utf8))
        let copy = raw
        #expect(raw["a"]?.serialized() == "2.0")
        #expect(raw["b"]?["c"]?[1] == "x")
        #expect(String(decoding: raw.serializedBytes(), as: UTF8.self) == text)
        raw["d"] = true
        #expect(String(decoding: raw.serializedBytes(), as: UTF8.self) == #"{"a":2.0,"b":{"c":[1,"x"]},"d":true}"#)
        #expect(copy["d"] == nil)
        #expect(throws: JSONError.self) { try RawObject(bytes: Array("[1]".utf8)) }
        #expect(throws: JSONError.self) { try RawObject(bytes: Array("{".utf8)) }
    }

    @Test("modern results are completed in their text: what is there keeps its bytes")
    func codec() throws {
        let identity = Implementation(name: "s", version: "1")
        let whole =
            #"{ "content":[ ],"x":1.0,"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"up"}} }"#
        let raw = try RawObject(bytes: Array(whole.utf8))
        let kept = ResultCodec.modern(raw, of: .callTool, hint: nil, identity: identity)
        #expect(String(decoding: kept.serializedBytes(), as: UTF8.self) == whole)
        let bare = try RawObject(bytes: Array(#"{"tools":[{"n":1.0}],"ttlMs":-1.5,"_meta":{"v/w":1.0}}"#.utf8))
        let completed = ResultCodec.modern(bare, of: .list(.tools), hint: nil, identity: identity)
        #expect(
            completed.object == [
                "tools": [["n": 1.0]], "ttlMs": 0, "cacheScope": "private", "resultType": "complete",
                "_meta": ["v/w": 1.0, "io.modelcontextprotocol/serverInfo": ["name": "s", "version": "1"]],
            ])
        let empty = ResultCodec.modern(try RawObject(bytes: Array("{}".utf8)), of: .callTool, hint: nil, identity: identity)
        #expect(empty["content"] == [])
        #expect(empty["resultType"] == "complete")
    }

    @Test("answers with several blocks reach an older upstream as one")
    func answers() {
        let blocks: RawObject = [
            "role": "assistant", "content": [["type": "text", "text": "a"], ["type": "text", "text": "b"]],
        ]
        #expect(AskedAnswer.translate(blocks, to: .sample([:]), for: .june2025)["content"] == ["type": "text", "text": "a\nb"])
        #expect(AskedAnswer.translate(["content": [["x": 1]]], to: .sample([:]), for: .march2025)["content"] == ["x": 1])
        #expect(AskedAnswer.translate(blocks, to: .sample([:]), for: .november2025)["content"]?.arrayValue?.count == 2)
    }
}
