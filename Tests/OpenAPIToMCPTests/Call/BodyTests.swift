import Outbound
import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Bodies of requests")
struct BodyTests {
    private static let form = "application/x-www-form-urlencoded"

    @Test("JSON is made of members in the plan's order, null among them, or is one argument")
    func json() throws {
        let members = ["b", "a", "n"].map { CallPlans.member($0) }
        let tool = CallPlans.tool("POST", "/", body: CallPlans.body(.json, "application/json", members))
        let sent = try CallPlans.sent(tool, ["n": nil, "a": JSON.parse("1.0"), "b": ["x": [JSON.parse("1e3")]]])
        #expect(sent.body == #"{"b":{"x":[1e3]},"a":1.0,"n":null}"#)
        #expect(sent.headers == ["Content-Type: application/json"])
        let whole = CallPlans.tool("PATCH", "/", body: CallPlans.whole(.json, "application/json-patch+json"))
        #expect(try CallPlans.sent(whole, ["body": [["op": "remove", "path": "/a"]]]).body == #"[{"op":"remove","path":"/a"}]"#)
    }

    @Test("an optional body of which nothing is given is not sent; a required one is there, be it empty")
    func absence() throws {
        let members = [CallPlans.member("a", required: true), CallPlans.member("b")]
        let optional = CallPlans.tool("POST", "/", body: CallPlans.body(.json, "application/json", members, required: false))
        let sent = try CallPlans.sent(optional, [:])
        #expect(sent.body.isEmpty && sent.headers.isEmpty)
        #expect(CallPlans.fault(optional, ["b": 1])?.argument == "a")
        let required = CallPlans.tool("POST", "/", body: CallPlans.body(.json, "application/json", [CallPlans.member("a")]))
        #expect(try CallPlans.sent(required, [:]).body == "{}")
        let whole = CallPlans.tool("POST", "/", body: CallPlans.whole(.json, "application/json"))
        #expect(CallPlans.fault(whole, [:])?.argument == "body")
    }

