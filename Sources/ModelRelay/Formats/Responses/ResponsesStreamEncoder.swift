internal import Ledger
internal import Wire

/// Writes the events of a stream.
///
/// Texts and refusals that follow each other are parts of one message item, which therefore ends only when something else begins or the
/// answer ends. Everything else is an item of its own.
struct ResponsesStreamEncoder: AnswerStreamEncoder {
    private let reply: ReplyContext
    private let customTools: Set<String>
    var events = ResponsesEventWriter()
    private var answer = Answer()
    var ids: ResponsesIDs
    private var hasBegun = false
    private var hasEnded = false
    private var hasRefusal = false
    private var stop: StopReason?
    private var usage: Usage?

    /// The finished items; null while one is open.
    var output: [JSON] = []
    var messages: [Int: ResponsesOpenMessage] = [:]
    /// The message that another part may join.
    var joinable: Int?
    /// The block that got the last piece: pieces come in runs. It isn't in `parts`.
    private var active: ResponsesOpenPart?
    private var parts: [BlockPlace: ResponsesOpenPart] = [:]
    /// Tokens that no piece of text has carried yet.
    var pendingLogprobs: [JSON] = []

    init(for reply: ReplyContext) {
        self.reply = reply
        self.customTools = reply.customTools
        self.ids = ResponsesIDs(answerID: reply.answerID ?? "", requestID: reply.requestID)
    }

    var keepAlive: [UInt8] { Array(": keep-alive\n\n".utf8) }

    mutating func write(_ event: AnswerEvent, to output: inout [UInt8]) {
        guard !self.hasEnded else { return }
        if case .delta(let place, .text(let text)) = event, self.active?.place == place, self.active?.kind == .text,
            self.pendingLogprobs.isEmpty
        {
            self.active?.text += text
            if let prefix = self.active?.deltaPrefix { self.events.writeDelta(prefix, text, logprobs: true, to: &output) }
            return
        }
        switch event {
        case .started(let answer): self.begin(answer, &output)
        case .blockStarted(let place, let block): self.start(block, at: place, &output)
        case .delta(let place, let delta):
            guard self.activate(place) else { return }
            self.take(delta, &output)
        case .blockEnded(let place):
            guard self.activate(place), let part = self.active else { return }
            self.active = nil
            self.end(part, &output)
        case .logprobs(_, let logprobs): self.pendingLogprobs += ResponsesLogprobs.list(of: logprobs)
        case .stopped(let choice, let reason): if choice == 0 { self.stop = reason }
        case .usage(let usage): self.usage = usage
        case .own(let members): for (name, value) in members { self.answer.ownMembers[name] = value }
        case .ended: self.finish(&output)
        }
    }

    mutating func fail(_ error: RelayError, requestID: RequestID, to output: inout [UInt8]) {
        guard !self.hasEnded else { return }
        self.hasEnded = true
        let code = ResponsesNames.errorCode(of: error.status)
        let message = "\(error.message) (request id: \(requestID))"
        guard self.hasBegun else {
            self.events.write(
                "error",
                [
                    "code": .string(error.code ?? code), "message": .string(message),
                    "param": error.parameter.map { .string($0) } ?? .null,
                ], to: &output)
            return
        }
        let finished = self.output.filter { !$0.isNull }
        let failure: JSON = ["code": .string(code), "message": .string(message)]
        self.writeResponse("response.failed", .failed, output: finished, error: failure, to: &output)
    }

    // MARK: Beginning and end

    private mutating func begin(_ answer: Answer, _ output: inout [UInt8]) {
        self.answer = answer
        guard !self.hasBegun else { return }
        self.hasBegun = true
        self.ids = ResponsesIDs(answerID: self.reply.answerID ?? answer.id, requestID: self.reply.requestID)
        self.writeResponse("response.created", .inProgress, output: [], to: &output)
        self.writeResponse("response.in_progress", .inProgress, output: [], to: &output)
    }

    private mutating func finish(_ output: inout [UInt8]) {
        if !self.hasBegun { self.begin(self.answer, &output) }
        self.retire()
        for part in self.parts.values.sorted(by: { ($0.output, $0.content) < ($1.output, $1.content) }) {
            self.end(part, &output)
        }
        let ending = ResponsesEnding(self.stop, hasRefusal: self.hasRefusal)
        self.placeLateLogprobs()
        for index in self.messages.keys.sorted() {
            self.endMessage(index, status: ending.status == "incomplete" ? "incomplete" : "completed", &output)
        }
        self.writeResponse("response.\(ending.status)", ending, output: self.output, to: &output)
        self.hasEnded = true
    }

