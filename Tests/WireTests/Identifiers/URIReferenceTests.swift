import Testing
import Wire

@Suite("URI references") struct URIReferenceTests {
    @Test(
        "the parts put together are the text again",
        arguments: ["https://a.example:8/b/c?d=e#f", "file:///a/b%20c", "//h/x", "../x.yaml#/y", "?q", "#f", "urn:a:b", ""])
    func description(text: String) { #expect(URIReference(text).description == text) }

    @Test("escapes in a path stand for bytes of UTF-8")
    func path() {
        #expect(URIReference("file:///a%20b/%C3%A9").decodedPath == "/a b/é")
        #expect(URIReference("file:///%FF").decodedPath == nil)
    }
}
