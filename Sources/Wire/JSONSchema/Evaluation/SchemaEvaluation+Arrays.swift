extension SchemaEvaluation {
    mutating func holdsForArray(
        _ rule: SchemaRule, _ node: SchemaNode, _ elements: [JSON], _ marks: inout EvaluatedMarks
    ) -> Bool {
        switch rule.check {
        case .leastItems(let least):
            return elements.count >= least || report(node, rule.keyword, "must have at least \(Self.counted(least, "element"))")
        case .greatestItems(let most):
            return elements.count <= most || report(node, rule.keyword, "must have at most \(Self.counted(most, "element"))")
        case .uniqueItems: return areUnique(elements, node, rule.keyword)
        case .items(let prefix, let rest): return holdsForItems(elements, prefix, rest, &marks)
        case .contains(let schema, let least, let most):
            return containsMatches(elements, schema, least, most, node, &marks)
        default: return true
        }
    }

    /// By hashing, so that time is linear in the size of the elements.
    private mutating func areUnique(_ elements: [JSON], _ node: SchemaNode, _ keyword: String) -> Bool {
        guard elements.count > 1 else { return true }
        var seen: [ComparableValue: Int] = [:]
        for (index, element) in elements.enumerated() {
            let weight = ComparableValue.weight(of: element, limit: program.limits.maximumSteps)
            guard spend(weight, node) else { return false }
            if let earlier = seen.updateValue(index, forKey: ComparableValue(element)) {
                return report(node, keyword, "must have no equal elements, but \(earlier) and \(index) are")
            }
        }
        return true
    }

    private mutating func holdsForItems(
        _ elements: [JSON], _ prefix: [Int], _ rest: Int?, _ marks: inout EvaluatedMarks
    ) -> Bool {
        var isValid = true
        for (index, element) in elements.enumerated() {
            guard let schema = index < prefix.count ? prefix[index] : rest else { break }
            if !descend(to: .index(index), schema, element) {
                isValid = false
                if hasEnded || !isReporting { return false }
            }
            marks.mark(index)
        }
        if rest != nil { marks.markAll() }
        return isValid
    }

    private mutating func containsMatches(
        _ elements: [JSON], _ schema: Int, _ least: Int, _ most: Int?, _ node: SchemaNode, _ marks: inout EvaluatedMarks
    ) -> Bool {
        let marksMatches = marks.isTracking && program.containsEvaluates
        var count = 0
        for (index, element) in elements.enumerated() {
            guard isQuietlyValid(at: .index(index), schema, element) else {
                if hasEnded { return false }
                continue
            }
            count += 1
            if marksMatches { marks.mark(index) }
            if let most, count > most {
                return report(
                    node, "maxContains", "must have at most \(Self.counted(most, "element")) of those that contains describes")
            }
            if !marksMatches, most == nil, count >= least { return true }
        }
        return count >= least
            || report(
                node, least == 1 ? "contains" : "minContains",
                "must have at least \(Self.counted(least, "element")) of those that contains describes")
    }
}
