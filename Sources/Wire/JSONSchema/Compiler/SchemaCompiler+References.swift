extension SchemaCompiler {
    /// What a reference in a node means (core, section 8.2.3).
    mutating func compileReference(_ keyword: String, _ value: JSON, of node: Int) -> SchemaCheck? {
        let location = program.nodes[node].location
        guard let text = value.stringValue else {
            fault(location, keyword, "must be a string")
            return nil
        }
        let reference = resources[program.nodes[node].resource].identifier.resolving(URIReference(text))
        guard let target = resolve(reference) else {
            let isOutside = resourcesByIdentifier[reference.resource] == nil
            let message =
                SchemaDialect(metaschema: text) != nil
                ? "refers to a metaschema, which is known by its name only"
                : isOutside
                    ? "refers to another document, which is not fetched: \(text.prefix(100))"
                    : "refers to a schema that is not there: \(text.prefix(100))"
            let severity: JSONSchemaDiagnostic.Severity = options.unresolvedReferences == .refuse ? .error : .warning
            note(severity, location, [keyword], message)
            return .unresolved(message)
        }
        claimSlot(target)
        switch keyword {
        case "$dynamicRef":
            // Dynamic only where the schema first found is itself a dynamic anchor of that name.
            guard let name = reference.decodedFragment.map(ExactText.init),
                program.dynamicAnchors[program.nodes[target].resource][name] == target
            else { return .reference(target) }
            return dynamicReference(target, name)
        case "$recursiveRef":
            guard program.dynamicAnchors[program.nodes[target].resource][Self.recursiveAnchor] == target else {
                return .reference(target)
            }
            return dynamicReference(target, Self.recursiveAnchor)
        default: return .reference(target)
        }
    }

    private mutating func dynamicReference(_ target: Int, _ name: ExactText) -> SchemaCheck {
        program.usesDynamicReferences = true
        return .dynamicReference(target, anchor: name)
    }

    /// A loop of schemas that does not look further into the value passes through a node that a reference leads to.
    mutating func claimSlot(_ node: Int) {
        guard program.nodes[node].slot == nil else { return }
        program.nodes[node].slot = program.slotCount
        program.slotCount += 1
    }

    private mutating func resolve(_ reference: URIReference) -> Int? {
        guard let resource = resourcesByIdentifier[reference.resource],
            let fragment = reference.decodedFragment ?? emptyFragment(reference)
        else { return nil }
        if fragment.isEmpty { return resources[resource].node }
        guard fragment.hasPrefix("/") else { return resources[resource].anchors[ExactText(fragment)] }
        guard let pointer = JSONPointer(fragment) else { return nil }
        return follow(pointer, from: resource)
    }

    /// No fragment means the resource itself; one that can't be decoded means nothing.
    private func emptyFragment(_ reference: URIReference) -> String? { reference.fragment == nil ? "" : nil }

    /// The node that a pointer leads to from a resource's root. Where nothing has made it a schema before, this does.
    private mutating func follow(_ pointer: JSONPointer, from resource: Int) -> Int? {
        let root = resources[resource].node
        var value = sources[root]
        var location = program.nodes[root].location
        var resource = resource
        for token in pointer.tokens {
            guard let next = value[JSONPointer(tokens: [token])] else { return nil }
            value = next
            location = program.locations.child(location, token)
            if let node = nodesByLocation[location] { resource = program.nodes[node].resource }
        }
        if nodesByLocation[location] == nil { index(value, at: location, in: resource) }
        return nodesByLocation[location]
    }
}
