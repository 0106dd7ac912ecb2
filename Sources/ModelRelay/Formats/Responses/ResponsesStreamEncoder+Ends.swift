internal import Wire

/// How blocks end: their last events, and the finished item.
extension ResponsesStreamEncoder {
    /// The block says no more.
    mutating func end(_ part: ResponsesOpenPart, _ output: inout [UInt8]) {
        switch part.kind {
        case .text: self.endText(part, &output)
        case .refusal:
            self.events.write(
                "response.refusal.done",
                [
                    "item_id": .string(part.id), "output_index": .integer(part.output),
                    "content_index": .integer(part.content), "refusal": .string(part.text),
                ], to: &output)
            self.endSpoken(part, ResponsesItems.refusal(part.text), &output)
        case .summary, .thoughts: self.endReasoning(part, &output)
        case .call: self.endCall(part, &output)
        case .whole: self.endWhole(part, &output)
        case .nothing: break
        }
        guard let signature = part.block.signature, part.kind != .nothing else { return }
        self.closeJoinable(&output)
        let index = self.output.count
        let id = self.ids.item("rs", own: nil, index: index)
        let encrypted = ResponsesCarrier(signatureOf: part.block).carry(signature)
        self.add(ResponsesItems.reasoning(id, summary: [], thoughts: [], encrypted: nil), &output)
        self.done(index, ResponsesItems.reasoning(id, summary: [], thoughts: [], encrypted: encrypted), &output)
    }

    private mutating func endText(_ part: ResponsesOpenPart, _ output: inout [UInt8]) {
        let logprobs = part.logprobs + self.pendingLogprobs
        self.pendingLogprobs = []
        self.events.write(
            "response.output_text.done",
            [
                "item_id": .string(part.id), "output_index": .integer(part.output), "content_index": .integer(part.content),
                "text": .string(part.text), "logprobs": .array(logprobs),
            ], to: &output)
        self.endSpoken(part, ResponsesItems.text(part.text, annotations: part.annotations, logprobs: logprobs), &output)
    }

    private mutating func endSpoken(_ part: ResponsesOpenPart, _ content: JSON, _ output: inout [UInt8]) {
        self.events.writePart("response.content_part.done", part.id, part.output, part.content, content, to: &output)
        self.messages[part.output]?.content[part.content] = content
        self.messages[part.output]?.openParts -= 1
        if self.joinable != part.output, self.messages[part.output]?.openParts == 0 {
            self.endMessage(part.output, status: "completed", &output)
        }
    }

    private mutating func endReasoning(_ part: ResponsesOpenPart, _ output: inout [UInt8]) {
        let isSummary = part.kind == .summary
        if part.hasPart {
            self.events.writeThoughtText(part.id, part.output, isSummary: isSummary, text: part.text, to: &output)
            self.events.writeThoughtPart("done", part.id, part.output, isSummary: isSummary, text: part.text, to: &output)
        }
        var isRedacted = false
        if case .reasoning(let reasoning) = part.block.content { isRedacted = reasoning.isRedacted }
        let encrypted = part.opaque.map { isRedacted ? ResponsesCarrier.redacted.carry($0) : $0.carried(in: .responses) }
        let texts = part.text.isEmpty ? [] : [part.text]
        let item = ResponsesItems.reasoning(
            part.id, summary: isSummary ? texts : [], thoughts: isSummary ? [] : texts, encrypted: encrypted)
        self.done(part.output, item, &output)
    }

    private mutating func endCall(_ part: ResponsesOpenPart, _ output: inout [UInt8]) {
        guard case .toolCall(var call) = part.block.content else { return }
        var text = part.text
        if part.isReshaped {
            call.isCustom = true
            text = CustomToolShape.text(ofArguments: text)
            self.events.writeDelta(part.deltaPrefix, text, logprobs: false, to: &output)
        }
        self.events.write(
            call.isCustom ? "response.custom_tool_call_input.done" : "response.function_call_arguments.done",
            [
                "item_id": .string(part.id), "output_index": .integer(part.output),
                call.isCustom ? "input" : "arguments": .string(text),
            ], to: &output)
        let item = ResponsesItems.call(
            part.id, call, arguments: text, own: part.block.ownItem, status: "completed")
        self.done(part.output, item, &output)
    }

    private mutating func endWhole(_ part: ResponsesOpenPart, _ output: inout [UInt8]) {
        switch part.block.content {
        case .image(let media, _):
            guard case .base64(let data) = media.source else { return }
            self.events.writePlain("response.image_generation_call.completed", part.id, part.output, to: &output)
            let own = part.block.ownItem
            self.done(
                part.output, ResponsesItems.picture(part.id, media, own: own, data: data, status: "completed"), &output)
        case .own(_, let item):
            if item["type"]?.stringValue == "web_search_call" {
                for step in ["in_progress", "searching", "completed"] {
                    self.events.writePlain("response.web_search_call.\(step)", part.id, part.output, to: &output)
                }
            }
            self.done(part.output, item, &output)
        default: break
        }
    }
}
