import Testing
import Wire

@Suite("JSON pointers") struct JSONPointerTests {
    /// The document of RFC 6901 section 5 in values of our own.
    private let document: JSON = [
        "list": ["first", "second"], "": 0, "a/b": 1, "c%d": 2, "i\\j": 5, " ": 7, "m~n": 8, "~1": 9,
        "nested": ["list": [["x": true]]],
    ]

    @Test(
        "a pointer leads to a value",
        arguments: [
            ("/list/0", "first"), ("/list/1", "second"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/i\\j", 5), ("/ ", 7),
            ("/m~0n", 8),
            ("/~01", 9), ("/nested/list/0/x", true),
        ] as [(String, JSON)])
    func resolves(text: String, expected: JSON) throws {
        let pointer = try #require(JSONPointer(text))
        #expect(document[pointer] == expected)
        #expect(pointer.description == text)
    }

    @Test("the empty pointer is the document") func root() throws {
        #expect(JSONPointer("") == .root)
        #expect(document[.root] == document)
        #expect(JSONPointer.root.parent == nil)
    }

    @Test(
        "what is not there is nil",
        arguments: [
            "/list/2", "/list/-", "/list/00", "/list/01", "/list/+1", "/list/x", "/none", "/a~1b/c", "/list/99999999999999999999",
        ])
    func absent(text: String) throws { #expect(document[try #require(JSONPointer(text))] == nil) }

    @Test("other texts are no pointers", arguments: ["a", "a/b", "/a~", "/~2", "/a~/b"]) func malformed(text: String) {
        #expect(JSONPointer(text) == nil)
    }

    @Test("a pointer is extended and shortened") func building() {
        let pointer = JSONPointer.root.appending("a/b").appending(3).appending("~")
        #expect(pointer.description == "/a~1b/3/~0")
        #expect(pointer.parent?.description == "/a~1b/3")
        #expect(pointer.tokens == ["a/b", "3", "~"])
    }
}
