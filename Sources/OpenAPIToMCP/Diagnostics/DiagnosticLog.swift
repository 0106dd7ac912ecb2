import Wire

/// Collects diagnostics, each once, up to a bound.
struct DiagnosticLog: Sendable {
    /// The most that are kept; of what comes later, errors take the place of notes and the rest is counted.
    static let limit = 2_000

    /// In the order in which they came.
    private(set) var list: [Diagnostic] = []
    /// How many did not fit.
    private(set) var omitted = 0
    private var seen: Set<Diagnostic> = []

    init() {}

    /// In the order of documents and places.
    var sorted: [Diagnostic] {
        var documents: [String: Int] = [:]
        for diagnostic in list where documents[diagnostic.document] == nil { documents[diagnostic.document] = documents.count }
        return list.enumerated().sorted { left, right in
            func rank(_ entry: (offset: Int, element: Diagnostic)) -> (Int, Int, Int, Int) {
                let place = entry.element.location
                return (documents[entry.element.document] ?? 0, place?.line ?? 0, place?.column ?? 0, entry.offset)
            }
            return rank(left) < rank(right)
        }.map(\.element)
    }

    /// Whether something was an error.
    var hasErrors: Bool { list.contains { $0.severity == .error } }

    /// Whether notes and warnings that come now are only counted.
    var isFull: Bool { list.count >= Self.limit }

    /// Counts one that does not fit, for those who would rather not make it.
    mutating func omit() { omitted += 1 }

    /// Adds one, unless the same is there already.
    mutating func add(_ diagnostic: Diagnostic) {
        guard seen.insert(diagnostic).inserted else { return }
        guard list.count >= Self.limit else {
            list.append(diagnostic)
            return
        }
        omitted += 1
        if diagnostic.severity == .error, let place = list.lastIndex(where: { $0.severity == .note }) {
            list.remove(at: place)
            list.append(diagnostic)
        } else {
            // What is not kept need not be known either: the set stays as bounded as the list.
            seen.remove(diagnostic)
        }
    }

    /// Adds one about a place in a set of documents.
    mutating func add(
        _ severity: Diagnostic.Severity, _ code: Diagnostic.Code, at place: Place, in documents: DocumentSet,
        _ message: String, advice: String? = nil
    ) {
        add(documents.diagnostic(severity, code, at: place, message, advice: advice))
    }
}
