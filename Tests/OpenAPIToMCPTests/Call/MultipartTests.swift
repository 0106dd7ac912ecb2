import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Multipart bodies")
struct MultipartTests {
    private static func tool(_ members: [MemberPlan], _ type: String = "multipart/form-data") -> ToolPlan {
        CallPlans.tool("POST", "/", body: CallPlans.body(.multipart, type, members))
    }

    @Test("each kind of member is a part of its own type, byte for byte")
    func bytes() throws {
        let tool = Self.tool([
            CallPlans.member("text"), CallPlans.member("count", ["type": "integer"]),
            CallPlans.member("meta", ["type": "object"]),
            CallPlans.member("tags", ["type": "array", "items": ["type": "string"]]),
            CallPlans.member("file", ["type": "string", "format": "binary"]),
            CallPlans.member("icon", ["type": "string"], PartEncoding(contentType: "image/png, image/jpeg")),
            CallPlans.member("coded", ["type": "string", "contentEncoding": "base64"]), CallPlans.member("none"),
        ])
        let sent = try CallPlans.sent(
            tool,
            [
                "text": "a\r\nb", "count": 3, "meta": ["k": ["v"]], "tags": ["x", nil, "y"], "file": "aGk=",
                "icon": "data:image/jpeg;base64,/9g=", "coded": "aGk=", "none": nil,
            ])
        #expect(sent.headers == ["Content-Type: multipart/form-data; boundary=XX"])
        let expected = [
            "--XX", "Content-Disposition: form-data; name=\"text\"", "", "a", "b",
            "--XX", "Content-Disposition: form-data; name=\"count\"", "", "3",
            "--XX", "Content-Disposition: form-data; name=\"meta\"", "Content-Type: application/json", "", "{\"k\":[\"v\"]}",
            "--XX", "Content-Disposition: form-data; name=\"tags\"", "", "x",
            "--XX", "Content-Disposition: form-data; name=\"tags\"", "", "y",
            "--XX", "Content-Disposition: form-data; name=\"file\"; filename=\"file\"", "Content-Type: application/octet-stream",
            "", "hi",
            "--XX", "Content-Disposition: form-data; name=\"icon\"; filename=\"icon.jpg\"", "Content-Type: image/jpeg", "",
            "\u{FFFD}\u{FFFD}",
            "--XX", "Content-Disposition: form-data; name=\"coded\"", "", "aGk=",
            "--XX--", "",
        ]
        #expect(sent.body == expected.joined(separator: "\r\n"))
    }

    @Test("several files under one name, with their own names and types")
    func files() throws {
        let tool = Self.tool([CallPlans.member("f", ["type": "array", "items": ["type": "string", "format": "binary"]])])
        let body = try CallPlans.sent(
            tool,
            [
                "f": [
                    "data:text/csv;name=a%22b.csv;base64,YQ==",
                    ["data": "Yg==", "mimeType": "text/plain", "filename": "b\r\nX: y.txt"],
                ]
            ]
        ).body
        #expect(body.contains("filename=\"a%22b.csv\"\r\nContent-Type: text/csv\r\n\r\na\r\n"))
        #expect(body.contains("filename=\"b%0D%0AX: y.txt\"\r\nContent-Type: text/plain\r\n\r\nb\r\n"))
    }

    @Test("a part's style makes parts of texts, without encoding")
    func styles() throws {
        let tool = Self.tool([
            CallPlans.member("o", ["type": "object"], PartEncoding(style: .deepObject, explodes: true)),
            CallPlans.member("p", ["type": "array"], PartEncoding(style: .pipeDelimited, explodes: false)),
        ])
        let body = try CallPlans.sent(tool, ["o": ["a": "x&y"], "p": ["1", "2"]]).body
        #expect(body.contains("name=\"o[a]\"\r\n\r\nx&y\r\n"))
        #expect(body.contains("name=\"p\"\r\n\r\n1|2\r\n"))
    }

    @Test("header fields of a part that the document fixes are sent, and no name or type begins another line")
    func headers() throws {
        let encoding = PartEncoding(
            contentType: "text/plain",
            headers: ["X-Fixed": ["const": "yes"], "X-Open": ["type": "string"], "Content-Type": ["const": "no"]])
        let tool = Self.tool([CallPlans.member("a\"\r\nX: y", ["type": "string"], encoding)])
        let body = try CallPlans.sent(tool, ["a\"\r\nX: y": "v"]).body
        #expect(
            body
                == "--XX\r\nContent-Disposition: form-data; name=\"a%22%0D%0AX: y\"\r\nContent-Type: text/plain\r\nX-Fixed: yes\r\n\r\nv\r\n--XX--\r\n"
        )
        let file = Self.tool([CallPlans.member("f", ["type": "string", "format": "binary"])])
        #expect(CallPlans.fault(file, ["f": ["data": "YQ==", "mimeType": "text/plain\r\nX: y"]])?.argument == "f")
    }

    @Test("other multipart types have no names")
    func mixed() throws {
        let tool = Self.tool(
            [CallPlans.member("meta", ["type": "object"]), CallPlans.member("file", ["type": "string", "format": "binary"])],
            "multipart/related; boundary=\"old\"; type=\"application/json\"")
        let sent = try CallPlans.sent(tool, ["meta": ["a": 1], "file": "aGk="])
        #expect(sent.headers == ["Content-Type: multipart/related; type=\"application/json\"; boundary=XX"])
        #expect(
            sent.body
                == "--XX\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n--XX\r\nContent-Disposition: attachment; filename=\"file\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\nhi\r\n--XX--\r\n")
    }

    @Test("the boundary is in no part; where none is to be found, the call is refused")
    func boundary() throws {
        let tool = Self.tool([CallPlans.member("a")])
        var standard = RequestOptions()
        let first = try CallPlans.sent(tool, ["a": "x"], options: standard)
        let second = try CallPlans.sent(tool, ["a": "x"], options: standard)
        #expect(first.headers != second.headers)
        standard.boundary = { "XX" }
        #expect(CallPlans.fault(tool, ["a": "..XX.."], options: standard) != nil)
    }
}
