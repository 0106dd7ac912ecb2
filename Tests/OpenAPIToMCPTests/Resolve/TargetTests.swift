import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("What a reference leads to")
struct TargetTests {
    private let text = """
        openapi: 3.1.0
        paths:
          /users/{id}: {get: {parameters: [{$ref: '#/components/parameters/id'}, {name: q}]}}
          /same: {$ref: '#/paths/~1users~1{id}'}
        components:
          parameters: {id: {name: id}, 'a b': {name: s}, 'x~y': {name: t}}
          schemas:
            User: {$anchor: user, type: object, properties: {name: {type: string}}}
            Alias: {$ref: '#/components/schemas/User'}
            Loop: {$ref: '#/components/schemas/Pool'}
            Pool: {$ref: '#/components/schemas/Loop'}
            Own: {$id: 'https://example.com/own', $defs: {In: {$anchor: in, type: number}}, properties: {a: {$ref: '#/$defs/In'}, b: {$ref: '#/components/schemas/User'}}}
        """

    @Test(
        "pointers with both kinds of escapes, anchors, identifiers, and through other references",
        arguments: [
            ("#", "", ""), ("#/components/parameters/id", "", "/components/parameters/id"),
            ("#/paths/~1users~1{id}/get", "", "/paths/~1users~1{id}/get"),
            ("#/paths/~1users~1%7Bid%7D", "", "/paths/~1users~1{id}"),
            ("#/components/parameters/a%20b", "", "/components/parameters/a b"),
            ("#/components/parameters/a b", "", "/components/parameters/a b"),
            ("#/components/parameters/x~0y", "", "/components/parameters/x~0y"),
            ("#/paths/~1users~1{id}/get/parameters/1", "", "/paths/~1users~1{id}/get/parameters/1"),
            ("#/paths/~1same/get/parameters/0/name", "", "/components/parameters/id/name"),
            ("#/components/schemas/Alias/properties/name", "", "/components/schemas/User/properties/name"),
            ("#/components/schemas/Alias", "", "/components/schemas/Alias"), ("#user", "", "/components/schemas/User"),
            ("https://example.com/own", "", "/components/schemas/Own"),
            ("https://example.com/own#in", "", "/components/schemas/Own/$defs/In"),
            ("#in", "/components/schemas/Own/properties/a", "/components/schemas/Own/$defs/In"),
            ("#/$defs/In", "/components/schemas/Own/properties/a", "/components/schemas/Own/$defs/In"),
            ("own#/$defs/In", "/components/schemas/Own", "/components/schemas/Own/$defs/In"),
            ("#/components/schemas/Loop", "", "/components/schemas/Loop"),
        ])
    func found(reference: String, from: String, target: String) throws {
        let documents = try #require(Loading.set(text))
        var log = DiagnosticLog()
        #expect(documents.target(of: reference, from: Loading.place(from), &log)?.pointer.description == target)
        #expect(log.lines == [])
    }

    @Test("one step at a time, so that a circle is seen by who follows")
    func circle() throws {
        let documents = try #require(Loading.set(text))
        var log = DiagnosticLog()
        var place = Loading.place("/components/schemas/Loop")
        var seen: Set<Place> = []
        while seen.insert(place).inserted, let next = documents.value(at: place)?["$ref"]?.stringValue {
            place = try #require(documents.target(of: next, from: place, &log))
        }
        #expect(seen.count == 2 && log.lines == [])
        #expect(documents.target(of: "#/components/schemas/Loop/type", from: Loading.place(""), &log) == nil)
        #expect(log.lines.count == 1 && log.lines[0].contains("passes through references that lead in a circle"))
    }

