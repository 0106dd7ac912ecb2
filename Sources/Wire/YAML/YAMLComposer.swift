/// Builds a document from events. Recursion is bounded by the depth limit.
struct YAMLComposer: ~Copyable {
    /// A value with what is needed to use it again behind an alias.
    private struct Node {
        var value: JSON
        /// Its index among the places.
        var place: Int
        /// How many values it holds, itself included, all aliases expanded.
        var size: Int
        /// How many collections lie inside each other, itself included.
        var height: Int
        /// As a key: the scalar as it is written; nil for collections.
        var keyText: String?
        /// Whether it is a plain `<<`.
        var isMergeMark = false
    }

    private var reader: YAMLEventReader
    private let limits: YAMLLimits
    private var places: [YAMLPlace] = []
    private var anchors: [ExactText: Node] = [:]
    private var valueCount = 0
    private var aliasCount = 0

    init(_ reader: consuming YAMLEventReader, limits: YAMLLimits) {
        self.reader = reader
        self.limits = limits
    }

    mutating func composeStream() throws(YAMLError) -> YAMLDocument {
        _ = try reader.next()
        let first = try reader.next()
        guard case .documentStart = first.kind else { return YAMLDocument(root: .null, places: [], rootPlace: 0) }
        let node = try composeNode(try reader.next(), depth: limits.maximumDepth)
        _ = try reader.next()
        let last = try reader.next()
        if case .documentStart = last.kind {
            throw YAMLError(.multipleDocuments, at: last.location, "one document was expected, another begins here")
        }
        return YAMLDocument(root: node.value, places: places, rootPlace: node.place)
    }

    private mutating func composeNode(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        let node: Node
        switch event.kind {
        case .alias(let name):
            return try resolveAlias(name, event, depth: depth)
        case .scalar(let text, let isPlain):
            node = try composeScalar(text, isPlain: isPlain, event)
        case .sequenceStart:
            try refuseTag(of: event, except: "seq")
            node = try composeSequence(event, depth: depth)
        case .mappingStart:
            try refuseTag(of: event, except: "map")
            node = try composeMapping(event, depth: depth)
        default:
            throw YAMLError(.syntax, at: event.location, "a value was expected")
        }
        // Only now, so that an alias inside of its own anchor finds nothing.
        if let anchor = event.anchor { anchors[ExactText(anchor)] = node }
        return node
    }

    private mutating func addPlace(_ location: SourceLocation) throws(YAMLError) -> Int {
        try count(1, at: location)
        places.append(YAMLPlace(location: location))
        return places.count - 1
    }

    private mutating func count(_ values: Int, at location: SourceLocation) throws(YAMLError) {
        valueCount += values
        guard valueCount <= limits.maximumValues else {
            throw YAMLError(.tooLarge, at: location, "the document has more than \(limits.maximumValues) values")
        }
    }

    private func tooDeep(_ location: SourceLocation) -> YAMLError {
        YAMLError(.tooDeep, at: location, "collections are nested more than \(limits.maximumDepth) deep")
    }

    private mutating func resolveAlias(_ name: String, _ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        aliasCount += 1
        guard aliasCount <= limits.maximumAliases else {
            throw YAMLError(.tooManyAliases, at: event.location, "more than \(limits.maximumAliases) aliases")
        }
        guard var node = anchors[ExactText(name)] else {
            throw YAMLError(.unknownAlias, at: event.location, "no anchor of this name is complete before this alias")
        }
        guard node.height <= depth else { throw tooDeep(event.location) }
        try count(node.size, at: event.location)
        node.isMergeMark = false
        return node
    }

    // MARK: Scalars and sequences

    private mutating func composeScalar(_ text: String, isPlain: Bool, _ event: YAMLEvent) throws(YAMLError) -> Node {
        let place = try addPlace(event.location)
        let value = try scalarValue(text, isPlain: isPlain, event)
        return Node(
            value: value, place: place, size: 1, height: 0, keyText: text,
            isMergeMark: isPlain && event.tag == nil && text == "<<")
    }

    private func scalarValue(_ text: String, isPlain: Bool, _ event: YAMLEvent) throws(YAMLError) -> JSON {
        guard let tag = event.tag else { return isPlain ? YAMLScalar.resolved(text) : .string(text) }
        // The tag `!` means: no resolution (section 6.9.1).
        if tag == "!" || tag == YAMLScalar.tagPrefix + "str" { return .string(text) }
        let name = tag.dropFirst(YAMLScalar.tagPrefix.count)
        guard tag.hasPrefix(YAMLScalar.tagPrefix), ["null", "bool", "int", "float"].contains(name) else {
            throw unsupportedTag(event)
        }
        guard let value = YAMLScalar.value(text, tag: name) else {
            throw YAMLError(.invalidScalar, at: event.location, "not a value of the type !!\(name)")
        }
        return value
    }

