/// The judgement of one value.
///
/// It ends early where the verdict can't change any more: enough violations are known, or the value can't be judged.
struct SchemaEvaluation {
    /// A step down into the value.
    enum PathStep {
        case name(String)
        case index(Int)

        var token: String {
            switch self {
            case .name(let name): name
            case .index(let index): String(index)
            }
        }
    }

    let program: SchemaProgram
    let maximumViolations: Int
    private var violations: [JSONSchemaViolation] = []
    private(set) var undecided: JSONSchemaViolation?
    private var stepsLeft: Int
    /// Where in the value we are.
    private var path: [PathStep] = []
    /// How many keywords above look for a failure, or for one success among many, so that a failure is no violation.
    private var quietness = 0
    private var depth = 0
    /// The resources that were entered, the outermost first (core, section 7.1).
    private var scope: [Int] = []
    /// For each node that references lead to, the value at which it is under way.
    private var underWay: [Int]
    /// A number for the value that is being judged, and the last that was given.
    private var valueNumber = 1
    private var lastValueNumber = 1

    init(_ program: SchemaProgram, maximumViolations: Int) {
        self.program = program
        self.maximumViolations = maximumViolations
        stepsLeft = program.limits.maximumSteps
        underWay = [Int](repeating: 0, count: program.slotCount)
    }

    /// What is wrong with the value.
    mutating func judge(_ value: JSON) -> [JSONSchemaViolation] {
        var marks = EvaluatedMarks.none
        _ = evaluate(0, value, &marks)
        return undecided.map { [$0] } ?? violations
    }

    // MARK: - Schemas

    /// Whether the value we are at is valid by a node. Where it is not, `marks` mean nothing.
    mutating func evaluate(_ index: Int, _ value: JSON, _ marks: inout EvaluatedMarks) -> Bool {
        let node = program.nodes[index]
        guard !hasEnded, spend(1, node) else { return false }
        if node.isNever { return reportNever(node) }
        guard !node.rules.isEmpty else { return true }
        guard depth < program.limits.maximumEvaluationDepth else {
            return giveUp(
                node, "can't be judged: it would take more than \(program.limits.maximumEvaluationDepth) schemas in each other")
        }
        depth += 1
        defer { depth -= 1 }
        guard let slot = node.slot else { return evaluateInScope(node, value, &marks) }
        let earlier = underWay[slot]
        guard earlier != valueNumber else {
            return giveUp(node, "can't be judged: the schema refers to itself without looking further into the value")
        }
        underWay[slot] = valueNumber
        defer { underWay[slot] = earlier }
        return evaluateInScope(node, value, &marks)
    }

    private mutating func evaluateInScope(_ node: SchemaNode, _ value: JSON, _ marks: inout EvaluatedMarks) -> Bool {
        let entersResource = program.usesDynamicReferences && scope.last != node.resource
        if entersResource { scope.append(node.resource) }
        defer { if entersResource { scope.removeLast() } }
        guard node.hasUnevaluated else { return apply(node, value, &marks) }
        // It sees what itself and what it applies has evaluated, not what its neighbours have.
        var own = EvaluatedMarks(isTracking: true)
        guard apply(node, value, &own) else { return false }
        marks.merge(own)
        return true
    }

    private mutating func apply(_ node: SchemaNode, _ value: JSON, _ marks: inout EvaluatedMarks) -> Bool {
        var isValid = true
        for rule in node.rules {
            guard spend(1, node) else { return false }
            if holds(rule, node, value, &marks, isValid) { continue }
            isValid = false
            if hasEnded || quietness > 0 { return false }
            // Of a value of another kind, the rest would only say the same in other words.
            if case .type = rule.check { return false }
        }
        return isValid
    }

    private mutating func holds(
        _ rule: SchemaRule, _ node: SchemaNode, _ value: JSON, _ marks: inout EvaluatedMarks, _ isValidSoFar: Bool
    ) -> Bool {
        switch rule.check {
        case .type, .values, .multipleOf, .atLeast, .atMost, .leastLength, .greatestLength, .pattern, .format:
            return holdsForScalar(rule, node, value)
        case .leastItems, .greatestItems, .uniqueItems, .items, .contains:
            guard case .array(let elements) = value else { return true }
            return holdsForArray(rule, node, elements, &marks)
        case .required, .leastMembers, .greatestMembers, .dependentRequired, .names, .members, .dependentSchemas:
            guard case .object(let object) = value else { return true }
            return holdsForObject(rule, node, object, value, &marks)
        case .unevaluatedMembers, .unevaluatedItems:
            // After a failure nobody knows what would have been evaluated.
            return !isValidSoFar || holdsForUnevaluated(rule, value, &marks)
        case .reference, .dynamicReference, .unresolved, .allOf, .anyOf, .oneOf, .not, .condition:
            return holdsInPlace(rule, node, value, &marks)
        }
    }

