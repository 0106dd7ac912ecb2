internal import NIOHTTP1
internal import Wire

/// Writes a `GenerateContentRequest`.
struct GenerateContentRequestWriter {
    let conversation: Conversation
    let target: EncodingTarget
    let model: GeminiModel
    var losses: Losses
    private var request = JSONObject()
    private var settings = JSONObject()

    init(_ conversation: Conversation, for target: EncodingTarget, losses: Losses) {
        self.conversation = conversation
        self.target = target
        self.model = GeminiModel.named(target.model)
        self.losses = losses
    }

    /// Whether the client speaks this format too, so that what it alone has is given back.
    var isOwn: Bool { self.target.client.format == .generateContent }

    /// - Throws: a 400 for what would change the meaning if it were left out.
    mutating func write() throws(RelayError) -> JSON {
        var contents = GenerateContentContentsWriter(target: self.target, model: self.model, losses: self.losses)
        let (said, instruction) = try contents.contents(self.conversation.messages)
        self.losses = contents.losses
        self.request["contents"] = .array(said)
        if let instruction { self.request["systemInstruction"] = instruction }
        var tools = GenerateContentToolsWriter(self.conversation, target: self.target, model: self.model, losses: self.losses)
        try tools.write(to: &self.request)
        self.losses = tools.losses
        try self.writeSampling()
        try self.writeOutput()
        self.writeThinking()
        self.writeModalities()
        self.writeRest()
        self.restoreOwnMembers()
        if !self.settings.isEmpty { self.request["generationConfig"] = .object(self.settings) }
        self.removeUnsupported()
        return .object(self.request)
    }

    /// A 400 for what can't be had.
    private func refusal(_ feature: Feature, _ reason: String) -> RelayError {
        Self.refusal(feature, reason, client: self.target.client)
    }

    static func refusal(_ feature: Feature, _ reason: String, client: any FormatCodec.Type) -> RelayError {
        let name = client.memberName(of: feature) ?? feature.rawValue
        return RelayError(.badRequest, code: "unsupported_value", parameter: name, "`\(name)` \(reason)")
    }

    // MARK: - generationConfig

    /// The most texts that may end an answer.
    private static let mostStops = 5

    private mutating func writeSampling() throws(RelayError) {
        let sampling = self.conversation.sampling
        guard sampling.stop.count <= Self.mostStops else {
            throw self.refusal(.stop, "can hold at most \(Self.mostStops) texts for this model")
        }
        self.settings["candidateCount"] = sampling.choiceCount.map { .integer($0) }
        if !sampling.stop.isEmpty { self.settings["stopSequences"] = .array(sampling.stop.map { .string($0) }) }
        self.settings["maxOutputTokens"] = sampling.maximumOutputTokens.map { .integer($0) }
        self.settings["temperature"] = sampling.temperature.map { .number($0) }
        self.settings["topP"] = sampling.topP.map { .number($0) }
        self.settings["topK"] = sampling.topK.map { .integer($0) }
        if let seed = sampling.seed {
            // It has 32 bits there.
            if self.isOwn || Int32(exactly: seed) != nil {
                self.settings["seed"] = .integer(seed)
            } else {
                self.losses.drop(.seed)
            }
        }
        self.settings["presencePenalty"] = sampling.presencePenalty.map { .number($0) }
        self.settings["frequencyPenalty"] = sampling.frequencyPenalty.map { .number($0) }
        self.settings["responseLogprobs"] = sampling.logprobs.map { .bool($0) }
        // The number of alternatives is refused without the probabilities themselves; none at all is what it is without the member.
        if let count = sampling.topLogprobs, count > 0 || self.isOwn { self.settings["logprobs"] = .integer(count) }
        if sampling.logitBias != nil { self.losses.drop(.logitBias) }
    }

    private mutating func writeOutput() throws(RelayError) {
        switch self.conversation.outputFormat {
        case nil: break
        case .text: if self.isOwn { self.settings["responseMimeType"] = "text/plain" }
        case .jsonObject: self.settings["responseMimeType"] = "application/json"
        case .jsonSchema(_, let description, var schema, _):
            guard !self.target.quirks.lacksJSONSchema else {
                throw self.refusal(.jsonSchema, "is not known to this model's provider")
            }
            self.settings["responseMimeType"] = "application/json"
            if let description, schema["description"] == nil { schema["description"] = .string(description) }
            if self.target.quirks.lacksFullSchemas {
                let (subset, dropped) = GeminiSchema.subset(of: schema)
                self.settings["responseSchema"] = subset
                for keyword in dropped { self.losses.drop(member: "schema.\(keyword)") }
            } else {
                self.settings["responseJsonSchema"] = schema
            }
        case .other(let format):
            guard format["responseMimeType"] != nil, let members = format.objectValue else {
                throw self.refusal(.outputGrammar, "can't ask for a grammar of this model's provider")
            }
            for (name, value) in members { self.settings[name] = value }
        }
    }

