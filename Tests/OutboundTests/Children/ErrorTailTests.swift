import Testing

@testable import Outbound

@Suite("What is kept of a child's standard error")
struct ErrorTailTests {
    private static func tail(_ parts: [String]) -> (tail: ErrorTail, told: [String]) {
        var tail = ErrorTail()
        var told: [String] = []
        for part in parts {
            var part = part
            told += part.withUTF8 { tail.append(UnsafeRawBufferPointer($0)) }
        }
        return (tail, told)
    }

    @Test("lines are told of when they are complete; the rest when the stream is over")
    func lines() {
        var (tail, told) = Self.tail(["one\r\ntw", "o\nthree"])
        #expect(told == ["one", "two"])
        #expect(tail.finish() == "three")
        #expect(tail.finish() == nil)
        #expect(tail.lines == ["one", "two", "three"])
    }

    @Test("only the last ones are kept, within the bound")
    func bound() {
        let (tail, _) = Self.tail((0..<20000).map { "line \($0)\n" })
        let bytes = tail.lines.reduce(0) { $0 + $1.utf8.count + 1 }
        #expect(bytes <= ErrorTail.maximumBytes)
        #expect(bytes > ErrorTail.maximumBytes - 100)
        #expect(tail.lines.last == "line 19999")
    }

    @Test("a long line is cut, however it comes, and the next one isn't")
    func longLine() {
        let long = String(repeating: "x", count: 10000)
        let cut = String(repeating: "x", count: ErrorTail.maximumLineBytes) + "…"
        #expect(Self.tail([long + "\nnext\n"]).told == [cut, "next"])
        #expect(Self.tail([long, long, "\nnext\n"]).told == [cut, "next"])
    }

    @Test("an endless stream of nothing printable stays within the bound")
    func flood() {
        let (tail, _) = Self.tail(Array(repeating: String(repeating: "\u{1B}", count: 9000) + "\n\n\n", count: 100))
        #expect(tail.lines.reduce(0) { $0 + $1.utf8.count + 1 } <= ErrorTail.maximumBytes)
    }

    @Test(
        "nothing in it can steer a terminal, break a line or turn the text round",
        arguments: [
            ("a\u{1B}[31mred", "a␛[31mred"), ("a\u{7F}\u{0}b", "a␡␀b"), ("a\tb", "a b"), ("\u{9B}31m", "\u{FFFD}31m"),
            ("\u{202E}evil\u{2028}", "\u{FFFD}evil\u{FFFD}"), ("grüße ✓", "grüße ✓"),
        ])
    func harmless(text: String, shown: String) {
        #expect(ErrorTail.harmless(Array(text.utf8)) == shown)
    }

    @Test("bytes that aren't UTF-8 are shown as such")
    func notText() {
        #expect(ErrorTail.harmless([0x61, 0xFF, 0x62]) == "a\u{FFFD}b")
    }
}
