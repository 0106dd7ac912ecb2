extension SchemaCompiler {
    mutating func compileMemberRules(_ object: JSONObject, _ node: Int) {
        if let value = object["required"] {
            if let names = strings(value, ["required"], node) { append("required", .required(names), to: node) }
        }
        compileDependencies("dependentRequired", object, node)
        compileDependencies("dependentSchemas", object, node)
        if dialect.hasDependencies { compileDependencies("dependencies", object, node) }
        if let names = subschema("propertyNames", of: node) { append("propertyNames", .names(names), to: node) }
        compileMembers(object, node)
    }

    /// Up to draft 7 `dependencies` holds both kinds: names, and schemas.
    private mutating func compileDependencies(_ keyword: String, _ object: JSONObject, _ node: Int) {
        guard let value = object[keyword] else { return }
        guard let members = value.objectValue else {
            fault(program.nodes[node].location, keyword, "must be an object")
            return
        }
        var required: [(name: String, needs: [String])] = []
        var schemas: [(name: String, schema: Int)] = []
        for (name, member) in members {
            if keyword == "dependentRequired" || keyword == "dependencies" && member.arrayValue != nil {
                if let needs = strings(member, [keyword, name], node) { required.append((name, needs)) }
            } else if let schema = subschema(keyword, name, of: node) {
                schemas.append((name, schema))
            }
        }
        if !required.isEmpty { append(keyword, .dependentRequired(required), to: node) }
        if !schemas.isEmpty { append(keyword, .dependentSchemas(schemas), to: node) }
    }

    private mutating func compileMembers(_ object: JSONObject, _ node: Int) {
        var members = SchemaMembers()
        for (name, _) in object["properties"]?.objectValue ?? JSONObject() {
            guard let schema = subschema("properties", name, of: node) else { continue }
            members.named[ExactText(name)] = schema
            members.names.append(name)
        }
        for (text, _) in object["patternProperties"]?.objectValue ?? JSONObject() {
            guard let schema = subschema("patternProperties", text, of: node) else { continue }
            if let pattern = compilePattern(text, ["patternProperties", text], node) {
                members.patterns.append((pattern, schema))
            } else {
                members.lacksPatterns = true
            }
        }
        members.additional = subschema("additionalProperties", of: node)
        guard !members.named.isEmpty || !members.patterns.isEmpty || members.lacksPatterns || members.additional != nil else {
            return
        }
        append("properties", .members(members), to: node)
    }

    mutating func compileItemRules(_ object: JSONObject, _ node: Int) {
        var prefix: [Int] = []
        var rest: Int?
        if dialect.itemsMayBeArray, let elements = object["items"]?.arrayValue {
            prefix = subschemas("items", of: node, count: elements.count)
            rest = subschema("additionalItems", of: node)
        } else {
            if !dialect.itemsMayBeArray {
                prefix = subschemas("prefixItems", of: node, count: object["prefixItems"]?.arrayValue?.count ?? 0)
            }
            rest = subschema("items", of: node)
        }
        if !prefix.isEmpty || rest != nil { append("items", .items(prefix: prefix, rest: rest), to: node) }
        guard let contains = subschema("contains", of: node) else { return }
        let countsMatches = dialect >= .draft2019
        let least = countsMatches ? count("minContains", object, node) ?? 1 : 1
        let most = countsMatches ? count("maxContains", object, node) : nil
        append("contains", .contains(contains, least: least, most: most), to: node)
    }

    mutating func compileApplicators(_ object: JSONObject, _ node: Int) {
        if let value = object["$ref"] { append("$ref", compileReference("$ref", value, of: node), to: node) }
        let dynamic = dialect >= .draft2020 ? "$dynamicRef" : "$recursiveRef"
        if dialect >= .draft2019, let value = object[dynamic] {
            append(dynamic, compileReference(dynamic, value, of: node), to: node)
        }
        if let list = object["allOf"]?.arrayValue {
            append("allOf", .allOf(subschemas("allOf", of: node, count: list.count)), to: node)
        }
        if let list = object["anyOf"]?.arrayValue {
            append("anyOf", .anyOf(subschemas("anyOf", of: node, count: list.count)), to: node)
        }
        if let list = object["oneOf"]?.arrayValue {
            append("oneOf", .oneOf(subschemas("oneOf", of: node, count: list.count)), to: node)
        }
        if let inner = subschema("not", of: node) { append("not", .not(inner), to: node) }
        if let condition = subschema("if", of: node) {
            let (then, otherwise) = (subschema("then", of: node), subschema("else", of: node))
            append("if", .condition(condition, then: then, otherwise: otherwise), to: node)
        }
    }

    mutating func compileUnevaluated(_ object: JSONObject, _ node: Int) {
        guard dialect >= .draft2019 else { return }
        if let inner = subschema("unevaluatedProperties", of: node) {
            append("unevaluatedProperties", .unevaluatedMembers(inner), to: node)
            program.nodes[node].hasUnevaluated = true
        }
        if let inner = subschema("unevaluatedItems", of: node) {
            append("unevaluatedItems", .unevaluatedItems(inner), to: node)
            program.nodes[node].hasUnevaluated = true
        }
    }
}
