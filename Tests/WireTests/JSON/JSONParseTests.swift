import Testing
import Wire

@Suite("Reading JSON") struct JSONParseTests {
    @Test(
        "documents of the grammar are read",
        arguments: [
            ("null", .null), ("true", true), (" false\r\n\t", false), ("0", 0), ("-0", .number(number("-0"))),
            ("\"\"", ""), ("[]", []), ("{}", [:]), ("[ ]", []), ("{ \n}", [:]),
            ("[1,[2,{\"a\":[]}],null]", [1, [2, ["a": []]], nil]),
            ("{\"\":1}", ["": 1]),
            ("1.5e+10", .number(number("1.5e+10"))), ("1E400", .number(number("1E400"))),
            ("123456789012345678901234567890", .number(number("123456789012345678901234567890"))),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u6F22\uD83D\uDE00\u0000""#, "A\u{E9}漢😀\u{0}"),
            ("\"\u{E9}\u{7F}\u{2028}\u{10FFFF}\"", "\u{E9}\u{7F}\u{2028}\u{10FFFF}"),
        ] as [(String, JSON)])
    func accepts(text: String, expected: JSON) throws {
        #expect(try JSON.parse(text) == expected)
    }

    @Test(
        "what is not JSON is refused, with the place and the reason",
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2),
            ("[1,", .unexpectedEnd, 3), ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5),
            ("\"abc", .unexpectedEnd, 4),
            ("tru", .unexpectedEnd, 3), ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2),
            ("1e+", .unexpectedEnd, 3), ("\"\\", .unexpectedEnd, 2), ("\"\\u12", .unexpectedEnd, 5),
            ("[1,]", .unexpectedByte, 3), ("{\"a\":1,}", .unexpectedByte, 7), ("[,1]", .unexpectedByte, 1),
            ("{,}", .unexpectedByte, 1),
            ("[1 2]", .unexpectedByte, 3), ("{\"a\" 1}", .unexpectedByte, 5), ("{a:1}", .unexpectedByte, 1),
            ("{1:1}", .unexpectedByte, 1),
            ("['a']", .unexpectedByte, 1), ("nul!", .unexpectedByte, 3), ("True", .unexpectedByte, 0),
            ("NaN", .unexpectedByte, 0),
            ("Infinity", .unexpectedByte, 0), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0), ("]", .unexpectedByte, 0),
            ("[1}", .unexpectedByte, 2), ("{\"a\":1]", .unexpectedByte, 6), ("// c\n1", .unexpectedByte, 0),
            ("[1/**/]", .unexpectedByte, 2),
            ("\u{A0}1", .unexpectedByte, 0), ("\u{C}1", .unexpectedByte, 0), ("[1\u{0}]", .unexpectedByte, 2),
            ("01", .invalidNumber, 1), ("-01", .invalidNumber, 2), ("1.e3", .invalidNumber, 2), ("1.x", .invalidNumber, 2),
            ("1ex", .invalidNumber, 2), ("-a", .invalidNumber, 1), ("00", .invalidNumber, 1), ("0x1F", .trailingContent, 1),
            ("1 2", .trailingContent, 2), ("{}{}", .trailingContent, 2), ("nullx", .trailingContent, 4),
            ("\"a\"\"", .trailingContent, 3),
            ("\"\\x41\"", .invalidEscape, 2), ("\"\\'\"", .invalidEscape, 2), ("\"\\u12G4\"", .invalidEscape, 5),
            ("\"\\U0041\"", .invalidEscape, 2),
            ("\"\\ud83d\"", .loneSurrogate, 1), ("\"\\ude00\"", .loneSurrogate, 1), ("\"\\ud83dx\"", .loneSurrogate, 1),
            ("\"\\ud83d\\n\"", .loneSurrogate, 1), ("\"\\ud83d\\ud83d\"", .loneSurrogate, 1),
            ("\"\\ud83d\\u0041\"", .loneSurrogate, 1),
            ("\"a\nb\"", .controlCharacter, 2), ("\"\t\"", .controlCharacter, 1), ("\"\u{0}\"", .controlCharacter, 1),
            ("\"\u{1F}\"", .controlCharacter, 1), ("\u{FEFF}1", .byteOrderMark, 0),
            ("{\"a\":1,\"b\":2,\"a\":3}", .duplicateName, 13), ("{\"a\":1,\"\\u0061\":2}", .duplicateName, 7),
        ] as [(String, JSONError.Code, Int)])
    func refuses(text: String, code: JSONError.Code, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSON.parse(text) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test(
        "strings must be UTF-8",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x41], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
            [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xFE], [0xFF],
        ] as [[UInt8]])
    func refusesInvalidUTF8(bytes: [UInt8]) {
        for padding in [0, 3, 30, 70] {
            let text = [0x22] + [UInt8](repeating: 0x61, count: padding) + bytes + [0x22]
            let error = #expect(throws: JSONError.self) { try JSON.parse(text) }
            #expect(error?.code == .invalidUTF8)
            #expect(error?.offset == padding + 1)
        }
    }

    @Test("every character survives, whatever stands around it") func everyWidth() throws {
        for scalar in ["\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}"] {
            for length in 0..<40 {
                let text = String(repeating: "x", count: length) + scalar + String(repeating: "y", count: 40 - length)
                #expect(try JSON.parse("\"\(text)\"") == .string(text))
            }
        }
    }

    @Test("a control character or quote is found at every distance") func everyDistance() throws {
        for length in 0..<80 {
            let text = String(repeating: "x", count: length)
            #expect(try JSON.parse("\"\(text)\"") == .string(text))
            #expect(try JSON.parse("\"\(text)\\n\(text)\"") == .string(text + "\n" + text))
            let error = #expect(throws: JSONError.self) { try JSON.parse("\"\(text)\n\(text)\"") }
            #expect(error?.offset == length + 1)
        }
    }

    @Test("the error says in which value it arose") func errorPath() {
        let error = #expect(throws: JSONError.self) { try JSON.parse(#"{"a":{"b/c":[1,{"d":tru}]}}"#) }
        #expect(error?.path.description == "/a/b~1c/1/d")
        #expect(error?.offset == 23)
        #expect(error?.description == "unexpected '}' at offset 23, in /a/b~1c/1/d")
    }

    @Test("the message repeats no more of the input than one byte") func messageHoldsNoInput() {
        let error = #expect(throws: JSONError.self) { try JSON.parse(#"{"password":secret}"#) }
        #expect(error?.message == "unexpected 's'")
    }

    @Test("nesting is bounded", arguments: ["[", "{\"a\":"]) func depth(opening: String) throws {
        func nested(_ depth: Int) -> String {
            let closing = opening == "[" ? "]" : "}"
            return String(repeating: opening, count: depth) + (opening == "[" ? "" : "1")
                + String(repeating: closing, count: depth)
        }
        #expect(throws: Never.self) { try JSON.parse(nested(128)) }
        #expect(throws: JSONError.self) { try JSON.parse(nested(129)) }
        let limits = JSONLimits(maximumDepth: 2)
        #expect(throws: Never.self) { try JSON.parse(nested(2), limits: limits) }
        let error = #expect(throws: JSONError.self) { try JSON.parse(nested(3), limits: limits) }
        #expect(error?.code == .tooDeep)
        #expect(error?.offset == opening.utf8.count * 2)
    }

    @Test("a hundred thousand opening brackets are an error, not a crash, whatever the limit") func deepest() throws {
        let text = String(repeating: "[", count: 100_000)
        let error = #expect(throws: JSONError.self) { try JSON.parse(text, limits: JSONLimits(maximumDepth: .max)) }
        #expect(error?.code == .tooDeep)
        #expect(error?.offset == JSONLimits.greatestDepth)
    }

    @Test("a text over the limit is refused before it is read") func size() throws {
        let limits = JSONLimits(maximumBytes: 4)
        #expect(try JSON.parse("1234", limits: limits) == 1234)
        let error = #expect(throws: JSONError.self) { try JSON.parse("12345", limits: limits) }
        #expect(error?.code == .tooLarge)
    }

    @Test("where names may occur twice the last value counts, at the first place") func lastWins() throws {
        let value = try JSON.parse(#"{"a":1,"b":2,"a":3}"#, limits: JSONLimits(duplicateNames: .lastWins))
        #expect(value.serialized() == #"{"a":3,"b":2}"#)
    }

    @Test("names that only look alike are different names") func canonicalEquivalence() throws {
        let value = try JSON.parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
    }

    @Test("bytes are read from any sequence") func sources() throws {
        let expected: JSON = [1, "a"]
        let text = "[1,\"a\"]"
        #expect(try JSON.parse(Array(text.utf8)) == expected)
        #expect(try JSON.parse(Array(text.utf8)[...]) == expected)
        #expect(try JSON.parse(text.utf8.lazy.map { $0 }) == expected)
        #expect(try JSON.parse(String("x\(text)".dropFirst())) == expected)
    }

    @Test("random values survive being written and read, in any spelling", arguments: UInt64(0)..<40)
    func roundTrip(seed: UInt64) throws {
        var source = RandomJSON(seed: seed)
        for _ in 0..<25 {
            let value = source.value()
            #expect(try JSON.parse(value.serialized()) == value)
            #expect(try JSON.parse(value.serialized(pretty: true)) == value)
            let spelling = source.spelling(of: value)
            let read = try JSON.parse(spelling)
            #expect(read == value)
            #expect(read.serialized() == value.serialized())
        }
    }

    @Test("a changed byte never crashes, and what is accepted can be written and read", arguments: UInt64(0)..<20)
    func mutations(seed: UInt64) throws {
        var source = RandomJSON(seed: seed &+ 1000)
        for _ in 0..<50 {
            var bytes = Array(source.spelling(of: source.value()).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &source.random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &source.random)
                if source.random.chance(1, in: 3) {
                    bytes.remove(at: index)
                } else {
                    bytes[index] = source.random.pick([0x22, 0x5B, 0x5D, 0x7B, 0x7D, 0x2C, 0x3A, 0x5C, 0x00, 0xFF, 0x30, 0x2E])
                }
            }
            do {
                let value = try JSON.parse(bytes)
                #expect(try JSON.parse(value.serializedBytes()) == value)
            } catch {
                #expect((0...bytes.count).contains(error.offset))
            }
        }
    }
}

/// The number of that text, which the test knows to be one.
private func number(_ text: String) -> JSONNumber { JSONNumber(text) ?? JSONNumber(0) }
