import Testing
import Wire

@testable import OpenAPIToMCP

/// One row of the specification's table of examples (OpenAPI 3.1.1 §4.8.12.6).
struct StyleExample: Sendable, CustomTestStringConvertible {
    var style: ParameterStyle
    var explodes: Bool
    /// For the empty text, a text, a list and an object; nil where the table says "n/a" or the value can't be there.
    var empty: String?
    var text: String?
    var list: String?
    var object: String?

    var testDescription: String { "\(style), explode \(explodes)" }

    var expected: [(JSON, String?)] {
        [
            ("", empty), ("blue", text), (["blue", "black", "brown"], list), (["R": 100, "G": 200, "B": 150], object),
        ]
    }
}

@Suite("Styles of parameters")
struct ParameterStyleTests {
    static let pathExamples = [
        StyleExample(
            style: .matrix, explodes: false, text: ";color=blue", list: ";color=blue,black,brown",
            object: ";color=R,100,G,200,B,150"),
        StyleExample(
            style: .matrix, explodes: true, text: ";color=blue", list: ";color=blue;color=black;color=brown",
            object: ";R=100;G=200;B=150"),
        StyleExample(style: .label, explodes: false, text: ".blue", list: ".blue,black,brown", object: ".R,100,G,200,B,150"),
        StyleExample(style: .label, explodes: true, text: ".blue", list: ".blue.black.brown", object: ".R=100.G=200.B=150"),
        StyleExample(style: .simple, explodes: false, text: "blue", list: "blue,black,brown", object: "R,100,G,200,B,150"),
        StyleExample(style: .simple, explodes: true, text: "blue", list: "blue,black,brown", object: "R=100,G=200,B=150"),
    ]

    @Test("in the path, as the specification's table has them; an empty value has no place there", arguments: pathExamples)
    func path(_ example: StyleExample) throws {
        let tool = CallPlans.tool(
            "GET", "/colors/{color}", [CallPlans.parameter("color", .path, example.style, explodes: example.explodes)])
        for (value, expected) in example.expected {
            guard let expected else {
                #expect(CallPlans.fault(tool, ["color": value])?.argument == "color")
                continue
            }
            #expect(try CallPlans.sent(tool, ["color": value]).url == "/colors/" + expected)
        }
        for value: JSON in [nil, [], [:], [nil], ["R": nil]] {
            #expect(CallPlans.fault(tool, ["color": value])?.message.hasPrefix("must not be empty") == true)
        }
    }

