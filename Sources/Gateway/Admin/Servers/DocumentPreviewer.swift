public import Directory
public import Wire

/// Compiles an OpenAPI document for a look at it, before a server is made of it.
public protocol DocumentPreviewer: Sendable {
    /// What becomes of the document, and whether any tool does.
    func preview(_ target: DocumentTarget) async -> DocumentPreview
}

/// What becomes of a document.
public struct DocumentPreview: Sendable {
    /// Title, coverage, diagnostics and tools.
    public let report: JSONObject
    /// The first error, where no tool comes of it.
    public let failure: String?

    public init(report: JSONObject, failure: String?) {
        self.report = report
        self.failure = failure
    }
}
