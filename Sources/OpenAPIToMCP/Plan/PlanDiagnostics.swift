extension Diagnostic.Code {
    /// A filter of the operator fits no operation.
    static let filterWithoutMatch = Self("filter-without-match")
    /// A new name is for no operation.
    static let renameWithoutMatch = Self("rename-without-match")
    /// A new name can't be a tool's, or is another's.
    static let invalidRename = Self("invalid-rename")
    /// An operation stands there twice.
    static let duplicateOperation = Self("duplicate-operation")
    /// A header field that belongs to the request itself, or to the credentials.
    static let reservedParameter = Self("reserved-parameter")
    /// Content types of a body that the tool does not use.
    static let unusedContent = Self("unused-content")
    /// A form whose schema says more than its fields.
    static let simplifiedForm = Self("simplified-form")
    /// A schema that was too large for a model.
    static let prunedInput = Self("pruned-input")
    static let prunedOutput = Self("pruned-output")
    /// A list of tools that would be larger than the document.
    static let shortenedList = Self("shortened-list")
}
