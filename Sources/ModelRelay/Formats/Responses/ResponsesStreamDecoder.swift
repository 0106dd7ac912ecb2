internal import Ledger
internal import Wire

/// Reads the events of a stream.
///
/// Pieces of text, by far the most common event, are found by scanning; the others are parsed. What an upstream leaves out of the
/// sequence (the beginning of a part, its pieces, the end of an item) is made up for from what it does send: the finished items, and the
/// response at the end, hold everything again.
struct ResponsesStreamDecoder: AnswerStreamDecoder {
    private static let names = MemberNames("type", "output_index", "content_index", "delta", "logprobs")
    /// An event without a name is looked through twice where it is no piece of text; pieces are short.
    private static let longestUnnamedPiece = 2048
    private static let greatestIndex = 4096

    private var hasStarted = false
    private var hasEnded = false
    private var blockCount = 0
    private var ending = ResponsesAnswerReader.Ending()
    private var searches: Int64 = 0
    private var items: [Int: OpenItem] = [:]
    /// Items that were told to their end.
    private var finished: Set<Int> = []
    /// Where the last piece belonged: pieces come in runs.
    private var latest: (key: PartKey, place: BlockPlace)?

    private struct PartKey: Hashable {
        enum Kind { case text, refusal, summary, thoughts, call }

        var output: Int
        var kind: Kind
        var content = 0
    }

    private struct OpenItem {
        /// As it was announced.
        var item: JSON
        var parts: [PartKey: OpenPart] = [:]
    }

    private struct OpenPart {
        var place: BlockPlace
        var hasText = false
        var hasEnded = false
        var citationCount = 0
        var logprobCount = 0
        /// Which piece of a summary is being told.
        var summaryIndex = 0
    }

    mutating func event(
        _ name: String?, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard !self.hasEnded else { return }
        if name.map(Self.isDelta) ?? (data.count <= Self.longestUnnamedPiece), self.scanDelta(name, data, &events) { return }
        if data.elementsEqual("[DONE]".utf8) { return }
        let json: JSON
        do { json = try JSON.parse(data, limits: JSONLimits(duplicateNames: .lastWins)) } catch {
            throw FormatFault("an event of the stream is no JSON: \(error)")
        }
        guard let type = json["type"]?.stringValue ?? name else { throw FormatFault("an event of the stream has no type") }
        try self.read(type, json, &events)
    }

    mutating func end(into events: inout [AnswerEvent]) throws(FormatFault) {
        guard self.hasEnded else { throw FormatFault("the stream ended in the middle of the answer") }
    }

    // MARK: Pieces

    private static func isDelta(_ name: String) -> Bool {
        name == "response.output_text.delta" || name == "response.function_call_arguments.delta"
            || name == "response.reasoning_text.delta"
    }

    /// - Returns: false where the event has to be looked at as a whole.
    private mutating func scanDelta(_ name: String?, _ data: UnsafeRawBufferPointer, _ events: inout [AnswerEvent]) -> Bool {
        guard let latest = self.latest, let object = try? JSONScanner.scan(data, for: Self.names),
            let type = name ?? object[0]?.string(in: data), Self.isDelta(type),
            object[1]?.int64(in: data) == Int64(latest.key.output), let text = object[3]?.string(in: data)
        else { return false }
        switch latest.key.kind {
        case .text:
            // Logarithms of probabilities are rare; two bytes are an empty list.
            guard type == "response.output_text.delta", object[2]?.int64(in: data) == Int64(latest.key.content),
                object[4].map({ $0.isNull || $0.valueRange.count == 2 }) ?? true
            else { return false }
            events.append(.delta(latest.place, .text(text)))
        case .call:
            guard type == "response.function_call_arguments.delta" else { return false }
            events.append(.delta(latest.place, .arguments(text)))
        case .thoughts:
            guard type == "response.reasoning_text.delta" else { return false }
            events.append(.delta(latest.place, .reasoning(text)))
        // A summary's pieces have numbers that count.
        case .refusal, .summary: return false
        }
        return true
    }

    /// The part that a piece belongs to; it begins where it hasn't.
    private mutating func open(_ key: PartKey, _ events: inout [AnswerEvent]) -> OpenPart? {
        guard 0..<Self.greatestIndex ~= key.output, 0..<Self.greatestIndex ~= key.content, !self.finished.contains(key.output)
        else { return nil }
        if self.items[key.output] == nil { self.items[key.output] = OpenItem(item: [:]) }
        if let part = self.items[key.output]?.parts[key] { return part.hasEnded ? nil : part }
        let item = self.items[key.output]?.item ?? .null
        var block: Block
        switch key.kind {
        case .text, .refusal:
            block = key.kind == .text ? .text("") : Block(.refusal(""))
            block.setOwn("item", ResponsesAnswerReader.itemMembers(of: item))
        case .summary, .thoughts:
            block = Block(.reasoning(Reasoning(text: "", isSummary: key.kind == .summary)))
            if let id = item["id"] { block.setOwn("item", ["id": id]) }
        case .call:
            guard let call = ResponsesAnswerReader.call(item) else { return nil }
            block = call
        }
        let part = OpenPart(place: self.begin(block, &events))
        self.items[key.output]?.parts[key] = part
        return part
    }

