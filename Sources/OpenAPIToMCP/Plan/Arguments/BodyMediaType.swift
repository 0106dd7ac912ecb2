/// A content type of a body, by how the body is written.
struct BodyMediaType {
    /// From the one that a model can fill best to the one that says least.
    enum Kind: Int, Comparable {
        case json, otherJSON, multipart, urlencoded, xml, text, octets

        static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    let kind: Kind
    /// What goes out as `Content-Type`: the type itself, or for a range one that fits it.
    let value: String

    /// - Parameter isFile: whether the schema says that the body is bytes, for ranges that leave it open.
    init(_ text: String, isFile: Bool) {
        let essence = Self.essence(text)
        let trimmed = text.split(separator: " ").joined(separator: " ")
        switch essence {
        case "application/json", "text/json": (kind, value) = (.json, trimmed)
        case "*/*", "application/*":
            (kind, value) = isFile ? (.octets, "application/octet-stream") : (.otherJSON, "application/json")
        case "multipart/*": (kind, value) = (.multipart, "multipart/form-data")
        case "application/x-www-form-urlencoded": (kind, value) = (.urlencoded, trimmed)
        case "application/xml", "text/xml": (kind, value) = (.xml, trimmed)
        case "text/*": (kind, value) = (.text, "text/plain")
        case "application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/json-seq", "application/yaml",
            "application/x-yaml", "application/graphql", "application/javascript", "application/sql":
            (kind, value) = (.text, trimmed)
        default:
            if essence.hasPrefix("multipart/") {
                (kind, value) = (.multipart, trimmed)
            } else if essence.hasSuffix("+json") {
                (kind, value) = (.otherJSON, trimmed)
            } else if essence.hasSuffix("+xml"), !essence.hasPrefix("image/") {
                (kind, value) = (.xml, trimmed)
            } else if essence.hasPrefix("text/") {
                (kind, value) = (.text, trimmed)
            } else {
                (kind, value) = (.octets, essence.contains("*") ? "application/octet-stream" : trimmed)
            }
        }
    }

    var form: BodyPlan.Form {
        switch kind {
        case .json, .otherJSON: .json
        case .multipart: .multipart
        case .urlencoded: .urlencoded
        case .xml: .xml
        case .text: .text
        case .octets: .octets
        }
    }

    /// The type without its parameters, in lower case.
    static func essence(_ text: String) -> String {
        String(text.prefix { $0 != ";" }.filter { !$0.isWhitespace }).lowercased()
    }

    /// Whether content of that type is read as JSON.
    static func isJSON(_ text: String) -> Bool {
        let essence = essence(text)
        return essence == "application/json" || essence == "text/json" || essence.hasSuffix("+json") || essence == "*/*"
            || essence == "application/*"
    }

    static func isXML(_ text: String) -> Bool {
        let essence = essence(text)
        return essence == "application/xml" || essence == "text/xml" || essence.hasSuffix("+xml") && !essence.hasPrefix("image/")
    }
}
