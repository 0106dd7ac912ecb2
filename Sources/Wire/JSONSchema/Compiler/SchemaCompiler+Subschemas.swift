extension SchemaCompiler {
    private static let single: [String] = [
        "not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems",
        "unevaluatedProperties", "contentSchema",
    ]
    private static let lists = ["allOf", "anyOf", "oneOf", "prefixItems"]
    private static let maps = ["$defs", "definitions", "properties", "patternProperties", "dependentSchemas"]

    /// Adds the subschemas that stand directly below one: the values of keywords that hold schemas. The rest of the
    /// document is no schema unless a reference says so.
    mutating func addSubschemas(of object: JSONObject, at location: Int, in resource: Int, to pending: inout [Candidate]) {
        for keyword in Self.single {
            guard let value = object[keyword] else { continue }
            if keyword == "items", dialect.itemsMayBeArray, let elements = value.arrayValue {
                add(elements, keyword, location, resource, &pending)
            } else {
                add(value, [keyword], location, resource, &pending)
            }
        }
        for keyword in Self.lists {
            guard let value = object[keyword] else { continue }
            guard let elements = value.arrayValue, !elements.isEmpty else {
                fault(location, keyword, "must be a list of schemas that is not empty")
                continue
            }
            add(elements, keyword, location, resource, &pending)
        }
        for keyword in Self.maps {
            guard let value = object[keyword] else { continue }
            guard let members = value.objectValue else {
                fault(location, keyword, "must be an object of schemas")
                continue
            }
            for (name, member) in members { add(member, [keyword, name], location, resource, &pending) }
        }
        addOfEarlierDrafts(object, location, resource, &pending)
    }

    private mutating func addOfEarlierDrafts(
        _ object: JSONObject, _ location: Int, _ resource: Int, _ pending: inout [Candidate]
    ) {
        if dialect.itemsMayBeArray, let value = object["additionalItems"] {
            add(value, ["additionalItems"], location, resource, &pending)
        }
        guard dialect.hasDependencies, let value = object["dependencies"] else { return }
        guard let members = value.objectValue else {
            fault(location, "dependencies", "must be an object")
            return
        }
        for (name, member) in members where member.arrayValue == nil {
            add(member, ["dependencies", name], location, resource, &pending)
        }
    }

    private mutating func add(
        _ elements: [JSON], _ keyword: String, _ location: Int, _ resource: Int, _ pending: inout [Candidate]
    ) {
        for (index, element) in elements.enumerated() { add(element, [keyword, String(index)], location, resource, &pending) }
    }

    private mutating func add(
        _ value: JSON, _ path: [String], _ location: Int, _ resource: Int, _ pending: inout [Candidate]
    ) {
        let place = path.reduce(location) { program.locations.child($0, $1) }
        pending.append(Candidate(value: value, location: place, resource: resource))
    }

    /// The node of a subschema below a node, which `addSubschemas` has made; nil where the document has none there.
    func subschema(_ path: String..., of node: Int) -> Int? {
        var location = program.nodes[node].location
        for token in path {
            guard let place = program.locations.known(location, token) else { return nil }
            location = place
        }
        return nodesByLocation[location]
    }

    /// The nodes of the schemas in a list.
    func subschemas(_ keyword: String, of node: Int, count: Int) -> [Int] {
        (0..<count).compactMap { subschema(keyword, String($0), of: node) }
    }
}
