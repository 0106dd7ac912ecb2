public import Outbound
internal import Wire

/// A description that is stored as a text.
public struct TextSource: DocumentSource {
    public let entry: String
    private let text: [UInt8]
    private let givenName: String
    private let hasBase: Bool
    private let web: WebDocuments?

    /// - Parameters:
    ///   - text: JSON or YAML in UTF-8.
    ///   - name: what diagnostics call it.
    ///   - baseURL: where it would be had, `http` or `https`: relative references start there. Without it they are refused.
    ///   - client: fetches what references lead to, as far as its policy allows; without one they are refused.
    public init(_ text: [UInt8], name: String = "description", baseURL: String? = nil, client: (any WebClient)? = nil) {
        let base = baseURL.map { URIReference($0).resource }
        hasBase = base.map(WebDocuments.isWeb) ?? false
        entry = hasBase ? base?.description ?? "" : "text:description"
        self.text = text
        givenName = name
        web = client.map { WebDocuments(client: $0) }
    }

    public func name(of uri: String) -> String { uri == entry ? givenName : WebDocuments.name(of: uri) }

    public func read(_ uri: String, _ request: DocumentRequest) async throws(DocumentFault) -> DocumentAnswer {
        if uri == entry {
            guard text.count <= request.maximumBytes else { throw .tooLarge(request.maximumBytes) }
            return request.known == nil ? .text(text, uri: entry, version: DocumentVersion()) : .unchanged
        }
        let reference = URIReference(uri)
        if reference.scheme == "text" {
            throw DocumentFault(
                .refusedReference, "a relative reference in a text that has no address of its own",
                advice: "give the text a base URL, or put everything into one document")
        }
        return try await WebDocuments.read(uri, request, through: web)
    }
}
