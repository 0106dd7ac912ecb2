internal import Wire

/// Reads how much a model is to think, in all the ways in which dialects of chat completions say it.
enum ChatReasoningReader {
    static func request(_ request: Member) throws(RelayError) -> ReasoningRequest? {
        var reasoning = ReasoningRequest()
        reasoning.effort = try request.member("reasoning_effort")?.string()
        if let object = try request.member("reasoning") {
            reasoning.effort = try object.member("effort")?.string() ?? reasoning.effort
            reasoning.budget = try object.member("max_tokens")?.integer()
            reasoning.summary = try object.member("summary")?.string()
            if try object.member("exclude")?.bool() == true { reasoning.summary = "none" }
            if let isOn = try object.member("enabled")?.bool() { reasoning.turn(isOn) }
        }
        if let thinking = try request.member("thinking") {
            reasoning.budget = try thinking.member("budget_tokens")?.integer() ?? reasoning.budget
            reasoning.turn(try thinking.required("type").string() != "disabled")
        }
        reasoning.budget = try request.member("thinking_budget")?.integer() ?? reasoning.budget
        if let isOn = try request.member("enable_thinking")?.bool() { reasoning.turn(isOn) }
        return reasoning == ReasoningRequest() ? nil : reasoning
    }
}

extension ReasoningRequest {
    /// Thinking without saying how much is the model's own measure.
    fileprivate mutating func turn(_ isOn: Bool) {
        if !isOn {
            self.effort = "none"
        } else if self.effort == nil, self.budget == nil {
            self.isAdaptive = true
        }
    }
}
