internal import Wire

/// `thinking`, the effort, and the limit of the output, which has to leave room for both thoughts and answer.
extension MessagesRequestWriter {
    struct Thinking {
        /// The `thinking` member.
        var member: JSON?
        /// Members by which this upstream wants to be asked beside it.
        var others = JSONObject()
        /// For `output_config.effort`.
        var effort: String?
        var isOn = false
        var outputLimit: Int64
    }

    private static let leastBudget: Int64 = 1024

    mutating func thinking() -> Thinking {
        let asked = self.conversation.sampling.maximumOutputTokens
        guard !self.isNative else { return self.nativeThinking(limit: asked) }
        let ceiling = self.target.maximumOutputTokens.map { max($0, 1) }
        // A limit is at most the model's own: above it the API refuses the request.
        let known = asked.map { min($0, ceiling ?? $0) } ?? ceiling
        guard let request = self.conversation.reasoning, self.asksForThinking(request) else {
            return Thinking(outputLimit: known ?? Self.defaultOutputTokens)
        }
        let limit = known ?? Self.defaultOutputTokens + (request.budgetOrNearest ?? 8192)
        switch self.target.quirks.thinking {
        case .standard: return self.standardThinking(request, limit: limit)
        case .none:
            self.losses.drop(request.isOff ? .reasoningOff : request.budget == nil ? .reasoningEffort : .reasoningBudget)
            return Thinking(outputLimit: limit)
        case .thinkingType:
            return Thinking(
                member: ["type": request.isOff ? "disabled" : "enabled"], isOn: !request.isOff, outputLimit: limit)
        case .enableThinking:
            var others: JSONObject = ["enable_thinking": .bool(!request.isOff)]
            if !request.isOff, let budget = request.budgetOrNearest { others["thinking_budget"] = .integer(budget) }
            return Thinking(others: others, isOn: !request.isOff, outputLimit: limit)
        case .reasoningObject:
            var reasoning: JSONObject = ["effort": .string(request.effortOrNearest ?? "medium")]
            if request.summary == "none" { reasoning["exclude"] = true }
            return Thinking(others: ["reasoning": .object(reasoning)], isOn: !request.isOff, outputLimit: limit)
        }
    }

    /// Whether there is more in it than the wish to have opaque parts, which are always given here.
    private func asksForThinking(_ request: ReasoningRequest) -> Bool {
        request.effort != nil || request.budget != nil || request.isAdaptive || request.summary.map { $0 != "none" } == true
    }

    private func nativeThinking(limit: Int64?) -> Thinking {
        var thinking = Thinking(outputLimit: limit ?? self.target.maximumOutputTokens ?? Self.defaultOutputTokens)
        guard let request = self.conversation.reasoning else { return thinking }
        if request.budget == 0 {
            thinking.member = ["type": "disabled"]
        } else if let budget = request.budget {
            thinking.member = .object(self.displayed(["type": "enabled", "budget_tokens": .integer(budget)], request))
        } else if request.isAdaptive {
            thinking.member = .object(self.displayed(["type": "adaptive"], request))
        }
        thinking.effort = request.effort
        return thinking
    }

    private mutating func standardThinking(_ request: ReasoningRequest, limit: Int64) -> Thinking {
        var thinking = Thinking(outputLimit: limit)
        if request.isOff {
            thinking.member = ["type": "disabled"]
            return thinking
        }
        let isAdaptive = self.generation?.thinksAdaptively == true
        if isAdaptive, let effort = request.effortOrNearest { thinking.effort = self.word(ofEffort: effort) }
        if self.forcesTool {
            // The API refuses thoughts before a tool that is forced; what the client can't do without is the tool.
            self.losses.drop(request.budget == nil ? .reasoningEffort : .reasoningBudget)
            return thinking
        }
        if isAdaptive, request.budget == nil || self.generation?.refusesBudgetsAndSampling == true {
            thinking.member = .object(self.displayed(["type": "adaptive"], request))
            thinking.isOn = true
            return thinking
        }
        let wanted = max(request.budgetOrNearest ?? 8192, Self.leastBudget)
        // The limit holds thoughts and answer; a quarter of it at least is left to the answer.
        let budget = wanted < limit ? wanted : limit - limit / 4
        guard budget >= Self.leastBudget, budget < limit, !self.lacksThoughtsBeforeCalls else {
            self.losses.drop(request.budget == nil ? .reasoningEffort : .reasoningBudget)
            return thinking
        }
        // An effort beside a budget would bound the answer's text as well.
        thinking.effort = nil
        thinking.member = .object(self.displayed(["type": "enabled", "budget_tokens": .integer(budget)], request))
        thinking.isOn = true
        return thinking
    }

    /// With a budget, the turn that a tool's result goes on must begin with its thoughts. A client that could not keep them can't have the
    /// model think on in that turn; with the next question it can again.
    private var lacksThoughtsBeforeCalls: Bool {
        guard self.generation != nil else { return false }
        var endsInResult = false
        for message in self.conversation.messages.reversed() {
            switch message.role {
            case .system, .developer: continue
            case .user:
                let results = message.blocks.contains { block in if case .toolResult = block.content { true } else { false } }
                if !endsInResult, !results { return false }
                endsInResult = true
            case .assistant:
                guard endsInResult else { return false }
                guard case .reasoning(let first)? = message.blocks.first?.content else { return true }
                return first.opaque?.origin != .messages
            }
        }
        return false
    }

    /// Newer models hide their thoughts unless they are asked to tell them; clients of other formats expect them.
    private func displayed(_ member: JSONObject, _ request: ReasoningRequest) -> JSONObject {
        var member = member
        switch request.summary {
        case "none"?: member["display"] = "omitted"
        case .some: member["display"] = "summarized"
        case nil: if !self.isNative, self.generation?.refusesBudgetsAndSampling == true { member["display"] = "summarized" }
        }
        return member
    }

    private mutating func word(ofEffort effort: String) -> String? {
        switch effort {
        case "minimal", "low": return "low"
        case "medium", "high", "max": return effort
        // The word came with the generation that refuses budgets; before it there is none between `high` and `max`.
        case "xhigh": return self.generation?.refusesBudgetsAndSampling == true ? "xhigh" : "max"
        default:
            self.losses.drop(.reasoningEffort)
            return nil
        }
    }
}