    private mutating func begin(_ block: Block, _ events: inout [AnswerEvent]) -> BlockPlace {
        let place = BlockPlace(index: self.blockCount)
        self.blockCount += 1
        self.ending.take(block)
        events.append(.blockStarted(place, block))
        return place
    }

    private mutating func piece(_ key: PartKey, _ delta: BlockDelta, _ events: inout [AnswerEvent]) {
        guard var part = self.open(key, &events) else { return }
        part.hasText = true
        self.items[key.output]?.parts[key] = part
        self.latest = (key, part.place)
        events.append(.delta(part.place, delta))
    }

    private mutating func close(_ key: PartKey, _ events: inout [AnswerEvent]) {
        guard let part = self.items[key.output]?.parts[key], !part.hasEnded else { return }
        self.items[key.output]?.parts[key]?.hasEnded = true
        if self.latest?.key == key { self.latest = nil }
        events.append(.blockEnded(part.place))
    }

    // MARK: Other events

    private mutating func read(_ type: String, _ json: JSON, _ events: inout [AnswerEvent]) throws(FormatFault) {
        let output = json["output_index"]?.intValue ?? 0
        let content = json["content_index"]?.intValue ?? 0
        let text = json["delta"]?.stringValue ?? ""
        switch type {
        case "response.created", "response.in_progress", "response.queued": self.start(json["response"] ?? .null, &events)
        case "response.output_item.added":
            guard 0..<Self.greatestIndex ~= output, self.items[output] == nil, let item = json["item"] else { return }
            self.items[output] = OpenItem(item: item)
            if item.isCall { _ = self.open(PartKey(output: output, kind: .call), &events) }
        case "response.content_part.added":
            if let kind = Self.kind(ofPart: json["part"]) {
                _ = self.open(PartKey(output: output, kind: kind, content: kind == .thoughts ? 0 : content), &events)
            }
        case "response.output_text.delta":
            let key = PartKey(output: output, kind: .text, content: content)
            self.tellLogprobs(json["logprobs"], of: key, &events)
            self.piece(key, .text(text), &events)
        case "response.refusal.delta":
            self.piece(PartKey(output: output, kind: .refusal, content: content), .refusal(text), &events)
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
            self.piece(PartKey(output: output, kind: .call), .arguments(text), &events)
        case "response.reasoning_summary_text.delta":
            self.summaryPiece(PartKey(output: output, kind: .summary), json["summary_index"]?.intValue ?? 0, text, &events)
        case "response.reasoning_text.delta":
            self.piece(PartKey(output: output, kind: .thoughts), .reasoning(text), &events)
        case "response.output_text.annotation.added":
            let key = PartKey(output: output, kind: .text, content: content)
            guard let annotation = json["annotation"], !annotation.isNull, let part = self.open(key, &events) else { return }
            self.items[output]?.parts[key]?.citationCount += 1
            events.append(.delta(part.place, .citation(ResponsesCitations.read(annotation))))
        case "response.output_text.done":
            self.tellLogprobs(json["logprobs"], of: PartKey(output: output, kind: .text, content: content), whole: true, &events)
        case "response.content_part.done":
            guard let part = json["part"] else { return }
            self.finishPart(part, output: output, content: content, &events)
        case "response.output_item.done": self.finishItem(json["item"] ?? .null, output: output, &events)
        case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
            try self.finish(json["response"] ?? .null, &events)
        // The error stands in a member of its own, or its members beside the type.
        case "error": throw ResponsesAnswerReader.fault(json["error"]?.objectValue == nil ? json : json["error"] ?? .null)
        // Steps of the provider's own tools, whose items tell the outcome.
        default: break
        }
    }

    private static func kind(ofPart part: JSON?) -> PartKey.Kind? {
        switch part?["type"]?.stringValue {
        case "output_text", "text": .text
        case "refusal": .refusal
        default: nil
        }
    }

    private mutating func start(_ response: JSON, _ events: inout [AnswerEvent]) {
        guard !self.hasStarted else { return }
        self.hasStarted = true
        events.append(.started(ResponsesAnswerReader.head(of: response)))
    }

    /// The pieces of a summary are one text, with an empty line between them.
    private mutating func summaryPiece(_ key: PartKey, _ index: Int, _ text: String, _ events: inout [AnswerEvent]) {
        guard let part = self.open(key, &events) else { return }
        let isNext = index > part.summaryIndex
        self.items[key.output]?.parts[key]?.summaryIndex = max(index, part.summaryIndex)
        self.piece(key, .reasoning(isNext && part.hasText ? "\n\n" + text : text), &events)
    }

    /// - Parameter whole: whether the list holds those again that came with the pieces.
    private mutating func tellLogprobs(_ list: JSON?, of key: PartKey, whole: Bool = false, _ events: inout [AnswerEvent]) {
        guard let list = list?.arrayValue, !list.isEmpty, let part = self.items[key.output]?.parts[key] ?? self.open(key, &events)
        else { return }
        let new = whole ? Array(list.dropFirst(part.logprobCount)) : list
        guard !new.isEmpty else { return }
        self.items[key.output]?.parts[key]?.logprobCount += new.count
        events.append(.logprobs(choice: 0, ["content": .array(new)]))
    }

