import MCPServer
import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Answers that are errors")
struct FailureTests {
    private static func text(
        _ status: Int, _ type: String?, _ body: String, headers: [(name: String, value: String)] = [], isCut: Bool = false
    ) -> String {
        let result = AnswerReader.result(
            status: status, headers: headers + (type.map { [("content-type", $0)] } ?? []), body: Array(body.utf8), isCut: isCut,
            plan: CallPlans.tool(outputSchema: ["type": "object"]), schemas: SchemaTable())
        #expect(result.isError && result.structuredContent == nil && result.content.count == 1)
        return result.content.first?["text"]?.stringValue ?? ""
    }

    @Test(
        "the shapes that APIs have for errors are made readable",
        arguments: [
            (
                #"{"type":"about:blank","title":"Invalid","detail":"Two fields are wrong.","errors":[{"detail":"must be positive","pointer":"/age"}]}"#,
                ["Invalid: Two fields are wrong.", "- /age: must be positive"]
            ),
            (
                #"{"error":{"message":"Bad model","type":"invalid_request_error","param":"model","code":null}}"#,
                ["Bad model (invalid_request_error)", "- model"]
            ),
            (#"{"detail":[{"loc":["body","n",0],"msg":"field required","type":"missing"}]}"#, ["- body.n.0: field required"]),
            (
                #"{"message":"Validation Failed","errors":[{"field":"title","code":"missing_field"}]}"#,
                ["Validation Failed", "- title: missing_field"]
            ),
            (#"{"errors":{"email":["is taken","is odd"]}}"#, ["- email: is taken", "- email: is odd"]),
            (#"{"error":"invalid_grant","error_description":"expired"}"#, ["expired", "invalid_grant"]),
            (#"{"errors":[{"source":{"pointer":"/data/x"},"title":"Bad","detail":"no"}]}"#, ["- /data/x: Bad: no"]),
            (#"[{"message":"first"},"second"]"#, ["- first", "- second"]), (#"{"unknown":1}"#, []),
        ])
    func shapes(body: String, expected: [String]) throws {
        let value = try JSON.parse(body)
        #expect(FaultSummary(value).lines == expected)
        let text = Self.text(422, "application/problem+json", body)
        #expect(text == (["HTTP 422 Unprocessable Content"] + expected + ["Body:", value.serialized()]).joined(separator: "\n"))
    }

    @Test("when to try again is said")
    func retry() {
        #expect(
            Self.text(429, nil, "", headers: [("Retry-After", "30")])
                == "HTTP 429 Too Many Requests\nTo be tried again after 30 seconds")
        #expect(Self.text(599, nil, "", headers: []) == "HTTP 599")
    }

    @Test("a redirect that was not followed says where it leads, without what may be secret")
    func redirect() {
        let text = Self.text(302, nil, "", headers: [("Location", "https://user:pass@other.example/x?token=1#f")])
        #expect(text == "HTTP 302 Found\nThe API sends the caller elsewhere, which is not followed: https://other.example/x")
    }

    @Test("bodies that are no JSON are given as they are, bounded")
    func others() {
        #expect(Self.text(500, "text/html", "<h1>Oops</h1>") == "HTTP 500 Internal Server Error\nBody:\n<h1>Oops</h1>")
        #expect(
            Self.text(400, "application/problem+xml", "<problem><title>Bad</title></problem>").contains("\nBad\nBody:\n<problem>")
        )
        #expect(Self.text(502, "text/plain", String(repeating: "x", count: 40_000)).utf8.count < 17 << 10)
        #expect(Self.text(400, "application/json", "{\"a\":", isCut: true).contains("[cut"))
    }

    @Test("a body made to be large in a summary is not")
    func bounded() {
        let faults = (0..<10_000).map { #"{"field":"f\#($0)","message":"\#(String(repeating: "y", count: 50))"}"# }.joined(
            separator: ",")
        #expect(Self.text(400, "application/json", "{\"errors\":[\(faults)]}").utf8.count < 20 << 10)
    }
}
