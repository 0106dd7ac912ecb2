import Wire

@testable import OpenAPIToMCP

/// Short ways to documents for tests.
enum Loading {
    /// A document read from a text.
    static func read(_ text: String, _ limits: CompileLimits = .standard) -> (document: SourceDocument?, log: DiagnosticLog) {
        read(Array(text.utf8), limits)
    }

    static func read(_ text: [UInt8], _ limits: CompileLimits = .standard) -> (document: SourceDocument?, log: DiagnosticLog) {
        var log = DiagnosticLog()
        let document = DocumentReader(name: "api", uri: "file:///specs/api", limits: limits).read(text, &log)
        return (document, log)
    }

    /// A stored text that refers to nothing outside.
    static func set(_ text: String) -> DocumentSet? { read(text).document.map { DocumentSet($0) } }

    /// A place in the first document.
    static func place(_ pointer: String) -> Place { Place(document: 0, pointer: JSONPointer(pointer) ?? .root) }
}

extension DiagnosticLog {
    /// One line for each.
    var lines: [String] { list.map(\.description) }
}
