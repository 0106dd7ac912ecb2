import Testing
import Wire

@Suite("YAML scalars by the core schema of 1.2") struct YAMLScalarTests {
    @Test(
        "what looks like a string to a person is one",
        arguments: [
            "no", "No", "on", "off", "yes", "y", "n", "1.10.0", "1.2.3.4", "2024-01-31", "2024-01-31T10:00:00Z", "12:30", "1:2:3",
            "0b11", "0o8", "0xG",
            "-0x1", "+0o7", "1_000", "1e", "e3", ".", "+", "-.", "1.2.", "tRue", "nULL", "nil", "~x", "0x", "0o", "0x+1", "1e+",
            "1 2", ".e3", "Infinity",
            ".inf", "-.Inf", ".NaN", "0x123456789abcdef0123456789", "$ref", "application/json",
        ])
    func strings(text: String) throws { #expect(try YAML.parse("- \(text)").root == [.string(text)]) }

    @Test(
        "numbers are written as JSON writes them",
        arguments: [
            ("0", "0"), ("-0", "-0"), ("+1", "1"), ("007", "7"), ("-012", "-12"), ("1.0", "1.0"), ("1.", "1.0"), (".5", "0.5"),
            ("-.5", "-0.5"),
            ("+01.50", "1.50"), ("1e3", "1e3"), ("1E+3", "1E+3"), ("1.e3", "1.0e3"), ("00.0e0", "0.0e0"), ("0o17", "15"),
            ("0x1F", "31"), ("0xff", "255"),
            ("0xFFFFFFFFFFFFFFFF", "18446744073709551615"), ("12345678901234567890123", "12345678901234567890123"), ("000", "0"),
        ])
    func numbers(text: String, expected: String) throws {
        let value = try YAML.parse("- \(text)").root[0]
        #expect(value?.kind == .number)
        #expect(value?.serialized() == expected)
        #expect(JSONNumber(expected) != nil)
    }

    @Test(
        "null and truth have three spellings each",
        arguments: [
            ("null", nil), ("Null", nil), ("NULL", nil), ("~", nil), ("", nil), ("true", true), ("True", true), ("TRUE", true),
            ("false", false), ("False", false), ("FALSE", false),
        ] as [(String, JSON)])
    func words(text: String, expected: JSON) throws { #expect(try YAML.parse("a: \(text)").root == ["a": expected]) }

    @Test("quoted and block scalars are strings always", arguments: ["1", "true", "null", "~", "1e3", "0x1F"]) func quoted(
        text: String
    ) throws {
        let expected = JSON.string(text)
        #expect(try YAML.parse("['\(text)', \"\(text)\"]").root == [expected, expected])
        #expect(try YAML.parse("- |-\n  \(text)\n- >-\n  \(text)\n").root == [expected, expected])
    }

    @Test(
        "tags of the core schema are honoured",
        arguments: [
            ("!!str 1", "1"), ("!!str", ""), ("! 1", "1"), ("!!int \"12\"", 12), ("!!int 0x10", 16), ("!!float 1", 1),
            ("!!float '1.5'", 1.5), ("!!bool \"true\"", true),
            ("!!null ''", nil), ("!!seq [1]", [1]), ("!!map {a: 1}", ["a": 1]), ("!<tag:yaml.org,2002:str> 5", "5"),
        ] as [(String, JSON)])
    func tags(text: String, expected: JSON) throws { #expect(try YAML.parse("a: \(text)").root["a"] == expected) }

    @Test(
        "a scalar that is not what its tag says, and other tags, are errors",
        arguments: [
            ("!!int x", .invalidScalar), ("!!int 1.5", .invalidScalar), ("!!float .inf", .invalidScalar),
            ("!!bool yes", .invalidScalar), ("!!null x", .invalidScalar),
            ("!!timestamp 2024-01-01", .unsupportedTag), ("!!binary aGk=", .unsupportedTag), ("!!set {a}", .unsupportedTag),
            ("!mine 1", .unsupportedTag),
            ("!!seq {a: 1}", .unsupportedTag), ("!!map [1]", .unsupportedTag), ("!!str [1]", .unsupportedTag),
            ("!!map 1", .unsupportedTag), ("!mine {a: 1}", .unsupportedTag),
        ] as [(String, YAMLError.Code)])
    func wrongTags(text: String, code: YAMLError.Code) {
        let error = #expect(throws: YAMLError.self) { try YAML.parse("a: \(text)") }
        #expect(error?.code == code)
        #expect(error?.location.line == 1)
    }
}
