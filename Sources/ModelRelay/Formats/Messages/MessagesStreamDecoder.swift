internal import Ledger
internal import Wire

/// Reads an upstream's stream of events.
///
/// Pieces of a block are by far the commonest events: they are scanned. Every other event is read as a tree.
struct MessagesStreamDecoder: AnswerStreamDecoder {
    private static let names = MemberNames("index", "delta")
    private static let deltaNames = MemberNames("text", "thinking", "partial_json", "signature")
    /// Events are as deep as the blocks in them; a model's own tree of arguments comes as text.
    private static let limits = JSONLimits(duplicateNames: .lastWins)

    private enum Kind {
        case text, thinking
        /// - Parameter input: what the start told; it counts where no piece follows.
        case toolUse(input: JSONObject)
        /// Told whole when it ends, because no other format can take it in pieces.
        case own(JSONObject, input: String)
    }

    private struct OpenBlock {
        var wireIndex: Int
        var place: BlockPlace
        var kind: Kind
        var hasPieces = false
    }

    private var hasStarted = false
    private var isEnded = false
    private var blocks: [OpenBlock] = []
    private var nextIndex = 0
    private var usage: Usage?
    private var ownUsage = JSONObject()

    mutating func event(
        _ name: String?, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        if self.isEnded { return }
        if name == nil || name == "content_block_delta", try self.takePiece(data, into: &events) { return }
        if name == "ping" { return }
        let event: JSON
        do { event = try JSON.parse(data, limits: Self.limits) } catch { throw FormatFault("an event is no JSON: \(error)") }
        switch event["type"]?.stringValue ?? name {
        case "message_start": self.start(event["message"] ?? [:], into: &events)
        case "content_block_start": try self.startBlock(event, into: &events)
        case "content_block_delta": try self.takeRarePiece(event, into: &events)
        case "content_block_stop":
            let index = event["index"]?.intValue ?? -1
            if let position = self.blocks.firstIndex(where: { $0.wireIndex == index }) {
                self.endBlock(at: position, into: &events)
            }
        case "message_delta": self.takeMessageDelta(event, into: &events)
        case "message_stop":
            try self.requireStart()
            while !self.blocks.isEmpty { self.endBlock(at: 0, into: &events) }
            self.isEnded = true
            events.append(.ended)
        case "error": throw MessagesNames.fault(event["error"])
        // `ping`, and kinds that come later: clients are to pass over those they don't know. Some houses tell errors without a type.
        default: if let error = event["error"], !error.isNull { throw MessagesNames.fault(error) }
        }
    }

    mutating func end(into events: inout [AnswerEvent]) throws(FormatFault) {
        guard self.isEnded else { throw FormatFault("the stream ended before `message_stop`") }
    }

    // MARK: Pieces

