import Testing
import Wire

@testable import ModelRelay

@Suite("Chat completion streams in any order")
struct ChatStreamPropertyTests {
    /// A small generator of numbers, the same at each run.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return self.state ^ (self.state >> 29)
        }
    }

    private static func pieces(_ text: String, _ numbers: inout Numbers) -> [String] {
        var pieces: [String] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            let count = Int.random(in: 1...4, using: &numbers)
            pieces.append(String(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    @Test("However texts, thoughts and calls come in turns, each is told whole, one block at a time", arguments: 0..<200)
    func turns(seed: UInt64) throws {
        var numbers = Numbers(state: seed)
        let arguments = (0..<3).map { #"{"n":\#($0),"s":"}\"{","l":[{},[]]}"# }
        var lanes: [[JSON]] = arguments.enumerated().map { number, text in
            let start: JSON = [
                "tool_calls": [
                    ["index": .integer(number), "id": .string("c\(number)"), "function": ["name": "f", "arguments": ""]]
                ]
            ]
            return [start]
                + Self.pieces(text, &numbers).map {
                    ["tool_calls": [["index": .integer(number), "function": ["arguments": .string($0)]]]]
                }
        }
        let text = "Some text, told in pieces."
        let thought = "Some thoughts too."
        lanes.append(Self.pieces(text, &numbers).map { ["content": .string($0)] })
        lanes.append(Self.pieces(thought, &numbers).map { ["reasoning_content": .string($0)] })
        var chunks: [String] = []
        while let lane = lanes.indices.filter({ !lanes[$0].isEmpty }).randomElement(using: &numbers) {
            let delta = lanes[lane].removeFirst()
            chunks.append(JSON.object(["id": "c", "choices": [["index": 0, "delta": delta]]]).serialized())
        }
        chunks += [#"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]"]
        let events = try ChatStreams.decode(chunks)
        #expect(ChatStreams.isOrderly(events))
        var told: (text: String, thought: String, arguments: [String: String]) = ("", "", [:])
        for block in ChatStreams.collect(events).answer.choices[0].blocks {
            switch block.content {
            case .text(let more, _): told.text += more
            case .reasoning(let more): told.thought += more.text
            case .toolCall(let call): told.arguments[call.id, default: ""] += call.arguments
            default: Issue.record("no such block was sent")
            }
        }
        #expect(told.text == text)
        #expect(told.thought == thought)
        #expect(told.arguments == ["c0": arguments[0], "c1": arguments[1], "c2": arguments[2]])
    }

    @Test("Broken chunks are faults or passed over, whatever is broken in them", arguments: 0..<200)
    func broken(seed: UInt64) throws {
        var numbers = Numbers(state: seed)
        let golden = ChatAnswerGoldens.all[Int(seed) % ChatAnswerGoldens.all.count]
        var chunks = ChatStreams.encode(golden.answer.events())
        for _ in 0..<3 {
            let index = Int.random(in: 0..<chunks.count, using: &numbers)
            var bytes = Array(chunks[index].utf8)
            guard !bytes.isEmpty else { continue }
            let start = Int.random(in: 0..<bytes.count, using: &numbers)
            let end = min(start + Int.random(in: 0...6, using: &numbers), bytes.count)
            bytes.replaceSubrange(
                start..<end,
                with: Array(["", "null", "{}", "[]", "-9", "\"", "]"].randomElement(using: &numbers)?.utf8 ?? "".utf8))
            chunks[index] = String(decoding: bytes, as: UTF8.self)
        }
        do {
            let events = try ChatStreams.decode(chunks)
            // What was read in spite of it is in order none the less.
            #expect(ChatStreams.isOrderly(events))
        } catch {
            #expect(error is FormatFault)
        }
    }
}
