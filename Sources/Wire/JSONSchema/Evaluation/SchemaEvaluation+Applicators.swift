extension SchemaEvaluation {
    mutating func holdsInPlace(_ rule: SchemaRule, _ node: SchemaNode, _ value: JSON, _ marks: inout EvaluatedMarks) -> Bool {
        switch rule.check {
        case .reference(let target): return evaluate(target, value, &marks)
        case .dynamicReference(let target, let anchor): return evaluate(dynamicTarget(target, anchor, node), value, &marks)
        case .unresolved(let message): return giveUp(node, "can't be judged: the schema \(message)", keyword: rule.keyword)
        case .allOf(let schemas): return holdsForAll(schemas, value, &marks)
        case .anyOf(let schemas):
            if holdsForAny(schemas, value, &marks) { return true }
            let message = isReporting ? expected(schemas, value) : ""
            return undecided == nil && report(node, rule.keyword, message)
        case .oneOf(let schemas): return holdsForOne(schemas, node, rule.keyword, value, &marks)
        case .not(let schema):
            var own = EvaluatedMarks.none
            if !isQuietlyValid(schema, value, &own) { return !hasEnded }
            return report(node, rule.keyword, "is of a kind that is not allowed")
        case .condition(let condition, let then, let otherwise):
            var branch = marks.branch
            let isMet = isQuietlyValid(condition, value, &branch)
            guard !hasEnded else { return false }
            if isMet { marks.merge(branch) }
            guard let schema = isMet ? then : otherwise else { return true }
            return evaluate(schema, value, &marks)
        default: return true
        }
    }

    private mutating func holdsForAll(_ schemas: [Int], _ value: JSON, _ marks: inout EvaluatedMarks) -> Bool {
        var isValid = true
        for schema in schemas where !evaluate(schema, value, &marks) {
            isValid = false
            if hasEnded || !isReporting { return false }
        }
        return isValid
    }

    private mutating func holdsForAny(_ schemas: [Int], _ value: JSON, _ marks: inout EvaluatedMarks) -> Bool {
        var isValid = false
        for schema in schemas {
            var branch = marks.branch
            if isQuietlyValid(schema, value, &branch) {
                marks.merge(branch)
                isValid = true
                // All that are valid count for what is evaluated; otherwise one is enough.
                if !marks.isTracking { return true }
            } else if hasEnded {
                return false
            }
        }
        return isValid
    }

    private mutating func holdsForOne(
        _ schemas: [Int], _ node: SchemaNode, _ keyword: String, _ value: JSON, _ marks: inout EvaluatedMarks
    ) -> Bool {
        var fitting: EvaluatedMarks?
        for schema in schemas {
            var branch = marks.branch
            if isQuietlyValid(schema, value, &branch) {
                guard fitting == nil else {
                    return report(node, keyword, "must fit exactly one of \(schemas.count) alternatives, but fits more")
                }
                fitting = branch
            } else if hasEnded {
                return false
            }
        }
        guard let fitting else {
            let message = isReporting ? expected(schemas, value) : ""
            return report(node, keyword, message)
        }
        marks.merge(fitting)
        return true
    }

    /// What alternatives expect, where they are as simple as they mostly are: types, or single values.
    private func expected(_ schemas: [Int], _ value: JSON) -> String {
        var types: SchemaTypes = []
        var values: [JSON] = []
        for schema in schemas {
            switch program.nodes[schema].rules.first?.check {
            case .type(let type)?: types.formUnion(type)
            case .values(let allowed)?: values += allowed.listed
            default: return "must fit one of \(schemas.count) alternatives, but fits none"
            }
        }
        if types.isEmpty { return Self.expected(values) }
        let kind: SchemaTypes
        switch value {
        case .null: kind = .null
        case .bool: kind = .boolean
        case .number: kind = .integer
        case .string: kind = .string
        case .array: kind = .array
        case .object: kind = .object
        }
        guard values.isEmpty, !types.contains(kind) else { return "must fit one of \(schemas.count) alternatives, but fits none" }
        return Self.expected(types, value)
    }
}