    /// - Returns: false where it is another event, or a piece that has to be read as a tree.
    private mutating func takePiece(_ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]) throws(FormatFault) -> Bool
    {
        guard let object = try? JSONScanner.scan(data, for: Self.names), let member = object[1], member.kind == .object,
            let index = object[0]?.int64(in: data), let value = member.value(in: data),
            let delta = try? JSONScanner.scan(value, for: Self.deltaNames),
            let position = self.blocks.lastIndex(where: { $0.wireIndex == Int(index) })
        else { return false }
        let piece: BlockDelta
        switch self.blocks[position].kind {
        case .text:
            guard let text = delta[0]?.string(in: value) else { return false }
            piece = .text(text)
        case .thinking:
            if let text = delta[1]?.string(in: value) {
                piece = .reasoning(text)
            } else if let signature = delta[3]?.string(in: value) {
                guard let opaque = MessagesAnswerReader.opaque(signature) else { return true }
                piece = .opaque(opaque)
            } else {
                return false
            }
        case .toolUse:
            guard let text = delta[2]?.string(in: value) else { return false }
            piece = .arguments(text)
        case .own: return false
        }
        if Self.isEmpty(piece) { return true }
        self.blocks[position].hasPieces = true
        events.append(.delta(self.blocks[position].place, piece))
        return true
    }

    private static func isEmpty(_ piece: BlockDelta) -> Bool {
        switch piece {
        case .text(let text), .reasoning(let text), .arguments(let text): text.isEmpty
        default: false
        }
    }

    private mutating func takeRarePiece(_ event: JSON, into events: inout [AnswerEvent]) throws(FormatFault) {
        try self.requireStart()
        guard let delta = event["delta"], let index = event["index"]?.intValue,
            let position = self.blocks.lastIndex(where: { $0.wireIndex == index })
        else { throw FormatFault("a piece belongs to no block") }
        switch self.blocks[position].kind {
        case .text:
            guard let citation = delta["citation"], !citation.isNull else { return }
            events.append(.delta(self.blocks[position].place, .citation(MessagesCitation.read(citation))))
        case .own(var block, var input):
            if let more = delta["partial_json"]?.stringValue {
                input += more
            } else {
                // Such as a compaction's content, which comes in one piece.
                for (name, value) in delta.objectValue ?? [:] where name != "type" { block[name] = value }
            }
            self.blocks[position].kind = .own(block, input: input)
        case .thinking, .toolUse: break
        }
    }

    // MARK: Blocks

    private mutating func startBlock(_ event: JSON, into events: inout [AnswerEvent]) throws(FormatFault) {
        try self.requireStart()
        guard let json = event["content_block"], let index = event["index"]?.intValue else {
            throw FormatFault("a content block begins without an index or a type")
        }
        var block = try MessagesAnswerReader.block(json)
        let kind: Kind
        var told: [BlockDelta] = []
        switch block.content {
        case .text(let text, let citations):
            kind = .text
            block.content = .text("", citations: [])
            if !text.isEmpty { told.append(.text(text)) }
            told += citations.map { .citation($0) }
        case .reasoning(var reasoning) where !reasoning.isRedacted:
            kind = .thinking
            if !reasoning.text.isEmpty { told.append(.reasoning(reasoning.text)) }
            if let opaque = reasoning.opaque { told.append(.opaque(opaque)) }
            reasoning.text = ""
            reasoning.opaque = nil
            block.content = .reasoning(reasoning)
        case .toolCall(var call):
            kind = .toolUse(input: json["input"]?.objectValue ?? [:])
            call.arguments = ""
            block.content = .toolCall(call)
        case .own(_, let json):
            self.blocks.append(
                OpenBlock(
                    wireIndex: index, place: BlockPlace(index: -1), kind: .own(json.objectValue ?? [:], input: "")))
            return
        default: kind = .thinking
        }
        let place = self.nextPlace()
        self.blocks.append(OpenBlock(wireIndex: index, place: place, kind: kind))
        events.append(.blockStarted(place, block))
        for delta in told { events.append(.delta(place, delta)) }
    }

    private mutating func endBlock(at position: Int, into events: inout [AnswerEvent]) {
        let block = self.blocks.remove(at: position)
        switch block.kind {
        case .toolUse(let input) where !block.hasPieces:
            // No piece at all means no arguments, which are an empty object to other formats.
            events.append(.delta(block.place, .arguments(JSON.object(input).serialized())))
            events.append(.blockEnded(block.place))
        case .own(var json, let input):
            if !input.isEmpty { json["input"] = .object(MessagesArguments.object(ofText: input)) }
            let place = self.nextPlace()
            events.append(.blockStarted(place, Block(.own(.messages, .object(json)))))
            events.append(.blockEnded(place))
        default: events.append(.blockEnded(block.place))
        }
    }

    private mutating func nextPlace() -> BlockPlace {
        defer { self.nextIndex += 1 }
        return BlockPlace(index: self.nextIndex)
    }

    // MARK: The message

    private mutating func start(_ message: JSON, into events: inout [AnswerEvent]) {
        guard !self.hasStarted else { return }
        self.hasStarted = true
        let answer = MessagesAnswerReader.start(message)
        self.usage = answer.usage
        self.ownUsage = answer.ownMembers["usage"]?.objectValue ?? [:]
        events.append(.started(answer))
        if let usage = answer.usage { events.append(.usage(usage)) }
    }

    private mutating func takeMessageDelta(_ event: JSON, into events: inout [AnswerEvent]) {
        let delta = event["delta"]
        var own = JSONObject()
        for (name, value) in delta?.objectValue ?? [:] where name != "stop_reason" && name != "stop_sequence" && !value.isNull {
            own[name] = value
        }
        for (name, value) in event.objectValue ?? [:] where !["type", "delta", "usage"].contains(name) && !value.isNull {
            own[name] = value
        }
        if let usage = event["usage"], !usage.isNull {
            let read = MessagesUsage.read(usage, after: self.usage)
            self.usage = read
            let more = MessagesUsage.ownMembers(usage)
            for (name, value) in more { self.ownUsage[name] = value }
            if !more.isEmpty { own["usage"] = .object(self.ownUsage) }
            events.append(.usage(read))
        }
        if !own.isEmpty { events.append(.own(own)) }
        if let word = delta?["stop_reason"]?.stringValue {
            events.append(.stopped(choice: 0, MessagesNames.stopReason(word, sequence: delta?["stop_sequence"]?.stringValue)))
        }
    }

    private func requireStart() throws(FormatFault) {
        guard self.hasStarted else { throw FormatFault("the stream does not begin with `message_start`") }
    }
}
