/// The draft that a document is written in: what `$schema` at its root says, 2020-12 where it says nothing.
enum SchemaDialect: Int, Comparable, Sendable {
    case draft4, draft6, draft7, draft2019, draft2020

    /// The dialect of that metaschema. Metaschemas are known by name only.
    init?(metaschema: String) {
        let name = metaschema.hasSuffix("#") ? metaschema.dropLast() : metaschema[...]
        switch name {
        case "https://json-schema.org/draft/2020-12/schema": self = .draft2020
        case "https://json-schema.org/draft/2019-09/schema": self = .draft2019
        case "http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema": self = .draft7
        case "http://json-schema.org/draft-06/schema", "https://json-schema.org/draft-06/schema": self = .draft6
        case "http://json-schema.org/draft-04/schema", "https://json-schema.org/draft-04/schema": self = .draft4
        default: return nil
        }
    }

    static func < (left: SchemaDialect, right: SchemaDialect) -> Bool { left.rawValue < right.rawValue }

    /// What names a resource.
    var identifierKeyword: String { self == .draft4 ? "id" : "$id" }

    /// Up to draft 7, `$ref` stands alone: what stands beside it is not looked at.
    var referenceStandsAlone: Bool { self <= .draft7 }

    /// Up to 2019-09, `items` may be an array, with `additionalItems` for what follows.
    var itemsMayBeArray: Bool { self <= .draft2019 }

    /// Up to draft 7, `dependencies` is what `dependentRequired` and `dependentSchemas` are later. (2019-09 and 2020-12 only
    /// reserve the name.)
    var hasDependencies: Bool { self <= .draft7 }

    /// From 2020-12 on, what `contains` matched is evaluated.
    var containsEvaluates: Bool { self >= .draft2020 }
}
