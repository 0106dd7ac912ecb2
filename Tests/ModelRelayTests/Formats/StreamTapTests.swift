import Ledger
import NIOCore
import TestSupport
import Testing

@testable import ModelRelay

@Suite("A chat completion stream as it is passed on")
struct StreamTapTests {
    struct Result: Equatable {
        var out = ""
        var isDone = false
        var error: String?
        var isTooLarge = false
    }

    /// Feeds `text` in pieces of those sizes, the last one repeated.
    private func feed(_ text: String, sizes: [Int], to tap: inout StreamTap) -> Result {
        var result = Result()
        var bytes = ByteBuffer(string: text)
        var step = 0
        while bytes.readableBytes > 0, !result.isDone, result.error == nil {
            let size = min(sizes[min(step, sizes.count - 1)], bytes.readableBytes)
            step += 1
            guard let part = bytes.readSlice(length: size) else { break }
            do {
                let output = try tap.consume(part)
                if let bytes = output.bytes { result.out += String(decoding: bytes.readableBytesView, as: UTF8.self) }
                result.isDone = output.terminal != nil
                result.error = output.failure?.error.message
            } catch {
                result.isTooLarge = true
                break
            }
        }
        return result
    }

    private func tap(maximum: Int = 1 << 20, drops: Bool = true, model: String? = nil) -> StreamTap {
        StreamTap(
            .chatCompletions, stream: .chatCompletions, maximumEventBytes: maximum, dropsUsageChunk: drops, modelName: model)
    }

    private static let first =
        "data: {\"id\":\"c-1\",\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hé\"}}]}\n\n"
    private static let second =
        "data: {\"id\":\"c-1\",\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"
    private static let usage =
        "data: {\"id\":\"c-1\",\"model\":\"up\",\"choices\": [ ],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n"
    private static let ping = ": keep-alive\n\n"
    private static let done = "data: [DONE]\n\n"

    @Test("However the bytes arrive, the same bytes go out", arguments: 1...40 as ClosedRange<UInt64>)
    func chunking(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let ends = ["\n", "\r\n"]
        let text =
            ([Self.ping, "retry: 10\n\n", "\n", "event: x\nid: 1\ndata: plain\n\n"] + [
                Self.first, Self.first, Self.second, Self.usage,
            ])
            .shuffled(using: &random).joined() + Self.first
        let stream = text.replacing("\n", with: ends[Int(seed % 2)]) + "data: [DONE]" + ends[Int(seed % 2)] + ends[Int(seed % 2)]
        var whole = self.tap()
        let expected = self.feed(stream, sizes: [stream.utf8.count], to: &whole)
        let sizes = (0..<200).map { _ in Int.random(in: 1...(seed % 3 == 0 ? 3 : 90), using: &random) }
        var pieces = self.tap()
        #expect(self.feed(stream, sizes: sizes, to: &pieces) == expected)
        #expect(expected.isDone)
        let dropped = Self.usage.replacing("\n", with: ends[Int(seed % 2)])
        #expect(expected.out + "data: [DONE]" + ends[Int(seed % 2)] + ends[Int(seed % 2)] == stream.replacing(dropped, with: ""))
        #expect(pieces.usage?.total == 7)
        #expect(pieces.eventCount == whole.eventCount)
        #expect(pieces.dataBytes == whole.dataBytes)
    }

    @Test("Byte by byte too")
    func byteByByte() {
        var tap = self.tap()
        let result = self.feed(Self.first + Self.ping + Self.usage + Self.done, sizes: [1], to: &tap)
        #expect(result == Result(out: Self.first + Self.ping, isDone: true))
        #expect(tap.usage?.input == 3)
        #expect(tap.upstreamID == "c-1")
    }

    @Test("An event goes out when it is whole, not before")
    func wholeEvents() throws {
        var tap = self.tap()
        #expect(try tap.consume(ByteBuffer(string: "data: {\"id\":\"c\"}\n")).bytes == nil)
        #expect(try tap.consume(ByteBuffer(string: "\n")).bytes.map { String(buffer: $0) } == "data: {\"id\":\"c\"}\n\n")
    }

    @Test("The usage chunk reaches only the client that asked for it", arguments: [true, false])
    func usageChunk(drops: Bool) {
        var tap = self.tap(drops: drops)
        let result = self.feed(Self.first + Self.usage + Self.done, sizes: [1000], to: &tap)
        #expect(result.out == (drops ? Self.first : Self.first + Self.usage))
        #expect(tap.usage?.output == 4)
    }

    @Test("Usage in a chunk with choices is read, and the chunk stays; the last usage counts")
    func usageWithChoices() {
        let chunk = { (count: Int) in
            "data: {\"id\":\"c\",\"choices\":[{\"index\":0}],\"usage\":{\"prompt_tokens\":\(count),\"completion_tokens\":1}}\n\n"
        }
        var tap = self.tap()
        let result = self.feed(chunk(1) + chunk(2) + Self.done, sizes: [1000], to: &tap)
        #expect(result.out == chunk(1) + chunk(2))
        #expect(tap.usage?.input == 2)
    }

