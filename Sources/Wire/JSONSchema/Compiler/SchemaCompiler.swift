/// Turns a document into a program: first every subschema and resource of the document is found, then each subschema's
/// keywords are compiled, and references followed. What only a reference shows to be a subschema is found then.
///
/// The work is a list of subschemas, not recursion, so that a deep document needs no deep stack.
struct SchemaCompiler {
    /// A schema resource (core, section 4.3.5): what `$id` names, or the document.
    struct Resource {
        let identifier: URIReference
        let node: Int
        var anchors: [ExactText: Int] = [:]
    }

    let options: JSONSchemaOptions
    var diagnostics: SchemaDiagnostics
    var program: SchemaProgram
    var dialect = SchemaDialect.draft2020
    /// For each node of the program, what it was compiled from.
    var sources: [JSON] = []
    var resources: [Resource] = []
    var resourcesByIdentifier: [URIReference: Int] = [:]
    var nodesByLocation: [Int: Int] = [:]
    var patternInstructions = 0
    private var isTooLarge = false

    init(options: JSONSchemaOptions) {
        self.options = options
        diagnostics = SchemaDiagnostics(maximumCount: options.limits.maximumDiagnostics)
        program = SchemaProgram(limits: options.limits)
    }

    /// The program; nil where a diagnostic is an error.
    mutating func compile(_ document: JSON) -> SchemaProgram? {
        guard isWithinLimits(document) else { return nil }
        readDialect(document)
        program.containsEvaluates = dialect.containsEvaluates
        program.assertsFormats = options.assertsFormats
        index(document, at: SchemaLocations.root, in: nil)
        var next = 0
        while next < program.nodes.count, !isTooLarge {
            compileRules(of: next)
            next += 1
        }
        guard !diagnostics.hasErrors, !program.nodes.isEmpty else { return nil }
        program.locations.forgetChildren()
        return program
    }

    /// Whether the document is small enough for everything below to be done with each of its values.
    private mutating func isWithinLimits(_ document: JSON) -> Bool {
        var pending: [(value: JSON, depth: Int)] = [(document, 1)]
        var count = 0
        while let (value, depth) = pending.popLast() {
            count += 1
            guard count <= options.limits.maximumValues, pending.count <= options.limits.maximumValues else {
                diagnostics.add(.error, .root, "the schema has more than \(options.limits.maximumValues) values")
                return false
            }
            guard depth <= options.limits.maximumDepth else {
                diagnostics.add(.error, .root, "the schema is nested more than \(options.limits.maximumDepth) deep")
                return false
            }
            switch value {
            case .array(let elements): for element in elements { pending.append((element, depth + 1)) }
            case .object(let object): for (_, member) in object { pending.append((member, depth + 1)) }
            case .null, .bool, .number, .string: break
            }
        }
        return true
    }

    private mutating func readDialect(_ document: JSON) {
        guard let metaschema = document["$schema"] else { return }
        guard let name = metaschema.stringValue else {
            diagnostics.add(.error, JSONPointer(tokens: ["$schema"]), "must be a string")
            return
        }
        guard let dialect = SchemaDialect(metaschema: name) else {
            diagnostics.add(
                .warning, JSONPointer(tokens: ["$schema"]), "not a known metaschema; the schema is read as one of 2020-12")
            return
        }
        self.dialect = dialect
    }

    // MARK: - Finding subschemas

    /// A value that is a subschema, and where it stands.
    struct Candidate {
        let value: JSON
        let location: Int
        let resource: Int?
    }

    /// Makes nodes of a subschema and all that is below it.
    mutating func index(_ value: JSON, at location: Int, in resource: Int?) {
        var pending = [Candidate(value: value, location: location, resource: resource)]
        while let candidate = pending.popLast(), !isTooLarge {
            guard nodesByLocation[candidate.location] == nil else { continue }
            guard program.nodes.count < options.limits.maximumSubschemas else {
                isTooLarge = true
                diagnostics.add(.error, .root, "the schema has more than \(options.limits.maximumSubschemas) subschemas")
                return
            }
            let resource = enter(candidate)
            switch candidate.value {
            case .bool: break
            case .object(let object):
                noteAnchors(object, resource)
                addSubschemas(of: object, at: candidate.location, in: resource, to: &pending)
            case .null, .number, .string, .array:
                fault(candidate.location, nil, "must be a schema: an object, true or false")
            }
        }
    }

