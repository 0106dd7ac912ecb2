import Wire

/// Bytes in a body: in JSON arguments they are text, in base64 or as a data URI.
enum FileSchema {
    /// What a model reads of an argument that is bytes.
    static let note = "Base64 or a data URI (data:TYPE;base64,...)."

    /// Whether the schema says that a value is bytes (3.0 says `format: binary`, 3.1 a content type without an encoding).
    static func isFile(_ schema: JSON, _ table: SchemaTable) -> Bool {
        guard let object = table.followed(schema).objectValue else { return false }
        guard object["type"] == nil || SchemaView.types(object["type"] ?? nil).contains("string") else { return false }
        if object["format"]?.stringValue == "binary" { return true }
        guard let mediaType = object["contentMediaType"]?.stringValue, object["contentEncoding"] == nil else { return false }
        let kind = BodyMediaType(mediaType, isFile: true).kind
        return kind == .octets
    }

    /// Whether a part of a form is bytes, or an array of which each element is: by its schema, or where that says nothing by the content type
    /// of the part (OpenAPI 3.1 §4.8.14.4).
    static func isPart(_ schema: JSON, _ encoding: PartEncoding?, _ table: SchemaTable) -> Bool {
        if isFile(schema, table) { return true }
        guard let object = table.followed(schema).objectValue else { return schema.boolValue == true && isBinary(encoding) }
        if SchemaView.types(object["type"] ?? nil) == ["array"], let items = object["items"] { return isFile(items, table) }
        let saysNothing = object.allSatisfy { SchemaAnatomy.isAnnotation($0.name) }
        return saysNothing && isBinary(encoding)
    }

    private static func isBinary(_ encoding: PartEncoding?) -> Bool {
        guard let contentType = encoding?.contentType, let first = contentType.split(separator: ",").first else { return false }
        return BodyMediaType(String(first), isFile: true).kind == .octets
    }

    /// The schema of the argument, or of each element of it.
    static func argument(_ source: JSON, _ table: SchemaTable) -> JSON {
        let object = table.followed(source).objectValue ?? JSONObject()
        let description = source["description"]?.stringValue ?? object["description"]?.stringValue
        if SchemaView.types(object["type"] ?? nil) == ["array"] {
            var array: JSONObject = ["type": "array", "items": argument(object["items"] ?? [:], table)]
            for keyword in ["minItems", "maxItems"] { if let value = object[keyword] { array[keyword] = value } }
            if let description { array["description"] = .string(description) }
            return .object(array)
        }
        let text = description.map { $0.isEmpty ? note : $0 + (".!?:".contains($0.last ?? " ") ? " " : ". ") + note } ?? note
        return ["type": "string", "contentEncoding": "base64", "description": .string(text)]
    }
}
