import Wire

/// Writes values as XML by the hints of their schema. `null` is left out; in an array it is an empty element.
struct XMLWriter {
    private let reader: SchemaReader
    /// For faults.
    private let argument: String?
    private let maximumBytes: Int
    private static let maximumDepth = 100

    init(schemas: SchemaTable, argument: String?, maximumBytes: Int) {
        reader = SchemaReader(schemas: schemas)
        self.argument = argument
        self.maximumBytes = maximumBytes
    }

    /// A document in UTF-8. Its root is called as the schema says, or as the schema itself is called, or `name`, or `root`.
    func document(_ value: JSON, schema: JSON, name: String? = nil) throws(CallFault) -> [UInt8] {
        var output = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
        let hints = XMLHints(schema, reader: reader)
        let name = hints.name ?? schema["$ref"]?.stringValue.flatMap(SchemaTable.name) ?? name ?? "root"
        if case .array(let elements) = value {
            // A document has one root, so an array there is wrapped whatever the hints say.
            let items = reader.value(of: "items", in: schema) ?? true
            var wrapper = hints
            wrapper.isWrapped = true
            let itemName = XMLHints.itemName(items, of: wrapper, property: name, reader: reader)
            try write(named: name, hints, scope: [:], to: &output) { scope, output throws(CallFault) in
                for element in elements {
                    try self.write(element, named: itemName, schema: items, scope: scope, depth: 1, to: &output)
                }
            }
        } else {
            try write(value, named: name, schema: schema, scope: [:], depth: 0, to: &output)
        }
        return output
    }

    // MARK: - Elements

    /// Which namespace each prefix stands for; the empty one for names without a prefix.
    private typealias Scope = [String: String]

    private func write(
        named name: String, _ hints: XMLHints, scope: Scope, attributes: [UInt8] = [], to output: inout [UInt8],
        content: (Scope, inout [UInt8]) throws(CallFault) -> Void
    ) throws(CallFault) {
        var scope = scope
        let tag = try qualified(name, hints)
        output += "<\(tag)".utf8
        output += declaration(hints, &scope)
        output += attributes
        output.append(UInt8(ascii: ">"))
        try content(scope, &output)
        output += "</\(tag)>".utf8
        guard output.count <= maximumBytes else { throw fault("makes a body that is too large") }
    }

    private func write(
        _ value: JSON, named name: String, schema: JSON, scope: Scope, depth: Int, to output: inout [UInt8]
    ) throws(CallFault) {
        guard depth < Self.maximumDepth else { throw fault("is nested more than \(Self.maximumDepth) deep") }
        let hints = XMLHints(schema, reader: reader)
        switch value {
        case .object(let object):
            let properties = reader.properties(of: schema)
            var inner = scope
            if let namespace = hints.namespace { inner[hints.prefix ?? ""] = namespace }
            let attributes = try self.attributes(of: object, properties, &inner)
            // The content sees what the attributes declare; the element's own declaration is made where it begins.
            let declared = inner
            try write(named: name, hints, scope: scope, attributes: attributes, to: &output) { scope, output throws(CallFault) in
                let scope = scope.merging(declared) { own, _ in own }
                for (member, value) in object where !XMLHints(properties[member] ?? true, reader: self.reader).isAttribute {
                    try self.write(
                        member: member, value, schema: properties[member] ?? true, scope: scope, depth: depth + 1, to: &output)
                }
            }
        case .array(let elements):
            let items = reader.value(of: "items", in: schema) ?? true
            let itemName = XMLHints(items, reader: reader).name ?? name
            for element in elements {
                try write(element, named: itemName, schema: items, scope: scope, depth: depth + 1, to: &output)
            }
        default:
            let text = try escaped(ParameterValue.plain(value) ?? "", inAttribute: false)
            try write(named: name, hints, scope: scope, to: &output) { _, output throws(CallFault) in output += text }
        }
    }

