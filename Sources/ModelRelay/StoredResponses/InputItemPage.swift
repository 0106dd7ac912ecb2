internal import NIOHTTP1
internal import Wire

/// Which of a response's input items are asked for.
struct InputItemPage: Sendable, Hashable {
    static let greatestLimit = 100

    var limit = 20
    var isAscending = false
    /// The id of the item behind which the page begins.
    var after: String?

    /// - Parameter items: as they were sent, in order.
    /// - Throws: a 400 where `after` is none of them.
    func list(_ items: [JSON], of responseID: String) throws(RelayError) -> JSON {
        var items = items.enumerated().map { Self.told($1, index: $0, of: responseID) }
        if !self.isAscending { items.reverse() }
        if let after = self.after {
            guard let place = items.firstIndex(where: { $0["id"]?.stringValue == after }) else {
                throw RelayError(.badRequest, parameter: "after", "`after` is none of the response's items")
            }
            items.removeFirst(place + 1)
        }
        let page = Array(items.prefix(self.limit))
        return [
            "object": "list", "data": .array(page), "first_id": page.first?["id"] ?? .null, "last_id": page.last?["id"] ?? .null,
            "has_more": .bool(page.count < items.count),
        ]
    }

    /// An item in the form in which the API lists it: with an id and a status, a content of parts.
    private static func told(_ item: JSON, index: Int, of responseID: String) -> JSON {
        guard var object = item.objectValue else { return item }
        let base = responseID.hasPrefix("resp_") ? responseID.dropFirst("resp_".count) : responseID[...]
        if object["type"] == nil { object["type"] = object["role"] == nil ? "item_reference" : "message" }
        let type = object["type"]?.stringValue ?? ""
        if object["id"]?.stringValue == nil { object["id"] = .string("\(self.prefix(of: type))_\(base.prefix(48))_in\(index)") }
        if type == "message" || type.hasSuffix("_call") || type.hasSuffix("_output") {
            object.appendIfAbsent("status", "completed")
        }
        if type == "message" {
            if let text = object["content"]?.stringValue {
                object["content"] =
                    object["role"] == "assistant"
                    ? [["type": "output_text", "text": .string(text), "annotations": []]]
                    : [["type": "input_text", "text": .string(text)]]
            }
        }
        return .object(object)
    }

    private static func prefix(of type: String) -> String {
        switch type {
        case "message": "msg"
        case "function_call": "fc"
        case "function_call_output": "fco"
        case "custom_tool_call": "ctc"
        case "custom_tool_call_output": "ctco"
        case "reasoning": "rs"
        default: "item"
        }
    }
}
