internal import Wire

/// Frames the events of a stream and numbers them.
struct ResponsesEventWriter: Sendable {
    private var sequence = 0

    /// An event with the members given, in their order between the type and the number.
    mutating func write(_ type: String, _ members: JSONObject, to output: inout [UInt8]) {
        self.open(type, &output)
        for (name, value) in members {
            output.write(literal: ",")
            output.write(jsonString: name)
            output.write(literal: ":")
            value.write(to: &output)
        }
        self.close(&output)
    }

    /// An event that says nothing but which item it is about.
    mutating func writePlain(_ type: String, _ id: String, _ index: Int, to output: inout [UInt8]) {
        self.write(type, ["item_id": .string(id), "output_index": .integer(index)], to: &output)
    }

    mutating func writePart(
        _ type: String, _ id: String, _ index: Int, _ content: Int, _ part: JSON, to output: inout [UInt8]
    ) {
        self.write(
            type,
            [
                "item_id": .string(id), "output_index": .integer(index), "content_index": .integer(content), "part": part,
            ], to: &output)
    }

    /// - Parameter step: `added` or `done`.
    mutating func writeThoughtPart(
        _ step: String, _ id: String, _ index: Int, isSummary: Bool, text: String, to output: inout [UInt8]
    ) {
        self.write(
            isSummary ? "response.reasoning_summary_part.\(step)" : "response.content_part.\(step)",
            [
                "item_id": .string(id), "output_index": .integer(index), isSummary ? "summary_index" : "content_index": 0,
                "part": ["type": isSummary ? "summary_text" : "reasoning_text", "text": .string(text)],
            ], to: &output)
    }

    mutating func writeThoughtText(
        _ id: String, _ index: Int, isSummary: Bool, text: String, to output: inout [UInt8]
    ) {
        self.write(
            isSummary ? "response.reasoning_summary_text.done" : "response.reasoning_text.done",
            [
                "item_id": .string(id), "output_index": .integer(index), isSummary ? "summary_index" : "content_index": 0,
                "text": .string(text),
            ], to: &output)
    }

    // MARK: Pieces of text

    /// An event of a piece up to its text: made once for each block.
    func prefix(_ type: String, item id: String, output index: Int, _ partName: String?, _ part: Int) -> [UInt8] {
        var result: [UInt8] = []
        self.open(type, &result)
        result.write(literal: ",\"item_id\":")
        result.write(jsonString: id)
        result.write(literal: ",\"output_index\":")
        result.write(index)
        if let partName {
            result.write(literal: ",")
            result.write(jsonString: partName)
            result.write(literal: ":")
            result.write(part)
        }
        result.write(literal: ",\"delta\":")
        return result
    }

    /// - Parameter logprobs: whether the event has the member, which is required of pieces of text.
    mutating func writeDelta(_ prefix: [UInt8], _ text: String, logprobs: Bool, to output: inout [UInt8]) {
        output.append(contentsOf: prefix)
        output.write(jsonString: text)
        if logprobs { output.write(literal: ",\"logprobs\":[]") }
        self.close(&output)
    }

    mutating func writeDelta(_ prefix: [UInt8], _ text: String, logprobs: [JSON], to output: inout [UInt8]) {
        output.append(contentsOf: prefix)
        output.write(jsonString: text)
        output.write(literal: ",\"logprobs\":")
        JSON.array(logprobs).write(to: &output)
        self.close(&output)
    }

    private func open(_ type: String, _ output: inout [UInt8]) {
        output.write(literal: "event: ")
        output.append(contentsOf: type.utf8)
        output.write(literal: "\ndata: {\"type\":\"")
        output.append(contentsOf: type.utf8)
        output.write(literal: "\"")
    }

    private mutating func close(_ output: inout [UInt8]) {
        output.write(literal: ",\"sequence_number\":")
        output.write(self.sequence)
        output.write(literal: "}\n\n")
        self.sequence += 1
    }
}

extension [UInt8] {
    /// A literal by itself could be a text or a JSON string.
    fileprivate mutating func write(literal text: StaticString) { self.write(text) }
}