    private func write(
        member: String, _ value: JSON, schema: JSON, scope: Scope, depth: Int, to output: inout [UInt8]
    ) throws(CallFault) {
        guard !value.isNull else { return }
        let hints = XMLHints(schema, reader: reader)
        guard case .array(let elements) = value else {
            return try write(value, named: hints.name ?? member, schema: schema, scope: scope, depth: depth, to: &output)
        }
        let items = reader.value(of: "items", in: schema) ?? true
        let itemName = XMLHints.itemName(items, of: hints, property: member, reader: reader)
        guard hints.isWrapped else {
            for element in elements {
                try write(element, named: itemName, schema: items, scope: scope, depth: depth, to: &output)
            }
            return
        }
        try write(named: hints.name ?? member, hints, scope: scope, to: &output) { scope, output throws(CallFault) in
            for element in elements {
                try self.write(element, named: itemName, schema: items, scope: scope, depth: depth + 1, to: &output)
            }
        }
    }

    // MARK: - Names and attributes

    private func attributes(of object: JSONObject, _ properties: JSONObject, _ scope: inout Scope) throws(CallFault) -> [UInt8] {
        var output: [UInt8] = []
        for (member, value) in object {
            let hints = XMLHints(properties[member] ?? true, reader: reader)
            guard hints.isAttribute, !value.isNull else { continue }
            guard let text = ParameterValue.plain(value) else {
                throw fault("has an array or object as \(member.prefix(60)), which is an attribute")
            }
            // A default namespace does not hold for attributes, so only one with a prefix is declared.
            if hints.prefix != nil { output += declaration(hints, &scope) }
            output += " \(try qualified(hints.name ?? member, hints))=\"".utf8
            output += try escaped(text, inAttribute: true)
            output.append(UInt8(ascii: "\""))
        }
        return output
    }

    /// What declares the namespace of the hints, unless it is in force.
    private func declaration(_ hints: XMLHints, _ scope: inout Scope) -> [UInt8] {
        guard let namespace = hints.namespace, scope[hints.prefix ?? ""] != namespace else { return [] }
        scope[hints.prefix ?? ""] = namespace
        // Of the document and not of the caller: what can't stand there was told when it was compiled, and is left out.
        guard let text = try? escaped(namespace, inAttribute: true) else { return [] }
        return Array(" xmlns\(hints.prefix.map { ":\($0)" } ?? "")=\"".utf8) + text + [UInt8(ascii: "\"")]
    }

    private func qualified(_ name: String, _ hints: XMLHints) throws(CallFault) -> String {
        let qualified = (hints.prefix.map { "\($0):" } ?? "") + name
        guard XMLName.isValid(qualified) else {
            throw fault("has a member called \(name.prefix(60)), which XML can't have as a name")
        }
        return qualified
    }

    private func escaped(_ text: String, inAttribute: Bool) throws(CallFault) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;".utf8
            case "<": output += "&lt;".utf8
            // Only `]]>` must not stand in text, but then it never does.
            case ">": output += "&gt;".utf8
            case "\"" where inAttribute: output += "&quot;".utf8
            // Readers turn these into blanks and line feeds unless they are written as references (XML 1.0 §2.11, §3.3.3).
            case "\r": output += "&#13;".utf8
            case "\n" where inAttribute: output += "&#10;".utf8
            case "\t" where inAttribute: output += "&#9;".utf8
            case "\n", "\t": output.append(UInt8(scalar.value))
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                throw fault("has a character that XML can't have")
            default: output += Array(String(scalar).utf8)
            }
        }
        return output
    }

    private func fault(_ message: String) -> CallFault { CallFault(argument, argument == nil ? "the body \(message)" : message) }
}

/// Names of elements and attributes (XML 1.0 §2.3, fifth edition).
enum XMLName {
    static func isValid(_ name: String) -> Bool {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count) && parts.allSatisfy(isLocal)
    }

    private static func isLocal(_ part: Substring) -> Bool {
        guard let first = part.unicodeScalars.first, isStart(first) else { return false }
        return part.unicodeScalars.allSatisfy { isStart($0) || isFurther($0) }
    }

    private static func isStart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A, 0x5F, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF,
            0x200C...0x200D,
            0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD, 0x10000...0xEFFFF:
            true
        default: false
        }
    }

    private static func isFurther(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
        default: false
        }
    }
}
