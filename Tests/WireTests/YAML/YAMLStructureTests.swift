import Testing
import Wire

@Suite("YAML documents") struct YAMLStructureTests {
    @Test(
        "collections, block scalars and comments",
        arguments: [
            ("", nil), ("# only a comment\n", nil), ("---\n", nil), ("--- 1\n...\n", 1), ("%YAML 1.2\n---\na: no\n", ["a": "no"]),
            ("%YAML 1.1\n---\na: no\n", ["a": "no"]),
            ("\u{FEFF}a: 1", ["a": 1]), ("a: 1 # x\nb:\n- 1\n-\n  - 2\n  - c: 3\n", ["a": 1, "b": [1, [2, ["c": 3]]]]),
            ("{a: [1, {b: }], \"c\": 'it''s'}", ["a": [1, ["b": nil]], "c": "it's"]),
            ("a: |\n  x\n   y\n\nb: >\n  x\n  y\n\n", ["a": "x\n y\n", "b": "x y\n"]),
            ("a: \"x\\n\\u00e9\\x41\\\n  y\"\n", ["a": "x\n\u{E9}Ay"]),
            ("{\"a\":[1,2.0,null,true,\"x\"],\"b\":{}}", ["a": [1, .number(two), nil, true, "x"], "b": [:]]),
            ("? a\n: 1\n", ["a": 1]), ("a:\r\n  b: 1\r\n", ["a": ["b": 1]]),
            ("plain text over\n  two lines", "plain text over two lines"), ("- \"\u{1F600}\"", ["😀"]),
        ] as [(String, JSON)])
    func documents(text: String, expected: JSON) throws { #expect(try YAML.parse(text).root == expected) }

    @Test("a key that is no string is its text, order is kept") func keys() throws {
        let document = try YAML.parse("200: a\n0x1F: b\ntrue: c\n~: d\n1.0: e\n\"q\": f\n*x : g\n".replacing("*x", with: "x"))
        #expect(document.root.objectValue?.names == ["200", "0x1F", "true", "~", "1.0", "q", "x"])
    }

    @Test(
        "what is not one document of JSON values is refused",
        arguments: [
            ("a: [1", .syntax, 2), ("a: 'x", .syntax, 1), ("a:\n\t- 1", .syntax, 2), ("a: b: c", .syntax, 1),
            ("- a\nb: c", .syntax, 2), ("a: \"\\q\"", .syntax, 1),
            ("a: \u{1}", .syntax, 1), ("%YAML 2.0\n---\na", .syntax, 1), ("a: *x", .unknownAlias, 1),
            ("a: &x [*x]", .unknownAlias, 1), ("&a a: 1\nb: *b", .unknownAlias, 2),
            ("{a: 1}: 2", .unsupportedKey, 1), ("[a]: 2", .unsupportedKey, 1), ("a: 1\n---\nb: 2", .multipleDocuments, 2),
            ("a: 1\n...\n---\n", .multipleDocuments, 3),
        ] as [(String, YAMLError.Code, Int)])
    func refuses(text: String, code: YAMLError.Code, line: Int) {
        let error = #expect(throws: YAMLError.self) { try YAML.parse(text) }
        #expect(error?.code == code)
        #expect(error.map { abs($0.location.line - line) <= 1 } == true)
    }

    @Test("text must be UTF-8") func invalidUTF8() {
        #expect(throws: YAMLError.self) { try YAML.parse([0x61, 0x3A, 0x20, 0xFF]) }.map { #expect($0.code == .syntax) }
        #expect(throws: YAMLError.self) { try YAML.parse([0xFF, 0xFE, 0x61, 0x00]) }.map { #expect($0.code == .syntax) }
    }

    @Test(
        "a key that occurs twice is an error that names both places",
        arguments: ["a: 1\nb: 2\na: 3\n", "a: 1\n\n'a': 3\n", "{a: 1,\n\n  \"a\": 2}", "200: x\nb: y\n'200': z"])
    func duplicateKeys(text: String) {
        let error = #expect(throws: YAMLError.self) { try YAML.parse(text) }
        #expect(error?.code == .duplicateKey)
        #expect(error?.location.line == 3)
        #expect(error?.related?.line == 1)
        #expect(error?.message.contains("line 1") == true)
    }

    @Test("every value and key has its place") func locations() throws {
        let document = try YAML.parse("# head\nname: x\nlist:\n  - 1\n  - key: [a, b]\nb/c: &anchor {deep: 1}\nalias: *anchor\n")
        func place(_ text: String) throws -> Wire.SourceLocation? { document.location(of: try #require(JSONPointer(text))) }
        func keyPlace(_ text: String) throws -> Wire.SourceLocation? { document.keyLocation(of: try #require(JSONPointer(text))) }
        #expect(try place("") == Wire.SourceLocation(line: 2, column: 1))
        #expect(try place("/name") == Wire.SourceLocation(line: 2, column: 7))
        #expect(try keyPlace("/name") == Wire.SourceLocation(line: 2, column: 1))
        #expect(try place("/list/0") == Wire.SourceLocation(line: 4, column: 5))
        #expect(try keyPlace("/list/0") == nil)
        #expect(try place("/list/1/key/1") == Wire.SourceLocation(line: 5, column: 14))
        #expect(try keyPlace("/list/1/key") == Wire.SourceLocation(line: 5, column: 5))
        #expect(try place("/b~1c/deep") == Wire.SourceLocation(line: 6, column: 21))
        #expect(try place("/alias/deep") == Wire.SourceLocation(line: 6, column: 21))
        #expect(try keyPlace("/alias") == Wire.SourceLocation(line: 7, column: 1))
        #expect(try place("/none") == nil)
        #expect(try place("/list/2") == nil)
        #expect(try YAML.parse("").location(of: .root) == nil)
    }

    @Test("anchors and aliases repeat a value") func aliases() throws {
        #expect(try YAML.parse("a: &x {b: [1]}\nc: *x\nd: [*x]\n").root == ["a": ["b": [1]], "c": ["b": [1]], "d": [["b": [1]]]])
        #expect(try YAML.parse("- &x 1\n- &x 2\n- *x\n").root == [1, 2, 2])
        #expect(try YAML.parse("- &k key\n- {*k : 1}\n").root == ["key", ["key": 1]])
    }

    @Test("merge keys add what is not there: the mapping itself wins, then what comes first") func merge() throws {
        let text = """
            base: &base {a: 1, b: 2}
            more: &more {b: 3, c: 4}
            one:
              b: own
              <<: *base
            two:
              <<: [*more, *base]
              d: 5
            inline: {<<: {x: 1}, y: 2}
            quoted: {"<<": *base}
            """
        let document = try YAML.parse(text)
        #expect(document.root["one"] == ["b": "own", "a": 1])
        #expect(document.root["two"] == ["d": 5, "b": 3, "c": 4, "a": 1])
        #expect(document.root["inline"] == ["x": 1, "y": 2])
        #expect(document.root["quoted"]?["<<"] == ["a": 1, "b": 2])
        #expect(document.location(of: try #require(JSONPointer("/one/a")))?.line == 1)
        #expect(document.keyLocation(of: try #require(JSONPointer("/two/c")))?.line == 2)
    }

    @Test(
        "a merge key needs mappings, and only one is allowed",
        arguments: [
            ("{<<: 1}", .invalidMerge), ("{<<: [1]}", .invalidMerge), ("{<<: [{a: 1}, [2]]}", .invalidMerge),
            ("{<<: {a: 1}, <<: {b: 1}}", .duplicateKey),
        ] as [(String, YAMLError.Code)])
    func wrongMerge(text: String, code: YAMLError.Code) {
        #expect(throws: YAMLError.self) { try YAML.parse(text) }.map { #expect($0.code == code) }
    }

    @Test("a byte that can't stand in a text is named by its place") func unreadableByte() {
        let error = #expect(throws: YAMLError.self) { try YAML.parse("a: 1\r\nb: 2\rc: \u{E9}\u{7}") }
        #expect(error?.location == Wire.SourceLocation(line: 3, column: 5))
    }

    @Test("JSON texts are YAML, where characters that YAML does not print are escaped", arguments: UInt64(0)..<20)
    func jsonIsYAML(seed: UInt64) throws {
        var source = RandomJSON(seed: seed)
        for _ in 0..<20 {
            let value = source.value()
            let text = value.serialized(pretty: true).replacing("\u{7F}", with: "\\u007F")
            #expect(try YAML.parse(text).root == value)
        }
    }
}

private let two = JSONNumber("2.0") ?? JSONNumber(2)
