/// How the value of a schema's keyword is normalised.
enum SchemaKeyword: Sendable {
    case reference, dynamicReference, recursiveReference
    case type, nullable, values, format, pattern, required, items, discriminator, example, examples
    /// A number.
    case bound
    /// A bound, or in drafts up to 4 whether `minimum` or `maximum` is one.
    case exclusiveBound
    /// A number greater than zero.
    case factor
    /// An integer that is not negative.
    case count
    case text
    case flag
    /// A schema for other values than this one.
    case schema
    /// A schema for this very value.
    case inPlaceSchema
    /// Schemas for this very value.
    case inPlaceSchemas
    case prefixItems
    case properties
    /// Schemas by the patterns of names.
    case patternProperties
    /// Schemas for this very value, by name.
    case dependentSchemas
    case dependentRequired
    /// Of drafts up to 7.
    case dependencies
    /// Kept as it is.
    case kept
    /// Without meaning once references are followed, or read together with another keyword.
    case dropped

    /// The keyword of that name, if it is one.
    static func named(_ name: String) -> SchemaKeyword? { all[name] }

    private static let all: [String: SchemaKeyword] = [
        "$ref": .reference, "$dynamicRef": .dynamicReference, "$recursiveRef": .recursiveReference,
        "type": .type, "nullable": .nullable, "x-nullable": .nullable, "enum": .values, "const": .kept, "default": .kept,
        "format": .format, "pattern": .pattern, "required": .required, "items": .items, "discriminator": .discriminator,
        "example": .example, "examples": .examples,
        "minimum": .bound, "maximum": .bound, "exclusiveMinimum": .exclusiveBound, "exclusiveMaximum": .exclusiveBound,
        "multipleOf": .factor,
        "minLength": .count, "maxLength": .count, "minItems": .count, "maxItems": .count, "minProperties": .count,
        "maxProperties": .count, "minContains": .count, "maxContains": .count,
        "title": .text, "description": .text, "contentEncoding": .text, "contentMediaType": .text,
        "deprecated": .flag, "readOnly": .flag, "writeOnly": .flag, "uniqueItems": .flag,
        "additionalProperties": .schema, "propertyNames": .schema, "contains": .schema, "unevaluatedItems": .schema,
        "unevaluatedProperties": .schema, "contentSchema": .schema,
        "not": .inPlaceSchema, "if": .inPlaceSchema, "then": .inPlaceSchema, "else": .inPlaceSchema,
        "allOf": .inPlaceSchemas, "anyOf": .inPlaceSchemas, "oneOf": .inPlaceSchemas,
        "prefixItems": .prefixItems, "properties": .properties, "patternProperties": .patternProperties,
        "dependentSchemas": .dependentSchemas, "dependentRequired": .dependentRequired, "dependencies": .dependencies,
        "xml": .kept, "externalDocs": .kept,
        "$id": .dropped, "id": .dropped, "$schema": .dropped, "$anchor": .dropped, "$dynamicAnchor": .dropped,
        "$recursiveAnchor": .dropped, "$vocabulary": .dropped, "$comment": .dropped, "$defs": .dropped, "definitions": .dropped,
        "additionalItems": .dropped, "collectionFormat": .dropped,
    ]

    /// Keywords that say nothing about which values are valid.
    static let annotations: Set<String> = [
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "xml", "externalDocs",
    ]
}