    // MARK: Ends

    private mutating func finishPart(_ part: JSON, output: Int, content: Int, _ events: inout [AnswerEvent]) {
        guard let kind = Self.kind(ofPart: part) else { return }
        let key = PartKey(output: output, kind: kind, content: content)
        guard let open = self.open(key, &events) else { return }
        switch kind {
        case .refusal:
            if !open.hasText, let text = part["refusal"]?.stringValue, !text.isEmpty {
                self.piece(key, .refusal(text), &events)
            }
        default:
            if !open.hasText, let text = part["text"]?.stringValue, !text.isEmpty { self.piece(key, .text(text), &events) }
            for annotation in (part["annotations"]?.arrayValue ?? []).dropFirst(open.citationCount) {
                events.append(.delta(open.place, .citation(ResponsesCitations.read(annotation))))
            }
            self.tellLogprobs(part["logprobs"], of: key, whole: true, &events)
        }
        self.close(key, &events)
    }

    private mutating func finishItem(_ item: JSON, output: Int, _ events: inout [AnswerEvent]) {
        guard 0..<Self.greatestIndex ~= output, !self.finished.contains(output) else { return }
        switch item["type"]?.stringValue {
        case "message":
            if self.items[output] == nil { self.items[output] = OpenItem(item: item) }
            for (index, part) in (item["content"]?.arrayValue ?? []).enumerated() where index < Self.greatestIndex {
                self.finishPart(part, output: output, content: index, &events)
                // Those that were known only when the part had ended.
                self.tellLogprobs(
                    part["logprobs"], of: PartKey(output: output, kind: .text, content: index), whole: true, &events)
            }
        case "function_call", "custom_tool_call":
            if self.items[output] == nil { self.items[output] = OpenItem(item: item) }
            let key = PartKey(output: output, kind: .call)
            let arguments = ResponsesAnswerReader.arguments(of: item)
            if self.items[output]?.item.isCall == false { self.items[output]?.item = item }
            if let open = self.open(key, &events), !open.hasText, !arguments.isEmpty {
                self.piece(key, .arguments(arguments), &events)
            }
        case "reasoning": self.finishReasoning(item, output: output, &events)
        default:
            if ResponsesAnswerReader.isSearch(item) { self.searches += 1 }
            for block in ResponsesAnswerReader.blocks(of: item) {
                let place = self.begin(block, &events)
                events.append(.blockEnded(place))
            }
        }
        self.closeItem(output, &events)
    }

    private mutating func finishReasoning(_ item: JSON, output: Int, _ events: inout [AnswerEvent]) {
        if self.items[output] == nil { self.items[output] = OpenItem(item: item) }
        let summary = PartKey(output: output, kind: .summary)
        let thoughts = PartKey(output: output, kind: .thoughts)
        for (key, texts) in [(summary, item["summary"]), (thoughts, item["content"])]
        where self.items[output]?.parts[key] == nil {
            let text = ResponsesAnswerReader.texts(texts).joined(separator: key == summary ? "\n\n" : "")
            if !text.isEmpty { self.piece(key, .reasoning(text), &events) }
        }
        let last = self.items[output]?.parts[thoughts] ?? self.open(summary, &events)
        guard let last, let value = item["encrypted_content"]?.stringValue else { return }
        let opaque = OpaqueReasoning(origin: .responses, value: value, id: item["id"]?.stringValue)
        events.append(.delta(last.place, .opaque(opaque)))
    }

    private mutating func closeItem(_ output: Int, _ events: inout [AnswerEvent]) {
        for part in (self.items[output]?.parts ?? [:]).values.sorted(by: { $0.place.index < $1.place.index }) where !part.hasEnded
        {
            events.append(.blockEnded(part.place))
        }
        if self.latest?.key.output == output { self.latest = nil }
        self.items[output] = nil
        self.finished.insert(output)
    }

    private mutating func finish(_ response: JSON, _ events: inout [AnswerEvent]) throws(FormatFault) {
        if let fault = ResponsesAnswerReader.failure(of: response), fault.told != nil { throw fault }
        if self.hasStarted {
            let own = ResponsesAnswerReader.head(of: response).ownMembers
            if !own.isEmpty { events.append(.own(own)) }
        }
        self.start(response, &events)
        for (index, item) in (response["output"]?.arrayValue ?? []).enumerated() where !self.finished.contains(index) {
            self.finishItem(item, output: index, &events)
        }
        for index in self.items.keys.sorted() { self.closeItem(index, &events) }
        events.append(.stopped(choice: 0, ResponsesAnswerReader.stop(of: response, after: self.ending)))
        if let usage = ResponsesAnswerReader.usage(of: response, searches: self.searches) { events.append(.usage(usage)) }
        events.append(.ended)
        self.hasEnded = true
    }
}

extension JSON {
    fileprivate var isCall: Bool {
        let type = self["type"]?.stringValue
        return type == "function_call" || type == "custom_tool_call"
    }
}