    private mutating func writeResponse(
        _ type: String, _ ending: ResponsesEnding, output items: [JSON], error: JSON = nil, to output: inout [UInt8]
    ) {
        let object = ResponsesObject(self.answer, id: self.ids.response, reply: self.reply)
        self.events.write(
            type, ["response": object.write(ending, output: items, usage: self.usage, error: error)], to: &output)
    }

    // MARK: Blocks

    /// Makes the block at that place the active one; false where there is none.
    private mutating func activate(_ place: BlockPlace) -> Bool {
        if self.active?.place == place { return true }
        guard let part = self.parts.removeValue(forKey: place) else { return false }
        self.retire()
        self.active = part
        return true
    }

    private mutating func retire() {
        if let part = self.active { self.parts[part.place] = part }
        self.active = nil
    }

    private mutating func start(_ block: Block, at place: BlockPlace, _ output: inout [UInt8]) {
        if !self.hasBegun { self.begin(self.answer, &output) }
        // A block that begins where another is open ends that one.
        if self.activate(place), let part = self.active {
            self.active = nil
            self.end(part, &output)
        }
        self.retire()
        var part = ResponsesOpenPart(place: place, block: block, kind: .nothing)
        if !block.isSpoken { self.closeJoinable(&output) }
        switch block.content {
        case .text(let text, let citations):
            part.kind = .text
            self.startSpoken(&part, &output)
            self.active = part
            if !text.isEmpty { self.take(.text(text), &output) }
            for citation in citations { self.take(.citation(citation), &output) }
            return
        case .refusal(let text):
            part.kind = .refusal
            self.hasRefusal = self.hasRefusal || place.choice == 0
            self.startSpoken(&part, &output)
            self.active = part
            if !text.isEmpty { self.take(.refusal(text), &output) }
            return
        case .reasoning(let reasoning):
            part.kind = reasoning.isSummary ? .summary : .thoughts
            part.opaque = reasoning.opaque
            part.output = self.output.count
            let own = block.ownItem["id"]?.stringValue ?? reasoning.opaque.flatMap { $0.origin == .responses ? $0.id : nil }
            part.id = self.ids.item("rs", own: own, index: part.output)
            self.add(ResponsesItems.reasoning(part.id, summary: [], thoughts: [], encrypted: nil), &output)
            part.deltaPrefix = self.events.prefix(
                part.kind == .summary ? "response.reasoning_summary_text.delta" : "response.reasoning_text.delta",
                item: part.id, output: part.output, part.kind == .summary ? "summary_index" : "content_index", 0)
            self.active = part
            if !reasoning.text.isEmpty, !reasoning.isRedacted { self.take(.reasoning(reasoning.text), &output) }
            return
        case .toolCall(let told):
            part.kind = .call
            let call = ResponsesItems.reshaped(told, among: self.customTools) ?? told
            part.isReshaped = call.isCustom && !told.isCustom
            part.output = self.output.count
            part.id = self.ids.item(ResponsesItems.callPrefix(call), own: call.itemID, index: part.output)
            self.add(
                ResponsesItems.call(part.id, call, arguments: "", own: block.ownItem, status: "in_progress"), &output)
            part.deltaPrefix = self.events.prefix(
                call.isCustom ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta",
                item: part.id, output: part.output, nil, 0)
            self.active = part
            if !told.arguments.isEmpty { self.take(.arguments(told.arguments), &output) }
            return
        case .image(let media, _):
            guard case .base64 = media.source else { break }
            part.kind = .whole
            part.output = self.output.count
            part.id = self.ids.item("ig", own: block.ownItem["id"]?.stringValue, index: part.output)
            self.add(
                ResponsesItems.picture(part.id, media, own: block.ownItem, data: nil, status: "in_progress"), &output)
            self.events.writePlain("response.image_generation_call.in_progress", part.id, part.output, to: &output)
        case .own(.responses, var item):
            part.kind = .whole
            part.output = self.output.count
            part.id = item["id"]?.stringValue ?? ""
            if item["status"] != nil { item["status"] = "in_progress" }
            self.add(item, &output)
        case .own, .audio, .video, .document, .toolResult: break
        }
        self.active = part
    }

    /// The index of the new item is that of its place in the output.
    mutating func add(_ item: JSON, _ output: inout [UInt8]) {
        let index = self.output.count
        self.output.append(.null)
        self.events.write(
            "response.output_item.added", ["output_index": .integer(index), "item": item], to: &output)
    }

    mutating func done(_ index: Int, _ item: JSON, _ output: inout [UInt8]) {
        self.output[index] = item
        self.events.write("response.output_item.done", ["output_index": .integer(index), "item": item], to: &output)
    }

