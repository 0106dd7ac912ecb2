internal import Wire

/// How many tokens a conversation is as a model's input, where its provider can't be asked.
///
/// The accuracy is that of `TextTokens`; what stands around the texts is counted by what the providers say of it. What a provider adds
/// of its own (a search's results, a file that it holds) is not known here and counts little or nothing.
enum TokenEstimate {
    /// What a request costs before anything is said.
    private static let base: Int64 = 3
    /// The role of a turn and what divides it from the next.
    private static let perMessage: Int64 = 4
    private static let perTool: Int64 = 8

    /// - Parameter format: the upstream's: pictures and tools cost by its house.
    static func inputTokens(of conversation: Conversation, for format: WireFormat) -> Int64 {
        var texts = TextTokens()
        var others = self.base
        for message in conversation.messages {
            others += self.perMessage
            if let name = message.name { texts.add(name) }
            others += self.count(message.blocks, for: format, into: &texts, depth: 0)
        }
        for tool in conversation.tools {
            others += self.perTool
            self.count(tool, into: &texts)
        }
        if !conversation.tools.isEmpty || conversation.webSearch != nil {
            // Anthropic tells the model how to use tools.
            others += format == .messages || format == .countTokens ? 346 : 12
        }
        if case .jsonSchema(let name, let description, let schema, _)? = conversation.outputFormat {
            texts.add(name)
            if let description { texts.add(description) }
            texts.add(schema.serialized())
        }
        return others + texts.count
    }

    private static func count(_ tool: Tool, into texts: inout TextTokens) {
        texts.add(tool.name)
        if let description = tool.description { texts.add(description) }
        switch tool.kind {
        case .function(let parameters, _): if let parameters { texts.add(parameters.serialized()) }
        case .custom(let format): if let format { texts.add(format.serialized()) }
        case .own(_, let json): texts.add(json.serialized())
        }
    }

    /// Blocks hold blocks in results of tools, which hold documents: no further.
    private static let deepest = 4

    private static func count(
        _ blocks: [Block], for format: WireFormat, into texts: inout TextTokens, depth: Int
    ) -> Int64 {
        guard depth < self.deepest else { return 0 }
        var others: Int64 = 0
        for block in blocks {
            switch block.content {
            case .text(let text, _), .refusal(let text): texts.add(text)
            case .image(let media, let detail): others += MediaTokens.image(base64: media.base64, detail: detail, for: format)
            case .audio(let media): others += MediaTokens.audio(base64: media.base64)
            case .video(let media): others += MediaTokens.video(base64: media.base64)
            case .document(let document): others += self.count(document, for: format, into: &texts, depth: depth)
            case .toolCall(let call):
                others += self.perTool
                texts.add(call.name)
                texts.add(call.arguments)
            case .toolResult(let result):
                others += self.perTool
                if result.blocks.isEmpty, let object = result.object { texts.add(object.serialized()) }
                others += self.count(result.blocks, for: format, into: &texts, depth: depth + 1)
            case .reasoning(let reasoning): texts.add(reasoning.text)
            case .own(_, let json): texts.add(json.serialized())
            }
        }
        return others
    }

    private static func count(
        _ document: Document, for format: WireFormat, into texts: inout TextTokens, depth: Int
    ) -> Int64 {
        if let title = document.title { texts.add(title) }
        if let context = document.context { texts.add(context) }
        switch document.source {
        case .text(let text):
            texts.add(text)
            return 0
        case .media(let media): return MediaTokens.document(base64: media.base64, for: format)
        case .blocks(let blocks): return self.count(blocks, for: format, into: &texts, depth: depth + 1)
        }
    }
}

extension Media {
    fileprivate var base64: String? { if case .base64(let text) = self.source { text } else { nil } }
}
