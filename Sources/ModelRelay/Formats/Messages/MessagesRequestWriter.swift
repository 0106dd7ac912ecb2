internal import NIOHTTP1
internal import Wire

/// Writes the request as an upstream of this format gets it.
///
/// A client of this format is taken at its word: what it said comes out as it was. What another format says is fitted to the rules of the
/// API, which differ by model; what doesn't fit is told or refused.
struct MessagesRequestWriter {
    let conversation: Conversation
    let target: EncodingTarget
    var losses = Losses()
    /// Whether the client speaks this format as well.
    let isNative: Bool
    /// Nil where the model is no Claude.
    let generation: ClaudeGeneration?

    /// Where nobody says how long an answer may be, in tokens.
    static let defaultOutputTokens: Int64 = 8192
    private static let longestUser = 256

    init(_ conversation: Conversation, for target: EncodingTarget) {
        self.conversation = conversation
        self.target = target
        self.isNative = target.client.format == .messages
        self.generation = ClaudeGeneration(model: target.model)
    }

    mutating func request() throws(RelayError) -> JSON {
        try self.refuseWhatCannotBeSaid()
        self.dropWhatHasNoPlace()
        var body: JSONObject = ["model": .string(self.target.model)]
        let thinking = self.thinking()
        body[self.target.quirks.outputLimitName ?? "max_tokens"] = .integer(thinking.outputLimit)
        let format = try self.outputFormat()
        try self.writeTurns(instruction: format.instruction, to: &body)
        if self.conversation.isStreamed { body["stream"] = true }
        try self.writeTools(to: &body)
        body["thinking"] = thinking.member
        for (name, value) in thinking.others { body[name] = value }
        self.writeSampling(isThinking: thinking.isOn, to: &body)
        self.writeOutputConfiguration(effort: thinking.effort, format: format.member, to: &body)
        self.writeMetadata(to: &body)
        if let tier = self.conversation.serviceTier {
            if let tier = MessagesNames.requestTier(tier) {
                body["service_tier"] = .string(tier)
            } else {
                self.losses.drop(.serviceTier)
            }
        }
        for (name, value) in self.conversation.ownMembers {
            guard self.isNative else {
                self.losses.drop(member: name)
                continue
            }
            if name != "output_config" { body[name] = value }
        }
        self.leaveOutUnsupported(of: &body)
        return .object(body)
    }

    /// A 400 for a feature that this format can't say and that can't be left out either.
    func refused(_ feature: Feature, _ reason: String) -> RelayError {
        let name = self.target.client.memberName(of: feature)
        return RelayError(
            .badRequest, code: "unsupported_value", parameter: name,
            "\(name.map { "`\($0)`" } ?? feature.rawValue) can't be passed on to this model: \(reason)")
    }

    private func refuseWhatCannotBeSaid() throws(RelayError) {
        if let count = self.conversation.sampling.choiceCount, count > 1 {
            throw self.refused(.choiceCount, "it gives one answer only")
        }
        if self.conversation.promptCache.content != nil {
            throw self.refused(.cachedContent, "a part of the prompt is kept at another provider")
        }
        if let names = self.conversation.modalities?.names {
            if names.contains("audio") { throw self.refused(.audioOutput, "it answers with text") }
            if !names.isEmpty, !names.contains("text") { throw self.refused(.imageOutput, "it answers with text") }
        }
    }

    private mutating func dropWhatHasNoPlace() {
        let sampling = self.conversation.sampling
        if sampling.frequencyPenalty.map(Self.isNotZero) == true { self.losses.drop(.frequencyPenalty) }
        if sampling.presencePenalty.map(Self.isNotZero) == true { self.losses.drop(.presencePenalty) }
        if sampling.logitBias.map({ !$0.isEmpty }) == true { self.losses.drop(.logitBias) }
        if sampling.seed != nil { self.losses.drop(.seed) }
        if sampling.logprobs == true || sampling.topLogprobs != nil { self.losses.drop(.logprobs) }
        if self.conversation.verbosity.map({ $0 != "medium" }) == true { self.losses.drop(.verbosity) }
        if self.conversation.prediction != nil { self.losses.drop(.prediction) }
        if self.conversation.promptCache.key != nil { self.losses.drop(.promptCacheKey) }
        if self.conversation.promptCache.retention != nil { self.losses.drop(.promptCacheRetention) }
        if self.conversation.modalities?.names.contains("image") == true { self.losses.drop(.imageOutput) }
        if self.conversation.safetySettings != nil { self.losses.drop(.safetySettings) }
        // Answers of Responses are kept by the gateway itself.
        if self.conversation.isStored == true, self.target.client.format != .responses { self.losses.drop(.isStored) }
    }

    private static func isNotZero(_ number: JSONNumber) -> Bool { number.double != 0 }

    // MARK: Sampling

