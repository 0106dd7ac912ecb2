import Wire

/// Finds the references in a value, and the `$id`s and anchors of its schemas.
///
/// It does not know the kinds of objects, only which members hold names of the author's choice and which hold data: a `$ref` in an example
/// is no reference, and a property called `example` is no example. Recursion is bounded by the depth of documents.
struct ReferenceScan {
    /// A `$ref`, or a value of `discriminator.mapping`.
    struct Reference: Sendable {
        /// The first object that holds it; of a mapping, the value itself.
        let pointer: JSONPointer
        let text: String
        /// What it is relative to.
        let base: URIReference
        let isMapping: Bool
    }

    /// In the order of the document, each text once for a base.
    private(set) var references: [Reference] = []
    /// Absolute, without a fragment.
    private(set) var identifiers: [(pointer: JSONPointer, uri: URIReference)] = []
    private(set) var anchors: [(base: URIReference, name: String, pointer: JSONPointer)] = []

    private let usesIdentifiers: Bool
    private var base: URIReference
    private var tokens: [String] = []
    private var seen: Set<Key> = []

    private struct Key: Hashable {
        let text: String
        let base: URIReference?
    }

    init(base: URIReference, usesIdentifiers: Bool) {
        self.base = base
        self.usesIdentifiers = usesIdentifiers
    }

    /// Goes through the value, which stands at `pointer` in its document.
    mutating func run(_ value: JSON, at pointer: JSONPointer) {
        tokens = pointer.tokens
        visit(value, holdsNames: pointer.tokens.last.map(Self.namesMembers.contains) ?? false)
    }

    /// Members whose members have names of the author's choice.
    private static let namesMembers: Set<String> = [
        "properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "schemas", "responses", "parameters",
        "requestBodies", "headers", "securitySchemes", "securityDefinitions", "links", "callbacks", "pathItems", "paths",
        "webhooks",
        "content", "variables", "encoding",
    ]

    /// Members that hold data.
    private static let dataMembers: Set<String> = ["example", "examples", "default", "const", "enum"]

    /// Whether what such a member holds is not looked at, unless a reference leads there.
    static func isData(_ name: String) -> Bool { name.hasPrefix("x-") || dataMembers.contains(name) }

    private mutating func visit(_ value: JSON, holdsNames: Bool) {
        switch value {
        case .array(let elements):
            for (index, element) in elements.enumerated() where element.isCollection {
                tokens.append(String(index))
                visit(element, holdsNames: false)
                tokens.removeLast()
            }
        case .object(let object):
            let outer = base
            if !holdsNames, usesIdentifiers { identify(object) }
            // Also among names: `schemas: {$ref: ...}` is against the specification, and common.
            if let text = object["$ref"]?.stringValue { note(text, isMapping: false) }
            if !holdsNames, let mapping = object["discriminator"]?["mapping"]?.objectValue { noteMapping(mapping) }
            for (name, member) in object where member.isCollection && (holdsNames || !Self.isData(name)) {
                tokens.append(name)
                visit(member, holdsNames: !holdsNames && Self.namesMembers.contains(name))
                tokens.removeLast()
            }
            base = outer
        default: break
        }
    }

    /// `$id` and the anchors of a schema (JSON Schema 2020-12 core §8.2). A `$id` that is a mere fragment is an anchor, as in older drafts.
    private mutating func identify(_ object: JSONObject) {
        if let text = object["$id"]?.stringValue {
            if text.hasPrefix("#") {
                anchors.append((base, String(text.dropFirst()), JSONPointer(tokens: tokens)))
            } else {
                base = base.resolving(URIReference(text)).resource
                identifiers.append((JSONPointer(tokens: tokens), base))
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if let name = object[keyword]?.stringValue { anchors.append((base, name, JSONPointer(tokens: tokens))) }
        }
    }

    private mutating func noteMapping(_ mapping: JSONObject) {
        for (name, value) in mapping {
            guard let text = value.stringValue else { continue }
            tokens += ["discriminator", "mapping", name]
            note(text, isMapping: true)
            tokens.removeLast(3)
        }
    }

    private mutating func note(_ text: String, isMapping: Bool) {
        // Without identifiers there is one base only, and hashing it is spared.
        guard seen.insert(Key(text: text, base: usesIdentifiers ? base : nil)).inserted else { return }
        references.append(Reference(pointer: JSONPointer(tokens: tokens), text: text, base: base, isMapping: isMapping))
    }
}

extension JSON {
    fileprivate var isCollection: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
