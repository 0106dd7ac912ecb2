import Outbound
import Testing
import Wire

@testable import OpenAPIToMCP

/// Reads values back as a server would, from the specification alone.
private enum StyleDecoder {
    static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func split(_ text: Substring, _ separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = text
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }

    static func list(_ text: Substring, _ separator: String) -> JSON {
        .array(split(text, separator).map { .string(decoded($0)) })
    }

    /// `a<sep>1<sep>b<sep>2`
    static func alternating(_ text: Substring, _ separator: String) -> JSON {
        let parts = split(text, separator).map(decoded)
        return .object(JSONObject(stride(from: 0, to: parts.count - 1, by: 2).map { (parts[$0], .string(parts[$0 + 1])) }))
    }

    /// `a=1<sep>b=2`; what has no `=` is empty.
    static func pairs(_ text: Substring, _ separator: String) -> [(String, String)] {
        split(text, separator).map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(halves[0]), halves.count > 1 ? decoded(halves[1]) : "")
        }
    }

    static func object(_ pairs: [(String, String)]) -> JSON { .object(JSONObject(pairs.map { ($0.0, .string($0.1)) })) }

    static func path(_ text: Substring, _ style: ParameterStyle, _ explodes: Bool, as kind: JSONKind) -> JSON {
        let text = style == .simple ? text : text.dropFirst()
        let separator = style == .simple || !explodes ? "," : style == .label ? "." : ";"
        let named = style == .matrix && !(explodes && kind == .object)
        switch kind {
        case .array where style == .matrix && explodes: return .array(pairs(text, ";").map { .string($0.1) })
        case .array: return list(named ? text.dropFirst("name=".count) : text, separator)
        case .object where explodes: return object(pairs(text, separator))
        case .object: return alternating(named ? text.dropFirst("name=".count) : text, separator)
        default: return .string(decoded(named ? text.dropFirst("name=".count) : text))
        }
    }

    static func header(_ text: Substring, _ explodes: Bool, as kind: JSONKind) -> JSON {
        let parts = split(text, ",").map(String.init)
        switch kind {
        case .array: return .array(parts.map { .string($0) })
        case .object where explodes:
            return object(
                parts.map { part in
                    let mark = part.firstIndex(of: "=") ?? part.endIndex
                    return (String(part[..<mark]), String(part[mark...].dropFirst()))
                })
        case .object: return object(stride(from: 0, to: parts.count - 1, by: 2).map { (parts[$0], parts[$0 + 1]) })
        default: return .string(String(text))
        }
    }

    /// The contents of the parts of a multipart body (RFC 2046 §5.1.1).
    static func parts(_ body: [UInt8], boundary: String) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var rest = ([0x0D, 0x0A] + body)[...]
        let mark = Array("\r\n--\(boundary)".utf8)
        while let start = rest.firstRange(of: mark) {
            rest = rest[start.upperBound...]
            guard rest.starts(with: [0x0D, 0x0A]), let end = rest.firstRange(of: mark),
                let head = rest.firstRange(of: Array("\r\n\r\n".utf8))
            else { break }
            parts.append(Array(rest[head.upperBound..<end.lowerBound]))
        }
        return parts
    }

    static func query(_ text: Substring, _ style: ParameterStyle, _ explodes: Bool, as kind: JSONKind) -> JSON {
        if style == .deepObject {
            return object(pairs(text, "&").map { name, value in (String(name.dropFirst("name[".count).dropLast()), value) })
        }
        let separator = style == .spaceDelimited ? "%20" : style == .pipeDelimited ? "%7C" : style == .tabDelimited ? "%09" : ","
        let value = text.dropFirst("name=".count)
        switch kind {
        case .array: return explodes ? .array(pairs(text, "&").map { .string($0.1) }) : list(value, separator)
        case .object: return explodes ? object(pairs(text, "&")) : alternating(value, separator)
        default: return .string(decoded(value))
        }
    }
}

/// A generator that gives the same numbers for the same seed (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("What is sent can be read back")
struct StyleRoundTripTests {
    private static let alphabet = Array("abcXYZ019-._~:/?#[]@!$&'()*+,;=% |\"<>\\^`{}éüß漢🙂")

    private static func text(_ generator: inout SeededGenerator) -> String {
        let count = Int.random(in: 1...12, using: &generator)
        // Begins with a letter, so that it is no step through the path.
        return "k" + String((0..<count).map { _ in Self.alphabet.randomElement(using: &generator) ?? "a" })
    }

    private static func value(_ kind: JSONKind, _ generator: inout SeededGenerator) -> JSON {
        let count = Int.random(in: 1...5, using: &generator)
        switch kind {
        case .array: return .array((0..<count).map { _ in .string(text(&generator)) })
        case .object: return .object(JSONObject((0..<count).map { ("\($0)" + text(&generator), .string(text(&generator))) }))
        default: return .string(text(&generator))
        }
    }

    @Test("in the path", arguments: [ParameterStyle.simple, .label, .matrix], [true, false])
    func path(style: ParameterStyle, explodes: Bool) throws {
        var generator = SeededGenerator(state: 7)
        let tool = CallPlans.tool("GET", "/p/{name}/q", [CallPlans.parameter("name", .path, style, explodes: explodes)])
        var sent = 0
        for kind in [JSONKind.string, .array, .object] {
            for _ in 0..<200 {
                let value = Self.value(kind, &generator)
                if let fault = CallPlans.fault(tool, ["name": value]) {
                    // Only what could not be told apart, or goes through the path.
                    #expect(fault.message.contains("inside a value") || fault.message.contains(". or .."))
                    continue
                }
                sent += 1
                let url = try CallPlans.sent(tool, ["name": value]).url
                #expect(url.utf8.filter { $0 == UInt8(ascii: "/") }.count == 3)
                let segment = url.split(separator: "/")[1]
                #expect(StyleDecoder.path(segment, style, explodes, as: kind) == value)
            }
        }
        #expect(sent > 250)
    }

