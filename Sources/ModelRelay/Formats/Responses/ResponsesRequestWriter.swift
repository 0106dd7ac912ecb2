internal import Wire

/// Writes a request.
struct ResponsesRequestWriter {
    private let conversation: Conversation
    private let target: EncodingTarget
    private(set) var losses = Losses()
    private var request: JSONObject = [:]

    init(_ conversation: Conversation, _ target: EncodingTarget) {
        self.conversation = conversation
        self.target = target
    }

    private var isOwnClient: Bool { self.target.isForOwnClient }

    /// - Throws: a 400 for what would change the meaning if it were left out.
    mutating func write() throws(RelayError) -> JSON {
        self.request["model"] = .string(self.target.model)
        try self.writeInput()
        if self.conversation.isStreamed { self.request["stream"] = true }
        self.writeTools()
        try self.writeText()
        self.writeReasoning()
        try self.writeSampling()
        try self.refuseWhatCannotBeSaid()
        self.writeRest()
        self.writeOwnMembers()
        self.leaveOutUnsupported()
        return .object(self.request)
    }

    private mutating func writeInput() throws(RelayError) {
        var items = ResponsesItemWriter(self.target, losses: self.losses)
        for message in self.conversation.messages { try items.write(message) }
        self.losses = items.losses
        self.request["instructions"] = items.instructions.map { .string($0) }
        self.request["input"] = .array(items.items)
    }

    private mutating func writeTools() {
        var tools: [JSON] = []
        for tool in self.conversation.tools {
            if let json = ResponsesTools.write(tool, forOwnClient: self.isOwnClient, losses: &self.losses) { tools.append(json) }
        }
        if let search = self.conversation.webSearch {
            tools.append(ResponsesTools.write(search, forOwnClient: self.isOwnClient, losses: &self.losses))
        }
        if !tools.isEmpty { self.request["tools"] = .array(tools) }
        self.request["tool_choice"] = self.conversation.toolChoice.map {
            ResponsesTools.write($0, among: self.conversation.tools)
        }
        self.request["parallel_tool_calls"] = self.conversation.allowsParallelToolCalls.map { .bool($0) }
    }

    private mutating func writeText() throws(RelayError) {
        var text: JSONObject = [:]
        switch self.conversation.outputFormat {
        case nil: break
        case .text: text["format"] = ["type": "text"]
        case .jsonObject: text["format"] = ["type": "json_object"]
        case .jsonSchema(let name, let description, let schema, let isStrict):
            guard !self.target.quirks.lacksJSONSchema else {
                throw self.target.refusal(of: .jsonSchema, "can't be a schema for this model")
            }
            var format: JSONObject = ["type": "json_schema", "name": .string(name.isEmpty ? "answer" : name), "schema": schema]
            format["description"] = description.map { .string($0) }
            format["strict"] = isStrict.map { .bool($0) }
            text["format"] = .object(format)
        case .other(let json):
            guard self.isOwnClient else {
                throw self.target.refusal(of: .outputGrammar, "can't be of that kind for this model")
            }
            text["format"] = json
        }
        text["verbosity"] = self.conversation.verbosity.map { .string($0) }
        if !text.isEmpty { self.request["text"] = .object(text) }
    }

    // MARK: Reasoning

    private mutating func writeReasoning() {
        guard let asked = self.conversation.reasoning else { return }
        let summary = asked.summary.flatMap { $0 == "none" ? nil : JSON.string($0) }
        switch self.target.quirks.thinking {
        case .standard:
            var reasoning: JSONObject = [:]
            reasoning["effort"] = asked.effortOrNearest.map { .string($0) }
            reasoning["summary"] = summary
            if !reasoning.isEmpty { self.request["reasoning"] = .object(reasoning) }
        case .reasoningObject:
            var reasoning: JSONObject = [:]
            if let budget = asked.budget, budget > 0 {
                reasoning["max_tokens"] = .integer(budget)
            } else {
                reasoning["effort"] = asked.effortOrNearest.map { .string($0) }
            }
            if asked.summary == "none" { reasoning["exclude"] = true }
            if !reasoning.isEmpty { self.request["reasoning"] = .object(reasoning) }
        case .thinkingType:
            self.request["thinking"] = ["type": asked.isOff ? "disabled" : "enabled"]
        case .enableThinking:
            self.request["enable_thinking"] = .bool(!asked.isOff)
            if !asked.isOff { self.request["thinking_budget"] = asked.budgetOrNearest.map { .integer($0) } }
        case .none:
            self.losses.drop(asked.budget == nil ? .reasoningEffort : .reasoningBudget)
        }
    }

    /// Whether the thoughts are asked for in the form in which they can be brought back. A client of another format has no stored
    /// answer to go on from, so it is asked for on its behalf; but models that don't think refuse the question.
    private var includesOpaque: Bool {
        if self.conversation.reasoning?.includesOpaque == true { return true }
        guard !self.isOwnClient, self.target.quirks.thinking == .standard else { return false }
        if let reasoning = self.conversation.reasoning { return !reasoning.isOff }
        return Self.thinksByName(self.target.model)
            || self.conversation.messages.contains { $0.blocks.contains(where: \.isOwnThought) }
    }

