import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Documents that mean harm")
struct HostileDocumentTests {
    private func codes(_ text: String) -> [Diagnostic.Code] { Loading.read(text).log.list.map(\.code) }

    @Test("aliases that multiply are refused")
    func aliases() {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1..<12 {
            bomb += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
        }
        #expect(codes(bomb) == [.tooLarge])
        #expect(codes("a: &a 1\nb: [" + Array(repeating: "*a", count: 10_001).joined(separator: ",") + "]") == [.tooLarge])
    }

    @Test("nesting is bounded in both formats, and what is allowed can be worked with")
    func depth() throws {
        func json(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(codes(json(100_000)) == [.tooDeep])
        #expect(codes(String(repeating: "- ", count: 5_000) + "x") == [.tooDeep])
        #expect(codes(String(repeating: "{\"a\":", count: 100_000)) == [.tooDeep])
        let deep = String(repeating: "{\"a\":", count: 460) + "1" + String(repeating: "}", count: 460)
        let document = try #require(Loading.read(deep).document)
        #expect(document.location(of: JSONPointer(tokens: Array(repeating: "a", count: 460)))?.column == 460 * 5 - 3)
        var log = DiagnosticLog()
        let text = "#" + String(repeating: "/a", count: 460)
        #expect(DocumentSet(document).target(of: text, from: Loading.place(""), &log) != nil && log.list.isEmpty)
    }

    @Test("a million members are read once, and each is found at once")
    func members() async throws {
        var text = "{\"openapi\":\"3.0.0\",\"paths\":{"
        for index in 0..<100_000 { text += "\"/\(index)\":{}," }
        text += "\"/x\":{\"$ref\":\"#/paths/~199999\"}}}"
        let (documents, log) = await DocumentLoader.load(from: TextSource(Array(text.utf8)))
        let set = try #require(documents)
        #expect(log.list.isEmpty)
        var more = DiagnosticLog()
        #expect(set.target(of: "#/paths/~199999", from: Loading.place("/paths/~1x"), &more) != nil)
        for index in 0..<5_000 {
            #expect(set.target(of: "#/paths/~1y\(index)", from: Loading.place("/paths/~1\(index)"), &more) == nil)
        }
        #expect(more.list.count == DiagnosticLog.limit && more.omitted == 3_000)
    }

    @Test("a text of more values than memory is meant for is refused before they are made")
    func values() {
        #expect(codes("[" + String(repeating: "0,", count: 2_000_000) + "1]") == [.tooLarge])
    }

    @Test("a text over the limit is not looked at")
    func size() {
        var limits = CompileLimits()
        limits.documentBytes = 10
        #expect(
            Loading.read("{\"a\": 12345", limits).log.lines == [
                "api: error[too-large]: the document has more than 10 bytes, split it, or raise the limit"
            ])
        #expect(Loading.read([UInt8](repeating: 0x20, count: 33 << 20)).log.list.map(\.code) == [.tooLarge])
    }

    @Test("names that are all the same cost a bounded number of words")
    func duplicates() {
        let (document, log) = Loading.read("{" + String(repeating: "\"a\":1,", count: 50_000) + "\"a\":2}")
        #expect(document?.root == ["a": 2] && log.list.count == JSONPlaces.duplicateLimit)
    }

    @Test("parts that refer to the next are followed to a bound")
    func parts() async {
        var text = "openapi: 3.0.0\na: {$ref: '#/x-0/r'}\n"
        for index in 0..<3_000 { text += "x-\(index): {r: {$ref: '#/x-\(index + 1)/r'}}\n" }
        let (documents, _) = await DocumentLoader.load(from: TextSource(Array(text.utf8)))
        #expect(documents?.documents.count == 1)
    }

    @Test("a changed byte never crashes the loader", arguments: UInt64(0)..<8)
    func mutations(seed: UInt64) async {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        let originals = [
            ##"{"openapi":"3.1.0","paths":{"/a":{"$ref":"#/x-b/~1c"},"/d":{"$ref":"x.json#/e"}},"x-b":{"/c":{"$id":"http://h/","$anchor":"q"}}}"##,
            "openapi: 3.1.0\npaths: &p\n  /a: {$ref: '#q'}\n  <<: {$id: urn:a}\ncomponents: {schemas: {A: {discriminator: {mapping: {b: 'c#/d'}}}}}\n",
        ]
        let bytes = Array("&*{}[]:,-?!|>'\"\n\t #%<ax1\0/$~\\".utf8) + [0xFF, 0xC3]
        for _ in 0..<60 {
            var text = Array(originals[random(2)].utf8)
            for _ in 0...random(4) { text[random(text.count)] = bytes[random(bytes.count)] }
            let (documents, log) = await DocumentLoader.load(from: TextSource(text))
            #expect(documents != nil || log.hasErrors)
        }
    }
}
