internal import Ledger
internal import Wire

/// Writes a client's stream of events.
///
/// Blocks come strictly one after the other here: what is told of a block while another is open waits until that one ends. It is bounded by
/// what one answer may hold. The reason for the end and the usage come last, whenever the upstream told them.
struct MessagesStreamEncoder: AnswerStreamEncoder {
    private enum Kind {
        /// Nothing is written until there is a text: an empty one could not be sent back.
        case text(isWritten: Bool)
        case thinking(signature: String)
        case toolUse
        /// Wholly written, or left out.
        case closed
    }

    private struct OpenBlock {
        var place: BlockPlace
        var kind: Kind
        var wireIndex: Int
        /// The signature of a block that isn't thoughts, where it came after the block had begun.
        var lateSignature: OpaqueReasoning?
    }

    private let reply: ReplyContext
    private var answer = Answer()
    private var hasStarted = false
    private var isEnded = false
    private var open: OpenBlock?
    /// Blocks that wait, in the order in which they began, each with all that was told of it.
    private var waiting: [(place: BlockPlace, events: [AnswerEvent])] = []
    private var nextIndex = 0
    private var asksTools = false
    private var stop: StopReason?

    init(for reply: ReplyContext) { self.reply = reply }

    var keepAlive: [UInt8] { Array("\(MessagesEventText.ping)".utf8) }

    mutating func write(_ event: AnswerEvent, to output: inout [UInt8]) {
        if self.isEnded { return }
        switch event {
        case .started(let answer):
            self.answer = answer
            self.start(to: &output)
        case .blockStarted(let place, _), .delta(let place, _), .blockEnded(let place):
            // This format knows one answer to a question only.
            guard place.choice == 0 else { return }
            self.start(to: &output)
            self.take(event, at: place, to: &output)
        case .logprobs: break
        case .stopped(let choice, let reason): if choice == 0 { self.stop = reason }
        case .usage(let usage): self.answer.usage = usage
        case .own(let members): for (name, value) in members { self.answer.ownMembers[name] = value }
        case .ended: self.end(to: &output)
        }
    }

    mutating func fail(_ error: RelayError, requestID: RequestID, to output: inout [UInt8]) {
        self.isEnded = true
        output.write(MessagesEventText.error)
        output.append(contentsOf: error.json(requestID: requestID, dialect: .anthropic))
        output.write(MessagesEventText.end)
    }

    // MARK: The order of blocks

    private mutating func take(_ event: AnswerEvent, at place: BlockPlace, to output: inout [UInt8]) {
        guard let open = self.open else { return self.begin(event, at: place, to: &output) }
        guard open.place == place else { return self.hold(event, at: place) }
        self.proceed(event, to: &output)
        while self.open == nil, !self.waiting.isEmpty { self.goOn(to: &output) }
    }

    private mutating func hold(_ event: AnswerEvent, at place: BlockPlace) {
        if let position = self.waiting.lastIndex(where: { $0.place == place }) {
            self.waiting[position].events.append(event)
        } else {
            self.waiting.append((place, [event]))
        }
    }

    /// Opens the block that has waited longest, and writes what has come of it.
    private mutating func goOn(to output: inout [UInt8]) {
        let (place, events) = self.waiting.removeFirst()
        for event in events {
            if self.open == nil { self.begin(event, at: place, to: &output) } else { self.proceed(event, to: &output) }
        }
    }

