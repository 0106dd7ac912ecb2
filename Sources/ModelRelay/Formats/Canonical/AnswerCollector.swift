internal import Ledger
internal import Wire

/// Puts a stream's events together into the whole answer that they tell.
struct AnswerCollector: Sendable {
    private(set) var answer = Answer()
    private(set) var isEnded = false

    mutating func take(_ event: AnswerEvent) {
        switch event {
        case .started(var answer):
            answer.choices = self.answer.choices
            self.answer = answer
        case .blockStarted(let place, let block):
            self.reach(place.choice)
            // Blocks are numbered as they begin, so this is the next one.
            self.answer.choices[place.choice].blocks.append(block)
        case .delta(let place, let delta):
            guard self.answer.choices.indices.contains(place.choice),
                self.answer.choices[place.choice].blocks.indices.contains(place.index)
            else { return }
            self.answer.choices[place.choice].blocks[place.index].take(delta)
        case .blockEnded: break
        case .logprobs(let choice, let more):
            self.reach(choice)
            self.answer.choices[choice].logprobs = Self.joined(self.answer.choices[choice].logprobs, more)
        case .stopped(let choice, let reason):
            self.reach(choice)
            self.answer.choices[choice].stop = reason
        case .usage(let usage): self.answer.usage = usage
        case .own(let members): for (name, value) in members { self.answer.ownMembers[name] = value }
        case .ended: self.isEnded = true
        }
    }

    private static let mostChoices = 128

    private mutating func reach(_ choice: Int) {
        while self.answer.choices.count <= min(choice, Self.mostChoices) { self.answer.choices.append(Answer.Choice()) }
    }

    /// Lists of the same name go one behind the other.
    private static func joined(_ first: JSON?, _ second: JSON) -> JSON {
        guard var result = first?.objectValue, let more = second.objectValue else { return second }
        for (name, value) in more {
            if case .array(let old)? = result[name], case .array(let new) = value {
                result[name] = .array(old + new)
            } else {
                result[name] = value
            }
        }
        return .object(result)
    }
}

extension Block {
    /// Adds a piece of a stream. A piece of another kind than the block is no part of it.
    mutating func take(_ delta: BlockDelta) {
        switch (delta, self.content) {
        case (.text(let more), .text(var text, let citations)):
            // Without another holder the text grows where it is: an answer may come in a hundred thousand pieces.
            self.content = .refusal("")
            text += more
            self.content = .text(text, citations: citations)
        case (.citation(let citation), .text(let text, let citations)):
            self.content = .text(text, citations: citations + [citation])
        case (.refusal(let more), .refusal(let text)): self.content = .refusal(text + more)
        case (.reasoning(let more), .reasoning(var reasoning)):
            self.content = .refusal("")
            reasoning.text += more
            self.content = .reasoning(reasoning)
        case (.opaque(let opaque), .reasoning(var reasoning)):
            reasoning.opaque = opaque
            self.content = .reasoning(reasoning)
        case (.opaque(let opaque), _): self.signature = opaque
        case (.arguments(let more), .toolCall(var call)):
            self.content = .refusal("")
            call.arguments += more
            self.content = .toolCall(call)
        case (.audio(let more), .audio(var media)):
            if case .base64(let text) = media.source { media.source = .base64(text + more) }
            self.content = .audio(media)
        case (.audioTranscript(let more), .audio(var media)):
            media.transcript = (media.transcript ?? "") + more
            self.content = .audio(media)
        default: break
        }
    }
}

extension Answer {
    /// The events of a stream that tells this answer, its blocks in one piece each.
    func events() -> [AnswerEvent] {
        var start = self
        start.choices = []
        var events: [AnswerEvent] = [.started(start)]
        for (choice, said) in self.choices.enumerated() {
            for (index, block) in said.blocks.enumerated() {
                let place = BlockPlace(choice: choice, index: index)
                events += block.events(at: place)
            }
            if let logprobs = said.logprobs { events.append(.logprobs(choice: choice, logprobs)) }
            if let stop = said.stop { events.append(.stopped(choice: choice, stop)) }
        }
        if let usage = self.usage { events.append(.usage(usage)) }
        return events + [.ended]
    }
}

extension Block {
    /// What a stream tells of the block: its beginning without what comes in pieces, the pieces, its end.
    func events(at place: BlockPlace) -> [AnswerEvent] {
        var start = self
        var deltas: [BlockDelta] = []
        switch self.content {
        case .text(let text, let citations):
            start.content = .text("", citations: [])
            deltas = [.text(text)] + citations.map { .citation($0) }
        case .refusal(let text):
            start.content = .refusal("")
            deltas = [.refusal(text)]
        case .reasoning(var reasoning) where !reasoning.isRedacted:
            deltas = [.reasoning(reasoning.text)] + (reasoning.opaque.map { [.opaque($0)] } ?? [])
            reasoning.text = ""
            reasoning.opaque = nil
            start.content = .reasoning(reasoning)
        case .toolCall(var call):
            deltas = [.arguments(call.arguments)]
            call.arguments = ""
            start.content = .toolCall(call)
        default: break
        }
        return [.blockStarted(place, start)] + deltas.map { .delta(place, $0) } + [.blockEnded(place)]
    }
}
