internal import Wire

/// One candidate of a stream: which block is open, and what was said in it.
struct GenerateContentChoiceDecoder: Sendable {
    private enum Open: Sendable {
        case text, reasoning
        /// Base64, which goes on only behind a piece without padding.
        case audio(type: String?)
    }

    private let choice: Int
    private var nextBlock = 0
    private var open: Open?
    /// Of the text block that is open: places of citations count in it.
    private var text = ""
    private var cited: Set<Citation> = []
    private var hasCalls = false
    private(set) var isStopped = false

    init(choice: Int) { self.choice = choice }

    private var place: BlockPlace { BlockPlace(choice: self.choice, index: self.nextBlock - 1) }

    /// A piece of text or of thoughts without a signature.
    mutating func take(text: String, isThought: Bool, into events: inout [AnswerEvent]) {
        guard !text.isEmpty else { return }
        if isThought {
            if case .reasoning? = self.open {
            } else {
                self.begin(.reasoning, Block(.reasoning(Reasoning(text: ""))), into: &events)
            }
            events.append(.delta(self.place, .reasoning(text)))
        } else {
            if case .text? = self.open {} else { self.begin(.text, .text(""), into: &events) }
            self.text += text
            events.append(.delta(self.place, .text(text)))
        }
    }

    mutating func take(
        _ candidate: JSON, ids: inout GenerateContentCallIDs, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        for part in candidate["content"]?["parts"]?.arrayValue ?? [] {
            guard let block = try GenerateContentAnswerReader.block(part) else { continue }
            self.take(block, ids: &ids, into: &events)
        }
        self.takeCitations(candidate, into: &events)
        if let logprobs = candidate["logprobsResult"].flatMap(GenerateContentLogprobs.chat) {
            events.append(.logprobs(choice: self.choice, logprobs))
        }
        if let word = candidate["finishReason"]?.stringValue { self.stop(word, into: &events) }
    }

    mutating func stop(_ word: String, into events: inout [AnswerEvent]) {
        self.end(into: &events)
        self.isStopped = true
        events.append(.stopped(choice: self.choice, GenerateContentFinish.stop(word, hasCalls: self.hasCalls)))
    }

    private mutating func take(_ block: Block, ids: inout GenerateContentCallIDs, into events: inout [AnswerEvent]) {
        switch block.content {
        case .text(let text, _): self.take(text: text, signature: block.signature, into: &events)
        case .reasoning(let reasoning): self.take(reasoning, block, into: &events)
        case .toolCall(var call):
            self.hasCalls = true
            if call.id.isEmpty { call.id = ids.next() }
            let arguments = call.arguments
            call.arguments = ""
            self.whole(Block(.toolCall(call), signature: block.signature), .arguments(arguments), into: &events)
        case .audio(let media): self.take(audio: media, block, into: &events)
        default: self.whole(block, nil, into: &events)
        }
    }

    /// A signature in a part without text is that of the thoughts before it; where there are none, it stands for thoughts that nobody sees.
    private mutating func take(_ reasoning: Reasoning, _ block: Block, into events: inout [AnswerEvent]) {
        var isOpen = false
        if case .reasoning? = self.open { isOpen = true }
        guard isOpen || !reasoning.isRedacted else { return self.whole(block, nil, into: &events) }
        self.take(text: reasoning.text, isThought: true, into: &events)
        guard let opaque = reasoning.opaque else { return }
        if case .reasoning? = self.open {} else { self.begin(.reasoning, Block(.reasoning(Reasoning(text: ""))), into: &events) }
        events.append(.delta(self.place, .opaque(opaque)))
        // What is thought from here on has a signature of its own.
        self.end(into: &events)
    }

    /// A signature in a part without text is that of the text before it.
    private mutating func take(text: String, signature: OpaqueReasoning?, into events: inout [AnswerEvent]) {
        guard let signature else { return self.take(text: text, isThought: false, into: &events) }
        if text.isEmpty, case .text? = self.open {
            events.append(.delta(self.place, .opaque(signature)))
        } else {
            self.begin(.text, Block(.text("", citations: []), signature: signature), into: &events)
            self.take(text: text, isThought: false, into: &events)
        }
        self.end(into: &events)
    }

    private mutating func take(audio media: Media, _ block: Block, into events: inout [AnswerEvent]) {
        guard case .base64(let data) = media.source, block.signature == nil else { return self.whole(block, nil, into: &events) }
        if case .audio(let type)? = self.open, type == media.type {
            events.append(.delta(self.place, .audio(data)))
        } else {
            self.begin(.audio(type: media.type), Block(.audio(Media(.base64(""), type: media.type))), into: &events)
            events.append(.delta(self.place, .audio(data)))
        }
        if data.hasSuffix("=") { self.end(into: &events) }
    }

    private mutating func takeCitations(_ candidate: JSON, into events: inout [AnswerEvent]) {
        guard case .text? = self.open else { return }
        for placed in GenerateContentGrounding.citations(in: candidate, text: { _ in self.text }) {
            // Sources are often told again with each of the last events.
            if self.cited.insert(placed.citation).inserted { events.append(.delta(self.place, .citation(placed.citation))) }
        }
    }

    private mutating func whole(_ block: Block, _ delta: BlockDelta?, into events: inout [AnswerEvent]) {
        self.end(into: &events)
        self.nextBlock += 1
        events.append(.blockStarted(self.place, block))
        if let delta { events.append(.delta(self.place, delta)) }
        events.append(.blockEnded(self.place))
    }

    private mutating func begin(_ kind: Open, _ block: Block, into events: inout [AnswerEvent]) {
        self.end(into: &events)
        self.nextBlock += 1
        self.open = kind
        events.append(.blockStarted(self.place, block))
    }

    private mutating func end(into events: inout [AnswerEvent]) {
        guard self.open != nil else { return }
        events.append(.blockEnded(self.place))
        self.open = nil
        self.text = ""
        self.cited = []
    }
}
