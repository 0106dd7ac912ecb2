internal import Wire

/// `think-split`: what a model writes between `<think>` and `</think>` at the beginning of its answer is told as its thoughts.
///
/// Some servers pass a model's thoughts on as text. The tags may be cut anywhere by the stream's events; each choice has its own.
struct ThinkSplit: ConversationPlugin {
    static let name = "think-split"

    private var choices: [Int: ChoiceSplit] = [:]

    init(settings: JSONObject) {}

    mutating func pass(_ event: AnswerEvent, into output: inout [AnswerEvent]) {
        switch event {
        case .blockStarted(let place, _), .delta(let place, _), .blockEnded(let place):
            self.choices[place.choice, default: ChoiceSplit(choice: place.choice)].pass(event, at: place, into: &output)
        case .stopped(let choice, _):
            self.choices[choice]?.end(into: &output)
            output.append(event)
        case .ended:
            for choice in self.choices.keys.sorted() { self.choices[choice]?.end(into: &output) }
            output.append(event)
        default: output.append(event)
        }
    }
}

/// One choice of an answer, as a state machine over its events.
///
/// Thoughts and the text behind them become two blocks, so the blocks are numbered anew.
private struct ChoiceSplit {
    private enum State {
        /// No text came yet.
        case waiting
        /// The beginning of the first text, as long as it may be the tag.
        case undecided(Block)
        case thinking(Block)
        /// Behind the closing tag, where blanks are left out.
        case behind(Block)
        /// Whatever comes passes.
        case passing
    }

    private static let open = "<think>"
    private static let close = "</think>"
    /// Bytes of blanks before the tag that are waited through.
    private static let longestBlank = 1024

    private let choice: Int
    private var state = State.waiting
    /// The upstream's number of the block that is split.
    private var splitIndex = -1
    /// The block's first text, or what may be the beginning of the closing tag.
    private var held = ""
    /// Where the thoughts are told, once there are any.
    private var thoughts: BlockPlace?
    private var numbers: [Int: Int] = [:]
    private var nextNumber = 0

    init(choice: Int) { self.choice = choice }

    mutating func pass(_ event: AnswerEvent, at place: BlockPlace, into output: inout [AnswerEvent]) {
        switch event {
        case .blockStarted(_, let block): self.start(block, at: place, into: &output)
        case .delta(_, .text(let text)) where place.index == self.splitIndex: self.take(text, into: &output)
        case .delta(_, let delta):
            if place.index == self.splitIndex { self.settle(into: &output) }
            if let number = self.numbers[place.index] { output.append(.delta(self.place(number), delta)) }
        case .blockEnded:
            if place.index == self.splitIndex { self.finish(into: &output) }
            if let number = self.numbers[place.index] { output.append(.blockEnded(self.place(number))) }
        default: break
        }
    }

    /// The choice has no more text.
    mutating func end(into output: inout [AnswerEvent]) { self.finish(into: &output) }

    private mutating func start(_ block: Block, at place: BlockPlace, into output: inout [AnswerEvent]) {
        guard case .waiting = self.state, case .text(let text, _) = block.content else {
            // Thoughts that are told as such, or anything else before the text: there is nothing to be split.
            if case .waiting = self.state { self.state = .passing }
            return self.begin(block, for: place.index, into: &output)
        }
        var empty = block
        empty.content = .text("", citations: [])
        self.splitIndex = place.index
        self.state = .undecided(empty)
        if !text.isEmpty { self.take(text, into: &output) }
    }

