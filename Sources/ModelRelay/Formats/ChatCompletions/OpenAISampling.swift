internal import NIOHTTP1
internal import Wire

/// The members that chat completions and completions share.
extension Sampling {
    /// Their names; `logprobs` is another thing in each.
    static let openAINames: Set<String> = [
        "temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "logit_bias", "seed", "stop", "n", "max_tokens",
        "max_completion_tokens",
    ]

    init(openAI request: Member) throws(RelayError) {
        self.init()
        self.temperature = try request.member("temperature")?.number()
        self.topP = try request.member("top_p")?.number()
        self.topK = try request.member("top_k")?.integer()
        self.frequencyPenalty = try request.member("frequency_penalty")?.number()
        self.presencePenalty = try request.member("presence_penalty")?.number()
        self.logitBias = try request.member("logit_bias")?.object()
        self.seed = try request.member("seed")?.integer()
        if let member = try request.member("n") {
            let count = try member.integer()
            guard count >= 1 else { throw member.unacceptable("must be at least 1") }
            self.choiceCount = count
        }
        if let stop = try request.member("stop") {
            if case .array = stop.json {
                for element in try stop.elements() { self.stop.append(try element.string()) }
            } else if case .string(let text) = stop.json {
                self.stop = [text]
            } else {
                throw stop.wrong("a string or an array of strings")
            }
        }
        let old = try Self.limit(request, "max_tokens")
        self.maximumOutputTokens = try Self.limit(request, "max_completion_tokens") ?? old
    }

    private static func limit(_ request: Member, _ name: String) throws(RelayError) -> Int64? {
        guard let member = try request.member(name) else { return nil }
        let value = try member.integer()
        guard value >= 0 else { throw member.unacceptable("must not be negative") }
        return value
    }

    /// Writes them.
    /// - Parameter limitName: what the limit on output is called.
    func write(to object: inout JSONObject, limitName: String) {
        object[limitName] = self.maximumOutputTokens.map { .integer($0) }
        object["temperature"] = self.temperature.map { .number($0) }
        object["top_p"] = self.topP.map { .number($0) }
        object["frequency_penalty"] = self.frequencyPenalty.map { .number($0) }
        object["presence_penalty"] = self.presencePenalty.map { .number($0) }
        object["logit_bias"] = self.logitBias.map { .object($0) }
        object["seed"] = self.seed.map { .integer($0) }
        object["n"] = self.choiceCount.map { .integer($0) }
        if !self.stop.isEmpty { object["stop"] = .array(self.stop.map { .string($0) }) }
    }
}

extension Member {
    /// The members beside those of `names`, unless they are null.
    func members(beside names: Set<String>) throws(RelayError) -> JSONObject {
        var rest = JSONObject()
        for (name, value) in try self.object() where !value.isNull && !names.contains(name) { rest.append(name, value) }
        return rest
    }
}

extension EncodingTarget {
    /// A request that would ask for something else if this were left out.
    /// - Parameter reason: a sentence behind the member's name.
    func cannotSay(_ feature: Feature, _ reason: String = "can't be told to the provider of this model") -> RelayError {
        let name = self.client.memberName(of: feature)
        return RelayError(
            .badRequest, code: "unsupported_parameter", parameter: name, "`\(name ?? feature.rawValue)` \(reason)")
    }
}
