import Wire

/// What one pass over a document finds: what can't be known where it is needed.
struct DocumentIndex {
    /// What a document holds somewhere.
    struct Findings {
        /// Whether schemas have `$id`, so that references with the same text may mean different schemas.
        var hasIdentifiers = false
        /// The places of `$dynamicAnchor`s, by name.
        var dynamicAnchors: [String: [JSONPointer]] = [:]
        /// The named schemas whose `allOf` has a reference, by the reference's text.
        var heirs: [String: [String]] = [:]
    }

    private var findings: [Int: Findings] = [:]

    /// What is in a document; looked for once.
    mutating func findings(in document: Int, of documents: DocumentSet, _ version: SpecificationVersion) -> Findings {
        if let known = findings[document] { return known }
        let root = documents.documents[document].root
        var found = Findings()
        // Only 3.1 knows identifiers and anchors.
        if version == .openAPI31 { Self.search(root, &found) }
        for (name, schema) in root[JSONPointer(tokens: version.schemaPath)]?.objectValue ?? [:] {
            for part in schema["allOf"]?.arrayValue ?? [] {
                if let reference = part["$ref"]?.stringValue { found.heirs[reference, default: []].append(name) }
            }
        }
        findings[document] = found
        return found
    }

    /// Goes through all values with a list of those to come, which needs no deep stack; a value's way is kept as a chain.
    private static func search(_ root: JSON, _ found: inout Findings) {
        struct Step {
            let parent: Int
            let token: String
        }
        var steps: [Step] = []
        var pending: [(value: JSON, step: Int)] = [(root, -1)]
        func pointer(_ step: Int) -> JSONPointer {
            var tokens: [String] = []
            var step = step
            while step >= 0 {
                tokens.append(steps[step].token)
                step = steps[step].parent
            }
            return JSONPointer(tokens: tokens.reversed())
        }
        while let (value, step) = pending.popLast() {
            switch value {
            case .object(let object):
                if object["$id"]?.stringValue != nil { found.hasIdentifiers = true }
                if let anchor = object["$dynamicAnchor"]?.stringValue {
                    found.dynamicAnchors[anchor, default: []].append(pointer(step))
                }
                for (name, member) in object where member.isContainer {
                    steps.append(Step(parent: step, token: name))
                    pending.append((member, steps.count - 1))
                }
            case .array(let elements):
                for (index, element) in elements.enumerated() where element.isContainer {
                    steps.append(Step(parent: step, token: String(index)))
                    pending.append((element, steps.count - 1))
                }
            case .null, .bool, .number, .string: break
            }
        }
    }
}

extension JSON {
    /// Whether this is an array or an object.
    fileprivate var isContainer: Bool {
        switch self {
        case .array, .object: true
        case .null, .bool, .number, .string: false
        }
    }
}