    private func refuseTag(of event: YAMLEvent, except name: String) throws(YAMLError) {
        guard let tag = event.tag, tag != "!", tag != YAMLScalar.tagPrefix + name else { return }
        throw unsupportedTag(event)
    }

    private func unsupportedTag(_ event: YAMLEvent) -> YAMLError {
        YAMLError(.unsupportedTag, at: event.location, "this tag is not one of the core schema for this kind of value")
    }

    private mutating func composeSequence(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        guard depth > 0 else { throw tooDeep(event.location) }
        var sequence = Node(value: .null, place: try addPlace(event.location), size: 1, height: 1)
        var elements: [JSON] = []
        var children: [UInt32] = []
        while true {
            let next = try reader.next()
            if case .sequenceEnd = next.kind { break }
            let element = try composeNode(next, depth: depth - 1)
            elements.append(element.value)
            children.append(UInt32(element.place))
            sequence.size += element.size
            sequence.height = max(sequence.height, element.height + 1)
        }
        sequence.value = .array(elements)
        places[sequence.place].children = children
        return sequence
    }

    // MARK: Mappings

    private mutating func composeMapping(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        guard depth > 0 else { throw tooDeep(event.location) }
        var mapping = Node(value: .null, place: try addPlace(event.location), size: 1, height: 1)
        var members = YAMLMembers()
        var merged: (node: Node, location: SourceLocation)?
        while true {
            let keyEvent = try reader.next()
            if case .mappingEnd = keyEvent.kind { break }
            let key = try composeNode(keyEvent, depth: depth - 1)
            guard let name = key.keyText else {
                throw YAMLError(.unsupportedKey, at: keyEvent.location, "a key must be a scalar")
            }
            let node = try composeNode(try reader.next(), depth: depth - 1)
            if key.isMergeMark {
                if let merged { throw duplicateKey(at: keyEvent.location, first: merged.location) }
                merged = (node, keyEvent.location)
                continue
            }
            if let first = members.location(of: name) { throw duplicateKey(at: keyEvent.location, first: first) }
            members.append(name, node.value, keyLocation: keyEvent.location, place: UInt32(node.place))
            mapping.size += node.size
            mapping.height = max(mapping.height, node.height + 1)
        }
        if let merged {
            try merge(merged.node, at: merged.location, into: &members)
            // What came in by merging was counted where it was written or behind its alias; for aliases of this mapping it
            // counts again. The sum is an upper bound.
            mapping.size += merged.node.size
            mapping.height = max(mapping.height, merged.node.height + 1)
        }
        mapping.value = .object(members.object)
        places[mapping.place].keys = members.keys
        places[mapping.place].children = members.children
        return mapping
    }

    private func duplicateKey(at location: SourceLocation, first: SourceLocation) -> YAMLError {
        YAMLError(.duplicateKey, at: location, "this key stands already in line \(first.line)", related: first)
    }

    /// Adds the members of a mapping, or of each mapping in a sequence, that are not there yet: what is written in the
    /// mapping itself wins, and of a sequence what comes first.
    private func merge(_ node: Node, at location: SourceLocation, into members: inout YAMLMembers) throws(YAMLError) {
        var sources: [(value: JSON, place: Int)] = [(node.value, node.place)]
        if case .array(let elements) = node.value {
            sources = zip(elements, places[node.place].children).map { ($0, Int($1)) }
        }
        for source in sources {
            guard case .object(let object) = source.value else {
                throw YAMLError(.invalidMerge, at: location, "a merge key needs a mapping or a sequence of mappings")
            }
            let place = places[source.place]
            for (index, member) in object.enumerated() where members.location(of: member.name) == nil {
                members.append(
                    member.name, member.value, keyLocation: place.keys[index], place: place.children[index])
            }
        }
    }
}

/// The members of a mapping with their places, while it is read.
private struct YAMLMembers {
    private(set) var object = JSONObject()
    private(set) var keys: [SourceLocation] = []
    private(set) var children: [UInt32] = []

    func location(of name: String) -> SourceLocation? { object.index(of: name).map { keys[$0] } }

    mutating func append(_ name: String, _ value: JSON, keyLocation: SourceLocation, place: UInt32) {
        object.appendIfAbsent(name, value)
        keys.append(keyLocation)
        children.append(place)
    }
}
