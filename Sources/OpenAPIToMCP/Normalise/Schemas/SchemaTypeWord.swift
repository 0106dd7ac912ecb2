/// The types that documents name, and those that they mean.
enum SchemaTypeWord {
    /// A type of JSON Schema, with the format that it has where the document names none.
    struct Meaning {
        var type: String
        var format: String?
    }

    static let known: Set<String> = ["null", "boolean", "integer", "number", "string", "array", "object"]

    /// What a word that is no type stands for; nil where nobody can tell.
    static func meaning(of word: String) -> Meaning? {
        let word = word.lowercased()
        if known.contains(word) { return Meaning(type: word) }
        switch word {
        case "int", "int8", "int16", "int32", "int64", "long", "short", "bigint", "uint", "uint32", "uint64":
            return Meaning(type: "integer")
        case "float", "float32", "float64", "double", "decimal", "numeric": return Meaning(type: "number")
        case "bool": return Meaning(type: "boolean")
        case "str", "text", "char": return Meaning(type: "string")
        case "date", "time", "uuid", "uri", "password", "byte", "binary": return Meaning(type: "string", format: word)
        case "date-time", "datetime", "timestamp": return Meaning(type: "string", format: "date-time")
        case "url": return Meaning(type: "string", format: "uri")
        // A type of version 2.0.
        case "file": return Meaning(type: "string", format: "binary")
        case "dict", "map", "hash", "struct": return Meaning(type: "object")
        case "list", "set": return Meaning(type: "array")
        default: return nil
        }
    }
}
