extension Diagnostic.Code {
    /// Text that is neither JSON nor YAML.
    public static let syntax = Self("syntax")
    /// Text that is not in UTF-8.
    public static let encoding = Self("encoding")
    /// A name twice in one object.
    public static let duplicateKey = Self("duplicate-key")
    /// Several YAML documents in one text.
    public static let multipleDocuments = Self("multiple-documents")
    /// More bytes, values or documents than the limits allow.
    public static let tooLarge = Self("too-large")
    /// Nested deeper than the limits allow.
    public static let tooDeep = Self("too-deep")
    /// Something else than an API description.
    public static let notADescription = Self("not-a-description")
    /// A version that is not compiled, or is taken as another one.
    public static let unsupportedVersion = Self("unsupported-version")
    /// A document that is not there, or can't be had.
    public static let unreadable = Self("unreadable-document")
    /// A reference to where this document may not lead.
    public static let refusedReference = Self("refused-reference")
    /// A reference to something that is not there.
    public static let unresolvedReference = Self("unresolved-reference")
    /// The time for compiling is over.
    public static let timedOut = Self("timed-out")
}
