import Testing

@testable import ModelRelay

@Suite("Names and ids that the Messages API would refuse")
struct MessagesIdentifierTests {
    @Test(
        "are written so that it takes them, and read back",
        arguments: ["a.b:c", "", "_", "naïve tool", "portico_x", "portico_", "a_b", "call|1", "toolu_01", "名前", "a__b.c"])
    func roundTrip(text: String) {
        let escaped = MessagesIdentifier.escaped(text)
        #expect(MessagesIdentifier.isAcceptable(escaped))
        #expect(MessagesIdentifier.original(of: escaped) == text)
    }

    @Test("Those that it takes stay as they are", arguments: ["get_weather", "toolu_01A", "a-b", "0"])
    func plain(text: String) { #expect(MessagesIdentifier.escaped(text) == text) }

    @Test("Text that only looks escaped is left alone", arguments: ["portico_a_", "portico__z1", "portico__ff", "other_2e"])
    func notEscaped(text: String) { #expect(MessagesIdentifier.original(of: text) == text) }
}