    @Test(
        "in the query",
        arguments: [ParameterStyle.form, .spaceDelimited, .pipeDelimited, .tabDelimited, .deepObject], [true, false])
    func query(style: ParameterStyle, explodes: Bool) throws {
        var generator = SeededGenerator(state: 11)
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("name", .query, style, explodes: explodes)])
        var sent = 0
        for kind in style == .deepObject ? [JSONKind.object] : [.string, .array, .object] {
            for _ in 0..<200 {
                let value = Self.value(kind, &generator)
                if let fault = CallPlans.fault(tool, ["name": value]) {
                    #expect(fault.message.contains("inside a value") || fault.message.contains("bracket"))
                    continue
                }
                sent += 1
                let url = try CallPlans.sent(tool, ["name": value]).url
                #expect(StyleDecoder.query(url.dropFirst(2), style, explodes, as: kind) == value)
            }
        }
        #expect(sent > 50)
    }

    @Test("in a header", arguments: [true, false])
    func header(explodes: Bool) throws {
        var generator = SeededGenerator(state: 17)
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("name", .header, .simple, explodes: explodes)])
        var sent = 0
        for kind in [JSONKind.string, .array, .object] {
            for _ in 0..<200 {
                let value = Self.value(kind, &generator)
                if let fault = CallPlans.fault(tool, ["name": value]) {
                    #expect(fault.message.contains("inside a value") || fault.message.contains("= in its name"))
                    continue
                }
                sent += 1
                let field = try #require(try CallPlans.sent(tool, ["name": value]).headers.first)
                #expect(StyleDecoder.header(field.dropFirst("name: ".count), explodes, as: kind) == value)
            }
        }
        #expect(sent > 250)
    }

    @Test("in cookies", arguments: [true, false])
    func cookies(explodes: Bool) throws {
        var generator = SeededGenerator(state: 19)
        let tool = CallPlans.tool("GET", "/", [CallPlans.parameter("name", .cookie, .form, explodes: explodes)])
        for kind in [JSONKind.string, .array, .object] {
            for _ in 0..<200 {
                let value = Self.value(kind, &generator)
                let field = try #require(try CallPlans.sent(tool, ["name": value]).headers.first)
                let query = StyleDecoder.split(field.dropFirst("Cookie: ".count), "; ").joined(separator: "&")
                #expect(StyleDecoder.query(query[...], .form, explodes, as: kind) == value)
            }
        }
    }

    @Test("in the parts of a multipart body, whatever bytes they have")
    func multipart() throws {
        var generator = SeededGenerator(state: 23)
        let members = ["one", "two", "three"].map { CallPlans.member($0, ["type": "string", "format": "binary"]) }
        let tool = CallPlans.tool("POST", "/", body: CallPlans.body(.multipart, "multipart/form-data", members))
        for _ in 0..<100 {
            // Of few kinds of byte, so that line ends and dashes meet often.
            let kinds: [UInt8] = [0x0D, 0x0A, 0x2D, 0x58, 0xFF]
            let files: [[UInt8]] = members.map { _ in
                (0..<Int.random(in: 0...60, using: &generator)).map { _ in kinds.randomElement(using: &generator) ?? 0 }
            }
            let values = zip(members, files).map { ($0.name, JSON.string(Base64URL.encode($1))) }
            var options = CallPlans.options
            options.boundary = { "XYXYXYXY" }
            let request = try RequestBuilder.request(
                tool, arguments: JSONObject(values), server: "https://a", schemas: SchemaTable(), options: options)
            #expect(StyleDecoder.parts(request.body, boundary: "XYXYXYXY") == files)
        }
    }

    @Test("in XML, whose texts are any that XML can have")
    func xml() throws {
        var generator = SeededGenerator(state: 29)
        let schema: JSON = [
            "type": "object",
            "properties": [
                "a": ["type": "string", "xml": ["attribute": true]], "t": ["type": "string"],
                "l": ["type": "array", "items": ["type": "string", "xml": ["name": "i"]], "xml": ["wrapped": true]],
                "o": ["type": "object", "properties": ["n": ["type": "string", "xml": ["prefix": "p", "namespace": "urn:p"]]]],
            ],
        ]
        for _ in 0..<200 {
            let value: JSON = [
                "a": .string(Self.text(&generator) + "\r\n\t"), "t": .string(Self.text(&generator) + "\r\n\t"),
                "l": Self.value(.array, &generator), "o": ["n": .string(Self.text(&generator))],
            ]
            let bytes = try XMLWriter(schemas: SchemaTable(), argument: nil, maximumBytes: 1 << 20).document(
                value, schema: schema)
            #expect(XMLValueReader(schemas: SchemaTable()).value(of: try XMLReader.read(bytes), schema: schema) == value)
        }
    }

    @Test("in a form's body, and its members stay in order")
    func form() throws {
        var generator = SeededGenerator(state: 13)
        let members = ["one", "two", "three"].map { CallPlans.member($0) }
        let tool = CallPlans.tool("POST", "/", body: CallPlans.body(.urlencoded, "application/x-www-form-urlencoded", members))
        for _ in 0..<200 {
            let values = members.map { ($0.name, JSON.string(Self.text(&generator))) }
            let body = try CallPlans.sent(tool, JSONObject(values)).body
            #expect(StyleDecoder.pairs(body[...], "&").map(\.0) == ["one", "two", "three"])
            #expect(StyleDecoder.object(StyleDecoder.pairs(body[...], "&")) == .object(JSONObject(values)))
        }
    }
}
