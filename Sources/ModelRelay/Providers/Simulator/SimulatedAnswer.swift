internal import Ledger
internal import NIOHTTP1
internal import Wire

/// What the simulator answers to a conversation, whatever the format. The same question gets the same answer.
struct SimulatedAnswer {
    private let format: WireFormat
    private let settings: SimulatorSettings
    /// Nil where the request couldn't be read, for simulated failures of which nobody reads the answer.
    private let conversation: Conversation?
    private let id: String

    static let defaultText = "Hello from the fake provider."

    init(_ conversation: Conversation?, format: WireFormat, settings: SimulatorSettings, id: RequestID) {
        self.conversation = conversation
        self.format = format
        self.settings = settings
        self.id = id.description
    }

    /// - Throws: a 400 where thoughts came back that weren't given out like that, if the configuration wants that seen.
    func answer(now: Int64) throws(RelayError) -> Answer {
        if self.settings.checksSignatures { try self.checkSignatures() }
        let choice = self.choice()
        var answer = Answer()
        answer.createdAt = now
        answer.choices = Array(repeating: choice, count: self.choiceCount)
        answer.serviceTier = self.conversation?.serviceTier == nil ? nil : "default"
        if let fingerprint = self.settings.systemFingerprint { answer.ownMembers["system_fingerprint"] = .string(fingerprint) }
        answer.usage = SimulatedUsage.of(answer, to: self.conversation, settings: self.settings)
        return answer
    }

    private var choiceCount: Int { min(max(Int(clamping: self.conversation?.sampling.choiceCount ?? 1), 1), 16) }

    private func choice() -> Answer.Choice {
        var choice = Answer.Choice()
        if let reasoning = self.reasoning { choice.blocks.append(reasoning) }
        let thoughts = choice.blocks.count
        let calls = self.calls
        if calls.isEmpty {
            let text = self.text
            if !text.isEmpty { choice.blocks.append(self.said(text)) }
            if self.conversation?.sampling.logprobs == true { choice.logprobs = self.logprobs(text) }
        } else {
            choice.blocks += calls
        }
        // Gemini signs the first thing that follows its thoughts.
        if self.format == .generateContent, thoughts > 0, choice.blocks.count > thoughts, let text = self.settings.reasoningText {
            choice.blocks[thoughts].signature = OpaqueReasoning(origin: self.format, value: Self.signature(of: text))
        }
        choice.stop = self.configuredStop ?? (calls.isEmpty ? .end : .toolCalls)
        return choice
    }

    // MARK: Text

    private var text: String {
        self.settings.responsePrefix + (self.structuredText ?? self.plainText) + self.settings.responseSuffix
    }

    private var plainText: String {
        if let text = self.settings.staticText { return text }
        let said = self.conversation?.lastResults ?? self.conversation?.lastUserText
        return self.settings.prefix + (said ?? Self.defaultText) + self.settings.suffix
    }

    /// JSON text, where the client asked for some.
    private var structuredText: String? {
        let made: JSON
        switch self.conversation?.outputFormat {
        case .jsonSchema(_, _, let schema, _): made = SimulatedValue.make(schema)
        case .jsonObject: made = ["text": .string(self.plainText)]
        case nil, .text, .other: return nil
        }
        switch self.settings.structured {
        case .bool(false)?: return nil
        case .bool(true)?: return made.serialized()
        case let value?: return value.serialized()
        case nil: return self.settings.staticText ?? made.serialized()
        }
    }

    private func said(_ text: String) -> Block {
        if case .refusal? = self.configuredStop, self.format != .messages { return Block(.refusal(text)) }
        let whole = 0..<text.unicodeScalars.count
        let citations = self.settings.citations.compactMap { source -> Citation? in
            guard let url = source["url"]?.stringValue else { return nil }
            return Citation(
                url: url, title: source["title"]?.stringValue, citedText: source["text"]?.stringValue ?? text, range: whole,
                origin: self.format)
        }
        return Block(.text(text, citations: citations))
    }

    /// A token for each four characters, all of them alike.
    private func logprobs(_ text: String) -> JSON {
        let count = min(max(self.conversation?.sampling.topLogprobs ?? 0, 0), 20)
        let tokens = TextPieces.of(text, size: 4).map { token -> JSON in
            let bytes: JSON = .array(token.utf8.map { .integer(Int64($0)) })
            func entry(_ logprob: JSON) -> JSONObject { ["token": .string(token), "logprob": logprob, "bytes": bytes] }
            var object = entry(-0.25)
            object["top_logprobs"] = .array((0..<count).map { .object(entry($0 == 0 ? -0.25 : -2.5)) })
            return .object(object)
        }
        return ["content": .array(tokens), "refusal": .null]
    }

