internal import Wire

/// `reasoning_details`, the place that dialects of chat completions have for thoughts together with what only their provider can read:
/// a list of `reasoning.text` (`text`, `signature`), `reasoning.summary` (`summary`) and `reasoning.encrypted` (`data`).
///
/// The provider wants each entry back just as it was. What an entry says beside its text therefore is, as JSON text, the opaque part of
/// the block that it becomes. A record of another format's upstream stands in `signature` or `data` in its carried form.
enum ReasoningDetails {
    /// The blocks of a message's thoughts.
    /// - Parameters:
    ///   - details: they may be pieces of a stream put side by side.
    ///   - text: `reasoning_content` or `reasoning`, which has the same thoughts without their records.
    static func blocks(_ details: [JSONObject], text: String?) -> [Block] {
        var blocks = self.joined(details).map { Block(.reasoning(self.reasoning($0))) }
        let text = text ?? ""
        guard !text.isEmpty,
            !blocks.contains(where: { if case .reasoning(let said) = $0.content { !said.text.isEmpty } else { false } })
        else { return blocks }
        // A record alone belongs to the text beside it.
        if blocks.count == 1, case .reasoning(var reasoning) = blocks[0].content, !reasoning.isRedacted {
            reasoning.text = text
            blocks[0].content = .reasoning(reasoning)
            return blocks
        }
        return [Block(.reasoning(Reasoning(text: text)))] + blocks
    }

    /// An entry, its text included.
    static func reasoning(_ detail: JSONObject) -> Reasoning {
        let type = detail["type"]?.stringValue
        let isSummary = type == "reasoning.summary"
        let text = detail[isSummary ? "summary" : "text"]?.stringValue ?? ""
        return Reasoning(text: text, isSummary: isSummary, opaque: self.opaque(detail), isRedacted: type == "reasoning.encrypted")
    }

    /// Adds an entry's piece to what came of it before.
    static func join(_ piece: JSONObject, to detail: inout JSONObject) {
        for (name, value) in piece where !value.isNull {
            if name == "text" || name == "summary" || name == "data", let old = detail[name]?.stringValue,
                let more = value.stringValue
            {
                detail[name] = .string(old + more)
            } else {
                detail[name] = value
            }
        }
    }

    /// Whether one is the other's continuation.
    static func areOne(_ first: JSONObject, _ second: JSONObject) -> Bool {
        guard let index = second["index"], !index.isNull else { return false }
        return first["index"] == index && first["type"] == second["type"]
    }

    private static func joined(_ details: [JSONObject]) -> [JSONObject] {
        var result: [JSONObject] = []
        for detail in details {
            if let last = result.last, self.areOne(last, detail) {
                self.join(detail, to: &result[result.count - 1])
            } else {
                result.append(detail)
            }
        }
        return result
    }

    private static func opaque(_ detail: JSONObject) -> OpaqueReasoning? {
        if let text = (detail["signature"] ?? detail["data"])?.stringValue {
            let opaque = OpaqueReasoning(carried: text, in: .chatCompletions)
            if opaque.origin != .chatCompletions { return opaque }
        }
        var rest = JSONObject()
        for (name, value) in detail where !value.isNull && name != "text" && name != "summary" { rest.append(name, value) }
        // An entry that says nothing beyond its text needs no record.
        guard rest.names.contains(where: { $0 != "type" && $0 != "index" }) else { return nil }
        return OpaqueReasoning(origin: .chatCompletions, value: JSON.object(rest).serialized())
    }

    // MARK: The way back

    /// A block's entry.
    /// - Parameters:
    ///   - index: the block's place among the thoughts of its message.
    ///   - forUpstream: whether records of other formats are left out.
    static func detail(of reasoning: Reasoning, index: Int, forUpstream: Bool) -> JSONObject? {
        let textName = reasoning.isSummary ? "summary" : "text"
        var detail: JSONObject = ["type": reasoning.isSummary ? "reasoning.summary" : "reasoning.text"]
        if let opaque = reasoning.opaque, opaque.origin == .chatCompletions {
            if let own = try? JSON.parse(opaque.value).objectValue {
                detail = own
            } else {
                detail["signature"] = .string(opaque.value)
            }
            if !reasoning.isRedacted || !reasoning.text.isEmpty { detail[textName] = .string(reasoning.text) }
            return detail
        }
        let opaque = forUpstream ? nil : reasoning.opaque
        if reasoning.isRedacted {
            guard let opaque else { return nil }
            return [
                "type": "reasoning.encrypted", "data": .string(opaque.carried(in: .chatCompletions)), "index": .integer(index),
            ]
        }
        detail[textName] = .string(reasoning.text)
        detail["signature"] = opaque.map { .string($0.carried(in: .chatCompletions)) }
        detail["index"] = .integer(index)
        return detail
    }
}
