internal import Wire

/// Writes a conversation as an upstream of chat completions gets it, in the dialect that its provider's file tells.
struct ChatRequestWriter {
    let target: EncodingTarget
    var losses: Losses

    var quirks: Quirks { self.target.quirks }
    /// Whether the client speaks this format too: then what it said beyond OpenAI's description is passed on as well.
    var isClientsOwn: Bool { self.target.client.format == .chatCompletions }

    init(target: EncodingTarget, losses: Losses) {
        self.target = target
        self.losses = losses
    }

    mutating func request(_ conversation: Conversation) throws(RelayError) -> JSON {
        var object: JSONObject = ["model": .string(self.target.model)]
        object["messages"] = .array(try self.messages(conversation.messages, outputFormat: conversation.outputFormat))
        try self.writeTools(conversation, to: &object)
        try self.writeOutput(conversation, to: &object)
        try self.writeSampling(conversation.sampling, to: &object)
        self.writeReasoning(conversation.reasoning, to: &object)
        self.writeWebSearch(conversation.webSearch, to: &object)
        try self.writePromptCache(conversation.promptCache, to: &object)
        object["service_tier"] = conversation.serviceTier.map { .string($0) }
        object["user"] = conversation.user.map { .string($0) }
        object["metadata"] = conversation.metadata.map { .object($0) }
        // What a client of Responses wants kept is kept by the gateway.
        if self.target.client.format != .responses { object["store"] = conversation.isStored.map { .bool($0) } }
        if conversation.safetySettings != nil { self.losses.drop(.safetySettings) }
        self.writeOwnMembers(conversation.ownMembers, to: &object)
        self.writeStream(conversation.isStreamed, to: &object)
        try self.leaveOutUnsupported(of: conversation, in: &object)
        return .object(object)
    }

    private mutating func writeOutput(_ conversation: Conversation, to object: inout JSONObject) throws(RelayError) {
        object["verbosity"] = conversation.verbosity.map { .string($0) }
        switch conversation.outputFormat {
        case nil: break
        case .text: object["response_format"] = ["type": "text"]
        case .jsonObject: object["response_format"] = ["type": "json_object"]
        case .jsonSchema(let name, let description, let schema, let isStrict):
            guard !self.quirks.lacksJSONSchema else {
                // The schema is among the instructions; that it is kept to nobody promises.
                object["response_format"] = ["type": "json_object"]
                self.losses.drop(.jsonSchema)
                break
            }
            var format: JSONObject = ["name": .string(name)]
            format["description"] = description.map { .string($0) }
            format["schema"] = schema
            format["strict"] = isStrict.map { .bool($0) }
            object["response_format"] = ["type": "json_schema", "json_schema": .object(format)]
        case .other(let format):
            guard self.isClientsOwn else { throw self.target.cannotSay(.outputGrammar) }
            object["response_format"] = format
        }
        if let modalities = conversation.modalities {
            if !modalities.names.isEmpty { object["modalities"] = .array(modalities.names.map { .string($0) }) }
            object["audio"] = modalities.audio
        }
        if let prediction = conversation.prediction {
            object["prediction"] = ["type": "content", "content": try self.content(prediction)]
        }
    }

    private mutating func writeSampling(_ sampling: Sampling, to object: inout JSONObject) throws(RelayError) {
        sampling.write(to: &object, limitName: self.quirks.outputLimitName ?? "max_completion_tokens")
        object["logprobs"] = sampling.logprobs.map { .bool($0) }
        object["top_logprobs"] = sampling.topLogprobs.map { .integer($0) }
        if let count = sampling.topK {
            if self.isClientsOwn { object["top_k"] = .integer(count) } else { self.losses.drop(.topK) }
        }
    }

    private mutating func writeWebSearch(_ search: WebSearchRequest?, to object: inout JSONObject) {
        guard let search else { return }
        var options = JSONObject()
        options["search_context_size"] = search.contextSize.map { .string($0) }
        options["user_location"] = search.location.map { ["type": "approximate", "approximate": .object($0)] }
        object["web_search_options"] = .object(options)
        if !search.allowedDomains.isEmpty || !search.blockedDomains.isEmpty { self.losses.drop(.webSearchDomains) }
        if search.maximumUses != nil { self.losses.drop(member: "max_uses") }
        for name in search.ownMembers.names { self.losses.drop(member: name) }
    }

    private mutating func writePromptCache(_ cache: PromptCacheRequest, to object: inout JSONObject) throws(RelayError) {
        object["prompt_cache_key"] = cache.key.map { .string($0) }
        object["prompt_cache_retention"] = cache.retention.map { .string($0) }
        // It holds a part of the conversation.
        if cache.content != nil { throw self.target.cannotSay(.cachedContent) }
    }

    private mutating func writeOwnMembers(_ members: JSONObject, to object: inout JSONObject) {
        for (name, value) in members {
            if self.isClientsOwn { object.appendIfAbsent(name, value) } else { self.losses.drop(member: name) }
        }
    }

    /// Usage is asked for always: it is what the call is charged by.
    private func writeStream(_ isStreamed: Bool, to object: inout JSONObject) {
        let own = object["stream_options"]
        object["stream_options"] = nil
        guard isStreamed else { return }
        object["stream"] = true
        guard !self.quirks.lacksStreamOptions else { return }
        var options = own?.objectValue ?? JSONObject()
        options["include_usage"] = true
        object["stream_options"] = .object(options)
    }

    // MARK: What one provider refuses

    private mutating func leaveOutUnsupported(of conversation: Conversation, in object: inout JSONObject) throws(RelayError) {
        for name in self.quirks.unsupportedMembers {
            guard object[name] != nil else { continue }
            try self.checkMayBeLeftOut(name, of: conversation)
            object[name] = nil
            if let feature = self.feature(ofMember: name) { self.losses.drop(feature) } else { self.losses.drop(member: name) }
        }
    }

    /// - Throws: where the answer would be another thing without it.
    private func checkMayBeLeftOut(_ name: String, of conversation: Conversation) throws(RelayError) {
        switch name {
        case "n" where (conversation.sampling.choiceCount ?? 1) > 1: throw self.target.cannotSay(.choiceCount)
        case "tools": throw self.target.cannotSay(.tools)
        case "tool_choice":
            switch conversation.toolChoice {
            case .required, .allowed(_, isRequired: true): throw self.target.cannotSay(.toolChoiceRequired)
            case .named: throw self.target.cannotSay(.toolChoiceNamed)
            case .none?: throw self.target.cannotSay(.toolChoiceNone)
            default: break
            }
        case "response_format":
            switch conversation.outputFormat {
            case .jsonSchema: throw self.target.cannotSay(.jsonSchema)
            case .jsonObject: throw self.target.cannotSay(.jsonObject)
            default: break
            }
        case "audio", "modalities":
            if conversation.modalities?.names.contains(where: { $0 != "text" }) == true {
                throw self.target.cannotSay(name == "audio" ? .audioOutput : .imageOutput)
            }
        default: break
        }
    }

    private func feature(ofMember name: String) -> Feature? {
        switch name {
        case "max_tokens": .maximumOutputTokens
        case "top_logprobs": .logprobs
        case "thinking", "enable_thinking", "reasoning": .reasoningEffort
        case "thinking_budget": .reasoningBudget
        default: Feature.allCases.first { ChatCompletionsCodec.memberName(of: $0) == name }
        }
    }
}