    @Test(
        "Chunks without choices that hold no usage stay",
        arguments: [
            "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\n", "data: {\"choices\":[],\"usage\":null}\n\n",
            "data: {\"choices\":[],\"x\":{\"usage\":{\"prompt_tokens\":1}}}\n\n",
        ])
    func noUsage(event: String) {
        var tap = self.tap()
        #expect(self.feed(Self.first + event + Self.done, sizes: [1000], to: &tap).out == Self.first + event)
        #expect(tap.usage == nil)
    }

    @Test(
        "`[DONE]` is held back, and what follows it", arguments: ["data: [DONE]\n\n", "data:[DONE]\n\n", "data: [DONE]\r\n\r\n"])
    func done(event: String) {
        var tap = self.tap()
        let result = self.feed(Self.first + event + Self.second, sizes: [4096], to: &tap)
        #expect(result == Result(out: Self.first, isDone: true))
    }

    @Test(
        "`[DONE]` without its blank line is recognised at the end",
        arguments: ["data: [DONE]", "data: [DONE]\n", "data: [DONE]\r\n"])
    func doneAtEnd(text: String) {
        var tap = self.tap()
        let result = self.feed(Self.first + text, sizes: [7], to: &tap)
        #expect(result.out == Self.first)
        #expect(tap.end(isDelimited: true).terminal.map { String(buffer: $0) } == Self.done)
        var cut = self.tap()
        _ = self.feed(Self.first + "data: {\"id\"", sizes: [7], to: &cut)
        #expect(cut.end(isDelimited: true).failure?.error.code == "upstream_stream_cut")
    }

    @Test(
        "An event with an error ends what is passed on",
        arguments: [
            "data: {\"error\":{\"message\":\"busy\"}}\n\n", "event: error\ndata: {\"error\":\"busy\"}\n\n",
            "data: {\"id\":\"c\",\"choices\":[],\"error\":{\"code\":502,\"message\":\"busy\"}}\n\n",
        ])
    func error(event: String) {
        var tap = self.tap()
        #expect(self.feed(Self.first + event + Self.first, sizes: [4096], to: &tap) == Result(out: Self.first, error: "busy"))
    }

    @Test(
        "What only looks like an error, or is no JSON, passes",
        arguments: [
            "data: {\"error\":null,\"choices\":[]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"error\\\": {\"}}]}\n\n",
            "data: {\"choices\":[{\"error\":{}}]}\n\n", "data: \"error\"\n\n", "data: {\"error\":\n\n", "data: {\"usage\":1}\n\n",
            "data: {\"a\":1}\ndata: {\"error\":{}}\n\n", "data\n\n", "data:\n\n", "dataset: {\"error\":1}\n\n", "\n", ":\n\n",
        ])
    func noError(event: String) {
        var tap = self.tap()
        #expect(
            self.feed(Self.first + event + Self.first + Self.done, sizes: [5], to: &tap)
                == Result(out: Self.first + event + Self.first, isDone: true))
    }

    @Test("The model has the name that the client asked for, in every chunk; the rest of each chunk is untouched")
    func model() {
        var tap = self.tap(drops: false, model: "my \"model\"")
        let result = self.feed(
            Self.ping + Self.first + Self.usage + "data: {\"choices\":[]}\n\n" + Self.done, sizes: [11], to: &tap)
        let named = { (text: String) in text.replacing("\"model\":\"up\"", with: "\"model\":\"my \\\"model\\\"\"") }
        #expect(result.out == Self.ping + named(Self.first) + named(Self.usage) + "data: {\"choices\":[]}\n\n")
    }

    @Test("An event that is too large, or never ends, is refused; what stands before it went out")
    func tooLarge() {
        for text in [Self.first + "data: " + String(repeating: "x", count: 400), String(repeating: "x\n", count: 200)] {
            var tap = self.tap(maximum: 300)
            let result = self.feed(text, sizes: [50], to: &tap)
            #expect(result.isTooLarge)
            #expect(result.out == (text.hasPrefix(Self.first) ? Self.first : ""))
        }
    }

    @Test("Only events with data count: a stream of comments has none")
    func comments() {
        var tap = self.tap()
        _ = self.feed(Self.ping + "\n" + "event: x\n\n" + "retry: 1\n\n", sizes: [4], to: &tap)
        #expect(tap.eventCount == 0)
        #expect(tap.dataBytes == 0)
        _ = self.feed(Self.first, sizes: [4], to: &tap)
        #expect(tap.eventCount == 1)
        #expect(tap.dataBytes == Self.first.utf8.count - 8)
    }
}