    private mutating func writeThinking() {
        guard let reasoning = self.conversation.reasoning else { return }
        var thinking = JSONObject()
        if self.isOwn {
            // What the client said in the format's own words stays as it is, whatever is known of the model.
            if reasoning.isAdaptive { thinking["thinkingBudget"] = -1 }
            thinking["thinkingBudget"] = reasoning.budget.map { .integer($0) } ?? thinking["thinkingBudget"]
            thinking["thinkingLevel"] = reasoning.effort.map { .string($0.uppercased()) }
            thinking["includeThoughts"] = reasoning.summary.map { .bool($0 != "none") }
        } else if self.target.quirks.thinking == .none {
            self.losses.drop(.reasoningEffort)
        } else {
            let model = self.model
            self.writeAmount(reasoning, by: model, to: &thinking)
            // Thoughts are shown unless the client wants none, as the other formats' providers show them.
            if !reasoning.isOff, model.thinking != .none { thinking["includeThoughts"] = .bool(reasoning.summary != "none") }
        }
        if !thinking.isEmpty || self.isOwn { self.settings["thinkingConfig"] = .object(thinking) }
    }

    private mutating func writeAmount(_ reasoning: ReasoningRequest, by model: GeminiModel, to thinking: inout JSONObject) {
        switch model.thinking {
        case .none: if !reasoning.isOff { self.losses.drop(reasoning.budget == nil ? .reasoningEffort : .reasoningBudget) }
        case .budget(let range, let canBeOff):
            if reasoning.isOff {
                thinking["thinkingBudget"] = .integer(canBeOff ? 0 : range.lowerBound)
                if !canBeOff { self.losses.drop(.reasoningOff) }
            } else if let budget = reasoning.budgetOrNearest {
                thinking["thinkingBudget"] = .integer(min(max(budget, range.lowerBound), range.upperBound))
            } else if reasoning.isAdaptive {
                thinking["thinkingBudget"] = -1
            } else if reasoning.effort != nil {
                self.losses.drop(.reasoningEffort)
            }
        case .levels(let levels):
            guard let effort = reasoning.effortOrNearest else { return }
            guard let level = Self.level(of: effort, among: levels) else { return self.losses.drop(.reasoningEffort) }
            thinking["thinkingLevel"] = .string(level.uppercased())
            if reasoning.isOff { self.losses.drop(.reasoningOff) }
        case .unknown:
            if reasoning.isOff {
                thinking["thinkingBudget"] = 0
            } else if let budget = reasoning.budget {
                thinking["thinkingBudget"] = .integer(budget)
            } else if let effort = reasoning.effort {
                thinking["thinkingLevel"] = .string(effort.uppercased())
            } else if reasoning.isAdaptive {
                thinking["thinkingBudget"] = -1
            }
        }
    }

    private static let efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    /// The level that is nearest to the effort, the lower one of two; nil for a word that isn't known.
    private static func level(of effort: String, among levels: [String]) -> String? {
        guard let wanted = self.efforts.firstIndex(of: effort) else { return nil }
        func distance(_ level: String) -> Int { abs((self.efforts.firstIndex(of: level) ?? self.efforts.count) - wanted) }
        return levels.min { distance($0) < distance($1) }
    }

    private mutating func writeModalities() {
        guard let modalities = self.conversation.modalities else { return }
        self.settings["responseModalities"] = .array(modalities.names.map { .string($0.uppercased()) })
        guard let audio = modalities.audio else { return }
        if let voice = audio["voice"]?.stringValue {
            if self.isOwn || Self.voices.contains(voice) {
                self.settings["speechConfig"] = ["voiceConfig": ["prebuiltVoiceConfig": ["voiceName": .string(voice)]]]
            } else {
                self.losses.drop(member: "audio.voice")
            }
        }
        if let format = audio["format"]?.stringValue, format != "pcm16" { self.losses.drop(member: "audio.format") }
    }

