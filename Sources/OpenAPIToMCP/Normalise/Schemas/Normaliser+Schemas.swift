import Wire

/// A schema while it is put together.
struct SchemaDraft {
    /// What the document has.
    let source: JSONObject
    /// What becomes of it.
    var object = JSONObject()
    var isNullable = false
    /// Members that say of themselves that they are required.
    var requiredMembers: [String] = []
    /// How deep it stands in other schemas.
    let depth: Int
    /// Whether it is for the very value that the named schema around it is for.
    let isInPlace: Bool
}

extension Normaliser {
    /// No setting lets schemas be nested deeper: they are read by recursion.
    private static let greatestDepth = 256

    /// A schema that is part of an operation.
    mutating func rootSchema(_ value: JSON, at place: Place) -> JSON {
        if let known = schemasByPlace[place] { return known }
        let normalised = schema(value, at: place, name: nil)
        schemasByPlace[place] = normalised
        return normalised
    }

    /// All schemas that references lead to, which may lead to more; false where there is no time for all of them.
    mutating func normaliseNamedSchemas() -> Bool {
        while let waiting = names.takeNext() {
            guard !deadline.isPassed else { return false }
            table[waiting.name] = schema(documents.value(at: waiting.place) ?? true, at: waiting.place, name: waiting.name)
        }
        return true
    }

    private mutating func schema(_ value: JSON, at place: Place, name: String?) -> JSON {
        let outer = (document, path, currentName)
        (document, path, currentName) = (place.document, place.pointer.tokens, name)
        defer { (document, path, currentName) = outer }
        return schema(value, depth: 0, isInPlace: true)
    }

    /// The schema that is looked at just now.
    private mutating func schema(_ value: JSON, depth: Int, isInPlace: Bool) -> JSON {
        switch value {
        case .bool: return value
        case .object(let object):
            guard depth < min(limits.schemaDepth, Self.greatestDepth) else {
                noteHere(.warning, .tooDeep, nil, "the schema is nested too deep, and takes any value from here on")
                return true
            }
            var draft = SchemaDraft(source: object, depth: depth, isInPlace: isInPlace)
            read(&draft)
            return complete(&draft)
        case .null, .number, .string, .array:
            noteHere(.warning, .repairedSchema, nil, "a schema must be an object; this one takes any value")
            return true
        }
    }

    /// The schema that stands below the one that is looked at just now.
    mutating func schema(_ value: JSON, below tokens: String..., of draft: SchemaDraft, isInPlace: Bool = false) -> JSON {
        path += tokens
        defer { path.removeLast(tokens.count) }
        return schema(value, depth: draft.depth + 1, isInPlace: isInPlace && draft.isInPlace)
    }

    // MARK: - Keywords

    private mutating func read(_ draft: inout SchemaDraft) {
        if let reference = draft.source["$ref"]?.stringValue, versions[document].referencesStandAlone {
            readLoneReference(reference, &draft)
            return
        }
        for (name, value) in draft.source {
            guard let keyword = SchemaKeyword.named(name) else {
                if !name.hasPrefix("x-") {
                    noteHere(.note, .unknownKeyword, name, "\(name.prefix(40)) is no keyword, and is left out")
                }
                continue
            }
            switch keyword {
            case .reference: readReference(value, &draft)
            case .dynamicReference: readDynamicReference(value, &draft)
            case .recursiveReference: readRecursiveReference(&draft)
            case .type: readType(value, &draft)
            case .nullable: readNullable(name, value, &draft)
            case .values: readValues(value, &draft)
            case .format: readText(name, value, &draft)
            case .text: readText(name, value, &draft)
            case .pattern: readPattern(value, &draft)
            case .required: readRequired(value, &draft)
            case .items: readItems(value, &draft)
            case .discriminator, .example: break
            case .examples: readExamples(value, &draft)
            case .bound: readBound(name, value, &draft)
            case .exclusiveBound: readExclusiveBound(name, value, &draft)
            case .factor: readFactor(name, value, &draft)
            case .count: readCount(name, value, &draft)
            case .flag: readFlag(name, value, &draft)
            case .schema: readSchema(name, value, &draft, isInPlace: false)
            case .inPlaceSchema: readSchema(name, value, &draft, isInPlace: true)
            case .inPlaceSchemas: readSchemas(name, value, &draft, isInPlace: true)
            case .prefixItems: readSchemas(name, value, &draft, isInPlace: false)
            case .properties: readProperties(value, &draft)
            case .patternProperties: readPatternProperties(value, &draft)
            case .dependentSchemas: readDependentSchemas(value, &draft)
            case .dependentRequired: readDependentRequired(value, &draft)
            case .dependencies: readDependencies(value, &draft)
            case .kept: draft.object[name] = value
            case .dropped: if name == "$schema" { checkDialect(value, at: here.appending(name)) }
            }
        }
    }

    /// Up to 3.0, a reference is alone (OpenAPI 3.0 §4.7.23): but that its value may be null is what those mean who write so, and
    /// taking one value more harms nobody.
    private mutating func readLoneReference(_ reference: String, _ draft: inout SchemaDraft) {
        readReference(.string(reference), &draft)
        draft.isNullable = draft.source["nullable"]?.boolValue == true || draft.source["x-nullable"]?.boolValue == true
        let ignored = draft.source.names.filter {
            $0 != "$ref" && $0 != "nullable" && !$0.hasPrefix("x-") && !SchemaKeyword.annotations.contains($0)
        }
        if let first = ignored.first {
            noteHere(.note, .ignoredSiblings, first, "what stands beside a reference has no effect in this version")
        }
    }

