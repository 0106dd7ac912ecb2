extension SchemaEvaluation {
    mutating func holdsForObject(
        _ rule: SchemaRule, _ node: SchemaNode, _ object: JSONObject, _ value: JSON, _ marks: inout EvaluatedMarks
    ) -> Bool {
        switch rule.check {
        case .required(let names): return requires(names, of: object, nil, node, rule.keyword)
        case .leastMembers(let least):
            return object.count >= least || report(node, rule.keyword, "must have at least \(Self.counted(least, "member"))")
        case .greatestMembers(let most):
            return object.count <= most || report(node, rule.keyword, "must have at most \(Self.counted(most, "member"))")
        case .dependentRequired(let dependencies):
            var isValid = true
            for (name, needs) in dependencies where object.contains(name) {
                if !requires(needs, of: object, name, node, rule.keyword) { isValid = false }
            }
            return isValid
        case .names(let schema): return holdsForNames(object, schema, node, rule.keyword)
        case .members(let members): return holdsForMembers(object, members, node, &marks)
        case .dependentSchemas(let dependencies):
            var isValid = true
            for (name, schema) in dependencies where object.contains(name) {
                if !evaluate(schema, value, &marks) { isValid = false }
            }
            return isValid
        default: return true
        }
    }

    private mutating func requires(
        _ names: [String], of object: JSONObject, _ cause: String?, _ node: SchemaNode, _ keyword: String
    ) -> Bool {
        guard spend(names.count, node) else { return false }
        var isValid = true
        for name in names where !object.contains(name) {
            let condition = cause.map { " where it has \(Self.shown(name: $0))" } ?? ""
            isValid = report(node, keyword, member: name, "must have the member \(Self.shown(name: name))\(condition)")
            if hasEnded || !isReporting { return false }
        }
        return isValid
    }

    private mutating func holdsForNames(_ object: JSONObject, _ schema: Int, _ node: SchemaNode, _ keyword: String) -> Bool {
        var isValid = true
        for (name, _) in object where !isQuietlyValid(at: .name(name), schema, .string(name)) {
            guard undecided == nil else { return false }
            isValid = report(node, keyword, member: name, "must not have a member named \(Self.shown(name: name))")
            if hasEnded || !isReporting { return false }
        }
        return isValid
    }

    private mutating func holdsForMembers(
        _ object: JSONObject, _ members: SchemaMembers, _ node: SchemaNode, _ marks: inout EvaluatedMarks
    ) -> Bool {
        var isValid = true
        for (index, (name, value)) in object.enumerated() {
            guard spend(1 + name.utf8.count / 16, node) else { return false }
            var isEvaluated = members.lacksPatterns
            if let schema = members.named[ExactText(name)] {
                isEvaluated = true
                if !descend(to: .name(name), schema, value) { isValid = false }
            }
            for (pattern, schema) in members.patterns where isFound(pattern, in: name, node) {
                isEvaluated = true
                if !descend(to: .name(name), schema, value) { isValid = false }
            }
            if !isEvaluated, let additional = members.additional {
                isEvaluated = true
                if !holdsForAdditional(name, value, additional, members, node) { isValid = false }
            }
            if isEvaluated { marks.mark(index) }
            if hasEnded || !isValid && !isReporting { return false }
        }
        return isValid
    }

    private mutating func holdsForAdditional(
        _ name: String, _ value: JSON, _ schema: Int, _ members: SchemaMembers, _ node: SchemaNode
    ) -> Bool {
        guard program.nodes[schema].isNever else { return descend(to: .name(name), schema, value) }
        let known =
            members.names.isEmpty
            ? "" : "; known are \(members.names.prefix(40).map { Self.cut($0, 64) }.joined(separator: ", "))"
        return report(
            node, "additionalProperties", at: .name(name), member: name,
            "is not known\(known)\(members.names.count > 40 ? " and more" : "")")
    }

    // MARK: - What is left

    mutating func holdsForUnevaluated(_ rule: SchemaRule, _ value: JSON, _ marks: inout EvaluatedMarks) -> Bool {
        var isValid = true
        switch (rule.check, value) {
        case (.unevaluatedMembers(let schema), .object(let object)):
            for (index, (name, member)) in object.enumerated() where !marks.contains(index) {
                if !descend(to: .name(name), schema, member) { isValid = false }
                if hasEnded || !isValid && !isReporting { return false }
            }
        case (.unevaluatedItems(let schema), .array(let elements)):
            for (index, element) in elements.enumerated() where !marks.contains(index) {
                if !descend(to: .index(index), schema, element) { isValid = false }
                if hasEnded || !isValid && !isReporting { return false }
            }
        default: return true
        }
        marks.markAll()
        return isValid
    }
}