    /// The families of OpenAI's models that think unless told otherwise: `o1` and its successors, `gpt-5` and its successors, `codex-…`.
    private static func thinksByName(_ model: String) -> Bool {
        let name = model.split(separator: "/").last.map(String.init) ?? model
        if name.hasPrefix("codex") || name.hasPrefix("gpt-oss") { return true }
        if name.hasPrefix("o"), let digit = name.dropFirst().first { return ("1"..."9").contains(digit) }
        guard name.hasPrefix("gpt-"), let digit = name.dropFirst(4).first else { return false }
        return ("5"..."9").contains(digit) && !name.contains("chat")
    }

    // MARK: Sampling

    private mutating func writeSampling() throws(RelayError) {
        let sampling = self.conversation.sampling
        self.request[self.target.quirks.outputLimitName ?? "max_output_tokens"] = sampling.maximumOutputTokens.map {
            .integer($0)
        }
        self.request["temperature"] = sampling.temperature.map { .number($0) }
        self.request["top_p"] = sampling.topP.map { .number($0) }
        self.request["top_logprobs"] = sampling.topLogprobs.map { .integer($0) }
        if sampling.topK != nil { self.losses.drop(.topK) }
        if sampling.frequencyPenalty != nil { self.losses.drop(.frequencyPenalty) }
        if sampling.presencePenalty != nil { self.losses.drop(.presencePenalty) }
        if sampling.logitBias != nil { self.losses.drop(.logitBias) }
        if sampling.seed != nil { self.losses.drop(.seed) }
        if !sampling.stop.isEmpty { self.losses.drop(.stop) }
        if let count = sampling.choiceCount, count > 1 {
            throw self.target.refusal(of: .choiceCount, "must be 1: this model gives one answer")
        }
    }

    private func refuseWhatCannotBeSaid() throws(RelayError) {
        if let modalities = self.conversation.modalities {
            if modalities.names.contains("audio") {
                throw self.target.refusal(of: .audioOutput, "can't be audio: this model answers in text")
            }
            if modalities.names.contains("image") {
                throw self.target.refusal(of: .imageOutput, "can't be images: this model answers in text")
            }
        }
        if self.conversation.promptCache.content != nil {
            throw self.target.refusal(of: .cachedContent, "is known to another provider than this model's only")
        }
    }

    // MARK: The rest

    private mutating func writeRest() {
        let conversation = self.conversation
        if self.isOwnClient {
            self.request["store"] = conversation.isStored.map { .bool($0) }
        } else {
            // Nobody could ask for it there: the answer's id doesn't reach such a client.
            self.request["store"] = false
            if conversation.isStored == true { self.losses.drop(.isStored) }
        }
        var include: [JSON] = []
        if self.includesOpaque { include.append("reasoning.encrypted_content") }
        if conversation.sampling.logprobs == true { include.append("message.output_text.logprobs") }
        if self.isOwnClient { include += conversation.ownMembers["include"]?.arrayValue ?? [] }
        if !include.isEmpty { self.request["include"] = .array(include) }
        self.request["metadata"] = conversation.metadata.map { .object($0) }
        self.request["user"] = conversation.user.map { .string($0) }
        self.request["prompt_cache_key"] = conversation.promptCache.key.map { .string($0) }
        self.request["prompt_cache_retention"] = conversation.promptCache.retention.map { .string($0) }
        if let tier = conversation.serviceTier {
            if let word = self.isOwnClient ? tier : ResponsesNames.serviceTier(tier) {
                self.request["service_tier"] = .string(word)
            } else {
                self.losses.drop(.serviceTier)
            }
        }
        if conversation.prediction != nil { self.losses.drop(.prediction) }
        if conversation.safetySettings != nil { self.losses.drop(.safetySettings) }
    }

    private mutating func writeOwnMembers() {
        for (name, value) in self.conversation.ownMembers {
            guard self.isOwnClient else {
                self.losses.drop(member: name)
                continue
            }
            if name == "include" { continue }
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            if parts.count == 2, parts[0] == "text" || parts[0] == "reasoning" {
                var object = self.request[parts[0]]?.objectValue ?? [:]
                object[parts[1]] = value
                self.request[parts[0]] = .object(object)
            } else {
                self.request[name] = value
            }
        }
    }

    private mutating func leaveOutUnsupported() {
        for name in self.target.quirks.unsupportedMembers where self.request.contains(name) {
            self.request[name] = nil
            // What was added here was nothing of the client's.
            if self.isOwnClient || name != "store" && name != "include" { self.losses.drop(member: name) }
        }
    }
}

extension Block {
    /// Whether it is a thought that this format's provider can read again.
    fileprivate var isOwnThought: Bool {
        if case .reasoning(let reasoning) = self.content { reasoning.opaque?.origin == .responses } else { false }
    }
}
