extension SchemaCompiler {
    /// Compiles the keywords of a node, in the order in which they are judged: what is said of the value itself before what
    /// is said of its parts, and what looks at the others' work last.
    mutating func compileRules(of node: Int) {
        switch sources[node] {
        case .bool(let isAlways): program.nodes[node].isNever = !isAlways
        case .object(let object):
            if dialect.referenceStandsAlone, let reference = object["$ref"] {
                append("$ref", compileReference("$ref", reference, of: node), to: node)
                return
            }
            compileValueRules(object, node)
            compileNumberRules(object, node)
            compileTextRules(object, node)
            compileCountRules(object, node)
            compileMemberRules(object, node)
            compileItemRules(object, node)
            compileApplicators(object, node)
            compileUnevaluated(object, node)
        case .null, .number, .string, .array: break
        }
    }

    mutating func append(_ keyword: String, _ check: SchemaCheck?, to node: Int) {
        if let check { program.nodes[node].rules.append(SchemaRule(keyword: keyword, check: check)) }
    }

    private mutating func compileValueRules(_ object: JSONObject, _ node: Int) {
        if let value = object["type"] { append("type", compileTypes(value, node), to: node) }
        if let value = object["const"] { append("const", .values(SchemaValues([value])), to: node) }
        guard let value = object["enum"] else { return }
        guard let values = value.arrayValue, values.count <= options.limits.maximumEnumValues else {
            fault(program.nodes[node].location, "enum", "must be an array of at most \(options.limits.maximumEnumValues) values")
            return
        }
        append("enum", .values(SchemaValues(values)), to: node)
    }

    private mutating func compileTypes(_ value: JSON, _ node: Int) -> SchemaCheck? {
        var types: SchemaTypes = []
        for name in value.arrayValue ?? [value] {
            guard let type = name.stringValue.flatMap(SchemaTypes.init(name:)) else {
                let names = "null, boolean, integer, number, string, array or object"
                fault(program.nodes[node].location, "type", "must be one or more of \(names)")
                return nil
            }
            types.formUnion(type)
        }
        return .type(types)
    }

    private mutating func compileNumberRules(_ object: JSONObject, _ node: Int) {
        if let factor = number("multipleOf", object, node) {
            let decimal = ExactDecimal(factor)
            if decimal.isZero || decimal.isNegative || decimal.digits.count > ExactDecimal.greatestDivisorDigits {
                let most = ExactDecimal.greatestDivisorDigits
                fault(
                    program.nodes[node].location, "multipleOf", "must be greater than 0, with at most \(most) significant digits")
            } else {
                append("multipleOf", .multipleOf(decimal, factor), to: node)
            }
        }
        // In draft 4 the exclusive bounds are Booleans that qualify the others.
        let isDraft4 = dialect == .draft4
        if let bound = number("minimum", object, node) {
            let isExclusive = isDraft4 && object["exclusiveMinimum"]?.boolValue == true
            append("minimum", .atLeast(ExactDecimal(bound), bound, isExclusive: isExclusive), to: node)
        }
        if let bound = number("maximum", object, node) {
            let isExclusive = isDraft4 && object["exclusiveMaximum"]?.boolValue == true
            append("maximum", .atMost(ExactDecimal(bound), bound, isExclusive: isExclusive), to: node)
        }
        guard !isDraft4 else { return }
        if let bound = number("exclusiveMinimum", object, node) {
            append("exclusiveMinimum", .atLeast(ExactDecimal(bound), bound, isExclusive: true), to: node)
        }
        if let bound = number("exclusiveMaximum", object, node) {
            append("exclusiveMaximum", .atMost(ExactDecimal(bound), bound, isExclusive: true), to: node)
        }
    }

    private mutating func compileTextRules(_ object: JSONObject, _ node: Int) {
        if let count = count("minLength", object, node) { append("minLength", .leastLength(count), to: node) }
        if let count = count("maxLength", object, node) { append("maxLength", .greatestLength(count), to: node) }
        if let value = object["pattern"] {
            if let text = value.stringValue {
                if let pattern = compilePattern(text, ["pattern"], node) { append("pattern", .pattern(pattern, text), to: node) }
            } else {
                fault(program.nodes[node].location, "pattern", "must be a string")
            }
        }
        guard let value = object["format"] else { return }
        guard let name = value.stringValue else {
            fault(program.nodes[node].location, "format", "must be a string")
            return
        }
        if options.assertsFormats, let format = JSONSchemaFormat(rawValue: name) { append("format", .format(format), to: node) }
    }

    /// The pattern; nil, with a diagnostic, where it can't be compiled.
    mutating func compilePattern(_ text: String, _ path: [String], _ node: Int) -> Pattern? {
        let limits = options.limits
        let fault: PatternFault
        if text.utf8.count > limits.maximumPatternBytes {
            fault = PatternFault("is longer than \(limits.maximumPatternBytes) bytes")
        } else {
            let left = limits.maximumPatternInstructionsTogether - patternInstructions
            let compiled = Result { () throws(PatternFault) in
                try Pattern(text, maximumInstructions: min(limits.maximumPatternInstructions, left))
            }
            switch compiled {
            case .success(let pattern):
                patternInstructions += pattern.instructions.count
                return pattern
            case .failure(let failure): fault = failure
            }
        }
        let isRefused = options.unsupportedPatterns == .refuse
        note(
            isRefused ? .error : .warning, program.nodes[node].location, path,
            "the pattern \(fault.message)\(isRefused ? "" : "; it is ignored")")
        return nil
    }

    private mutating func compileCountRules(_ object: JSONObject, _ node: Int) {
        if let count = count("minItems", object, node) { append("minItems", .leastItems(count), to: node) }
        if let count = count("maxItems", object, node) { append("maxItems", .greatestItems(count), to: node) }
        if let count = count("minProperties", object, node) { append("minProperties", .leastMembers(count), to: node) }
        if let count = count("maxProperties", object, node) { append("maxProperties", .greatestMembers(count), to: node) }
        guard let value = object["uniqueItems"] else { return }
        guard let isUnique = value.boolValue else {
            fault(program.nodes[node].location, "uniqueItems", "must be true or false")
            return
        }
        if isUnique { append("uniqueItems", .uniqueItems, to: node) }
    }

    // MARK: - Values of keywords

    private mutating func number(_ keyword: String, _ object: JSONObject, _ node: Int) -> JSONNumber? {
        guard let value = object[keyword] else { return nil }
        guard case .number(let number) = value else {
            fault(program.nodes[node].location, keyword, "must be a number")
            return nil
        }
        return number
    }

    /// A count; one beyond all counts is the greatest there is.
    mutating func count(_ keyword: String, _ object: JSONObject, _ node: Int) -> Int? {
        guard let value = object[keyword] else { return nil }
        guard case .number(let number) = value, case let decimal = ExactDecimal(number), decimal.isInteger, !decimal.isNegative
        else {
            fault(program.nodes[node].location, keyword, "must be an integer that is not negative")
            return nil
        }
        return value.intValue ?? .max
    }

    mutating func strings(_ value: JSON, _ path: [String], _ node: Int) -> [String]? {
        guard let elements = value.arrayValue, case let texts = elements.compactMap(\.stringValue), texts.count == elements.count
        else {
            note(.error, program.nodes[node].location, path, "must be an array of strings")
            return nil
        }
        return texts
    }
}
