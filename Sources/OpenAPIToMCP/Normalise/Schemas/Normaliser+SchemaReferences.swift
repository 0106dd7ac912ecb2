import Wire

extension Normaliser {
    /// The name of the schema that a reference leads to from what is looked at just now; nil, with a diagnostic, where there is none.
    mutating func schemaName(_ reference: String) -> String? {
        let isConstant = !index.findings(in: document, of: documents, versions[document]).hasIdentifiers
        if isConstant, let known = names[document, reference] { return known }
        guard let place = documents.target(of: reference, from: here, &log, severity: .warning) else { return nil }
        guard let name = name(of: place) else { return nil }
        if isConstant { names[document, reference] = name }
        return name
    }

    /// The name of the schema at a place.
    private mutating func name(of place: Place) -> String? {
        switch documents.value(at: place) {
        case .object?, .bool?: break
        default:
            noteHere(.warning, .misleadingReference, "$ref", "the reference leads to no schema; any value is taken")
            return nil
        }
        guard let name = names.name(of: place) else {
            noteHere(.warning, .tooMany, "$ref", "there are more than \(limits.schemas) schemas; any value is taken here")
            return nil
        }
        return name
    }

    mutating func readReference(_ value: JSON, _ draft: inout SchemaDraft) {
        guard let text = value.stringValue else {
            repaired("$ref", "a reference must be a text; any value is taken")
            return
        }
        guard let name = schemaName(text) else { return }
        refer(to: name, &draft)
    }

    /// Puts a reference into a schema; beside one that is there already, by `allOf`.
    private mutating func refer(to name: String, _ draft: inout SchemaDraft) {
        if draft.isInPlace, let currentName { inPlaceReferences[currentName, default: []].append(name) }
        let reference = JSON.string(SchemaTable.prefix + name)
        if draft.object["$ref"] == nil {
            draft.object["$ref"] = reference
        } else {
            draft.object["allOf"] = .array((draft.object["allOf"]?.arrayValue ?? []) + [["$ref": reference]])
        }
    }

    // MARK: - References that depend on the way

    /// What `$dynamicRef` means depends on the schemas that led to it (core, §8.2.3.2): where only one has the anchor, on nothing.
    mutating func readDynamicReference(_ value: JSON, _ draft: inout SchemaDraft) {
        guard let text = value.stringValue else {
            repaired("$dynamicRef", "a reference must be a text; any value is taken")
            return
        }
        let anchors = index.findings(in: document, of: documents, versions[document]).dynamicAnchors
        let places = text.hasPrefix("#") ? anchors[String(text.dropFirst())] ?? [] : []
        if places.count == 1 {
            if let name = name(of: Place(document: document, pointer: places[0])) { refer(to: name, &draft) }
            return
        }
        if places.count > 1 {
            noteHere(
                .warning, .dynamicReference, "$dynamicRef",
                "the reference means one of \(places.count) schemas, depending on how it is reached; the nearest is taken")
            if let nearest = nearest(places), let name = name(of: nearest) { refer(to: name, &draft) }
            return
        }
        // Without a dynamic anchor it is like any other reference.
        if let name = schemaName(text) { refer(to: name, &draft) }
    }

    /// The anchor's place that shares most of the way with what is looked at; of equals, the one that comes first in the document.
    private func nearest(_ places: [JSONPointer]) -> Place? {
        func shared(_ pointer: JSONPointer) -> Int { zip(pointer.tokens, path).prefix { $0 == $1 }.count }
        let ordered = places.sorted { $0.description < $1.description }
        guard let best = ordered.map(shared).max(), let nearest = ordered.first(where: { shared($0) == best }) else { return nil }
        return Place(document: document, pointer: nearest)
    }

    /// `$recursiveRef` is of 2019-09 only: the outermost schema around it that says it may be meant, which a named schema is mostly.
    mutating func readRecursiveReference(_ draft: inout SchemaDraft) {
        var value = documents.documents[document].root
        var anchor: JSONPointer?
        for (count, token) in path.enumerated() {
            guard let next = value[JSONPointer(tokens: [token])] else { break }
            value = next
            if anchor == nil, value["$recursiveAnchor"]?.boolValue == true {
                anchor = JSONPointer(tokens: Array(path.prefix(count + 1)))
            }
        }
        guard let anchor, let name = name(of: Place(document: document, pointer: anchor)) else {
            repaired("$recursiveRef", "no schema around it has `$recursiveAnchor`; any value is taken")
            return
        }
        noteHere(.note, .foreignKeyword, "$recursiveRef", "$recursiveRef is of an earlier draft; the schema around it is taken")
        refer(to: name, &draft)
    }

    /// Dialects (OpenAPI 3.1 §4.8.24.5): schemas are read as 2020-12 whatever they say, which suits drafts from 4 on.
    mutating func checkDialect(_ value: JSON?, at place: Place) {
        guard let value else { return }
        let known = ["https://spec.openapis.org/oas/3.", "https://json-schema.org/draft/", "http://json-schema.org/draft-"]
        guard let name = value.stringValue, known.contains(where: name.hasPrefix) else {
            note(.warning, .unknownDialect, at: place, "the dialect is not known; schemas are read as JSON Schema 2020-12")
            return
        }
    }

    // MARK: - Discriminators

    /// `discriminator` with its mapping led to where references lead (OpenAPI 3.1 §4.8.25). A schema without alternatives of its own has
    /// the schemas that inherit from it.
    mutating func readDiscriminator(_ draft: inout SchemaDraft) {
        guard let value = draft.source["discriminator"] else { return }
        // Version 2.0 has the property's name only.
        guard let property = value.stringValue ?? value["propertyName"]?.stringValue else {
            repaired("discriminator", "a discriminator must say its propertyName, and is left out")
            return
        }
        var mapping = JSONObject()
        for (key, target) in value["mapping"]?.objectValue ?? [:] {
            guard let text = target.stringValue, let name = mappedName(text) else {
                repaired("discriminator", "\(key.prefix(80)) is mapped to no schema, and is left out")
                continue
            }
            mapping.append(key, .string(SchemaTable.prefix + name))
        }
        if draft.source["oneOf"] == nil, draft.source["anyOf"] == nil, mapping.isEmpty { addHeirs(to: &mapping) }
        var discriminator: JSONObject = ["propertyName": .string(property)]
        if !mapping.isEmpty { discriminator["mapping"] = .object(mapping) }
        draft.object["discriminator"] = .object(discriminator)
    }

    /// A mapping's value is the name of a schema, or else a reference.
    private mutating func mappedName(_ text: String) -> String? {
        let component = componentPlace(text)
        if !text.contains("/"), documents.value(at: component) != nil { return name(of: component) }
        return schemaName(text)
    }

    private func componentPlace(_ name: String) -> Place {
        Place(document: document, pointer: JSONPointer(tokens: versions[document].schemaPath + [name]))
    }

    private mutating func addHeirs(to mapping: inout JSONObject) {
        guard !path.isEmpty, Array(path.dropLast()) == versions[document].schemaPath else { return }
        let heirs = index.findings(in: document, of: documents, versions[document]).heirs["#\(here.pointer)"] ?? []
        for heir in heirs {
            if let name = name(of: componentPlace(heir)) { mapping.append(heir, .string(SchemaTable.prefix + name)) }
        }
    }
}
