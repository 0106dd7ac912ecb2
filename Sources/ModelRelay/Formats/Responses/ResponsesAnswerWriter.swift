internal import Ledger
internal import Wire

/// Writes whole answers, and the response object that the events of a stream hold.
struct ResponsesAnswerWriter {
    /// Members of an answer that this format alone has and that are no echo of the request.
    static let ownNames = [
        "conversation", "completed_at", "moderation", "tool_usage", "prompt_cache_diagnostics", "input_transformations",
    ]

    private let answer: Answer
    private let reply: ReplyContext
    private var ids: ResponsesIDs
    private let customTools: Set<String>
    private var output: [JSON] = []

    init(_ answer: Answer, for reply: ReplyContext) {
        self.answer = answer
        self.reply = reply
        self.customTools = reply.customTools
        self.ids = ResponsesIDs(answerID: reply.answerID ?? answer.id, requestID: reply.requestID)
    }

    func write() -> JSON {
        var writer = self
        let ending = ResponsesEnding(self.answer.choices.first?.stop, hasRefusal: self.answer.hasRefusal)
        for choice in self.answer.choices { writer.write(choice, ending) }
        let object = ResponsesObject(self.answer, id: self.ids.response, reply: self.reply)
        return object.write(ending, output: writer.output, usage: self.answer.usage)
    }

    // MARK: Items

    private mutating func write(_ choice: Answer.Choice, _ ending: ResponsesEnding) {
        // A message that was cut short is the last item.
        let isCut = ending.status == "incomplete"
        var logprobs = ResponsesLogprobs.list(of: choice.logprobs)
        var index = 0
        while index < choice.blocks.count {
            let block = choice.blocks[index]
            var end = index + 1
            switch block.content {
            case .text, .refusal:
                let own = block.ownItem
                while end < choice.blocks.count, choice.blocks[end].isSpoken, choice.blocks[end - 1].signature == nil,
                    choice.blocks[end].ownItem["id"] == own["id"]
                {
                    end += 1
                }
                let isLast = end == choice.blocks.count && choice.blocks[end - 1].signature == nil
                let status = isCut && isLast ? "incomplete" : "completed"
                self.writeMessage(Array(choice.blocks[index..<end]), own, logprobs: &logprobs, status: status)
            case .reasoning(let reasoning): self.write(reasoning, block)
            case .toolCall(let told):
                let call = ResponsesItems.reshaped(told, among: self.customTools) ?? told
                let id = self.ids.item(ResponsesItems.callPrefix(call), own: call.itemID, index: self.output.count)
                self.output.append(
                    ResponsesItems.call(id, call, arguments: call.arguments, own: block.ownItem, status: "completed"))
            case .image(let media, _):
                if case .base64(let data) = media.source {
                    let own = block.ownItem
                    let id = self.ids.item("ig", own: own["id"]?.stringValue, index: self.output.count)
                    self.output.append(ResponsesItems.picture(id, media, own: own, data: data, status: "completed"))
                }
            case .own(.responses, let json): self.output.append(json)
            case .own, .audio, .video, .document, .toolResult: break
            }
            self.writeSignature(of: choice.blocks[end - 1])
            index = end
        }
    }

    private mutating func writeMessage(_ blocks: [Block], _ own: JSONObject, logprobs: inout [JSON], status: String) {
        let id = self.ids.item("msg", own: own["id"]?.stringValue, index: self.output.count)
        let content = blocks.compactMap { block -> JSON? in
            switch block.content {
            case .text(let text, let citations):
                // Nobody says which token belongs to which text; a text that is alone has them all.
                defer { logprobs = [] }
                return ResponsesItems.text(
                    text, annotations: citations.compactMap { ResponsesCitations.write($0, in: text) }, logprobs: logprobs)
            case .refusal(let text): return ResponsesItems.refusal(text)
            default: return nil
            }
        }
        self.output.append(ResponsesItems.message(id, own, content: content, status: status))
    }

    private mutating func write(_ reasoning: Reasoning, _ block: Block) {
        let opaque = reasoning.opaque
        let own = block.ownItem["id"]?.stringValue ?? opaque.flatMap { $0.origin == .responses ? $0.id : nil }
        let id = self.ids.item("rs", own: own, index: self.output.count)
        let texts = reasoning.text.isEmpty || reasoning.isRedacted ? [] : [reasoning.text]
        self.output.append(
            ResponsesItems.reasoning(
                id, summary: reasoning.isSummary ? texts : [], thoughts: reasoning.isSummary ? [] : texts,
                encrypted: opaque.map {
                    reasoning.isRedacted ? ResponsesCarrier.redacted.carry($0) : $0.carried(in: .responses)
                }))
    }

    private mutating func writeSignature(of block: Block) {
        guard let signature = block.signature else { return }
        let id = self.ids.item("rs", own: nil, index: self.output.count)
        self.output.append(
            ResponsesItems.reasoning(
                id, summary: [], thoughts: [], encrypted: ResponsesCarrier(signatureOf: block).carry(signature)))
    }
}

extension Answer {
    fileprivate var hasRefusal: Bool {
        self.choices.first?.blocks.contains { if case .refusal = $0.content { true } else { false } } ?? false
    }
}
