import Wire

/// Makes a JSON value of an XML element, by the hints of a schema. What the schema does not know is kept under its own name: a text where an
/// element has nothing else, an object where it has, an array where it is repeated.
struct XMLValueReader {
    private let reader: SchemaReader

    init(schemas: SchemaTable) { reader = SchemaReader(schemas: schemas) }

    /// The tree is as deep as `XMLReader.Limits` allow at most, and so is this.
    func value(of element: XMLElement, schema: JSON) -> JSON {
        if element.isNil { return .null }
        let types = reader.types(of: schema)
        if types.contains("array") {
            let items = reader.value(of: "items", in: schema) ?? true
            return .array(element.children.map { value(of: $0, schema: items) })
        }
        if types.contains("object") || (types.isEmpty && isStructured(element)) {
            return .object(object(of: element, schema: schema))
        }
        return scalar(element.text, types: types)
    }

    private func isStructured(_ element: XMLElement) -> Bool { !element.children.isEmpty || !element.attributes.isEmpty }

    // MARK: - Objects

    private func object(of element: XMLElement, schema: JSON) -> JSONObject {
        var object = JSONObject()
        var used: Set<String> = []
        var usedAttributes: Set<String> = []
        let byName = Dictionary(grouping: element.children, by: \.name)
        for (name, property) in reader.properties(of: schema) {
            let hints = XMLHints(property, reader: reader)
            let types = reader.types(of: property)
            if hints.isAttribute {
                let attribute = hints.name ?? name
                guard let text = element.attribute(attribute) else { continue }
                usedAttributes.insert(attribute)
                object[name] = scalar(text, types: types)
            } else if types.contains("array") {
                guard let (elements, used: taken) = array(name, property, hints, byName) else { continue }
                used.insert(taken)
                object[name] = elements
            } else {
                let child = hints.name ?? name
                guard let found = byName[child]?.first else { continue }
                used.insert(child)
                object[name] = value(of: found, schema: property)
            }
        }
        guard reader.value(of: "additionalProperties", in: schema)?.boolValue != false else { return object }
        let rest = reader.value(of: "additionalProperties", in: schema) ?? true
        for attribute in element.attributes where attribute.namespace == nil && !usedAttributes.contains(attribute.name) {
            object.appendIfAbsent(attribute.name, .string(attribute.value))
        }
        for child in element.children where used.insert(child.name).inserted {
            let values = (byName[child.name] ?? []).map { value(of: $0, schema: rest) }
            object.appendIfAbsent(child.name, values.count == 1 ? values[0] : .array(values))
        }
        let text = XMLText.trimmed(element.text)
        if !text.isEmpty { object.appendIfAbsent("#text", .string(text)) }
        return object
    }

    /// The elements of an array, and the name of the children that it was read from; nil where there are none.
    private func array(
        _ name: String, _ property: JSON, _ hints: XMLHints, _ children: [String: [XMLElement]]
    ) -> (JSON, used: String)? {
        let items = reader.value(of: "items", in: property) ?? true
        let itemName = XMLHints.itemName(items, of: hints, property: name, reader: reader)
        if hints.isWrapped {
            let wrapper = hints.name ?? name
            guard let found = children[wrapper] else { return nil }
            return (.array(found.flatMap { $0.children.map { value(of: $0, schema: items) } }), wrapper)
        }
        guard let found = children[itemName] else { return nil }
        return (.array(found.map { value(of: $0, schema: items) }), itemName)
    }

    // MARK: - Texts

    /// A text as the first of the types that it can be.
    private func scalar(_ text: String, types: [String]) -> JSON {
        let trimmed = XMLText.trimmed(text)
        for type in types {
            switch type {
            case "integer", "number":
                if let number = JSONNumber(trimmed), type == "number" || JSON.number(number).int64Value != nil {
                    return .number(number)
                }
            case "boolean":
                if trimmed == "true" || trimmed == "1" { return true }
                if trimmed == "false" || trimmed == "0" { return false }
            default: return .string(text)
            }
        }
        return .string(text)
    }
}

/// Blank space as XML has it (XML 1.0 §2.3).
private enum XMLText {
    static func trimmed(_ text: String) -> String {
        var bytes = text.utf8[...]
        while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return String(Substring(bytes))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
