internal import NIOHTTP1
internal import Wire

/// Writes a conversation as an upstream of completions gets it: as far as it is one text.
struct CompletionRequestWriter {
    private let target: EncodingTarget
    private(set) var losses: Losses

    private var isClientsOwn: Bool { self.target.client.format == .completions }

    init(target: EncodingTarget, losses: Losses) {
        self.target = target
        self.losses = losses
    }

    mutating func request(_ conversation: Conversation) throws(RelayError) -> JSON {
        try self.refuse(conversation)
        self.drop(conversation)
        var object: JSONObject = ["model": .string(self.target.model)]
        let own = self.isClientsOwn ? conversation.ownMembers["prompt"] : nil
        if let own { object["prompt"] = own } else { object["prompt"] = .string(try self.prompt(conversation.messages)) }
        let sampling = conversation.sampling
        sampling.write(to: &object, limitName: self.target.quirks.outputLimitName ?? "max_tokens")
        if sampling.logprobs == true { object["logprobs"] = .integer(sampling.topLogprobs ?? 0) }
        if let count = sampling.topK {
            if self.isClientsOwn { object["top_k"] = .integer(count) } else { self.losses.drop(.topK) }
        }
        object["user"] = conversation.user.map { .string($0) }
        for (name, value) in conversation.ownMembers {
            if self.isClientsOwn { object.appendIfAbsent(name, value) } else { self.losses.drop(member: name) }
        }
        if conversation.isStreamed {
            object["stream"] = true
            if !self.target.quirks.lacksStreamOptions { object["stream_options"] = ["include_usage": true] }
        }
        for name in self.target.quirks.unsupportedMembers {
            guard object[name] != nil, name != "prompt" else { continue }
            if name == "n", (sampling.choiceCount ?? 1) > 1 { throw self.target.cannotSay(.choiceCount) }
            object[name] = nil
            if let feature = Feature.allCases.first(where: { CompletionsCodec.memberName(of: $0) == name }) {
                self.losses.drop(feature)
            } else {
                self.losses.drop(member: name)
            }
        }
        return .object(object)
    }

    /// - Throws: for what would make the answer another thing.
    private func refuse(_ conversation: Conversation) throws(RelayError) {
        if !conversation.tools.isEmpty { throw self.target.cannotSay(.tools) }
        switch conversation.outputFormat {
        case .jsonObject: throw self.target.cannotSay(.jsonObject)
        case .jsonSchema: throw self.target.cannotSay(.jsonSchema)
        case .other: throw self.target.cannotSay(.outputGrammar)
        case .text, nil: break
        }
        if conversation.modalities?.audio != nil || conversation.modalities?.names.contains("audio") == true {
            throw self.target.cannotSay(.audioOutput)
        }
        if conversation.modalities?.names.contains("image") == true { throw self.target.cannotSay(.imageOutput) }
        if conversation.promptCache.content != nil { throw self.target.cannotSay(.cachedContent) }
    }

    private mutating func drop(_ conversation: Conversation) {
        let lost: [(Bool, Feature)] = [
            (conversation.verbosity != nil, .verbosity), (conversation.webSearch != nil, .webSearch),
            (conversation.prediction != nil, .prediction), (conversation.promptCache.key != nil, .promptCacheKey),
            (conversation.promptCache.retention != nil, .promptCacheRetention), (conversation.serviceTier != nil, .serviceTier),
            (conversation.metadata != nil, .metadata),
            (conversation.isStored == true && self.target.client.format != .responses, .isStored),
            (conversation.safetySettings != nil, .safetySettings),
            // A model that completes texts doesn't think, so that nothing is lost where it should not.
            (conversation.reasoning?.budget ?? 0 > 0, .reasoningBudget),
            (conversation.reasoning?.isOff == false && conversation.reasoning?.budget == nil, .reasoningEffort),
        ]
        for (isLost, feature) in lost where isLost { self.losses.drop(feature) }
    }

    // MARK: The prompt

    /// Instructions come before what the user says. More turns than that have no form here.
    private mutating func prompt(_ messages: [Message]) throws(RelayError) -> String {
        var texts: [String] = []
        var turns = 0
        for message in messages {
            if message.role == .user || message.role == .assistant { turns += 1 }
            guard turns <= 1, message.role != .assistant else {
                throw self.target.cannotSay(.turns, "has several turns, and the provider of this model completes one text")
            }
            if message.name != nil { self.losses.drop(.participantName) }
            for name in message.ownMembers.names { self.losses.drop(member: name) }
            for block in message.blocks { texts.append(try self.text(block)) }
        }
        return texts.joined(separator: "\n\n")
    }

    private mutating func text(_ block: Block) throws(RelayError) -> String {
        if block.cacheMark != nil { self.losses.drop(.cacheMarks) }
        switch block.content {
        case .text(let text, _), .refusal(let text): return text
        case .document(let document):
            guard case .text(let text) = document.source else { throw self.target.cannotSay(.documentData) }
            return [document.title, document.context, text].compactMap { $0 }.joined(separator: "\n\n")
        case .image: throw self.target.cannotSay(.imageData)
        case .audio: throw self.target.cannotSay(.audioInput)
        case .video: throw self.target.cannotSay(.videoInput)
        case .toolCall, .toolResult: throw self.target.cannotSay(.tools)
        case .reasoning, .own:
            self.losses.drop(.reasoningText)
            return ""
        }
    }
}
