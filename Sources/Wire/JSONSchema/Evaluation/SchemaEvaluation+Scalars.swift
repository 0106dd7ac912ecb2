extension SchemaEvaluation {
    mutating func holdsForScalar(_ rule: SchemaRule, _ node: SchemaNode, _ value: JSON) -> Bool {
        switch rule.check {
        case .type(let types): return isOf(types, value) || report(node, rule.keyword, Self.expected(types, value))
        case .values(let values):
            guard spend(values.weight(comparedWith: value, limit: program.limits.maximumSteps), node) else { return false }
            return values.contains(value) || report(node, rule.keyword, Self.expected(values.listed))
        default: break
        }
        switch value {
        case .number(let number): return holdsForNumber(rule, node, number)
        case .string(let text): return holdsForText(rule, node, text)
        case .null, .bool, .array, .object: return true
        }
    }

    private func isOf(_ types: SchemaTypes, _ value: JSON) -> Bool {
        switch value {
        case .null: types.contains(.null)
        case .bool: types.contains(.boolean)
        case .number(let number): types.contains(.number) || types.contains(.integer) && isInteger(number)
        case .string: types.contains(.string)
        case .array: types.contains(.array)
        case .object: types.contains(.object)
        }
    }

    /// 1.0 is an integer (validation, section 6.1.1).
    private func isInteger(_ number: JSONNumber) -> Bool {
        let isPlain = number.text.utf8.allSatisfy { $0 != Byte.point && $0 != Byte.lowerE && $0 != Byte.upperE }
        return isPlain || ExactDecimal(number).isInteger
    }

    private mutating func holdsForNumber(_ rule: SchemaRule, _ node: SchemaNode, _ number: JSONNumber) -> Bool {
        guard spend(number.text.utf8.count / 16, node) else { return false }
        switch rule.check {
        case .multipleOf(let factor, let text):
            return ExactDecimal(number).isMultiple(of: factor)
                || report(node, rule.keyword, "must be a multiple of \(Self.shown(text))")
        case .atLeast(let bound, let text, let isExclusive):
            let decimal = ExactDecimal(number)
            return decimal > bound || !isExclusive && decimal == bound
                || report(node, rule.keyword, "must be \(isExclusive ? "greater than" : "at least") \(Self.shown(text))")
        case .atMost(let bound, let text, let isExclusive):
            let decimal = ExactDecimal(number)
            return decimal < bound || !isExclusive && decimal == bound
                || report(node, rule.keyword, "must be \(isExclusive ? "less than" : "at most") \(Self.shown(text))")
        default: return true
        }
    }

    private mutating func holdsForText(_ rule: SchemaRule, _ node: SchemaNode, _ text: String) -> Bool {
        guard spend(text.utf8.count / 16, node) else { return false }
        switch rule.check {
        case .leastLength(let least):
            // Lengths are counted in code points (validation, section 6.3).
            return text.unicodeScalars.count >= least
                || report(node, rule.keyword, "must have at least \(Self.counted(least, "character"))")
        case .greatestLength(let most):
            return text.unicodeScalars.count <= most
                || report(node, rule.keyword, "must have at most \(Self.counted(most, "character"))")
        case .pattern(let pattern, let source):
            let isFound = isFound(pattern, in: text, node)
            return isFound || undecided == nil && report(node, rule.keyword, "must match \(Self.cut(source, 100))")
        case .format(let format):
            return format.isValid(text) || report(node, rule.keyword, "must be \(format.expectation)")
        default: return true
        }
    }
}

// MARK: - Words

extension SchemaEvaluation {
    static func expected(_ types: SchemaTypes, _ value: JSON) -> String {
        "must be \(types.description), not \(described(value))"
    }

    static func expected(_ values: [JSON]) -> String {
        guard values.count != 1 else { return "must be \(shown(values[0]))" }
        let listed = values.prefix(20).map { shown($0) }.joined(separator: ", ")
        return "must be one of \(listed)\(values.count > 20 ? " and more" : "")"
    }

    private static func described(_ value: JSON) -> String {
        switch value.kind {
        case .null: "null"
        case .array: "an array"
        case .object: "an object"
        case .boolean, .number, .string: "a \(value.kind.rawValue)"
        }
    }

    /// A value of the schema, of which only the beginning is shown and only little is looked at.
    static func shown(_ value: JSON) -> String {
        switch value {
        case .string(let text): JSON.string(cut(text, 100)).serialized()
        case .array where ComparableValue.weight(of: value, limit: 32) > 32: "[…]"
        case .object where ComparableValue.weight(of: value, limit: 32) > 32: "{…}"
        default: cut(value.serialized(), 100)
        }
    }

    static func shown(_ number: JSONNumber) -> String { cut(number.text, 100) }

    static func shown(name: String) -> String { JSON.string(cut(name, 64)).serialized() }

    static func counted(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }

    static func cut(_ text: String, _ count: Int) -> String {
        text.utf8.count <= count ? text : String(text.unicodeScalars.prefix(count)) + "…"
    }
}