    // MARK: Messages

    private mutating func startSpoken(_ part: inout ResponsesOpenPart, _ output: inout [UInt8]) {
        let own = part.block.ownItem
        if let index = self.joinable, let message = self.messages[index],
            message.choice != part.place.choice || message.own["id"] != own["id"]
        {
            self.closeJoinable(&output)
        }
        let index: Int
        if let joinable = self.joinable {
            index = joinable
        } else {
            index = self.output.count
            let id = self.ids.item("msg", own: own["id"]?.stringValue, index: index)
            self.messages[index] = ResponsesOpenMessage(id: id, own: own, choice: part.place.choice)
            self.joinable = index
            self.add(ResponsesItems.message(id, own, content: [], status: "in_progress"), &output)
        }
        part.output = index
        part.id = self.messages[index]?.id ?? ""
        part.content = self.messages[index]?.content.count ?? 0
        self.messages[index]?.content.append(.null)
        self.messages[index]?.openParts += 1
        let isText = part.kind == .text
        let empty = isText ? ResponsesItems.text("", annotations: [], logprobs: []) : ResponsesItems.refusal("")
        self.events.writePart("response.content_part.added", part.id, part.output, part.content, empty, to: &output)
        part.deltaPrefix = self.events.prefix(
            isText ? "response.output_text.delta" : "response.refusal.delta", item: part.id, output: part.output,
            "content_index", part.content)
    }

    /// No further part joins the message; it ends as soon as its parts have.
    mutating func closeJoinable(_ output: inout [UInt8]) {
        guard let index = self.joinable else { return }
        self.joinable = nil
        if self.messages[index]?.openParts == 0 { self.endMessage(index, status: "completed", &output) }
    }

    /// Tokens that were told when their text had ended already: the finished message has them.
    private mutating func placeLateLogprobs() {
        guard !self.pendingLogprobs.isEmpty, let index = self.messages.keys.max(),
            let part = self.messages[index]?.content.firstIndex(where: { $0["type"] == "output_text" })
        else { return }
        let told = self.messages[index]?.content[part]["logprobs"]?.arrayValue ?? []
        self.messages[index]?.content[part]["logprobs"] = .array(told + self.pendingLogprobs)
    }

    mutating func endMessage(_ index: Int, status: String, _ output: inout [UInt8]) {
        guard let message = self.messages.removeValue(forKey: index) else { return }
        if self.joinable == index { self.joinable = nil }
        let item = ResponsesItems.message(message.id, message.own, content: message.content, status: status)
        self.done(index, item, &output)
    }

    // MARK: Pieces

    /// A piece of the active block.
    private mutating func take(_ delta: BlockDelta, _ output: inout [UInt8]) {
        guard var part = self.active else { return }
        self.active = nil
        switch (delta, part.kind) {
        case (.text(let text), .text):
            part.text += text
            if self.pendingLogprobs.isEmpty {
                self.events.writeDelta(part.deltaPrefix, text, logprobs: true, to: &output)
            } else {
                self.events.writeDelta(part.deltaPrefix, text, logprobs: self.pendingLogprobs, to: &output)
                part.logprobs += self.pendingLogprobs
                self.pendingLogprobs = []
            }
        case (.arguments(let text), .call) where part.isReshaped: part.text += text
        case (.refusal(let text), .refusal), (.arguments(let text), .call):
            part.text += text
            self.events.writeDelta(part.deltaPrefix, text, logprobs: false, to: &output)
        case (.reasoning(let text), .summary), (.reasoning(let text), .thoughts):
            guard !text.isEmpty else { break }
            if !part.hasPart {
                part.hasPart = true
                self.events.writeThoughtPart(
                    "added", part.id, part.output, isSummary: part.kind == .summary, text: "", to: &output)
            }
            part.text += text
            self.events.writeDelta(part.deltaPrefix, text, logprobs: false, to: &output)
        case (.citation(let citation), .text):
            guard let annotation = ResponsesCitations.write(citation, in: part.text) else { break }
            self.events.write(
                "response.output_text.annotation.added",
                [
                    "item_id": .string(part.id), "output_index": .integer(part.output),
                    "content_index": .integer(part.content), "annotation_index": .integer(part.annotations.count),
                    "annotation": annotation,
                ], to: &output)
            part.annotations.append(annotation)
        case (.opaque(let opaque), .summary), (.opaque(let opaque), .thoughts): part.opaque = opaque
        case (.opaque(let opaque), _): part.block.signature = opaque
        default: break
        }
        self.active = part
    }
}