    private var configuredStop: StopReason? {
        if self.format == .responses, self.settings.responseStatus == "incomplete" { return .length }
        return self.settings.stopReason(self.format).map {
            StopReason(simulated: $0, sequence: self.conversation?.sampling.stop.first)
        }
    }

    // MARK: Calls

    /// What is asked of tools: nothing once they have answered.
    private var calls: [Block] {
        guard let conversation = self.conversation, !conversation.tools.isEmpty, conversation.toolChoice != ToolChoice.none,
            conversation.lastResults == nil
        else { return [] }
        var calls = self.settings.toolCalls.compactMap { call -> (name: String, arguments: String)? in
            guard let name = call["name"]?.stringValue else { return nil }
            switch call["arguments"] {
            case .string(let text)?: return (name, text)
            case let value?: return (name, value.serialized())
            case nil: return (name, "{}")
            }
        }
        if calls.isEmpty { calls = self.called(of: conversation).map { ($0.name, Self.arguments($0)) } }
        if conversation.allowsParallelToolCalls == false { calls = Array(calls.prefix(1)) }
        return calls.enumerated().map { index, call in
            let tool = conversation.tools.first { $0.name == call.name }
            let isCustom = if case .custom? = tool?.kind { true } else { false }
            let prefix = self.format == .messages ? "toolu_" : "call_"
            return Block(
                .toolCall(
                    ToolCall(id: "\(prefix)\(self.id)\(index)", name: call.name, arguments: call.arguments, isCustom: isCustom)))
        }
    }

    /// Which tools are called by the configuration, or because the client insists.
    private func called(of conversation: Conversation) -> [Tool] {
        let tools = conversation.tools.filter { if case .own = $0.kind { false } else { true } }.prefix(64)
        let allowed: [Tool]
        switch conversation.toolChoice {
        case .named(let name)?: return tools.filter { $0.name == name }
        case .allowed(let names, _)?: allowed = tools.filter { names.contains($0.name) }
        default: allowed = Array(tools)
        }
        if self.settings.callsTools { return allowed }
        switch conversation.toolChoice {
        case .required?, .allowed(_, isRequired: true)?: return Array(allowed.prefix(1))
        default: return []
        }
    }

    private static func arguments(_ tool: Tool) -> String {
        switch tool.kind {
        case .function(let parameters, _): SimulatedValue.make(parameters ?? ["type": "object"]).serialized()
        case .custom, .own: "input of \(tool.name)"
        }
    }

    // MARK: Thoughts

    private var reasoning: Block? {
        guard let text = self.settings.reasoningText, self.conversation?.reasoning?.isOff != true else { return nil }
        var reasoning = Reasoning(text: text, isSummary: self.format == .responses)
        switch self.format {
        case .messages: reasoning.opaque = OpaqueReasoning(origin: .messages, value: Self.signature(of: text))
        // Encrypted thoughts are given to who asks for them.
        case .responses where self.conversation?.reasoning?.includesOpaque == true:
            reasoning.opaque = OpaqueReasoning(origin: .responses, value: Self.signature(of: text), id: "rs_\(self.id)")
        default: break
        }
        return Block(.reasoning(reasoning))
    }

    private static let signaturePrefix = "c2lt"

    private static func signature(of text: String) -> String { self.signaturePrefix + TextHash.digits(text) }

    /// As a provider would: what comes back has to be what it made, with the text that it was made of where that comes too.
    private func checkSignatures() throws(RelayError) {
        for message in self.conversation?.messages ?? [] where message.role == .assistant {
            for block in message.blocks {
                var text = ""
                var opaque = block.signature
                if case .reasoning(let reasoning) = block.content {
                    text = reasoning.text
                    opaque = reasoning.opaque ?? opaque
                }
                guard let opaque else { continue }
                let isOurs = opaque.origin == self.format && opaque.value.hasPrefix(Self.signaturePrefix)
                guard isOurs, text.isEmpty || opaque.value == Self.signature(of: text) else {
                    throw RelayError(.badRequest, code: "invalid_signature", "the signature of the thoughts is not valid")
                }
            }
        }
    }
}

extension StopReason {
    /// - Parameters:
    ///   - word: of any format.
    ///   - sequence: the first of the client's texts at which the model is to stop.
    fileprivate init(simulated word: String, sequence: String?) {
        self =
            switch word {
            case "stop", "end", "end_turn", "STOP", "completed": .end
            case "length", "max_tokens", "max_output_tokens", "MAX_TOKENS": .length
            case "stop_sequence": .stopSequence(sequence)
            case "tool_calls", "tool_use", "function_call": .toolCalls
            case "refusal": .refusal
            case "content_filter": .contentFilter("content_filter")
            case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY": .contentFilter(word)
            case "pause_turn": .pause
            case "model_context_window_exceeded": .contextWindow
            default: .other(word)
            }
    }
}
