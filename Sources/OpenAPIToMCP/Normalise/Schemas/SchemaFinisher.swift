import Wire

/// Goes over all schemas once all are known: merges `allOf` where that is exact, and completes the mappings of discriminators.
struct SchemaFinisher {
    private enum State { case open, done }

    let names: SchemaNames
    /// How many schemas have each of the named ones as a part.
    private let uses: [String: Int]
    private(set) var table: SchemaTable
    private var states: [String: State] = [:]
    /// Those of operations, by their places: components are used many times.
    private var finishedByPlace: [Place: JSON] = [:]

    /// How deep in others a named schema may be finished, because an `allOf` is merged from it; deeper ones come later, unmerged there.
    private static let greatestStart = 512
    /// No schema is deeper from there on: those of a document are of at most half this depth, and null adds one level to each.
    private static let greatestDepth = 1_024
    /// How many values a schema may have that is written out: what is written out in what is written out grows by its power.
    private static let mostValues = 4_000
    /// How many values all schemas together may get written out: a chain of heirs repeats those of each for all that follow.
    private static let mostWrittenOut = 500_000
    /// How many values each of the named schemas has, as far as that was asked for.
    private var weights: [String: Int] = [:]
    private var writtenOut = 0

    /// How many members may be there more, because a schema that several others have as a part is written out in them.
    private static let mostRepetitions = 24

    init(_ table: SchemaTable, _ names: SchemaNames, uses: [String: Int]) {
        self.table = table
        self.names = names
        self.uses = uses
    }

    /// Finishes every schema of the description, and gives it the table; false where there is no time for all of them.
    mutating func finish(_ api: inout APIDescription, until deadline: CompileDeadline) -> Bool {
        for name in table.names {
            guard !deadline.isPassed else { return false }
            finish(name, depth: 0)
        }
        for operation in api.operations.indices {
            guard !deadline.isPassed else { return false }
            for index in api.operations[operation].parameters.indices {
                let parameter = api.operations[operation].parameters[index]
                api.operations[operation].parameters[index].schema = finished(
                    parameter.schema, of: parameter.place, parameter.name)
            }
            if let body = api.operations[operation].body {
                api.operations[operation].body?.contents = body.contents.map { writtenOut(finished($0)) }
            }
            for index in api.operations[operation].responses.indices {
                let contents = api.operations[operation].responses[index].contents
                api.operations[operation].responses[index].contents = contents.map { finished($0) }
            }
        }
        api.schemas = table
        return true
    }

    private mutating func finished(_ content: APIContent) -> APIContent {
        var content = content
        content.schema = finished(content.schema, of: content.place, "")
        for (name, encoding) in content.encodings where !encoding.headers.isEmpty {
            content.encodings[name]?.headers = encoding.headers.mapValues { finished($0, depth: 0) ?? $0 }
        }
        return content
    }

    private mutating func finished(_ schema: JSON, of place: Place, _ name: String) -> JSON {
        // Parameters that only a path's template knows stand at one place together.
        let place = place.appending(name)
        if let known = finishedByPlace[place] { return known }
        let finished = finished(schema, depth: 0) ?? schema
        finishedByPlace[place] = finished
        return finished
    }

    /// The named schema, finished; nil where it is only just being finished, or too far away.
    @discardableResult
    private mutating func finish(_ name: String, depth: Int) -> JSON? {
        switch states[name] {
        case .done?: return table[name]
        case .open?: return nil
        case nil:
            guard depth < Self.greatestStart, let schema = table[name] else { return nil }
            states[name] = .open
            let finished = finished(schema, depth: depth) ?? schema
            states[name] = .done
            table[name] = finished
            return finished
        }
    }

    // MARK: - One schema

    /// The schema with everything below it finished; nil where nothing changes, so that most schemas are never copied.
    private mutating func finished(_ schema: JSON, depth: Int) -> JSON? {
        guard case .object(let object) = schema, depth < Self.greatestDepth else { return nil }
        var changed: JSONObject?
        for (keyword, value) in object {
            let new: JSON? =
                switch SchemaKeyword.named(keyword) {
                case .schema?, .items?, .inPlaceSchema?: finished(value, depth: depth + 1)
                case .inPlaceSchemas?, .prefixItems?: finishedElements(value, depth)
                case .properties?, .patternProperties?, .dependentSchemas?: finishedMembers(value, depth)
                default: nil
                }
            guard let new else { continue }
            if changed == nil { changed = object }
            changed?[keyword] = new
        }
        let current = changed ?? object
        if current["allOf"] != nil, let merged = merged(current, depth) {
            return .object(merged)
        }
        if current["discriminator"] != nil, let mapped = mapped(current, depth) { return .object(mapped) }
        return changed.map(JSON.object)
    }

