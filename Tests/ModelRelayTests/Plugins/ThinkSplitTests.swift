import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("think-split")
struct ThinkSplitTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var text: String
        var thought: String?
        var said: String?
        init(_ text: String, _ thought: String?, _ said: String?) { (self.text, self.thought, self.said) = (text, thought, said) }
        var testDescription: String { self.text }
    }

    static let rows = [
        Row("<think>a b</think>c d", "a b", "c d"), Row("<think>\na b\n</think>\n\nc d\n", "a b\n", "c d\n"),
        Row(" \n<think>a</think>c", "a", "c"), Row("<think>a</think>", "a", nil), Row("<think>a</think>\n\n", "a", nil),
        Row("<think></think>c", nil, "c"), Row("<think>\n\n</think>\n\nc", nil, "c"), Row("<think>a", "a", nil),
        Row("<think>a</thin", "a</thin", nil), Row("<think>a</thi</think>c", "a</thi", "c"),
        Row("<think>a<b></think>c", "a<b>", "c"),
        Row("c <think>a</think>", nil, "c <think>a</think>"), Row("<thinking>a</thinking>", nil, "<thinking>a</thinking>"),
        Row("<thi", nil, "<thi"), Row("", nil, ""), Row("  c", nil, "  c"), Row("<Think>a</Think>", nil, "<Think>a</Think>"),
        Row("<think>é👩‍👩‍👧 ü</think>é👩‍👩‍👧", "é👩‍👩‍👧 ü", "é👩‍👩‍👧"), Row("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
        Row(
            String(repeating: " ", count: 2000) + "<think>a</think>", nil,
            String(repeating: " ", count: 2000) + "<think>a</think>"),
    ]

    private static func blocks(_ row: Row) -> [Block] {
        (row.thought.map { [Block(.reasoning(Reasoning(text: $0)))] } ?? []) + (row.said.map { [.text($0)] } ?? [])
    }

    @Test("What stands between the tags at the beginning is thought, however the text is cut", arguments: Self.rows)
    func split(row: Row) {
        for seed in 0..<30 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var events: [AnswerEvent] = [.started(Answer()), .blockStarted(BlockPlace(index: 0), .text(""))]
            for piece in Self.pieces(row.text, seed: seed, using: &random) {
                events.append(.delta(BlockPlace(index: 0), .text(piece)))
            }
            events += [.blockEnded(BlockPlace(index: 0)), .stopped(choice: 0, .end), .ended]
            let told = Self.told(events)
            #expect(Self.collected(told).choices.first?.blocks == Self.blocks(row))
            Self.check(told)
        }
    }

    @Test("A whole answer is split the same way", arguments: Self.rows)
    func whole(row: Row) {
        var answer = Answer()
        answer.choices = [Answer.Choice(blocks: [.text(row.text)], stop: .end)]
        var plugins = ActivePlugins()
        plugins.conversation = [ThinkSplit(settings: JSONObject())]
        #expect(plugins.pass(answer).choices.first?.blocks == Self.blocks(row))
        #expect(plugins.pass(answer).choices.first?.stop == .end)
    }

    @Test("Each choice has its own tags, and calls of tools keep their places behind")
    func choices() {
        let (first, second) = (BlockPlace(choice: 0, index: 0), BlockPlace(choice: 1, index: 0))
        let call = BlockPlace(choice: 0, index: 1)
        let tool = Block(.toolCall(ToolCall(id: "t", name: "n", arguments: "")))
        let told = Self.told([
            .started(Answer()), .blockStarted(first, .text("")), .blockStarted(second, .text("")),
            .delta(first, .text("<thi")), .delta(second, .text("<think>x")), .delta(first, .text("nk>a</think>b")),
            .delta(second, .text("y</think>z")), .blockEnded(first), .blockStarted(call, tool), .delta(call, .arguments("{}")),
            .blockEnded(call), .blockEnded(second), .stopped(choice: 0, .toolCalls), .stopped(choice: 1, .end), .ended,
        ])
        Self.check(told)
        let answer = Self.collected(told)
        #expect(
            answer.choices.map(\.blocks) == [
                [
                    Block(.reasoning(Reasoning(text: "a"))), .text("b"),
                    Block(.toolCall(ToolCall(id: "t", name: "n", arguments: "{}"))),
                ],
                [Block(.reasoning(Reasoning(text: "xy"))), .text("z")],
            ])
    }

    @Test("Thoughts that are told as such stay, and text behind them too")
    func thoughtsAlready() {
        let places = [BlockPlace(index: 0), BlockPlace(index: 1)]
        let told = Self.told([
            .started(Answer()), .blockStarted(places[0], Block(.reasoning(Reasoning(text: "")))),
            .delta(places[0], .reasoning("a")), .blockEnded(places[0]), .blockStarted(places[1], .text("")),
            .delta(places[1], .text("<think>b</think>")), .blockEnded(places[1]), .stopped(choice: 0, .end), .ended,
        ])
        #expect(Self.collected(told).choices[0].blocks == [Block(.reasoning(Reasoning(text: "a"))), .text("<think>b</think>")])
    }

    // MARK: Tools of the tests

    private static func pieces(_ text: String, seed: UInt64, using random: inout SeededGenerator) -> [String] {
        var pieces: [String] = []
        var rest = Substring(text).unicodeScalars
        while !rest.isEmpty {
            let size = seed == 0 ? 1 : Int.random(in: 1...(seed % 2 == 0 ? 3 : 40), using: &random)
            pieces.append(String(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return pieces
    }

    private static func told(_ events: [AnswerEvent]) -> [AnswerEvent] {
        var plugin = ThinkSplit(settings: JSONObject())
        var output: [AnswerEvent] = []
        for event in events { plugin.pass(event, into: &output) }
        return output
    }

    private static func collected(_ events: [AnswerEvent]) -> Answer {
        var collector = AnswerCollector()
        for event in events { collector.take(event) }
        return collector.answer
    }

    /// Blocks are numbered in the order in which they begin, and each that began ends.
    private static func check(_ events: [AnswerEvent]) {
        var next: [Int: Int] = [:]
        var open: Set<[Int]> = []
        for event in events {
            switch event {
            case .blockStarted(let place, _):
                #expect(place.index == next[place.choice, default: 0])
                next[place.choice, default: 0] += 1
                open.insert([place.choice, place.index])
            case .delta(let place, _): #expect(open.contains([place.choice, place.index]))
            case .blockEnded(let place): #expect(open.remove([place.choice, place.index]) != nil)
            default: break
            }
        }
        #expect(open.isEmpty)
    }
}
