/// What normalising has to say.
extension Diagnostic.Code {
    /// A part that every document has is not there.
    static let missingPart = Diagnostic.Code("missing-part")
    /// A part is of the wrong kind, or has a value that it can't have.
    static let invalidValue = Diagnostic.Code("invalid-value")
    /// References lead round to where they began.
    static let cyclicReference = Diagnostic.Code("cyclic-reference")
    /// What a reference leads to can't be what it is needed for.
    static let misleadingReference = Diagnostic.Code("misleading-reference")
    /// What stands beside a reference has no effect.
    static let ignoredSiblings = Diagnostic.Code("ignored-siblings")
    /// There is more of something than is compiled.
    static let tooMany = Diagnostic.Code("too-many")
    /// An operation is not compiled.
    static let refusedOperation = Diagnostic.Code("refused-operation")
    /// A path that is no template for a path.
    static let invalidPath = Diagnostic.Code("invalid-path")
    /// A `{name}` of a path that no parameter has.
    static let undeclaredParameter = Diagnostic.Code("undeclared-parameter")
    /// A path parameter that its path has no `{name}` for.
    static let unusedParameter = Diagnostic.Code("unused-parameter")
    /// Two parameters with one name in one place.
    static let duplicateParameter = Diagnostic.Code("duplicate-parameter")
    /// A parameter that has no effect.
    static let ignoredParameter = Diagnostic.Code("ignored-parameter")
    /// A path parameter that is not said to be required, which all are.
    static let optionalPathParameter = Diagnostic.Code("optional-path-parameter")
    /// A style that its place can't have.
    static let invalidStyle = Diagnostic.Code("invalid-style")
    /// A body where the specification has none.
    static let ignoredBody = Diagnostic.Code("ignored-body")
    /// A server that can't be called.
    static let invalidServer = Diagnostic.Code("invalid-server")
    /// A security scheme that can't be used.
    static let invalidSecurityScheme = Diagnostic.Code("invalid-security-scheme")
    /// A name that is none of the document's security schemes.
    static let unknownSecurityScheme = Diagnostic.Code("unknown-security-scheme")
    /// A call that the API makes, not one that it takes.
    static let inboundOperation = Diagnostic.Code("inbound-operation")
    /// A part of a schema that could not be taken as it is.
    static let repairedSchema = Diagnostic.Code("repaired-schema")
    /// A word that is no keyword of schemas.
    static let unknownKeyword = Diagnostic.Code("unknown-keyword")
    /// A keyword of another version, taken as that version means it.
    static let foreignKeyword = Diagnostic.Code("foreign-keyword")
    /// A dialect of JSON Schema that is not known.
    static let unknownDialect = Diagnostic.Code("unknown-dialect")
    /// A reference that means different schemas depending on how it is reached.
    static let dynamicReference = Diagnostic.Code("dynamic-reference")
}
