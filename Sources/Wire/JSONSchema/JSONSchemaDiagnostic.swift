/// Something that was noticed while a schema was compiled.
public struct JSONSchemaDiagnostic: Sendable, Hashable {
    /// How grave it is.
    public enum Severity: String, Sendable, Hashable {
        /// The schema can be used, though not all of it is in force.
        case warning
        /// The schema can't be used.
        case error
    }

    /// How grave it is.
    public let severity: Severity
    /// The value in the schema's document that it is about.
    public let pointer: JSONPointer
    /// What is wrong, for a person.
    public let message: String
}

extension JSONSchemaDiagnostic: CustomStringConvertible {
    /// Severity, place and message in one line.
    public var description: String {
        pointer.tokens.isEmpty
            ? "\(severity.rawValue): \(message)" : "\(severity.rawValue): \(pointer.description.prefix(200)): \(message)"
    }
}

/// The diagnostics of one compilation, of which only so many are kept.
struct SchemaDiagnostics {
    private(set) var list: [JSONSchemaDiagnostic] = []
    private(set) var hasErrors = false
    private let maximumCount: Int

    init(maximumCount: Int) { self.maximumCount = max(1, maximumCount) }

    mutating func add(_ severity: JSONSchemaDiagnostic.Severity, _ pointer: JSONPointer, _ message: String) {
        let diagnostic = JSONSchemaDiagnostic(severity: severity, pointer: pointer, message: message)
        guard severity == .error else {
            if list.count < maximumCount { list.append(diagnostic) }
            return
        }
        // The first error is always kept, so that a refused schema says why.
        if !hasErrors {
            list.insert(diagnostic, at: 0)
            if list.count > maximumCount { list.removeLast() }
        } else if list.count < maximumCount {
            list.append(diagnostic)
        }
        hasErrors = true
    }
}
