import MCPServer
import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Answers as results")
struct AnswerTests {
    private static let pet: JSONObject = [
        "type": "object", "properties": ["id": ["type": "integer"], "name": ["type": "string"]], "required": ["id"],
    ]

    private static func read(
        _ tool: ToolPlan, _ status: Int, _ type: String?, _ body: some Sequence<UInt8>,
        headers: [(name: String, value: String)] = [], isCut: Bool = false, options: AnswerReader.Options = .init()
    ) -> ToolResult {
        AnswerReader(tool, schemas: SchemaTable(), options: options).result(
            status: status, headers: headers + (type.map { [("Content-Type", $0)] } ?? []), body: Array(body), isCut: isCut)
    }

    private static func read(_ tool: ToolPlan, _ type: String?, _ body: some Sequence<UInt8>, isCut: Bool = false) -> ToolResult {
        read(tool, 200, type, body, isCut: isCut)
    }

    private static func read(
        _ type: String?, _ body: some Sequence<UInt8>, headers: [(name: String, value: String)] = [], isCut: Bool = false,
        options: AnswerReader.Options = .init()
    ) -> ToolResult {
        read(CallPlans.tool(), 200, type, body, headers: headers, isCut: isCut, options: options)
    }

    private static func text(_ result: ToolResult) -> String {
        result.content.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
    }

    @Test(
        "JSON is structured content and text, whatever it is called",
        arguments: [
            "application/json", "application/vnd.x+json; charset=utf-8", "text/plain", "text/html", "application/octet-stream",
            "nonsense", nil,
        ])
    func json(type: String?) {
        let tool = CallPlans.tool(outputSchema: Self.pet)
        let result = Self.read(tool, type, "{ \"id\": 9007199254740993, \"x\": 1.0 }".utf8)
        #expect(result.structuredContent?.serialized() == #"{"id":9007199254740993,"x":1.0}"#)
        #expect(Self.text(result) == #"{"id":9007199254740993,"x":1.0}"#)
        #expect(!result.isError)
    }

    @Test("an answer whose root is no object is wrapped, in text as in data")
    func wrapped() {
        let schema: JSONObject = ["type": "object", "properties": ["result": ["type": "array"]], "required": ["result"]]
        let result = Self.read(CallPlans.tool(outputSchema: schema, wraps: true), "application/json", "[1]".utf8)
        #expect(result.structuredContent == ["result": [1]])
        #expect(Self.text(result) == #"{"result":[1]}"#)
    }

    @Test("a tool without an output schema gives text alone")
    func unstructured() {
        let result = Self.read("application/json", "{\"a\": 1}".utf8)
        #expect(result.structuredContent == nil && !result.isError)
        #expect(Self.text(result) == #"{"a":1}"#)
    }

    @Test("an answer against the output schema is an error that says that the call was carried out, with the answer")
    func misfit() {
        let result = Self.read(CallPlans.tool(outputSchema: Self.pet), "application/json", "{\"id\": \"x\"}".utf8)
        #expect(result.isError && result.structuredContent == nil)
        #expect(Self.text(result).contains("carried out") && Self.text(result).contains("/id must be"))
        #expect(Self.text(result).hasSuffix(#"{"id":"x"}"#))
    }

