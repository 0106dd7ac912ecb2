import TestSupport
import Testing

@testable import Outbound

@Suite("A stream cut into lines")
struct LineSplitterTests {
    private static func pieces(_ parts: [String], limit: Int = 10) -> [LinePiece] {
        var splitter = LineSplitter(maximumLineBytes: limit)
        var pieces: [LinePiece] = []
        for part in parts {
            var part = part
            part.withUTF8 { splitter.append(UnsafeRawBufferPointer($0), to: &pieces) }
        }
        if let last = splitter.finish() { pieces.append(last) }
        return pieces
    }

    private static func line(_ text: String) -> LinePiece { .line(Array(text.utf8)) }

    @Test(
        "the end of a line is a line feed, and a carriage return before it; what stands behind the last one is a line too",
        arguments: [
            (["a\nb\n"], ["a", "b"]),
            (["a\r\nb"], ["a", "b"]),
            (["a", "", "b\n", "c\n"], ["ab", "c"]),
            (["\n\n"], ["", ""]),
            (["a\rb\n"], ["a\rb"]),
            (["a\r", "\n"], ["a"]),
            ([""], []),
            (["0123456789\n"], ["0123456789"]),
            (["0123456789\r\n"], ["0123456789"]),
        ])
    func lines(parts: [String], lines: [String]) {
        #expect(Self.pieces(parts) == lines.map(Self.line))
    }

    @Test(
        "a line past the bound is told of once, and reading goes on behind it",
        arguments: [
            ["01234567890\nb\n"], ["0123456789", "0\nb\n"], ["0123456789012345", "6789", "\nb\n"], ["01234567890", "\nb\n"],
        ])
    func tooLong(parts: [String]) {
        #expect(Self.pieces(parts) == [.tooLong, Self.line("b")])
    }

    @Test("however the bytes are cut into parts, the lines are the same", arguments: 0..<50)
    func anyParts(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let text = String((0..<400).map { _ in "abcdefgh\r\n\n".randomElement(using: &random) ?? "a" })
        var parts: [String] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            let count = Int.random(in: 1...30, using: &random)
            parts.append(String(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        #expect(Self.pieces(parts) == Self.pieces([text]))
    }
}

private struct Step: Equatable {
    var taken: LineQueue.Taken
    var resumes: Bool
}

extension LineQueue {
    /// Whether nobody waits for what is added.
    fileprivate mutating func keeps(_ pieces: [LinePiece]) -> Bool { self.append(pieces) == nil }

    fileprivate mutating func step() -> Step {
        let (taken, resumes) = self.take()
        return Step(taken: taken, resumes: resumes)
    }
}

@Suite("Lines between who reads and who takes them")
struct LineQueueTests {
    @Test("past the high water the producer stops, and goes on once less than half is left")
    func backPressure() {
        var queue = LineQueue(highWater: 1000)
        let piece = LinePiece.line([UInt8](repeating: 0, count: 236))
        for _ in 0..<3 { #expect(queue.keeps([piece]) == true) }
        #expect(queue.wantsMore() == true)
        #expect(queue.keeps([piece]) == true)
        #expect(queue.wantsMore() == false)
        #expect(queue.step() == Step(taken: .piece(piece), resumes: false))
        #expect(queue.step() == Step(taken: .piece(piece), resumes: false))
        #expect(queue.step() == Step(taken: .piece(piece), resumes: true))
        #expect(queue.step() == Step(taken: .piece(piece), resumes: false))
        #expect(queue.wantsMore() == true)
    }

    @Test("a waiting reader gets the next line; a second one is turned away")
    func waiting() {
        var queue = LineQueue(highWater: 1000)
        #expect(queue.step() == Step(taken: .wait, resumes: false))
        #expect(queue.step() == Step(taken: .busy, resumes: false))
        let delivered = queue.append([.line([1]), .line([2])])
        #expect(delivered == .line([1]))
        #expect(queue.step() == Step(taken: .piece(.line([2])), resumes: false))
    }

    @Test("what came before the end is taken before the end; a reader that no longer waits loses nothing")
    func end() {
        var queue = LineQueue(highWater: 1000)
        #expect(queue.step() == Step(taken: .wait, resumes: false))
        #expect(queue.cancel() == true)
        #expect(queue.cancel() == false)
        #expect(queue.keeps([.line([1])]) == true)
        #expect(queue.end() == false)
        #expect(queue.keeps([.line([2])]) == true)
        #expect(queue.step() == Step(taken: .piece(.line([1])), resumes: false))
        #expect(queue.step() == Step(taken: .end, resumes: false))
    }
}
