import Wire

extension Normaliser {
    /// Cuts references by which a schema demands that its values fit the schema itself: they say nothing, and whoever follows them has no
    /// end. (References from members or items back to the whole are what trees are made of, and stay.)
    mutating func cutCycles() {
        enum State { case open, done }
        var states: [String: State] = [:]
        var cuts: [(name: String, targets: Set<String>)] = []
        var places: [String: Int] = [:]
        for start in table.names where states[start] == nil {
            var stack: [(name: String, next: Int)] = [(start, 0)]
            states[start] = .open
            while let (name, next) = stack.last {
                let targets = inPlaceReferences[name] ?? []
                guard next < targets.count else {
                    states[name] = .done
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next += 1
                let target = targets[next]
                switch states[target] {
                case nil:
                    states[target] = .open
                    stack.append((target, 0))
                case .open?:
                    // Each schema is rewritten once, whatever comes between two of its references.
                    if let place = places[name] {
                        cuts[place].targets.insert(target)
                    } else {
                        places[name] = cuts.count
                        cuts.append((name, [target]))
                    }
                case .done?: break
                }
            }
        }
        for cut in cuts {
            guard let schema = table[cut.name], let place = names.place(of: cut.name) else { continue }
            table[cut.name] = Self.cut(schema, cut.targets, depth: 0)
            note(
                .warning, .cyclicReference, at: place,
                "the schema asks its values to be valid by itself, through \(cut.targets.sorted().joined(separator: ", ").prefix(200)); that part is left out"
            )
        }
    }

    /// The schema without references to the targets that are about the same value.
    private static func cut(_ schema: JSON, _ targets: Set<String>, depth: Int) -> JSON {
        guard var object = schema.objectValue, depth <= greatestCutDepth else { return schema }
        if let name = object["$ref"]?.stringValue.flatMap(SchemaTable.name), targets.contains(name) {
            object["$ref"] = nil
            if object.isEmpty { return true }
        }
        for (keyword, value) in object {
            switch SchemaKeyword.named(keyword) {
            case .inPlaceSchema?: object[keyword] = cut(value, targets, depth: depth + 1)
            case .inPlaceSchemas?:
                object[keyword] = .array((value.arrayValue ?? []).map { cut($0, targets, depth: depth + 1) })
            case .dependentSchemas?:
                let members = (value.objectValue ?? [:]).map { ($0.name, cut($0.value, targets, depth: depth + 1)) }
                object[keyword] = .object(JSONObject(members))
            default: break
            }
        }
        return .object(object)
    }

    /// What was normalised is not deeper, but for the alternatives that null adds at each level.
    private static let greatestCutDepth = 1_024
}