    private mutating func begin(_ event: AnswerEvent, at place: BlockPlace, to output: inout [UInt8]) {
        // A piece of a block that never began has no place.
        guard case .blockStarted(_, let block) = event else { return }
        if let signature = block.signature {
            self.writeWhole(MessagesAnswerWriter.carrier(signature, for: .following), to: &output)
        }
        var open = OpenBlock(place: place, kind: .closed, wireIndex: self.nextIndex)
        switch block.content {
        case .text(let text, let citations):
            open.kind = .text(isWritten: false)
            self.open = open
            if !text.isEmpty { self.writeText(text, to: &output) }
            for citation in citations { self.writeCitation(citation, to: &output) }
        case .refusal(let text):
            open.kind = .text(isWritten: false)
            self.open = open
            if !text.isEmpty { self.writeText(text, to: &output) }
        case .reasoning(let reasoning) where !reasoning.isRedacted:
            open.kind = .thinking(signature: reasoning.opaque?.carried(in: .messages) ?? "")
            self.open = open
            self.writeStart(["type": "thinking", "thinking": "", "signature": ""], to: &output)
            if !reasoning.text.isEmpty { self.writePiece(MessagesEventText.thinking, reasoning.text, to: &output) }
        case .toolCall(let call):
            self.asksTools = true
            open.kind = .toolUse
            self.open = open
            self.writeStart(.object(MessagesAnswerWriter.toolUse(call, own: block.ownMembers)), to: &output)
            if !call.arguments.isEmpty { self.writePiece(MessagesEventText.arguments, call.arguments, to: &output) }
        default:
            if let json = MessagesAnswerWriter.json(of: block) { self.writeWhole(json, to: &output) }
            self.open = open
        }
    }

    private mutating func proceed(_ event: AnswerEvent, to output: inout [UInt8]) {
        switch event {
        case .delta(_, let delta): self.takePiece(delta, to: &output)
        case .blockEnded: self.endBlock(to: &output)
        default: break
        }
    }

    private mutating func takePiece(_ delta: BlockDelta, to output: inout [UInt8]) {
        guard let kind = self.open?.kind else { return }
        switch (delta, kind) {
        case (.text(let text), .text), (.refusal(let text), .text): if !text.isEmpty { self.writeText(text, to: &output) }
        case (.citation(let citation), .text): self.writeCitation(citation, to: &output)
        case (.reasoning(let text), .thinking):
            if !text.isEmpty { self.writePiece(MessagesEventText.thinking, text, to: &output) }
        case (.opaque(let opaque), .thinking): self.open?.kind = .thinking(signature: opaque.carried(in: .messages))
        case (.opaque(let opaque), _): self.open?.lateSignature = opaque
        case (.arguments(let text), .toolUse):
            if !text.isEmpty { self.writePiece(MessagesEventText.arguments, text, to: &output) }
        default: break
        }
    }

    private mutating func endBlock(to output: inout [UInt8]) {
        guard let open = self.open else { return }
        self.open = nil
        switch open.kind {
        case .text(let isWritten): if isWritten { self.writeStop(open.wireIndex, to: &output) }
        case .thinking(let signature):
            // Clients count on a signature, be it empty.
            self.writeHead(MessagesEventText.signature, open.wireIndex, to: &output)
            output.write(jsonString: signature)
            output.write(MessagesEventText.pieceEnd)
            self.writeStop(open.wireIndex, to: &output)
        case .toolUse: self.writeStop(open.wireIndex, to: &output)
        case .closed: break
        }
        if let signature = open.lateSignature {
            self.writeWhole(MessagesAnswerWriter.carrier(signature, for: .preceding), to: &output)
        }
    }

    // MARK: Events

    private mutating func start(to output: inout [UInt8]) {
        guard !self.hasStarted else { return }
        self.hasStarted = true
        var message: JSONObject = [
            "id": .string(MessagesAnswerWriter.id(of: self.answer, for: self.reply)), "type": "message", "role": "assistant",
            "model": .string(self.reply.model), "content": [], "stop_reason": .null, "stop_sequence": .null,
            "usage": .object(MessagesAnswerWriter.usage(of: self.answer)),
        ]
        for name in ["diagnostics", "input_transformations"] {
            if let value = self.answer.ownMembers[name] { message[name] = value }
        }
        output.write(MessagesEventText.messageStart)
        output.write(JSON.object(message))
        output.write(MessagesEventText.objectEnd)
    }

