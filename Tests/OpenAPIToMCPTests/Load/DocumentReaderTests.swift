import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Reading a text")
struct DocumentReaderTests {
    @Test(
        "JSON and YAML are told apart by their content, and give the same value with places",
        arguments: [
            ("{\"openapi\": \"3.1.0\",\n \"paths\": {\"/a\":\n {}}}", "2:12"),
            ("openapi: 3.1.0\npaths:\n  /a:\n    {}\n", "3:3"),
            ("\u{FEFF}{\"openapi\": \"3.1.0\", \"paths\": {\"/a\": {}}}", "1:32"),
            ("\n\n  { openapi: 3.1.0, paths: { /a: {} } }", "3:30"),
        ])
    func formats(text: String, place: String) throws {
        let document = try #require(Loading.read(text).document)
        #expect(document.root == ["openapi": "3.1.0", "paths": ["/a": [:]]])
        #expect(document.location(of: JSONPointer(tokens: ["paths", "/a"]))?.description == place)
    }

    @Test("JSON with comments or commas too many is read as YAML, with a warning")
    func relaxed() throws {
        let (document, log) = Loading.read("{\n  \"a\": [1, 2,], # two\n}")
        #expect(document?.root == ["a": [1, 2]])
        #expect(log.lines.count == 1 && log.lines[0].hasPrefix("api:2:14: warning[syntax] at /a"), "\(log.lines)")
    }

    @Test("escaped surrogate pairs, which YAML's reader refuses, are JSON")
    func surrogates() { #expect(Loading.read(#"{"a": "\ud83d\ude00"}"#).document?.root == ["a": "😀"]) }

    @Test("a name twice in JSON is a warning with both places, and the last counts")
    func duplicates() throws {
        let (document, log) = Loading.read("{\"a\": 1,\n \"a\": {\n \"b\": 2}}")
        let read = try #require(document)
        #expect(read.root == ["a": ["b": 2]])
        #expect(read.location(of: JSONPointer(tokens: ["a", "b"]))?.description == "3:2")
        #expect(
            log.lines == [
                "api:2:2: warning[duplicate-key] at /a: the name stands already at 1:2, and the last one counts, remove one of them"
            ])
    }

    @Test(
        "a fault says where it is, what it is and what to do",
        arguments: [
            ("a: 1\nb:\n\tc: 2\n", "api:3:1: error[syntax]: a tab where YAML wants blanks, indent with blanks"),
            ("a: 1\nb: 2\na: 3\n", "api:3:1: error[duplicate-key]: the key stands already at 1:1, remove one of them"),
            (
                "a: 1\n---\nb: 2\n",
                "api:2:1: error[multiple-documents]: a second YAML document begins here, keep one document in a file, without `---` between"
            ),
            ("a: b: c\n", "api:1:5: error[syntax]: mapping values are not allowed in this context"),
            ("a: @b\n", "api:1:4: error[syntax]: found character that cannot start any token"),
            ("a: *b\n", "api:1:4: error[syntax]: no anchor"),
            ("? {a: 1}\n: 2\n", "api:1:3: error[syntax]: a key must be a scalar, put text with braces or brackets in quotes"),
            ("a: !secret b\n", "api:1:4: error[syntax]: this tag"),
            ("{\"a\": {\"b\": [1, tru]}}", "api:1:20: error[syntax] at /a/b/1: unexpected ']', correct the JSON there"),
            (
                "{\"a\": [1, 2",
                "api:1:12: error[syntax] at /a: the text ends before the value does, look whether the text was cut off"
            ),
            ("", "api: error[not-a-description]: the document is empty"),
            ("<!DOCTYPE html><html>", "api: error[not-a-description]: this is a web page (HTML)"),
            ("\n<HTML><title>Log in</title>", "api: error[not-a-description]: this is a web page (HTML)"),
            ("<?xml version='1.0'?><application/>", "api: error[not-a-description]: this is XML or HTML"),
            ("#%RAML 1.0\ntitle: x\n", "api: error[not-a-description]: this is a RAML document"),
        ])
    func faults(text: String, line: String) {
        let (document, log) = Loading.read(text)
        #expect(document == nil)
        #expect(log.lines.count == 1 && log.lines[0].hasPrefix(line), "\(log.lines)")
    }

    @Test(
        "other encodings are named, not guessed",
        arguments: [
            ([0xFF, 0xFE, 0x7B, 0], "the text is in UTF-16, save it as UTF-8"), ([0, 0x7B, 0, 0x22], "the text is in UTF-16"),
            ([0x7B, 0, 0, 0], "the text is in UTF-32"), ([0x1F, 0x8B, 8, 0], "this is a gzip file"),
            (Array("{\"a\": \"".utf8) + [0xE9] + Array("\"}".utf8), "not valid UTF-8, save the text as UTF-8"),
            (Array("a: caf".utf8) + [0xE9, 0x0A], "UTF-8"),
        ] as [([UInt8], String)])
    func encodings(text: [UInt8], message: String) {
        let (document, log) = Loading.read(text)
        #expect(document == nil && log.lines.count == 1 && log.lines[0].contains(message), "\(log.lines)")
    }

    @Test("places in JSON are looked for once, also when several ask at once")
    func lazily() async throws {
        let document = try #require(Loading.read("{\"a\": {\"b\":\n 1}}").document)
        await withTaskGroup(of: String?.self) { group in
            for _ in 0..<8 {
                group.addTask { document.location(of: JSONPointer(tokens: ["a", "b"]))?.description }
            }
            for await place in group { #expect(place == "1:8") }
        }
    }
}