    @Test("forms write objects as JSON and lists one by one, unless the encoding has a style")
    func forms() throws {
        let members = [
            CallPlans.member("s"), CallPlans.member("o", ["type": "object"]), CallPlans.member("l", ["type": "array"]),
            CallPlans.member("deep", ["type": "object"], PartEncoding(style: .deepObject, explodes: true)),
            CallPlans.member("pipe", ["type": "array"], PartEncoding(style: .pipeDelimited, explodes: false)),
            CallPlans.member("csv", ["type": "array"], PartEncoding(style: .form, explodes: false)),
            CallPlans.member("j", ["type": "array"], PartEncoding(contentType: "application/json")),
            CallPlans.member("r", ["type": "string"], PartEncoding(allowsReserved: true)), CallPlans.member("n"),
        ]
        let tool = CallPlans.tool("POST", "/", body: CallPlans.body(.urlencoded, Self.form, members))
        let sent = try CallPlans.sent(
            tool,
            [
                "s": "a b&c=+", "o": ["x": 1], "l": [1, true, ["y": 2]], "deep": ["k": "v"], "pipe": ["1", "2"],
                "csv": ["1", "2"],
                "j": [1, 2], "r": "a/b&", "n": nil,
            ])
        #expect(
            sent.body
                == "s=a%20b%26c%3D%2B&o=%7B%22x%22%3A1%7D&l=1&l=true&l=%7B%22y%22%3A2%7D&deep%5Bk%5D=v&pipe=1%7C2&csv=1,2&j=%5B1%2C2%5D&r=a/b%26"
        )
        #expect(sent.headers == ["Content-Type: \(Self.form)"])
    }

    @Test("a form whose body is one argument has the encodings of its members")
    func wholeForm() throws {
        var body = CallPlans.whole(.urlencoded, Self.form)
        body.encodings = ["o": PartEncoding(style: .deepObject, explodes: true)]
        let tool = CallPlans.tool("POST", "/", body: body)
        #expect(try CallPlans.sent(tool, ["body": ["o": ["a": 1], "p": "q"]]).body == "o%5Ba%5D=1&p=q")
        #expect(CallPlans.fault(tool, ["body": "o=1"])?.argument == "body")
    }

    @Test("text goes out in UTF-8, and says so where that is not plain to see")
    func text() throws {
        let tool = CallPlans.tool("POST", "/", body: CallPlans.whole(.text, "text/plain"))
        #expect(try CallPlans.sent(tool, ["body": "abc"]).headers == ["Content-Type: text/plain"])
        #expect(try CallPlans.sent(tool, ["body": "é"]).headers == ["Content-Type: text/plain; charset=utf-8"])
        #expect(try CallPlans.sent(tool, ["body": "é"]).body == "é")
    }

    @Test(
        "bytes are base64 in either alphabet, with or without padding, or a data URI",
        arguments: [
            "/+8=", "_-8", "_-8=", " /+\n8= ", "data:application/octet-stream;base64,/+8=", "data:;base64,/+8", "data:,%FF%EF",
            "DATA:image/png;name=a.png;BASE64,/+8=",
        ])
    func octets(value: String) throws {
        let tool = CallPlans.tool("PUT", "/", body: CallPlans.whole(.octets, "application/octet-stream"))
        let request = try RequestBuilder.request(
            tool, arguments: ["body": .string(value)], server: "http://a", schemas: SchemaTable())
        #expect(request.body == [0xFF, 0xEF])
        #expect(request.headers.first?.value == "application/octet-stream")
    }

    @Test(
        "what is none of them is refused",
        arguments: ["hello world", "a", "====", "data:x", "data:;base64,@@", "https://a/b", "file:///etc/passwd"])
    func notOctets(value: String) {
        let tool = CallPlans.tool("PUT", "/", body: CallPlans.whole(.octets, "application/octet-stream"))
        #expect(CallPlans.fault(tool, ["body": .string(value)])?.argument == "body")
    }

    @Test("a body for image/* is of the type that came with the bytes, if that is one")
    func range() throws {
        let tool = CallPlans.tool("PUT", "/", body: CallPlans.whole(.octets, "image/*"))
        #expect(try CallPlans.sent(tool, ["body": "data:image/png;base64,AA=="]).headers == ["Content-Type: image/png"])
        #expect(
            try CallPlans.sent(tool, ["body": "data:text/html;base64,AA=="]).headers == ["Content-Type: application/octet-stream"]
        )
        #expect(try CallPlans.sent(tool, ["body": "AA=="]).headers == ["Content-Type: application/octet-stream"])
    }

    @Test("a link to a resource is what whoever calls has read of it, and never followed")
    func links() throws {
        let tool = CallPlans.tool("PUT", "/", body: CallPlans.whole(.octets, "application/octet-stream"))
        let link: JSON = ["type": "resource_link", "uri": "notes://1", "name": "n.txt"]
        #expect(CallPlans.fault(tool, ["body": link])?.message.contains("not followed") == true)
        var options = CallPlans.options
        options.resource = { $0 == "notes://1" ? RequestOptions.File(bytes: Array("hi".utf8)) : nil }
        #expect(try CallPlans.sent(tool, ["body": link], options: options).body == "hi")
    }

    @Test("a body is no larger than it may be")
    func bound() {
        var options = CallPlans.options
        options.maximumBodyBytes = 100
        let value = JSON.string(String(repeating: "x", count: 200))
        for body in [
            CallPlans.whole(.json, "application/json"), CallPlans.whole(.text, "text/plain"),
            CallPlans.whole(.xml, "application/xml"),
            CallPlans.whole(.octets, "application/octet-stream"),
        ] {
            #expect(CallPlans.fault(CallPlans.tool("POST", "/", body: body), ["body": value], options: options) != nil)
        }
        let part = CallPlans.body(.multipart, "multipart/form-data", [CallPlans.member("a")])
        #expect(CallPlans.fault(CallPlans.tool("POST", "/", body: part), ["a": value], options: options) != nil)
    }
}