    private mutating func take(_ text: String, into output: inout [AnswerEvent]) {
        switch self.state {
        case .waiting, .passing:
            if let number = self.numbers[self.splitIndex] { output.append(.delta(self.place(number), .text(text))) }
        case .undecided(let block):
            self.held += text
            let begun = self.held.drop(while: \.isWhitespace)
            if self.held.utf8.count - begun.utf8.count > Self.longestBlank {
                self.settle(into: &output)
            } else if begun.utf8.starts(with: Self.open.utf8) {
                let rest = String(Substring(begun.utf8.dropFirst(Self.open.utf8.count)))
                self.held = ""
                self.state = .thinking(block)
                self.take(rest, into: &output)
            } else if !Self.open.utf8.starts(with: begun.utf8) {
                self.settle(into: &output)
            }
        case .thinking(let block): self.think(text, block, into: &output)
        case .behind(let block):
            let rest = text.drop(while: \.isWhitespace)
            guard !rest.isEmpty else { return }
            self.state = .passing
            self.begin(block, for: self.splitIndex, into: &output)
            self.take(String(rest), into: &output)
        }
    }

    private mutating func think(_ text: String, _ block: Block, into output: inout [AnswerEvent]) {
        self.held += text
        if let tag = self.held.utf8.firstRange(of: Self.close.utf8) {
            let thought = String(self.held[..<tag.lowerBound])
            let rest = String(self.held[tag.upperBound...])
            self.held = ""
            self.tell(thought, into: &output)
            self.endThoughts(into: &output)
            self.state = .behind(block)
            self.take(rest, into: &output)
        } else {
            // What may be the beginning of the tag waits for its rest.
            let kept = Self.overlap(of: self.held.utf8, with: Self.close.utf8)
            let end = self.held.utf8.index(self.held.utf8.endIndex, offsetBy: -kept)
            let thought = String(self.held[..<end])
            self.held = String(self.held[end...])
            self.tell(thought, into: &output)
        }
    }

    /// Thoughts begin with the first that is no blank: some models write the tags around nothing.
    private mutating func tell(_ thought: String, into output: inout [AnswerEvent]) {
        var thought = thought[...]
        if self.thoughts == nil { thought = thought.drop(while: \.isWhitespace) }
        guard !thought.isEmpty else { return }
        let place = self.thoughts ?? self.place(self.nextNumber)
        if self.thoughts == nil {
            self.thoughts = place
            self.nextNumber += 1
            output.append(.blockStarted(place, Block(.reasoning(Reasoning(text: "")))))
        }
        output.append(.delta(place, .reasoning(String(thought))))
    }

    private func endThoughts(into output: inout [AnswerEvent]) {
        if let place = self.thoughts { output.append(.blockEnded(place)) }
    }

    /// The text is none that is split: it goes on as it is.
    private mutating func settle(into output: inout [AnswerEvent]) {
        switch self.state {
        case .undecided(let block), .behind(let block):
            self.state = .passing
            self.begin(block, for: self.splitIndex, into: &output)
            let text = self.held
            self.held = ""
            if !text.isEmpty { self.take(text, into: &output) }
        case .waiting, .thinking, .passing: break
        }
    }

    /// The split block has ended.
    private mutating func finish(into output: inout [AnswerEvent]) {
        switch self.state {
        case .undecided: self.settle(into: &output)
        case .thinking:
            // A model that was cut while it thought.
            self.tell(self.held, into: &output)
            self.endThoughts(into: &output)
            self.held = ""
            self.state = .passing
        case .behind: self.state = .passing
        case .waiting, .passing: break
        }
    }

    private mutating func begin(_ block: Block, for index: Int, into output: inout [AnswerEvent]) {
        self.numbers[index] = self.nextNumber
        output.append(.blockStarted(self.place(self.nextNumber), block))
        self.nextNumber += 1
    }

    private func place(_ number: Int) -> BlockPlace { BlockPlace(choice: self.choice, index: number) }

    /// How many bytes at the end of `text` are the beginning of `tag`.
    private static func overlap(of text: String.UTF8View, with tag: String.UTF8View) -> Int {
        for count in stride(from: min(text.count, tag.count - 1), to: 0, by: -1)
        where text.suffix(count).elementsEqual(tag.prefix(count)) { return count }
        return 0
    }
}
