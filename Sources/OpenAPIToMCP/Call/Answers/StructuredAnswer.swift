import Wire

/// The output schema of a tool, which structured content must fit.
struct StructuredAnswer: Sendable {
    /// What became of an answer.
    enum Outcome: Hashable {
        /// - Parameter isWhole: whether nothing was left out of it.
        case fits(JSON, isWhole: Bool)
        /// - Parameter reason: the rest of a sentence about the answer.
        case misfit(reason: String)
    }

    private let schema: JSONSchema?
    private let wraps: Bool

    /// - Parameter wraps: whether answers are the member `result` of an object.
    init(schema: JSONObject, wraps: Bool) {
        self.schema = JSONSchema.compile(.object(schema)).schema
        self.wraps = wraps
    }

    /// How often members are left out and the rest judged again.
    private static let maximumRounds = 8

    /// The first of the candidates that fits, or that does once members that are `null` where the schema foresees none are left out: many APIs
    /// say so that there is no value, and then it is said by the absence. A schema that can't be judged lets everything pass.
    func fitted(_ candidates: [JSON]) -> Outcome {
        var reason = "it has no data in it"
        for (index, candidate) in candidates.enumerated() {
            let value: JSON = wraps ? ["result": candidate] : candidate
            guard value.kind == .object else {
                if index == 0 { reason = "its root is no object" }
                continue
            }
            guard let schema else { return .fits(value, isWhole: true) }
            let violations = schema.validate(value).filter { !$0.isUndecided }
            if violations.isEmpty { return .fits(value, isWhole: true) }
            if let lesser = Self.withoutNulls(value, schema) { return .fits(lesser, isWhole: false) }
            if index == 0, let first = violations.first { reason = first.description }
        }
        return .misfit(reason: reason)
    }

    private static func withoutNulls(_ value: JSON, _ schema: JSONSchema) -> JSON? {
        var value = value
        for _ in 0..<maximumRounds {
            let violations = schema.validate(value).filter { !$0.isUndecided }
            guard !violations.isEmpty else { return value }
            var changed = false
            for violation in violations where value[violation.instance]?.isNull == true {
                guard let name = violation.instance.tokens.last else { continue }
                changed = value.remove(name, at: violation.instance.tokens.dropLast()) || changed
            }
            guard changed else { return nil }
        }
        return nil
    }
}

extension JSON {
    /// Takes a member away from the object that the tokens lead to; returns whether it was one.
    fileprivate mutating func remove(_ name: String, at tokens: ArraySlice<String>) -> Bool {
        guard let token = tokens.first else {
            guard objectValue?.contains(name) == true else { return false }
            self[name] = nil
            return true
        }
        switch self {
        case .object(var object):
            guard var member = object[token] else { return false }
            let changed = member.remove(name, at: tokens.dropFirst())
            object[token] = member
            self = .object(object)
            return changed
        case .array(var elements):
            guard let index = Int(token), elements.indices.contains(index) else { return false }
            let changed = elements[index].remove(name, at: tokens.dropFirst())
            self = .array(elements)
            return changed
        default: return false
        }
    }
}
