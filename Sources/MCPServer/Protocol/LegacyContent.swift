import Wire

/// Kinds of content and schema that a revision has not yet, said in what it has.
///
/// Nothing is lost: what can't be said keeps its original under a `_meta` key of ours.
enum LegacyContent {
    /// Where an original is kept that its place could not hold.
    static let originalKey = "dev.portico/original"

    /// Translates a result for a client of that revision; returns whether anything changed.
    static func translate(_ result: inout JSONObject, of kind: Operation.Kind, for revision: Revision) -> Bool {
        switch kind {
        case .callTool: translateToolResult(&result, for: revision)
        case .getPrompt: translateMessages(&result, for: revision)
        case .list(.tools): translateTools(&result)
        case .readResource, .complete, .list, .other: false
        }
    }

    private static func translateToolResult(_ result: inout JSONObject, for revision: Revision) -> Bool {
        var blocks = result["content"]?.arrayValue ?? []
        var originals: [JSON] = []
        for (index, block) in blocks.enumerated() {
            guard let translated = translate(block, for: revision) else { continue }
            blocks[index] = translated
            originals.append(block)
        }
        var changed = !originals.isEmpty
        if let structured = result["structuredContent"], structured.kind != .object || revision < .june2025 {
            let text = structured.serialized()
            let isSaid = blocks.contains { block in
                guard let said = block["text"]?.stringValue, let value = try? JSON.parse(said) else { return false }
                return value == structured
            }
            if !isSaid {
                blocks.append(["type": "text", "text": .string(text)])
                changed = true
            }
            if structured.kind != .object {
                // Until 2025-11-25 structured content is an object; the value stays where it can do no harm.
                result["structuredContent"] = nil
                originals.append(["structuredContent": structured])
                changed = true
            }
        }
        guard changed else { return false }
        result["content"] = .array(blocks)
        if !originals.isEmpty { keep(.array(originals), in: &result) }
        return true
    }

    private static func translateMessages(_ result: inout JSONObject, for revision: Revision) -> Bool {
        guard var messages = result["messages"]?.arrayValue else { return false }
        var originals: [JSON] = []
        for (index, message) in messages.enumerated() {
            guard var object = message.objectValue, let content = object["content"],
                let translated = translate(content, for: revision)
            else { continue }
            object["content"] = translated
            messages[index] = .object(object)
            originals.append(content)
        }
        guard !originals.isEmpty else { return false }
        result["messages"] = .array(messages)
        keep(.array(originals), in: &result)
        return true
    }

    /// One content block; nil where the revision has its kind.
    private static func translate(_ block: JSON, for revision: Revision) -> JSON? {
        switch block["type"]?.stringValue {
        case "audio" where revision < .march2025:
            guard let data = block["data"] else { return nil }
            return [
                "type": "resource",
                "resource": [
                    "uri": "portico:audio", "mimeType": block["mimeType"] ?? "application/octet-stream", "blob": data,
                ],
            ]
        case "resource_link" where revision < .june2025:
            let name = block["name"]?.stringValue ?? ""
            let uri = block["uri"]?.stringValue ?? ""
            let description = block["description"]?.stringValue.map { " - \($0)" } ?? ""
            return ["type": "text", "text": .string("\(name): \(uri)\(description)")]
        default: return nil
        }
    }

    private static func keep(_ original: JSON, in result: inout JSONObject) {
        var meta = result["_meta"]?.objectValue ?? JSONObject()
        meta.appendIfAbsent(originalKey, original)
        result["_meta"] = .object(meta)
    }

    /// Tools as every legacy revision can have them: schemas are objects with objects for properties.
    private static func translateTools(_ result: inout JSONObject) -> Bool {
        guard var tools = result["tools"]?.arrayValue else { return false }
        var changed = false
        for (index, tool) in tools.enumerated() {
            guard var object = tool.objectValue else { continue }
            var toolChanged = false
            if let schema = object["outputSchema"], schema["type"]?.stringValue != "object" {
                object["outputSchema"] = nil
                keep(["outputSchema": schema], in: &object)
                toolChanged = true
            }
            for member in ["inputSchema", "outputSchema"] {
                guard let schema = object[member]?.objectValue, let translated = withoutBooleans(schema) else { continue }
                object[member] = .object(translated)
                toolChanged = true
            }
            if toolChanged {
                tools[index] = .object(object)
                changed = true
            }
        }
        if changed { result["tools"] = .array(tools) }
        return changed
    }

    /// The schema with `true` and `false` among its properties written as objects; nil where there are none.
    private static func withoutBooleans(_ schema: JSONObject) -> JSONObject? {
        guard var properties = schema["properties"]?.objectValue else { return nil }
        var changed = false
        for (name, value) in properties {
            guard let accepts = value.boolValue else { continue }
            properties[name] = accepts ? [:] : ["not": [:]]
            changed = true
        }
        guard changed else { return nil }
        var copy = schema
        copy["properties"] = .object(properties)
        return copy
    }
}