    private mutating func writeSampling(isThinking: Bool, to body: inout JSONObject) {
        let sampling = self.conversation.sampling
        if self.isNative {
            body["temperature"] = sampling.temperature.map { .number($0) }
            body["top_p"] = sampling.topP.map { .number($0) }
            body["top_k"] = sampling.topK.map { .integer($0) }
            if !sampling.stop.isEmpty { body["stop_sequences"] = .array(sampling.stop.map { .string($0) }) }
            return
        }
        // Newer models draw tokens in their own way alone, and so does any model that thinks (but for a `top_p` of 0.95 or more).
        let isFixed = isThinking || self.generation?.refusesBudgetsAndSampling == true
        if let temperature = sampling.temperature, temperature.double != 1 {
            if isFixed {
                self.losses.drop(.temperature)
            } else {
                // Other formats go up to 2, this one to 1.
                if temperature.double > 1 { self.losses.drop(.temperature) }
                body["temperature"] = temperature.double > 1 ? 1 : .number(temperature)
            }
        }
        if let topP = sampling.topP, topP.double != 1 {
            let isRefused =
                self.generation?.refusesBudgetsAndSampling == true || (isThinking && topP.double < 0.95)
                || (body["temperature"] != nil && self.generation?.refusesTemperatureWithTopP == true)
            if isRefused { self.losses.drop(.topP) } else { body["top_p"] = .number(topP) }
        }
        if let topK = sampling.topK {
            if isFixed || topK < 1 { self.losses.drop(.topK) } else { body["top_k"] = .integer(topK) }
        }
        // A sequence of white space alone is refused.
        let stop = sampling.stop.filter { text in !text.allSatisfy(\.isWhitespace) }
        if stop.count < sampling.stop.count { self.losses.drop(.stop) }
        if !stop.isEmpty { body["stop_sequences"] = .array(stop.map { .string($0) }) }
    }

    // MARK: The shape of the answer

    /// What `output_config.format` is to be, and what has to be said in words instead.
    private mutating func outputFormat() throws(RelayError) -> (member: JSON?, instruction: String?) {
        switch self.conversation.outputFormat {
        case nil, .text: return (nil, nil)
        case .jsonObject:
            // There is no way to ask for just any object.
            self.losses.drop(.jsonObject)
            return (nil, "Answer with one JSON object and nothing else.")
        case .jsonSchema(_, let description, let schema, let isStrict):
            guard self.target.quirks.lacksJSONSchema else {
                let schema = self.isNative ? schema : MessagesSchema.fitted(schema, description: description)
                return (["type": "json_schema", "schema": schema], nil)
            }
            if isStrict == true { throw self.refused(.jsonSchema, "it keeps to no schema") }
            self.losses.drop(.jsonSchema)
            return (nil, "Answer with one JSON value of this schema and nothing else: \(schema.serialized())")
        case .other: throw self.refused(.outputGrammar, "it knows no grammars")
        }
    }

    private func writeOutputConfiguration(effort: String?, format: JSON?, to body: inout JSONObject) {
        var configuration = self.isNative ? self.conversation.ownMembers["output_config"]?.objectValue ?? [:] : [:]
        if let effort { configuration["effort"] = .string(effort) }
        if let format { configuration["format"] = format }
        if !configuration.isEmpty { body["output_config"] = .object(configuration) }
    }

    // MARK: Who asks

    private mutating func writeMetadata(to body: inout JSONObject) {
        var metadata = JSONObject()
        if let user = self.conversation.user, !user.isEmpty {
            if self.isNative || user.count <= Self.longestUser {
                metadata["user_id"] = .string(user)
            } else {
                self.losses.drop(.user)
            }
        }
        if let pairs = self.conversation.metadata {
            if self.isNative {
                for (name, value) in pairs { metadata[name] = value }
            } else if !pairs.isEmpty {
                self.losses.drop(.metadata)
            }
        }
        if !metadata.isEmpty { body["metadata"] = .object(metadata) }
    }

    // MARK: Quirks

    /// Takes out what this upstream refuses: members of the request, or by `tools.input_examples` members of each of its elements.
    private mutating func leaveOutUnsupported(of body: inout JSONObject) {
        for name in self.target.quirks.unsupportedMembers where name != "cache_control" {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            var isThere = false
            switch (parts.count, body[parts[0]]) {
            case (1, .some):
                isThere = true
                body[name] = nil
            case (2, .object(var object)?):
                isThere = object.contains(parts[1])
                object[parts[1]] = nil
                body[parts[0]] = .object(object)
            case (2, .array(let elements)?):
                isThere = elements.contains { $0[parts[1]] != nil }
                body[parts[0]] = .array(
                    elements.map { element in
                        var element = element
                        element[parts[1]] = nil
                        return element
                    })
            default: break
            }
            guard isThere else { continue }
            if let feature = Feature.allCases.first(where: { MessagesNames.member(of: $0) == name }) {
                self.losses.drop(feature)
            } else {
                self.losses.drop(member: name)
            }
        }
    }
}
