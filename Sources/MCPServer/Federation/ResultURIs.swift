import Wire

/// The places in a result that say which resource they are: links, embedded resources, contents.
///
/// Others quote URIs too (text, structured content, `_meta`); nobody can find those, and they stay.
enum ResultURIs {
    /// The result with each such URI as `map` has it; the result itself, bytes and all, where nothing changes.
    static func mapped(_ result: RawObject, of kind: Operation.Kind, _ map: (String) -> String) -> RawObject {
        let member: String
        switch kind {
        case .callTool: member = "content"
        case .getPrompt: member = "messages"
        case .readResource: member = "contents"
        case .complete, .list, .other: return result
        }
        guard let old = result[member]?.arrayValue else { return result }
        var isChanged = false
        func tracked(_ uri: String) -> String {
            let new = map(uri)
            if !new.isExactly(uri) { isChanged = true }
            return new
        }
        let new = old.map { entry in
            switch kind {
            case .callTool: block(entry, tracked)
            case .getPrompt: message(entry, tracked)
            default: uri(in: entry, tracked)
            }
        }
        guard isChanged else { return result }
        var copy = result
        copy[member] = .array(new)
        return copy
    }

    private static func message(_ message: JSON, _ map: (String) -> String) -> JSON {
        var message = message
        switch message["content"] {
        case .array(let blocks)?: message["content"] = .array(blocks.map { block($0, map) })
        case .object(let content)?: message["content"] = block(.object(content), map)
        default: break
        }
        return message
    }

    private static func block(_ block: JSON, _ map: (String) -> String) -> JSON {
        switch block["type"]?.stringValue {
        case "resource_link": return uri(in: block, map)
        case "resource":
            guard let resource = block["resource"] else { return block }
            var block = block
            block["resource"] = uri(in: resource, map)
            return block
        default: return block
        }
    }

    private static func uri(in object: JSON, _ map: (String) -> String) -> JSON {
        guard let uri = object["uri"]?.stringValue else { return object }
        var object = object
        object["uri"] = .string(map(uri))
        return object
    }
}