    // MARK: - Places

    /// Does something for a part of the value we are at.
    mutating func descend(to step: PathStep, _ node: Int, _ value: JSON) -> Bool {
        let outer = valueNumber
        lastValueNumber += 1
        valueNumber = lastValueNumber
        path.append(step)
        defer {
            path.removeLast()
            valueNumber = outer
        }
        var marks = EvaluatedMarks.none
        return evaluate(node, value, &marks)
    }

    /// Evaluates without reporting why not.
    mutating func isQuietlyValid(_ node: Int, _ value: JSON, _ marks: inout EvaluatedMarks) -> Bool {
        quietness += 1
        defer { quietness -= 1 }
        return evaluate(node, value, &marks)
    }

    /// Judges a part of the value we are at without reporting why not.
    mutating func isQuietlyValid(at step: PathStep, _ node: Int, _ value: JSON) -> Bool {
        quietness += 1
        defer { quietness -= 1 }
        return descend(to: step, node, value)
    }

    /// What a dynamic reference means here: the anchor of that name in the outermost resource that has it (core, section 8.2.3.2).
    mutating func dynamicTarget(_ target: Int, _ anchor: ExactText, _ node: SchemaNode) -> Int {
        guard spend(scope.count, node) else { return target }
        for resource in scope { if let node = program.dynamicAnchors[resource][anchor] { return node } }
        return target
    }

    // MARK: - Verdicts

    /// Whether nothing can change the verdict any more.
    var hasEnded: Bool { undecided != nil || violations.count >= maximumViolations }

    /// Whether failures are reported here.
    var isReporting: Bool { quietness == 0 }

    /// Takes from the work that is allowed; whether there was enough.
    mutating func spend(_ steps: Int, _ node: SchemaNode) -> Bool {
        stepsLeft -= steps
        return stepsLeft >= 0 || giveUp(node, "is too complex to be judged by this schema")
    }

    /// Whether the pattern is found in the text, within the work that is allowed.
    mutating func isFound(_ pattern: Pattern, in text: String, _ node: SchemaNode) -> Bool {
        // Sixteen tries are a step; setting up costs as much as the pattern is large.
        let (work, overflow) = stepsLeft.multipliedReportingOverflow(by: 16)
        var workLeft = (overflow ? .max : work) - pattern.instructions.count
        let isFound = pattern.isFound(in: text, work: &workLeft)
        stepsLeft = workLeft >> 4
        return isFound ?? giveUp(node, "is too complex to be judged by this schema")
    }

    /// Ends the judgement without a verdict. Always false.
    mutating func giveUp(_ node: SchemaNode, _ message: String, keyword: String = "") -> Bool {
        if undecided == nil {
            undecided = violation(node, keyword, path: keyword.isEmpty ? [] : [keyword], member: nil, message, isUndecided: true)
        }
        return false
    }

    /// Notes a violation by a keyword of a node, unless failures are expected here. Always false.
    mutating func report(_ node: SchemaNode, _ keyword: String, member: String? = nil, _ message: @autoclosure () -> String)
        -> Bool
    {
        if isReporting, !hasEnded { violations.append(violation(node, keyword, path: [keyword], member: member, message())) }
        return false
    }

    /// Notes a violation that is about a part of the value we are at. Always false.
    mutating func report(
        _ node: SchemaNode, _ keyword: String, at step: PathStep, member: String?, _ message: @autoclosure () -> String
    ) -> Bool {
        path.append(step)
        defer { path.removeLast() }
        return report(node, keyword, member: member, message())
    }

    /// Notes that there is something where nothing may be.
    private mutating func reportNever(_ node: SchemaNode) -> Bool {
        guard isReporting, !hasEnded else { return false }
        let tokens = program.locations.pointer(node.location).tokens
        // The schema is the keyword's value, or one of those that its value holds.
        let holder = tokens.dropLast().last ?? ""
        let keyword = Self.holders.contains(holder) ? holder : tokens.last ?? ""
        var member: String?
        if case .name(let name)? = path.last { member = name }
        violations.append(violation(node, keyword, path: [], member: member, "is not allowed"))
        return false
    }

    private static let holders: Set<String> = [
        "properties", "patternProperties", "dependentSchemas", "prefixItems", "allOf", "items",
    ]

    private func violation(
        _ node: SchemaNode, _ keyword: String, path keywordPath: [String], member: String?, _ message: String,
        isUndecided: Bool = false
    ) -> JSONSchemaViolation {
        JSONSchemaViolation(
            instance: JSONPointer(tokens: path.map(\.token)),
            schema: JSONPointer(tokens: program.locations.pointer(node.location).tokens + keywordPath),
            keyword: keyword, member: member, message: message, isUndecided: isUndecided)
    }
}
