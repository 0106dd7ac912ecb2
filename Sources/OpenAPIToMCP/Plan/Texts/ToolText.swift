/// What a model reads of an operation beside its schemas.
struct ToolText {
    let title: String?
    let description: String

    /// - Parameter limit: the most characters of the description.
    init(_ operation: APIOperation, limit: Int) {
        let summary = operation.summary.map(Prose.plain).flatMap { $0.isEmpty ? nil : $0 }
        let details = operation.description.map(Prose.plain).flatMap { $0.isEmpty ? nil : $0 }
        title =
            summary.map { Prose.cut($0.replacing("\n", with: " "), to: 100) }
            ?? operation.operationID.map { Prose.cut(Prose.humanised($0), to: 100) }

        var parts: [String] = []
        if operation.isDeprecated { parts.append("Deprecated.") }
        // What the description begins with need not be said twice.
        if let summary, !(details.map { $0.hasPrefix(summary.trimmingPeriods) } ?? false) { parts.append(summary) }
        if let details { parts.append(details) }
        // Never empty: some clients refuse tools that don't say what they do.
        if summary == nil, details == nil { parts.append(title ?? operation.label) }
        description = Prose.cut(parts.joined(separator: "\n\n"), to: limit)
    }
}

extension String {
    fileprivate var trimmingPeriods: String {
        var text = self[...]
        while text.last == "." || text.last == " " { text.removeLast() }
        return String(text)
    }
}
