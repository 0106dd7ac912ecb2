import Testing

@testable import ModelRelay

@Suite("Where the arguments of a call end")
struct ArgumentsEndTests {
    @Test(
        "At the brace that closes the first one, wherever the text is cut",
        arguments: [
            #"{}"#, #"{"a":"}"}"#, #"{"a":"\"}"}"#, #" {"a":{"b":[1,{"c":"\\"}]}}"#, #"["]"]"#,
        ])
    func ends(text: String) {
        let bytes = Array(text)
        for cut in 0..<bytes.count {
            var end = ArgumentsEnd()
            end.take(String(bytes[..<cut]))
            #expect(!end.isReached)
            end.take(String(bytes[cut...]))
            #expect(end.isReached)
        }
    }

    @Test("A text is complete at any time")
    func text() { #expect(ArgumentsEnd(isText: true).isReached) }
}