    private mutating func finishedElements(_ value: JSON, _ depth: Int) -> JSON? {
        guard case .array(let elements) = value else { return nil }
        var changed: [JSON]?
        for (index, element) in elements.enumerated() {
            guard let new = finished(element, depth: depth + 1) else { continue }
            if changed == nil { changed = elements }
            changed?[index] = new
        }
        return changed.map(JSON.array)
    }

    private mutating func finishedMembers(_ value: JSON, _ depth: Int) -> JSON? {
        guard case .object(let members) = value else { return nil }
        var changed: JSONObject?
        for (name, member) in members {
            guard let new = finished(member, depth: depth + 1) else { continue }
            if changed == nil { changed = members }
            changed?[name] = new
        }
        return changed.map(JSON.object)
    }

    private mutating func merged(_ object: JSONObject, _ depth: Int, writesOutAll: Bool = false) -> JSONObject? {
        // Those that it may need are finished first, so that merging only has to read.
        var weight = 0
        for part in object["allOf"]?.arrayValue ?? [] {
            guard let name = part["$ref"]?.stringValue.flatMap(SchemaTable.name), finish(name, depth: depth + 1) != nil else {
                continue
            }
            weight += self.weight(of: name)
        }
        let isAffordable = weight <= Self.mostValues && writtenOut + weight <= Self.mostWrittenOut
        let finisher = self
        let merge = SchemaMerge(
            target: { finisher.states[$0] == .done ? finisher.table[$0] : nil },
            mayWriteOut: { isAffordable && (writesOutAll || finisher.repetitions(of: $0) <= Self.mostRepetitions) })
        guard let merged = merge.merged(object) else { return nil }
        if merged["$ref"] == nil { writtenOut += weight }
        return merged
    }

    /// How many values a finished schema has; more than `mostValues` count as one more than that.
    private mutating func weight(of name: String) -> Int {
        if let known = weights[name] { return known }
        var pending = [table[name] ?? true]
        var count = 0
        while let value = pending.popLast(), count <= Self.mostValues {
            count += 1
            switch value {
            case .array(let elements): pending += elements
            case .object(let members): for (_, member) in members { pending.append(member) }
            case .null, .bool, .number, .string: break
            }
        }
        weights[name] = count
        return count
    }

    private func repetitions(of name: String) -> Int {
        (uses[name, default: 1] - 1) * (table[name]?["properties"]?.objectValue?.count ?? 0)
    }

    /// A body whose schema is put together by `allOf` is written out where that is exact, whatever else has the same parts: so that its
    /// members can be seen.
    private mutating func writtenOut(_ content: APIContent) -> APIContent {
        guard let object = table.followed(content.schema).objectValue, object["allOf"] != nil,
            let merged = merged(object, 0, writesOutAll: true)
        else { return content }
        var content = content
        content.schema = .object(merged)
        return content
    }

    // MARK: - Discriminators

    /// The alternatives that the mapping does not name are named by the values that they themselves give to the property, or else by
    /// the names that their schemas have (OpenAPI 3.1 §4.8.25.1).
    private mutating func mapped(_ object: JSONObject, _ depth: Int) -> JSONObject? {
        guard var discriminator = object["discriminator"]?.objectValue, let property = discriminator["propertyName"]?.stringValue,
            let alternatives = (object["oneOf"] ?? object["anyOf"])?.arrayValue
        else { return nil }
        var mapping = discriminator["mapping"]?.objectValue ?? [:]
        let targets = Set(mapping.compactMap { $0.value.stringValue })
        for alternative in alternatives {
            guard let reference = alternative["$ref"]?.stringValue, !targets.contains(reference),
                let name = SchemaTable.name(in: reference)
            else { continue }
            let schema = finish(name, depth: depth + 1) ?? table[name]
            for value in Self.values(of: property, in: schema) ?? [names.originalName(name)] {
                mapping.appendIfAbsent(value, .string(reference))
            }
        }
        guard !mapping.isEmpty else { return nil }
        discriminator["mapping"] = .object(mapping)
        var object = object
        object["discriminator"] = .object(discriminator)
        return object
    }

    /// The texts that a schema allows for a property, where it lists them.
    private static func values(of property: String, in schema: JSON?) -> [String]? {
        guard let member = schema?["properties"]?[property] else { return nil }
        if let text = member["const"]?.stringValue { return [text] }
        guard let values = member["enum"]?.arrayValue else { return nil }
        let texts = values.compactMap(\.stringValue)
        return texts.isEmpty ? nil : texts
    }
}
