/// What an operator may choose about compiling.
public struct CompileOptions: Sendable, Hashable {
    /// Operations are left out unless they fit one of these; empty: all fit.
    public var include: [OperationFilter] = []
    /// Operations that fit one of these are left out.
    public var exclude: [OperationFilter] = []
    /// A tool's name by `operationId` or by `METHOD /path`.
    public var names: [String: String] = [:]
    /// The most bytes of JSON that a tool's input schema may have before it is pruned.
    public var inputBudget = 32 << 10
    /// The most bytes of JSON that a tool's output schema may have before it is pruned.
    public var outputBudget = 32 << 10
    /// The list of all tools may have as many bytes as the document, and this many however short the document is.
    public var listBudget = 16 << 10
    /// Whether tools have output schemas and structured content.
    public var structuredOutput = true
    public var limits = CompileLimits.standard

    public init() {}
}

/// Which operations are meant. Members that are nil fit everything; those that are not must all fit.
public struct OperationFilter: Sendable, Hashable {
    public var tag: String?
    /// A path template, with `*` for any characters but `/` and `**` for any.
    public var path: String?
    /// In any case.
    public var method: String?
    /// An `operationId`.
    public var operation: String?

    public init(tag: String? = nil, path: String? = nil, method: String? = nil, operation: String? = nil) {
        self.tag = tag
        self.path = path
        self.method = method
        self.operation = operation
    }
}

/// How much a document may hold. Past them there is a diagnostic, never a crash.
public struct CompileLimits: Sendable, Hashable {
    /// Bytes of one document.
    public var documentBytes = 32 << 20
    /// Documents that references lead to.
    public var documents = 1_000
    /// Bytes of them all.
    public var totalBytes = 64 << 20
    /// Operations that become tools.
    public var operations = 5_000
    /// Parameters of one operation.
    public var parameters = 500
    /// Schemas that have a name.
    public var schemas = 50_000
    /// How deep schemas may be nested.
    public var schemaDepth = 200
    /// How long all of it may take, fetching included.
    public var time = Duration.seconds(60)

    public static let standard = CompileLimits()

    public init() {}
}