    /// Makes a node; returns the resource it is in, which may begin with it.
    private mutating func enter(_ candidate: Candidate) -> Int {
        let node = program.nodes.count
        var resource = candidate.resource
        var identifier = resource.map { resources[$0].identifier } ?? URIReference("")
        var begins = resource == nil
        if let text = self.identifier(in: candidate) {
            let named = identifier.resolving(URIReference(text))
            if named.fragment?.isEmpty ?? true {
                identifier = named.resource
                begins = true
            } else if dialect >= .draft2019 {
                fault(candidate.location, dialect.identifierKeyword, "must have no fragment")
            }
        }
        if begins {
            resource = resources.count
            resources.append(Resource(identifier: identifier, node: node))
            program.dynamicAnchors.append([:])
            if resourcesByIdentifier[identifier] == nil {
                resourcesByIdentifier[identifier] = resource
            } else {
                fault(candidate.location, dialect.identifierKeyword, "is the name of another schema in this document too")
            }
        }
        let place = resource ?? 0
        program.nodes.append(SchemaNode(location: candidate.location, resource: place))
        sources.append(candidate.value)
        nodesByLocation[candidate.location] = node
        return place
    }

    private mutating func identifier(in candidate: Candidate) -> String? {
        guard let value = candidate.value[dialect.identifierKeyword] else { return nil }
        if dialect.referenceStandsAlone, candidate.value["$ref"]?.stringValue != nil { return nil }
        guard let text = value.stringValue else {
            fault(candidate.location, dialect.identifierKeyword, "must be a string")
            return nil
        }
        return text
    }

    /// Notes the names of the node that was just made.
    private mutating func noteAnchors(_ object: JSONObject, _ resource: Int) {
        let node = program.nodes.count - 1
        if dialect.referenceStandsAlone {
            // Up to draft 7 an identifier that is a fragment alone is what `$anchor` is later.
            if let fragment = object[dialect.identifierKeyword]?.stringValue, fragment.hasPrefix("#"), fragment.utf8.count > 1 {
                noteAnchor(String(fragment.dropFirst()), resource, node)
            }
            return
        }
        if let name = anchor("$anchor", object, node) { noteAnchor(name, resource, node) }
        if dialect >= .draft2020 {
            guard let name = anchor("$dynamicAnchor", object, node) else { return }
            noteAnchor(name, resource, node)
            noteDynamicAnchor(ExactText(name), resource, node)
        } else if object["$recursiveAnchor"]?.boolValue == true {
            // What 2019-09 calls recursive is a dynamic anchor without a name of its own.
            noteDynamicAnchor(Self.recursiveAnchor, resource, node)
        }
    }

    private mutating func noteDynamicAnchor(_ name: ExactText, _ resource: Int, _ node: Int) {
        program.dynamicAnchors[resource][name] = node
        claimSlot(node)
    }

    /// No name of an anchor is empty.
    static let recursiveAnchor = ExactText("")

    private mutating func anchor(_ keyword: String, _ object: JSONObject, _ node: Int) -> String? {
        guard let value = object[keyword] else { return nil }
        guard let name = value.stringValue, !name.isEmpty, !name.hasPrefix("/") else {
            fault(program.nodes[node].location, keyword, "must be a name")
            return nil
        }
        return name
    }

    private mutating func noteAnchor(_ name: String, _ resource: Int, _ node: Int) {
        let name = ExactText(name)
        if let known = resources[resource].anchors[name], known != node {
            fault(program.nodes[node].location, nil, "has an anchor that another schema has too")
        }
        resources[resource].anchors[name] = node
    }

    // MARK: - Diagnostics

    /// Notes an error about a keyword of the subschema at a place.
    mutating func fault(_ location: Int, _ keyword: String?, _ message: String) {
        note(.error, location, keyword.map { [$0] } ?? [], message)
    }

    /// Notes something about what is below a subschema.
    mutating func note(_ severity: JSONSchemaDiagnostic.Severity, _ location: Int, _ path: [String], _ message: String) {
        let pointer = program.locations.pointer(location)
        diagnostics.add(severity, JSONPointer(tokens: pointer.tokens + path), message)
    }
}
