internal import Wire

/// What the chunks of chat completions and of completions have in common.
extension [UInt8] {
    /// The last members of a choice, and its end.
    mutating func endChoice(logprobs: JSON?, finishReason: StaticString?) {
        self.write(",\"logprobs\":")
        if let logprobs { self.write(logprobs) } else { self.write("null") }
        if let finishReason {
            self.write(",\"finish_reason\":\"")
            self.write(finishReason)
            self.write("\"}")
        } else {
            self.write(",\"finish_reason\":null}")
        }
    }

    /// The event that tells of a failure.
    mutating func writeEvent(of error: RelayError, requestID: RequestID) {
        self.write("data: ")
        self += error.json(requestID: requestID)
        self.write("\n\n")
    }
}
