import Wire

/// Where a document may refer to, before anything is read.
enum ReferencePolicy {
    /// Why a document may not refer to a resource; nil where it may, as far as its source goes along.
    /// - Parameters:
    ///   - resource: absolute, without a fragment.
    ///   - referrer: the URI that the referring document came from.
    static func refusal(of resource: URIReference, from referrer: String) -> DocumentFault? {
        switch resource.scheme {
        case "http", "https", "text": return nil
        case "file":
            if URIReference(referrer).scheme == "file" { return nil }
            return DocumentFault(
                .refusedReference, "a document that is no local file may not refer to one",
                advice: "put what it refers to into the document, or beside it")
        default:
            return DocumentFault(
                .refusedReference, "references to \((resource.scheme ?? "nothing").prefix(20)): are not followed",
                advice: "refer to a file or to an http or https URL")
        }
    }
}