    private mutating func readSchema(_ name: String, _ value: JSON, _ draft: inout SchemaDraft, isInPlace: Bool) {
        var value = value
        if let text = value.stringValue, text == "true" || text == "false" {
            repaired(name, "\(name) must be a schema, true or false; a text is taken as what it says")
            value = .bool(text == "true")
        }
        switch value {
        case .bool, .object: draft.object[name] = schema(value, below: name, of: draft, isInPlace: isInPlace)
        case .null, .number, .string, .array: repaired(name, "\(name) must be a schema, and is left out")
        }
    }

    private mutating func readSchemas(_ name: String, _ value: JSON, _ draft: inout SchemaDraft, isInPlace: Bool) {
        if case .object = value {
            repaired(name, "\(name) must be a list of schemas; the one is taken as a list")
            draft.object[name] = [schema(value, below: name, of: draft, isInPlace: isInPlace)]
            return
        }
        guard let elements = value.arrayValue, !elements.isEmpty else {
            repaired(name, "\(name) must be a list of schemas that is not empty, and is left out")
            return
        }
        var schemas: [JSON] = []
        for (index, element) in elements.enumerated() {
            schemas.append(schema(element, below: name, String(index), of: draft, isInPlace: isInPlace))
        }
        draft.object[name] = .array(schemas)
    }

    private mutating func readProperties(_ value: JSON, _ draft: inout SchemaDraft) {
        guard let members = value.objectValue else {
            repaired("properties", "properties must be an object, and is left out")
            return
        }
        var properties = JSONObject()
        for (name, member) in members {
            // Drafts up to 3 had it there.
            if member["required"]?.boolValue == true { draft.requiredMembers.append(name) }
            properties.append(name, schema(member, below: "properties", name, of: draft))
        }
        draft.object["properties"] = .object(properties)
    }

    private mutating func readPatternProperties(_ value: JSON, _ draft: inout SchemaDraft) {
        guard let members = value.objectValue else {
            repaired("patternProperties", "patternProperties must be an object, and is left out")
            return
        }
        var properties = JSONObject()
        for (pattern, member) in members {
            guard isPattern(pattern) else {
                repaired("patternProperties", "\(pattern.prefix(80)) is no regular expression, and is left out")
                continue
            }
            properties.append(pattern, schema(member, below: "patternProperties", pattern, of: draft))
        }
        draft.object["patternProperties"] = .object(properties)
    }

    private mutating func readItems(_ value: JSON, _ draft: inout SchemaDraft) {
        guard let elements = value.arrayValue else {
            readSchema("items", value, &draft, isInPlace: false)
            return
        }
        // Up to 2019-09, a list was what `prefixItems` is now.
        repaired("items", "items must be one schema; the list is taken as prefixItems")
        if !elements.isEmpty { readSchemas("prefixItems", value, &draft, isInPlace: false) }
        if let rest = draft.source["additionalItems"] {
            draft.object["items"] = schema(rest, below: "additionalItems", of: draft)
        }
    }

    // MARK: - Dependencies

    private mutating func readDependentSchemas(_ value: JSON, _ draft: inout SchemaDraft) {
        guard let members = value.objectValue else {
            repaired("dependentSchemas", "dependentSchemas must be an object, and is left out")
            return
        }
        var schemas = JSONObject()
        for (name, member) in members {
            schemas.append(name, schema(member, below: "dependentSchemas", name, of: draft, isInPlace: true))
        }
        draft.object["dependentSchemas"] = .object(schemas)
    }

    private mutating func readDependentRequired(_ value: JSON, _ draft: inout SchemaDraft) {
        guard let members = value.objectValue else {
            repaired("dependentRequired", "dependentRequired must be an object, and is left out")
            return
        }
        var needs = JSONObject()
        for (name, names) in members { needs.append(name, .array(uniqueTexts(names, "dependentRequired"))) }
        draft.object["dependentRequired"] = .object(needs)
    }

    /// What drafts up to 7 have in one keyword is two since.
    private mutating func readDependencies(_ value: JSON, _ draft: inout SchemaDraft) {
        var needs = draft.object["dependentRequired"]?.objectValue ?? [:]
        var schemas = draft.object["dependentSchemas"]?.objectValue ?? [:]
        for (name, member) in value.objectValue ?? [:] {
            if member.arrayValue != nil {
                needs.appendIfAbsent(name, .array(uniqueTexts(member, "dependencies")))
            } else {
                schemas.appendIfAbsent(name, schema(member, below: "dependencies", name, of: draft, isInPlace: true))
            }
        }
        if !needs.isEmpty { draft.object["dependentRequired"] = .object(needs) }
        if !schemas.isEmpty { draft.object["dependentSchemas"] = .object(schemas) }
    }

    /// Says that a keyword is taken differently from how it is written.
    mutating func repaired(_ keyword: String, _ message: String) {
        noteHere(.warning, .repairedSchema, keyword, message)
    }
}
