/// What compiling a document gave.
public struct Compilation: Sendable {
    /// `info.title` and `info.version`; empty where the document could not be read.
    public let title: String
    public let version: String
    /// `info.description`, bounded.
    public let description: String?
    /// In the document's order.
    public let tools: [ToolPlan]
    /// In the order of the places in the document, errors of the whole document first.
    public let diagnostics: [Diagnostic]
    /// How many further diagnostics were left out.
    public let omittedDiagnostics: Int
    /// What the tools' plans refer to.
    let schemas: SchemaTable
    let securitySchemes: [String: SecurityScheme]
    /// Where the document came from: relative server URLs start here.
    let baseURI: String
    /// How much of the document became tools.
    public let coverage: Coverage

    /// How much of a document became tools.
    public struct Coverage: Sendable, Hashable {
        /// Operations in the document.
        public var operations = 0
        /// Those that are tools.
        public var compiled = 0
        /// Tools that a warning is about.
        public var withWarnings = 0
        /// Operations with an error.
        public var refused = 0
        /// Operations that the operator's filters leave out.
        public var filtered = 0
        /// Webhooks and callbacks: reported, not compiled.
        public var inbound = 0
    }
}