    private mutating func end(to output: inout [UInt8]) {
        self.start(to: &output)
        // A block that the upstream's format doesn't end, and those that waited for it.
        while self.open != nil || !self.waiting.isEmpty {
            self.endBlock(to: &output)
            if !self.waiting.isEmpty { self.goOn(to: &output) }
        }
        self.isEnded = true
        var delta: JSONObject = [
            "stop_reason": .string(MessagesNames.word(of: self.stop, asksTools: self.asksTools)),
            "stop_sequence": MessagesAnswerWriter.sequence(of: self.stop),
        ]
        for name in ["container", "stop_details"] {
            if let value = self.answer.ownMembers[name] { delta[name] = value }
        }
        var usage = MessagesAnswerWriter.usage(of: self.answer)
        // These stand in the message's first event only.
        usage.remove(["service_tier", "cache_creation", "inference_geo", "speed"])
        var event: JSONObject = ["type": "message_delta", "delta": .object(delta), "usage": .object(usage)]
        if let management = self.answer.ownMembers["context_management"] { event["context_management"] = management }
        output.write(MessagesEventText.messageDelta)
        output.write(JSON.object(event))
        output.write(MessagesEventText.end)
        output.write(MessagesEventText.messageStop)
    }

    private mutating func writeText(_ text: String, to output: inout [UInt8]) {
        self.startText(to: &output)
        self.writePiece(MessagesEventText.text, text, to: &output)
    }

    private mutating func writeCitation(_ citation: Citation, to output: inout [UInt8]) {
        guard let json = MessagesCitation.answer(citation) else { return }
        self.startText(to: &output)
        guard let open = self.open else { return }
        self.writeHead(MessagesEventText.citation, open.wireIndex, to: &output)
        output.write(json)
        output.write(MessagesEventText.pieceEnd)
    }

    private mutating func startText(to output: inout [UInt8]) {
        guard case .text(isWritten: false)? = self.open?.kind else { return }
        self.open?.kind = .text(isWritten: true)
        self.writeStart(["type": "text", "text": "", "citations": .null], to: &output)
    }

    private func writePiece(_ piece: StaticString, _ text: String, to output: inout [UInt8]) {
        guard let open = self.open else { return }
        self.writeHead(piece, open.wireIndex, to: &output)
        output.write(jsonString: text)
        output.write(MessagesEventText.pieceEnd)
    }

    /// Everything of a piece's event up to its value.
    private func writeHead(_ piece: StaticString, _ index: Int, to output: inout [UInt8]) {
        output.write(MessagesEventText.piece)
        output.write(index)
        output.write(piece)
    }

    /// Begins the block that is open, under the next number.
    private mutating func writeStart(_ block: JSON, to output: inout [UInt8]) {
        self.open?.wireIndex = self.nextIndex
        output.write(MessagesEventText.blockStart)
        output.write(self.nextIndex)
        output.write(MessagesEventText.block)
        output.write(block)
        output.write(MessagesEventText.objectEnd)
        self.nextIndex += 1
    }

    private func writeStop(_ index: Int, to output: inout [UInt8]) {
        output.write(MessagesEventText.blockStop)
        output.write(index)
        output.write(MessagesEventText.objectEnd)
    }

    /// A block that is known whole: thoughts in pieces as ever, since clients take a signature only so; an input in one piece.
    private mutating func writeWhole(_ block: JSON, to output: inout [UInt8]) {
        let index = self.nextIndex
        var start = block
        let signature = block["type"]?.stringValue == "thinking" ? block["signature"]?.stringValue : nil
        if signature != nil { start["signature"] = "" }
        let input = block["input"]?.objectValue
        if input != nil { start["input"] = [:] }
        self.writeStart(start, to: &output)
        if let signature {
            self.writeHead(MessagesEventText.signature, index, to: &output)
            output.write(jsonString: signature)
            output.write(MessagesEventText.pieceEnd)
        }
        if let input {
            self.writeHead(MessagesEventText.arguments, index, to: &output)
            output.write(jsonString: JSON.object(input).serialized())
            output.write(MessagesEventText.pieceEnd)
        }
        self.writeStop(index, to: &output)
    }
}
