internal import Wire

extension ChatRequestWriter {
    mutating func writeReasoning(_ reasoning: ReasoningRequest?, to object: inout JSONObject) {
        guard let reasoning else { return }
        let isAsked = reasoning.effort != nil || reasoning.budget != nil || reasoning.isAdaptive
        switch self.quirks.thinking {
        case .standard:
            object["reasoning_effort"] = reasoning.effortOrNearest.map { .string($0) }
            self.dropSummary(of: reasoning)
        case .thinkingType:
            guard isAsked else { return }
            object["thinking"] = ["type": reasoning.isOff ? "disabled" : "enabled"]
            guard !reasoning.isOff else { return }
            if reasoning.budget != nil { self.losses.drop(.reasoningBudget) }
            if reasoning.effort != nil { self.losses.drop(.reasoningEffort) }
        case .enableThinking:
            guard isAsked else { return }
            object["enable_thinking"] = .bool(!reasoning.isOff)
            guard !reasoning.isOff else { return }
            object["thinking_budget"] = reasoning.budgetOrNearest.map { .integer($0) }
        case .reasoningObject:
            var member = JSONObject()
            if reasoning.isOff {
                member["effort"] = "none"
            } else if let budget = reasoning.budget {
                // Of the two only one may be said.
                member["max_tokens"] = .integer(budget)
            } else if let effort = reasoning.effort {
                member["effort"] = .string(effort)
            } else if reasoning.isAdaptive {
                member["enabled"] = true
            }
            if reasoning.summary == "none" { member["exclude"] = true }
            if !member.isEmpty { object["reasoning"] = .object(member) }
        case .none:
            if reasoning.isOff {
                self.losses.drop(.reasoningOff)
            } else if reasoning.budget != nil {
                self.losses.drop(.reasoningBudget)
            } else if isAsked {
                self.losses.drop(.reasoningEffort)
            }
            self.dropSummary(of: reasoning)
        }
    }

    private mutating func dropSummary(of reasoning: ReasoningRequest) {
        if let summary = reasoning.summary, summary != "none" { self.losses.drop(.reasoningSummary) }
    }

    // MARK: Thoughts of earlier turns

    /// The member that they are taken back in; nil where they are not.
    private var reasoningTextName: String? {
        if let name = self.quirks.reasoningTextName { return name }
        return switch self.quirks.thinking {
        case .thinkingType, .enableThinking: "reasoning_content"
        case .reasoningObject: "reasoning"
        case .standard, .none: self.isClientsOwn ? "reasoning_content" : nil
        }
    }

    /// - Parameter thoughts: those of one message, in order.
    mutating func writeThoughts(_ thoughts: [Reasoning], to message: inout JSONObject) {
        guard !thoughts.isEmpty else { return }
        let text = thoughts.map(\.text).joined()
        guard let name = self.reasoningTextName else {
            if !text.isEmpty { self.losses.drop(.reasoningText) }
            if thoughts.contains(where: { $0.opaque != nil }) { self.losses.drop(.opaqueReasoning) }
            return
        }
        if !text.isEmpty { message[name] = .string(text) }
        if thoughts.contains(where: { $0.opaque.map { $0.origin != .chatCompletions } ?? false }) {
            self.losses.drop(.opaqueReasoning)
        }
        guard thoughts.contains(where: { $0.opaque?.origin == .chatCompletions }) else { return }
        var details: [JSON] = []
        for (index, reasoning) in thoughts.enumerated() {
            if let detail = ReasoningDetails.detail(of: reasoning, index: index, forUpstream: true) {
                details.append(.object(detail))
            }
        }
        message["reasoning_details"] = .array(details)
    }
}
