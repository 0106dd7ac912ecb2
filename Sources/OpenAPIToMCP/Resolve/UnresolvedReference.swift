import Wire

/// Why a reference leads nowhere.
enum UnresolvedReference: Error {
    /// The value nearest to where it should lead has no such member or element.
    case nothing(String, nearest: Place, missing: String)
    case noAnchor(String, String)
    /// Escapes that are no pointer, or no UTF-8.
    case badEscapes(String)
    /// The pointer passes through references without end.
    case circle(String)
    /// The document may not refer to that.
    case refused(String, DocumentFault)
    /// The document that it leads to is not there.
    case unread(String, DocumentFault?)

    /// A log with as many diagnostics gets no more suggestions: each costs a look at all names beside the one that is missing, and somebody
    /// with so many faults needs no help with one.
    static let suggestionLimit = 200

    /// As a diagnostic says it.
    func fault(in documents: DocumentSet, suggests: Bool) -> DocumentFault {
        switch self {
        case .nothing(let text, let nearest, let missing):
            let advice = suggests ? suggestion(for: missing, at: nearest, text, in: documents) : nil
            return DocumentFault(
                .unresolvedReference, "\(Self.quoted(text)) leads nowhere: \(Self.lack(of: missing, at: nearest, in: documents))",
                advice: advice ?? "add it, or correct the reference")
        case .noAnchor(let text, let name):
            let advice =
                name.contains("/") ? "a pointer begins with `#/`" : "add the anchor, or use a pointer that begins with `#/`"
            return DocumentFault(
                .unresolvedReference, "\(Self.quoted(text)) leads nowhere: there is no anchor \(Self.quoted(name))",
                advice: advice)
        case .badEscapes(let text):
            return DocumentFault(
                .unresolvedReference, "\(Self.quoted(text)) is no reference: its escapes are wrong",
                advice: "write ~ as ~0, / as ~1, and anything else as percent-encoded UTF-8")
        case .circle(let text):
            return DocumentFault(
                .unresolvedReference, "\(Self.quoted(text)) passes through references that lead in a circle",
                advice: "let one of them lead to a value")
        case .refused(let text, let fault): return Self.fault(text, fault)
        case .unread(let text, let fault?): return Self.fault(text, fault)
        case .unread(let text, nil):
            return DocumentFault(
                .unresolvedReference, "\(Self.quoted(text)) leads to a document that is not there",
                advice: "correct the reference; one into the same document begins with `#/`")
        }
    }

    /// What a fault in reaching a document means for a reference to it.
    static func fault(_ reference: String, _ fault: DocumentFault) -> DocumentFault {
        DocumentFault(fault.code, "\(quoted(reference)) is not followed: \(fault.message)", advice: fault.advice)
    }

    // MARK: Words

    /// Bounded, without the query and the user of a URL.
    static func quoted(_ reference: String) -> String {
        var text = reference
        let mark = reference.utf8.contains { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "@") }
        if mark, !reference.hasPrefix("#") {
            var parts = URIReference(reference)
            let fragment = parts.fragment
            parts = URIReference(WebDocuments.name(of: reference))
            parts.fragment = fragment
            text = parts.description
        }
        return "`" + (text.utf8.count <= 200 ? text : String(text.prefix(200)) + "…") + "`"
    }

    private static func lack(of missing: String, at nearest: Place, in documents: DocumentSet) -> String {
        let owner = nearest.pointer == .root ? "the document" : "\(nearest.pointer)"
        let document = nearest.document == 0 ? "" : " of \(documents.documents[nearest.document].name)"
        guard let value = documents.value(at: nearest) else { return "\(owner)\(document) is not there" }
        switch value {
        case .object: return "\(owner)\(document) has no \(quoted(missing))"
        case .array(let elements): return "\(owner)\(document) has \(elements.count) elements and no \(quoted(missing))"
        default: return "\(owner)\(document) is a single \(value.kind.rawValue) and has no \(quoted(missing))"
        }
    }

    private func suggestion(for missing: String, at nearest: Place, _ text: String, in documents: DocumentSet) -> String? {
        if let object = documents.value(at: nearest)?.objectValue,
            let near = SimilarNames.nearest(to: missing, among: object.lazy.map(\.name))
        {
            return "did you mean `\(near)`"
        }
        // The right name in the wrong section, or in that of another version of OpenAPI.
        guard let name = URIReference(text).decodedFragment.flatMap({ JSONPointer($0) })?.tokens.last else { return nil }
        let sections = ["schemas", "parameters", "responses", "requestBodies", "headers", "pathItems"].map { ["components", $0] }
        for section in sections + [["definitions"], ["parameters"], ["responses"]] {
            let pointer = JSONPointer(tokens: section + [name])
            if documents.value(at: Place(document: nearest.document, pointer: pointer)) != nil {
                return "did you mean `#\(pointer)`"
            }
        }
        return nil
    }
}