    /// Gemini's voices; a name that is none of them is refused there. (ai.google.dev, "Speech generation".)
    private static let voices: Set<String> = [
        "Zephyr", "Puck", "Charon", "Kore", "Fenrir", "Leda", "Orus", "Aoede", "Callirrhoe", "Autonoe", "Enceladus", "Iapetus",
        "Umbriel",
        "Algieba", "Despina", "Erinome", "Algenib", "Rasalgethi", "Laomedeia", "Achernar", "Alnilam", "Schedar", "Gacrux",
        "Pulcherrima",
        "Achird", "Zubenelgenubi", "Vindemiatrix", "Sadachbia", "Sadaltager", "Sulafat",
    ]

    // MARK: - Beside it

    private mutating func writeRest() {
        let conversation = self.conversation
        self.request["safetySettings"] = conversation.safetySettings
        // Few servers know it, and what a client of Responses wants kept is kept by the gateway.
        if self.target.client.format == .generateContent {
            self.request["store"] = conversation.isStored.map { .bool($0) }
        } else if conversation.isStored == true, self.target.client.format != .responses {
            self.losses.drop(.isStored)
        }
        if let content = conversation.promptCache.content { self.request["cachedContent"] = .string(content) }
        if conversation.promptCache.key != nil { self.losses.drop(.promptCacheKey) }
        if conversation.promptCache.retention != nil { self.losses.drop(.promptCacheRetention) }
        switch conversation.serviceTier {
        case nil, "auto": break
        case "default": self.request["serviceTier"] = "standard"
        case let tier? where self.isOwn || ["flex", "priority", "standard"].contains(tier):
            self.request["serviceTier"] = .string(tier)
        default: self.losses.drop(.serviceTier)
        }
        if let metadata = conversation.metadata {
            if self.isOwn || Self.areLabels(metadata) {
                self.request["labels"] = .object(metadata)
            } else {
                self.losses.drop(.metadata)
            }
        }
        if conversation.user != nil { self.losses.drop(.user) }
        if conversation.verbosity != nil { self.losses.drop(.verbosity) }
        if conversation.prediction != nil { self.losses.drop(.prediction) }
        if conversation.allowsParallelToolCalls == false { self.losses.drop(.parallelToolCalls) }
        if conversation.tools.contains(where: { $0.cacheMark != nil })
            || conversation.messages.contains(where: { $0.blocks.contains { $0.cacheMark != nil } })
        {
            self.losses.drop(.cacheMarks)
        }
    }

    /// Whether pairs are labels by the rules of Google Cloud: at most 64 of them, lower case, 63 characters.
    private static func areLabels(_ pairs: JSONObject) -> Bool {
        func isLabel(_ text: String) -> Bool {
            text.utf8.count <= 63
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                        UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
        return pairs.count <= 64
            && pairs.allSatisfy { name, value in
                name.utf8.first.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } == true && isLabel(name)
                    && value.stringValue.map(isLabel) == true
            }
    }

    private mutating func restoreOwnMembers() {
        for (name, value) in self.conversation.ownMembers {
            guard self.isOwn else {
                self.losses.drop(member: name)
                continue
            }
            let path = name.split(separator: ".", maxSplits: 1).map(String.init)
            switch path.first {
            // Those of parts stand in their parts; the tools writer has put back its own.
            case "contents": if !name.hasPrefix("contents.parts.") { self.losses.drop(member: name) }
            case "tools", "toolConfig": continue
            case "generationConfig" where path.count == 2:
                let inner = path[1].split(separator: ".", maxSplits: 1).map(String.init)
                if inner.count == 2 {
                    var nested = self.settings[inner[0]]?.objectValue ?? [:]
                    nested[inner[1]] = value
                    self.settings[inner[0]] = .object(nested)
                } else {
                    self.settings[path[1]] = value
                }
            default: self.request[name] = value
            }
        }
    }

    private mutating func removeUnsupported() {
        for name in self.target.quirks.unsupportedMembers {
            if self.request[name] != nil {
                self.request[name] = nil
            } else if case .object(var settings)? = self.request["generationConfig"], settings[name] != nil {
                settings[name] = nil
                self.request["generationConfig"] = .object(settings)
            } else {
                continue
            }
            self.losses.drop(member: name)
        }
    }
}