    static let queryExamples = [
        StyleExample(
            style: .form, explodes: false, empty: "color=", text: "color=blue", list: "color=blue,black,brown",
            object: "color=R,100,G,200,B,150"),
        StyleExample(
            style: .form, explodes: true, empty: "color=", text: "color=blue", list: "color=blue&color=black&color=brown",
            object: "R=100&G=200&B=150"),
        StyleExample(
            style: .spaceDelimited, explodes: false, empty: "color=", text: "color=blue", list: "color=blue%20black%20brown",
            object: "color=R%20100%20G%20200%20B%20150"),
        StyleExample(
            style: .pipeDelimited, explodes: false, empty: "color=", text: "color=blue", list: "color=blue%7Cblack%7Cbrown",
            object: "color=R%7C100%7CG%7C200%7CB%7C150"),
        StyleExample(
            style: .tabDelimited, explodes: false, empty: "color=", text: "color=blue", list: "color=blue%09black%09brown",
            object: "color=R%09100%09G%09200%09B%09150"),
        StyleExample(
            style: .spaceDelimited, explodes: true, empty: "color=", text: "color=blue",
            list: "color=blue&color=black&color=brown",
            object: "R=100&G=200&B=150"),
        StyleExample(
            style: .deepObject, explodes: true, empty: "color=", text: "color=blue",
            list: "color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown",
            object: "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
    ]

    @Test("in the query, as the specification's table has them", arguments: queryExamples)
    func query(_ example: StyleExample) throws {
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("color", .query, example.style, explodes: example.explodes)])
        for (value, expected) in example.expected {
            #expect(try CallPlans.sent(tool, ["color": value]).url == "/?" + (expected ?? ""))
        }
    }

    @Test(
        "null, the empty list and the empty object are no value: they are left out, unless a value must or may be empty",
        arguments: queryExamples)
    func nothing(_ example: StyleExample) throws {
        let values: [JSON] = [nil, [], [:], [nil], ["R": nil]]
        for value in values {
            let optional = CallPlans.parameter("color", .query, example.style, explodes: example.explodes)
            #expect(try CallPlans.sent(CallPlans.tool("GET", "/", [optional]), ["color": value]).url == "/")
            let required = CallPlans.parameter("color", .query, example.style, explodes: example.explodes, required: true)
            #expect(try CallPlans.sent(CallPlans.tool("GET", "/", [required]), ["color": value]).url == "/?color=")
            let empty = CallPlans.parameter("color", .query, example.style, explodes: example.explodes, empty: true)
            #expect(try CallPlans.sent(CallPlans.tool("GET", "/", [empty]), ["color": value]).url == "/?color=")
        }
    }

    @Test(
        "in a header, where nothing is encoded",
        arguments: [
            ("blue", false, "blue"), (["blue", "black"], false, "blue,black"), (["R": 100, "G": "ü/&"], false, "R,100,G,ü/&"),
            (["R": 100, "G": 200], true, "R=100,G=200"), (true, false, "true"),
        ] as [(JSON, Bool, String)])
    func header(value: JSON, explodes: Bool, expected: String) throws {
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("X-Color", .header, .simple, explodes: explodes)])
        #expect(try CallPlans.sent(tool, ["X-Color": value]).headers == ["X-Color: \(expected)"])
    }

    @Test("cookies go together in one field, encoded, and several of one parameter as several cookies")
    func cookies() throws {
        let tool = CallPlans.tool(
            "GET", "/",
            [
                CallPlans.parameter("a", .cookie, .form, explodes: true),
                CallPlans.parameter("b", .cookie, .form, explodes: false),
                CallPlans.parameter("c", .cookie, .form, explodes: true),
                CallPlans.parameter("d", .cookie, .form, explodes: true),
            ])
        let arguments: JSONObject = ["a": ["x", "y"], "b": ["1", "2"], "c": ["R": 1, "G": 2], "d": "q; e=1\r\nX: y,ü"]
        #expect(
            try CallPlans.sent(tool, arguments).headers == [
                "Cookie: a=x; a=y; b=1,2; R=1; G=2; d=q%3B%20e%3D1%0D%0AX%3A%20y%2C%C3%BC"
            ])
    }

    @Test(
        "numbers and truth values are their JSON text",
        arguments: ["1.0", "1e3", "-0", "9007199254740993", "12345678901234567890.5", "true", "false"])
    func scalars(text: String) throws {
        let tool = CallPlans.tool("GET", "/{p}", [CallPlans.parameter("p", .path, .simple, explodes: false)])
        #expect(try CallPlans.sent(tool, ["p": JSON.parse(text)]).url == "/" + text)
    }

    @Test("allowReserved leaves what RFC 6570 §3.2.3 does, but nothing that would end the value")
    func reserved() throws {
        let value: JSON = "a:/?@!$'()*,;=%20 +&#[]\\ü"
        let plain = CallPlans.tool("GET", "/", [CallPlans.parameter("q", .query, .form, explodes: true)])
        #expect(
            try CallPlans.sent(plain, ["q": value]).url
                == "/?q=a%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%3D%2520%20%2B%26%23%5B%5D%5C%C3%BC")
        let reserved = CallPlans.tool("GET", "/", [CallPlans.parameter("q", .query, .form, explodes: true, reserved: true)])
        #expect(try CallPlans.sent(reserved, ["q": value]).url == "/?q=a:/?@!$'()*,;=%20%20%2B%26%23%5B%5D%5C%C3%BC")
        let path = CallPlans.tool("GET", "/{q}", [CallPlans.parameter("q", .path, .simple, explodes: true, reserved: true)])
        #expect(try CallPlans.sent(path, ["q": "a/b?c#d"]).url == "/a%2Fb%3Fc%23d")
    }

    @Test(
        "what is nested: deepObject goes on in brackets, exploded form repeats lists, JSON text is the last resort, and others refuse"
    )
    func nested() throws {
        let deep = CallPlans.tool("GET", "/", [CallPlans.parameter("a", .query, .deepObject, explodes: true)])
        #expect(
            try CallPlans.sent(deep, ["a": ["b": ["c": 1, "n": nil], "l": ["x", ["y": true]]]]).url
                == "/?a%5Bb%5D%5Bc%5D=1&a%5Bl%5D%5B0%5D=x&a%5Bl%5D%5B1%5D%5By%5D=true")
        #expect(CallPlans.fault(deep, ["a": ["b]c": 1]])?.argument == "a")
        let form = CallPlans.tool("GET", "/", [CallPlans.parameter("a", .query, .form, explodes: true)])
        #expect(
            try CallPlans.sent(form, ["a": ["page": 0, "sort": ["x", "y"], "o": ["k": 1]]]).url
                == "/?page=0&sort=x&sort=y&o=%7B%22k%22%3A1%7D")
        for style in [ParameterStyle.simple, .label, .matrix] {
            let path = CallPlans.tool("GET", "/{a}", [CallPlans.parameter("a", .path, style, explodes: true)])
            #expect(CallPlans.fault(path, ["a": [["x"]]])?.argument == "a")
        }
    }

    @Test("a value that has in it what separates values is refused, not garbled")
    func delimiters() {
        for (style, text) in [(ParameterStyle.spaceDelimited, "a b"), (.pipeDelimited, "a|b"), (.tabDelimited, "a\tb")] {
            let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("a", .query, style, explodes: false)])
            #expect(CallPlans.fault(tool, ["a": [.string(text), "c"]])?.argument == "a")
            #expect(CallPlans.fault(tool, ["a": .string(text)]) == nil)
        }
        let header = CallPlans.tool("GET", "/", [CallPlans.parameter("a", .header, .simple, explodes: true)])
        #expect(CallPlans.fault(header, ["a": ["x,y", "z"]])?.argument == "a")
        // A comma with a combining mark behind it is one character, and a comma all the same.
        #expect(CallPlans.fault(header, ["a": ["x,\u{301}y", "z"]])?.argument == "a")
        #expect(CallPlans.fault(header, ["a": ["k=": "z"]])?.argument == "a")
        let label = CallPlans.tool("GET", "/{a}", [CallPlans.parameter("a", .path, .label, explodes: true)])
        #expect(CallPlans.fault(label, ["a": [1.5, 2]])?.argument == "a")
    }

    @Test("a parameter with content is JSON text, or its own text for other types")
    func content() throws {
        func tool(_ location: APIParameter.Location, _ type: String) -> ToolPlan {
            CallPlans.tool(
                "GET", location == .path ? "/{f}" : "/",
                [CallPlans.parameter("f", location, .form, explodes: true, mediaType: type)])
        }
        let filter: JSONObject = ["f": ["a": [1, "ü"]]]
        #expect(try CallPlans.sent(tool(.query, "application/json"), filter).url == "/?f=%7B%22a%22%3A%5B1%2C%22%C3%BC%22%5D%7D")
        #expect(try CallPlans.sent(tool(.path, "application/json"), filter).url == "/%7B%22a%22%3A%5B1%2C%22%C3%BC%22%5D%7D")
        #expect(try CallPlans.sent(tool(.header, "application/json"), filter).headers == [#"f: {"a":[1,"\u00fc"]}"#])
        #expect(try CallPlans.sent(tool(.cookie, "application/json"), ["f": "x"]).headers == ["Cookie: f=%22x%22"])
        #expect(try CallPlans.sent(tool(.query, "text/plain"), ["f": "x y"]).url == "/?f=x%20y")
    }
}
