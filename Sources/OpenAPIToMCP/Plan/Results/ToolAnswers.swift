import Wire

/// What a tool's answers are: the schema of its structured content, and the content types that it asks for.
struct ToolAnswers {
    /// Each different schema that a success may have; empty where some success has data of which nothing is said, or none has data.
    private let schemas: [JSON]
    /// Whether structured content is `{"result": answer}`.
    let wraps: Bool
    let plan: ResultPlan

    init(_ operation: APIOperation, _ table: SchemaTable) {
        let successes = Self.successes(operation.responses)
        var schemas: [JSON] = []
        var isKnown = true
        for response in successes where !response.contents.isEmpty {
            guard let content = Self.data(of: response, table) else { continue }
            if Self.saysNothing(table.followed(content.schema)) { isKnown = false }
            if !schemas.contains(content.schema) { schemas.append(content.schema) }
            // Of so many kinds of answer there is nothing to be said that would help.
            guard schemas.count <= Self.mostSchemas else {
                isKnown = false
                break
            }
        }
        self.schemas = isKnown ? schemas : []
        wraps = !self.schemas.isEmpty && !self.schemas.allSatisfy { Self.isObject($0, table) }
        plan = ResultPlan(accept: Self.accept(successes), wraps: wraps, responses: operation.responses)
    }

    var hasSchema: Bool { !schemas.isEmpty }

    /// What a client sees of it in that view; the definitions that it refers to are not in it.
    func root(_ view: SchemaView) -> JSONObject {
        if wraps {
            let result: JSON =
                schemas.count == 1
                ? view.schema(schemas[0], acceptsNull: true)
                : ["anyOf": .array(schemas.map { view.schema($0, acceptsNull: true) })]
            return ["type": "object", "properties": ["result": result]]
        }
        let shape =
            schemas.count == 1 ? view.schema(view.table.followed(schemas[0])) : ["anyOf": .array(schemas.map { view.schema($0) })]
        // The type comes first, and alone: an answer that is null has no structured content.
        var root: JSONObject = ["type": "object"]
        for (keyword, value) in shape.objectValue ?? JSONObject() { root.appendIfAbsent(keyword, value) }
        return root
    }

    /// The answers that mean success: those of 2xx, or where there are none what is said of all (OpenAPI 3.1 §4.8.16).
    private static func successes(_ responses: [APIResponse]) -> [APIResponse] {
        let successes = responses.filter { $0.status.hasPrefix("2") }
        return successes.isEmpty ? responses.filter { $0.status == "default" } : successes
    }

    /// The content that becomes data: JSON, or XML where it is an object.
    private static func data(of response: APIResponse, _ table: SchemaTable) -> APIContent? {
        let binary = { FileSchema.isFile($0, table) }
        if let content = response.contents.first(where: { BodyMediaType.isJSON($0.mediaType) && !binary($0.schema) }) {
            return content
        }
        return response.contents.first { BodyMediaType.isXML($0.mediaType) && isObject($0.schema, table) }
    }

    private static func saysNothing(_ schema: JSON) -> Bool {
        guard let object = schema.objectValue else { return true }
        return object.allSatisfy { SchemaAnatomy.isAnnotation($0.name) }
    }

    private static let mostSchemas = 32

    /// Whether all values are objects, and null is none.
    private static func isObject(_ schema: JSON, _ table: SchemaTable) -> Bool {
        var known: [String: Bool] = [:]
        var stepsLeft = 4_096
        return isObject(schema, table, depth: 0, &known, &stepsLeft)
    }

    /// - Parameters:
    ///   - known: named schemas that were looked at, those included that are being looked at just now.
    ///   - stepsLeft: how many schemas may still be looked at; what has more does not count as an object.
    private static func isObject(
        _ schema: JSON, _ table: SchemaTable, depth: Int, _ known: inout [String: Bool], _ stepsLeft: inout Int
    ) -> Bool {
        stepsLeft -= 1
        guard depth < 64, stepsLeft > 0, let object = schema.objectValue else { return false }
        if let type = object["type"] { return type == "object" || type == ["object"] }
        if object.contains("properties") { return true }
        if let name = object["$ref"]?.stringValue.flatMap(SchemaTable.name), let target = table[name] {
            if let known = known[name] {
                if known { return true }
            } else {
                known[name] = false
                known[name] = isObject(target, table, depth: depth + 1, &known, &stepsLeft)
                if known[name] == true { return true }
            }
        }
        for part in object["allOf"]?.arrayValue ?? [] where isObject(part, table, depth: depth + 1, &known, &stepsLeft) {
            return true
        }
        for keyword in ["anyOf", "oneOf"] {
            if let branches = object[keyword]?.arrayValue, !branches.isEmpty,
                branches.allSatisfy({ isObject($0, table, depth: depth + 1, &known, &stepsLeft) })
            {
                return true
            }
        }
        return false
    }

    /// The value of `Accept` (RFC 9110 §12.5.1): data before all else, and anything rather than nothing.
    private static func accept(_ successes: [APIResponse]) -> String {
        var types: [String] = []
        for content in successes.flatMap(\.contents) {
            let type = BodyMediaType.essence(content.mediaType)
            if isMediaRange(type), !types.contains(type) { types.append(type) }
        }
        func rank(_ type: String) -> Int {
            BodyMediaType.isJSON(type) && type != "*/*" ? 0 : type == "text/event-stream" || type == "*/*" ? 2 : 1
        }
        // Sorting is stable by the place in the document.
        let sorted = types.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(\.element)
            .prefix(8)
        var parts = sorted.enumerated().map { index, type in index == 0 ? type : "\(type);q=0.\(9 - index)" }
        if !sorted.contains("*/*") { parts.append(parts.isEmpty ? "*/*" : "*/*;q=0.1") }
        return parts.joined(separator: ", ")
    }

    /// Whether the text may stand in a field: two tokens (RFC 9110 §5.6.2) with a slash between them.
    private static func isMediaRange(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isTokenByte) }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
