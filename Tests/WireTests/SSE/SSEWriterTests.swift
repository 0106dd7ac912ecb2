import Testing
import Wire

private func written(_ event: SSEEvent) -> String {
    var output: [UInt8] = []
    SSEWriter.write(event, to: &output)
    return String(decoding: output, as: UTF8.self)
}

private func read(_ text: String) throws -> [SSEEvent] {
    var parser = SSEParser()
    var events: [SSEEvent] = []
    try Array(text.utf8).withUnsafeBytes { bytes in try parser.consume(bytes) { events.append($0) } }
    return events
}

@Suite("Writing event streams") struct SSEWriterTests {
    @Test("an event has a line for each field and ends with a blank line") func fields() {
        #expect(written(SSEEvent(data: "x")) == "data: x\n\n")
        #expect(written(SSEEvent(data: "")) == "data: \n\n")
        #expect(
            written(SSEEvent(type: "e", data: "a", id: "1", retryMilliseconds: 20)) == "event: e\nid: 1\nretry: 20\ndata: a\n\n")
    }

    @Test("data of several lines has a field for each") func lines() {
        #expect(written(SSEEvent(data: "a\nb\r\nc\rd")) == "data: a\ndata: b\ndata: c\ndata: d\n\n")
        #expect(written(SSEEvent(data: "\n")) == "data: \ndata: \n\n")
    }

    @Test("nothing breaks out of its field") func injection() throws {
        let event = SSEEvent(type: "a\ndata: evil\r\n", data: "x\n\nevent: evil\ndata: y", id: "1\n\u{0}\r2")
        #expect(try read(written(event)) == [SSEEvent(type: "adata: evil", data: "x\n\nevent: evil\ndata: y", id: "12")])
    }

    @Test("comments are ignored by readers, whatever they hold") func comments() throws {
        var output: [UInt8] = []
        SSEWriter.writeComment("", to: &output)
        SSEWriter.writeComment("a\ndata: evil\n\n", to: &output)
        let text = String(decoding: output, as: UTF8.self)
        #expect(text == ": \n\n: a\n: data: evil\n: \n: \n\n")
        #expect(try read(text).isEmpty)
    }

    @Test("raw data is written as that of an event") func rawData() {
        var output: [UInt8] = []
        Array("{}\n1".utf8).withUnsafeBytes { SSEWriter.write(data: $0, to: &output) }
        #expect(String(decoding: output, as: UTF8.self) == "data: {}\ndata: 1\n\n")
    }

    @Test("what is written reads back", arguments: UInt64(0)..<20) func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func text(_ parts: [String]) -> String {
            (0..<Int.random(in: 1...12, using: &random)).map { _ in random.pick(parts) }.joined()
        }
        for _ in 0..<50 {
            let event = SSEEvent(
                type: random.chance(1, in: 2) ? text(["a", ":", " ", "é"]) : nil,
                data: text(["a", "\n", " ", ":", "data: ", "😀", "\u{FEFF}"]),
                id: random.chance(1, in: 2) ? text(["1", " ", ":", "x"]) : nil,
                retryMilliseconds: random.chance(1, in: 3) ? Int.random(in: 0...100_000, using: &random) : nil)
            #expect(try read(written(event)) == [event])
        }
    }
}