    @Test("members that are null where none is foreseen count as absent, unless they are required")
    func nulls() {
        let tool = CallPlans.tool(outputSchema: Self.pet)
        let result = Self.read(tool, "application/json", #"{"id":1,"name":null}"#.utf8)
        #expect(result.structuredContent == ["id": 1] && !result.isError)
        #expect(Self.text(result) == #"{"id":1,"name":null}"#)
        #expect(Self.read(tool, "application/json", #"{"id":null}"#.utf8).isError)
        let list: JSONObject = ["type": "object", "properties": ["result": ["type": "array", "items": .object(Self.pet)]]]
        let wrapped = Self.read(
            CallPlans.tool(outputSchema: list, wraps: true), "application/json", #"[{"id":1,"name":null},{"id":2}]"#.utf8)
        #expect(wrapped.structuredContent == ["result": [["id": 1], ["id": 2]]])
    }

    @Test("no content is said, and is structured where that fits", arguments: [204, 205, 200])
    func empty(status: Int) {
        let plain = Self.read(CallPlans.tool(), status, nil, [])
        #expect(!plain.isError && Self.text(plain).contains("without content"))
        let open = Self.read(CallPlans.tool(outputSchema: ["type": "object"]), status, nil, [])
        #expect(open.structuredContent == [:] && !open.isError)
        let null: JSONObject = ["type": "object", "properties": ["result": ["type": "null"]], "required": ["result"]]
        #expect(Self.read(CallPlans.tool(outputSchema: null, wraps: true), status, nil, []).structuredContent == ["result": nil])
        let strict = Self.read(CallPlans.tool(outputSchema: Self.pet), status, nil, [])
        #expect(strict.isError && Self.text(strict).contains("carried out"))
    }

    @Test("a cut answer says so; data cut is no data, and bytes cut are of no use")
    func cut() {
        let plain = Self.read("application/json", #"{"a":1"#.utf8, isCut: true)
        #expect(Self.text(plain).hasPrefix(#"{"a":1"#) && Self.text(plain).contains("[cut") && !plain.isError)
        let structured = Self.read(CallPlans.tool(outputSchema: ["type": "object"]), "application/json", "{}".utf8, isCut: true)
        #expect(structured.isError && structured.structuredContent == nil && Self.text(structured).contains("[cut"))
        let split = Self.read("text/plain", Array("aé".utf8).dropLast(), isCut: true)
        #expect(Self.text(split).hasPrefix("a\n[cut"))
        #expect(Self.read("image/png", [1, 2], isCut: true).isError)
    }

    @Test("text is no longer than it may be, and ends between characters")
    func longText() {
        var options = AnswerReader.Options()
        options.maximumTextBytes = 4
        let result = Self.read("text/plain", "abcéé".utf8, options: options)
        #expect(Self.text(result).hasPrefix("abc\n[cut: 3 of 7 bytes"))
    }

    @Test("several values in one text stay text", arguments: ["application/x-ndjson", "application/jsonl", "text/event-stream"])
    func streams(type: String) {
        #expect(Self.text(Self.read(type, "{\"a\": 1}\n".utf8)) == "{\"a\": 1}\n")
    }

    @Test(
        "text is read in its encoding",
        arguments: [
            ("text/plain", [0xC3, 0xA9], "é"), ("text/plain", [0xEF, 0xBB, 0xBF, 0x61], "a"), ("text/plain", [0xE9], "é"),
            ("text/plain; charset=iso-8859-1", [0xE9], "é"), ("text/plain; charset=\"UTF-16BE\"", [0x00, 0xE9], "é"),
            ("text/csv; charset=windows-1252", [0x80], "€"), ("text/plain; charset=shift_jis", [0x82, 0xA0], "あ"),
        ] as [(String, [UInt8], String)])
    func charsets(type: String, bytes: [UInt8], expected: String) {
        #expect(Self.text(Self.read(type, bytes)) == expected)
    }

    @Test("text that is none in its encoding is bytes")
    func undecodable() {
        #expect(Self.read("text/plain; charset=utf-8", [0xFF]).content.first?["resource"]?["blob"] == "/w==")
        #expect(Self.read("text/plain; charset=klingon", [0x61]).content.first?["resource"]?["mimeType"] == "text/plain")
    }

    @Test("pictures and sounds are content of their kind; other bytes are a resource with their name")
    func binary() {
        let image = Self.read("image/png; q=1", [0xFF]).content
        #expect(image == [["type": "image", "data": "/w==", "mimeType": "image/png"]])
        let audio = Self.read("audio/mpeg", [0xFF]).content
        #expect(audio == [["type": "audio", "data": "/w==", "mimeType": "audio/mpeg"]])
        let file = Self.read(
            "application/zip", [0xFF],
            headers: [("content-disposition", "attachment; filename=\"a;b.zip\"; filename*=UTF-8''%C3%A9.zip")])
        #expect(
            file.content == [
                [
                    "type": "resource",
                    "resource": ["uri": "portico:answer/%C3%A9.zip", "mimeType": "application/zip", "blob": "/w=="],
                ]
            ])
        #expect(Self.read(nil, [0xFF, 0x00]).content.first?["resource"]?["mimeType"] == "application/octet-stream")
        #expect(Self.text(Self.read("image/svg+xml", "<svg/>".utf8)) == "<svg/>")
        #expect(Self.text(Self.read("application/octet-stream", "plain".utf8)) == "plain")
    }

    @Test("XML is data by the hints of the response's schema")
    func xml() {
        let schema: JSON = [
            "type": "object", "xml": ["name": "Pet"],
            "properties": ["id": ["type": "integer", "xml": ["attribute": true]], "name": ["type": "string"]],
        ]
        let place = Place(document: 0, pointer: .root)
        let response = APIResponse(
            status: "2XX", place: place, description: nil,
            contents: [
                APIContent(mediaType: "application/json", place: place, schema: true, encodings: [:]),
                APIContent(mediaType: "application/xml", place: place, schema: schema, encodings: [:]),
            ])
        let tool = CallPlans.tool(outputSchema: Self.pet, responses: [response])
        let result = Self.read(tool, "application/xml", "<Pet id='7'><name>Rex</name></Pet>".utf8)
        #expect(result.structuredContent == ["id": 7, "name": "Rex"])
        let plain = Self.read("text/xml", "<Pet id='7'/>".utf8)
        #expect(plain.structuredContent == nil && Self.text(plain) == "<Pet id='7'/>")
    }

    @Test("a text that the schema has as a text or number is that")
    func scalarTexts() {
        func tool(_ type: JSON) -> ToolPlan {
            CallPlans.tool(
                outputSchema: ["type": "object", "properties": ["result": ["type": type]], "required": ["result"]], wraps: true)
        }
        #expect(Self.read(tool("string"), "text/plain", "12".utf8).structuredContent == ["result": "12"])
        #expect(Self.read(tool("integer"), "text/plain", "12".utf8).structuredContent == ["result": 12])
        #expect(Self.read(tool("integer"), "text/plain", "x".utf8).isError)
    }
}