    @Test(
        "what leads nowhere is told with the nearest place there is, and what may have been meant",
        arguments: [
            ("#/components/schemas/user", "/components/schemas has no `user`, did you mean `User`"),
            ("#/components/schemas/Usr", "/components/schemas has no `Usr`, did you mean `User`"),
            ("#/component/schemas/User", "the document has no `component`, did you mean `components`"),
            ("#/definitions/User", "the document has no `definitions`, did you mean `#/components/schemas/User`"),
            ("#/components/parameters/User", "/components/parameters has no `User`, did you mean `#/components/schemas/User`"),
            ("#/components/schemas/Nothing", "/components/schemas has no `Nothing`, add it, or correct the reference"),
            ("#/components/schemas/User/type/x", "/components/schemas/User/type is a single string and has no `x`"),
            ("#/paths/~1users~1{id}/get/parameters/7", "/get/parameters has 2 elements and no `7`"),
            ("#components/schemas/User", "there is no anchor `components/schemas/User`, a pointer begins with `#/`"),
            ("#gone", "there is no anchor `gone`"), ("#/a~2", "its escapes are wrong"), ("#/%FF", "its escapes are wrong"),
            ("other.yaml", "leads to a document that is not there"),
        ])
    func nowhere(reference: String, message: String) throws {
        let documents = try #require(Loading.set(text))
        var log = DiagnosticLog()
        let place = Loading.place("/components/schemas/Alias")
        #expect(documents.target(of: reference, from: place, &log) == nil)
        #expect(documents.target(of: reference, from: place, &log) == nil)
        #expect(log.lines.count == 1 && log.lines[0].contains(message), "\(log.lines)")
        #expect(log.lines[0].hasPrefix("api:9:5: error[unresolved-reference] at /components/schemas/Alias: "))
    }

    @Test("slips that can be understood are, with a warning")
    func slips() throws {
        let documents = try #require(Loading.set(text))
        var log = DiagnosticLog()
        #expect(
            documents.target(of: "#/components/schemas/User", from: Loading.place("/components/schemas/Own/properties/b"), &log)?
                .pointer.description == "/components/schemas/User")
        #expect(
            documents.target(of: "User", from: Loading.place("/paths"), &log)?.pointer.description == "/components/schemas/User")
        #expect(log.list.map(\.severity) == [.warning, .warning])
        #expect(
            log.lines[0].hasPrefix("api:12:127: warning[unresolved-reference] at /components/schemas/Own/properties/b/$ref: "),
            "\(log.lines)")
    }

    @Test("before 3.1 `$id` and `$anchor` are members like others")
    func older() throws {
        let documents = try #require(Loading.set(text.replacing("3.1.0", with: "3.0.3")))
        var log = DiagnosticLog()
        let place = Loading.place("/components/schemas/Own/properties/b")
        #expect(documents.target(of: "#/components/schemas/User", from: place, &log) != nil && log.lines == [])
        #expect(documents.target(of: "#user", from: place, &log) == nil)
    }

    @Test("mappings lead to schemas by name or by reference")
    func mappings() throws {
        let documents = try #require(Loading.set(text))
        var log = DiagnosticLog()
        let place = Loading.place("/components/schemas/Alias")
        for value in ["User", "#/components/schemas/User"] {
            #expect(documents.mappingTarget(of: value, from: place, &log)?.pointer.description == "/components/schemas/User")
        }
        #expect(log.lines == [] && documents.mappingTarget(of: "Nobody", from: place, &log) == nil)
        #expect(log.list.map(\.severity) == [.warning])
    }

    @Test("a document that could not be had is told at each reference to it, in the same words")
    func unread() async throws {
        let text = "openapi: 3.1.0\na: {$ref: 'https://example.com/x.yaml#/y'}\nb: {$ref: 'https://example.com/x.yaml#/z'}\n"
        let (documents, log) = await DocumentLoader.load(
            from: TextSource(Array(text.utf8), name: "api", client: ScriptedWeb([:])))
        let set = try #require(documents)
        #expect(log.list.map(\.pointer.description) == ["/a/$ref"])
        var again = log
        #expect(set.target(of: "https://example.com/x.yaml#/y", from: Loading.place("/a"), &again) == nil)
        #expect(again.list == log.list)
        #expect(set.target(of: "https://example.com/x.yaml#/z", from: Loading.place("/b"), &again) == nil)
        #expect(again.lines.last?.hasPrefix("api:3:5: error[unreadable-document] at /b/$ref: ") == true, "\(again.lines)")
    }
}
