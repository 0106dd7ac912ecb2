import Wire

/// Whether what a client answered is an answer to what it was asked (results of the client features of each revision).
enum AnswerShape {
    /// What is wrong first; nil where nothing is.
    static func fault(in result: RawObject, to ask: Ask) -> String? {
        switch ask {
        case .elicit(let params): elicitationFault(result.object, params)
        case .sample: samplingFault(result.object)
        case .roots: rootsFault(result.object)
        case .other: nil
        }
    }

    private static func elicitationFault(_ result: JSONObject, _ params: RawObject) -> String? {
        switch result["action"]?.stringValue {
        case "decline", "cancel": return nil
        case "accept":
            // Accepting a URL says that the user agrees to go there, and nothing more.
            if params["mode"]?.stringValue == "url" { return nil }
            guard let content = (result["content"] ?? [:]).objectValue else { return "content must be an object" }
            let schema = params["requestedSchema"]?.objectValue ?? JSONObject()
            return ArgumentChecker(schema: schema, root: "content", assertsFormats: true).fault(in: content)
        default: return "action must be accept, decline or cancel"
        }
    }

    private static func samplingFault(_ result: JSONObject) -> String? {
        guard ["user", "assistant"].contains(result["role"]?.stringValue) else { return "role must be user or assistant" }
        guard result["model"]?.kind == .string else { return "model must be a string" }
        switch result["content"] {
        case .object(let block)?: return block["type"]?.kind == .string ? nil : "content.type must be a string"
        case .array(let blocks)?:
            return blocks.allSatisfy { $0["type"]?.kind == .string } ? nil : "content[].type must be a string"
        default: return "content must be an object or an array"
        }
    }

    private static func rootsFault(_ result: JSONObject) -> String? {
        guard let roots = result["roots"]?.arrayValue else { return "roots must be an array" }
        return roots.allSatisfy { $0["uri"]?.kind == .string } ? nil : "roots[].uri must be a string"
    }
}
