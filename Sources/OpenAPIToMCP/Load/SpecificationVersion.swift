import Wire

/// Which specification a description follows.
enum SpecificationVersion: String, Sendable, Hashable {
    case swagger2 = "2.0"
    case openAPI30 = "3.0"
    /// Also 3.2, which adds to 3.1.
    case openAPI31 = "3.1"

    /// Whether schemas follow JSON Schema 2020-12: `$id` and `$anchor` mean something, and a `$ref` may have siblings.
    var usesJSONSchema: Bool { self == .openAPI31 }

    /// What a document says that it is.
    enum Reading: Sendable, Hashable {
        case known(SpecificationVersion)
        /// Taken as another version.
        case taken(SpecificationVersion, message: String, advice: String?)
        case refused(Diagnostic.Code, member: String?, message: String, advice: String)
    }

    /// Reads `openapi` or `swagger`, or finds out what else the document is.
    static func reading(of root: JSON) -> Reading {
        guard let object = root.objectValue else {
            return .refused(
                .notADescription, member: nil, message: "the document is \(noun(for: root.kind)), not an object",
                advice: "give a description whose first member is `openapi` or `swagger`")
        }
        if let version = object["openapi"] { return openAPI(version) }
        if let version = object["swagger"] { return swagger(version) }
        return other(object)
    }

    private static func noun(for kind: JSONKind) -> String {
        switch kind {
        case .null: "empty"
        case .array: "an array"
        default: "a single \(kind.rawValue)"
        }
    }

    /// As it is written; YAML makes a number of `3.1`.
    static func text(of version: JSON) -> String? {
        if case .number(let number) = version { return number.description }
        return version.stringValue
    }

    private static func openAPI(_ version: JSON) -> Reading {
        guard let text = text(of: version) else { return notAVersion("openapi") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        switch (parts.first, parts.dropFirst().first.map { $0.prefix(while: \.isNumber) }) {
        case ("3", "0"): return .known(.openAPI30)
        case ("3", "1"): return .known(.openAPI31)
        case ("3", "2"):
            return .taken(
                .openAPI31, message: "OpenAPI 3.2 is taken as 3.1: what 3.2 adds is not read", advice: nil)
        case ("3", nil):
            return .taken(
                .openAPI30, message: "the version has no second number and is taken as 3.0", advice: "write 3.0.3 or 3.1.0")
        case ("2", _):
            return .taken(.swagger2, message: "version 2.0 belongs to the member `swagger`", advice: #"write swagger: "2.0""#)
        default:
            return .refused(
                .unsupportedVersion, member: "openapi", message: "OpenAPI \(text.prefix(20)) is not known here",
                advice: "use a version from 2.0 to 3.2")
        }
    }

    private static func swagger(_ version: JSON) -> Reading {
        guard let text = text(of: version) else { return notAVersion("swagger") }
        if text == "2.0" || text == "2" { return .known(.swagger2) }
        if text.hasPrefix("2.0.") { return .known(.swagger2) }
        if text.hasPrefix("3.") {
            return .refused(
                .unsupportedVersion, member: "swagger", message: "version \(text.prefix(20)) belongs to the member `openapi`",
                advice: "rename the member to `openapi`")
        }
        return .refused(
            .unsupportedVersion, member: "swagger", message: "Swagger \(text.prefix(20)) is not known here",
            advice: "convert it to OpenAPI 3, or to Swagger 2.0")
    }

    private static func notAVersion(_ member: String) -> Reading {
        .refused(
            .unsupportedVersion, member: member, message: "`\(member)` is no version", advice: "write a version such as 3.1.0")
    }

    // MARK: Other documents

    private static func other(_ object: JSONObject) -> Reading {
        for (member, what, advice) in otherFormats where object.contains(member) {
            return .refused(.notADescription, member: member, message: "this is \(what)", advice: advice)
        }
        let information = object["info"]
        if information?["_postman_id"] != nil || information?["schema"]?.stringValue?.contains("getpostman.com") == true {
            return .refused(
                .notADescription, member: "info", message: "this is a Postman collection",
                advice: "convert it to OpenAPI, or export the API's definition in its place")
        }
        if let near = object.names.first(where: { ["openapi", "swagger"].contains($0.lowercased()) }) {
            return .refused(
                .notADescription, member: near, message: "the member is written `\(near)`", advice: "write it in lower case")
        }
        let advice =
            object.contains("paths")
            ? "add `openapi` with the version that it follows, such as 3.1.0"
            : "give the API's OpenAPI description: it has the members `openapi` (or `swagger`), `info` and `paths`"
        return .refused(
            .notADescription, member: nil, message: "the document has neither `openapi` nor `swagger`", advice: advice)
    }

    /// By a member that only they have.
    private static let otherFormats: [(member: String, what: String, advice: String)] = [
        ("swaggerVersion", "a Swagger 1 description", "convert it to OpenAPI 3, or to Swagger 2.0"),
        ("asyncapi", "an AsyncAPI description, of messages rather than of calls", "give an OpenAPI description"),
        ("openrpc", "an OpenRPC description", "give an OpenAPI description"),
        ("arazzo", "an Arazzo description of workflows", "give the OpenAPI description that it refers to"),
        ("overlay", "an OpenAPI overlay", "apply it, and give the result"),
        ("discoveryVersion", "a Google discovery document", "convert it to OpenAPI"),
        ("__schema", "a GraphQL schema", "give an OpenAPI description"),
        ("$schema", "a JSON Schema", "give the OpenAPI description that uses it"),
        ("smithy", "a Smithy model", "convert it to OpenAPI"),
        ("_postman_exported_at", "an export of Postman", "convert it to OpenAPI"),
    ]
}
