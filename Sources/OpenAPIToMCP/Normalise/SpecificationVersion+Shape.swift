import Wire

extension SpecificationVersion {
    /// The version that a document says it follows, or is taken to; nil for one that says none.
    init?(of root: JSON) {
        switch Self.reading(of: root) {
        case .known(let version), .taken(let version, _, _): self = version
        case .refused: return nil
        }
    }

    /// Up to 3.0, what stands beside a `$ref` is ignored.
    var referencesStandAlone: Bool { self != .openAPI31 }

    /// Where the document keeps the schemas that have names.
    var schemaPath: [String] { self == .swagger2 ? ["definitions"] : ["components", "schemas"] }
}
