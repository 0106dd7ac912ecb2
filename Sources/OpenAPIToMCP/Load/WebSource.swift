public import Outbound
internal import Wire

/// A description at a URL.
public struct WebSource: DocumentSource {
    public let entry: String
    private let web: WebDocuments

    /// - Parameters:
    ///   - url: `http` or `https`.
    ///   - client: fetches it and what its references lead to, as far as its policy allows.
    ///   - headers: sent to the URL's own origin only, such as credentials for a description that is not public.
    public init(_ url: String, client: any WebClient, headers: [(name: String, value: String)] = []) {
        let reference = URIReference(url).resource
        entry = reference.description
        web = WebDocuments(client: client, headers: headers, origin: WebDocuments.origin(of: reference))
    }

    public func name(of uri: String) -> String { WebDocuments.name(of: uri) }

    public func read(_ uri: String, _ request: DocumentRequest) async throws(DocumentFault) -> DocumentAnswer {
        try await WebDocuments.read(uri, request, through: web)
    }
}

/// Documents by HTTP, as every source that may fetch them does it. Which addresses may be called, also after redirects, is for the client
/// to say.
struct WebDocuments: Sendable {
    private let client: any WebClient
    private let headers: [(name: String, value: String)]
    private let origin: String?

    private static let maximumRedirects = 5

    init(client: any WebClient, headers: [(name: String, value: String)] = [], origin: String? = nil) {
        self.client = client
        self.headers = headers
        self.origin = origin
    }

    static func isWeb(_ reference: URIReference) -> Bool { reference.scheme == "http" || reference.scheme == "https" }

    static func origin(of reference: URIReference) -> String { "\(reference.scheme ?? "")://\(reference.authority ?? "")" }

    /// The URI for people: without user, query and fragment, and bounded.
    static func name(of uri: String) -> String {
        var reference = URIReference(uri)
        reference.query = nil
        reference.fragment = nil
        if let authority = reference.authority, let mark = authority.lastIndex(of: "@") {
            reference.authority = String(authority[authority.index(after: mark)...])
        }
        let name = reference.description
        return name.utf8.count <= 500 ? name : String(name.prefix(500)) + "…"
    }

    /// - Parameter documents: nil where the source was given no client.
    static func read(
        _ uri: String, _ request: DocumentRequest, through documents: WebDocuments?
    ) async throws(DocumentFault) -> DocumentAnswer {
        let reference = URIReference(uri)
        guard isWeb(reference) else {
            throw DocumentFault(
                .refusedReference, "\(name(of: uri)) is not a place that documents are read from here",
                advice: "use an http or https URL, or put everything into one document")
        }
        guard let documents else {
            throw DocumentFault(
                .refusedReference, "\(name(of: uri)) is not fetched: no web client was given for this description",
                advice: "keep a copy beside the document, or allow references to the web")
        }
        do {
            return try await documents.fetch(uri, sendsHeaders: origin(of: reference) == documents.origin, request)
        } catch let error as OutboundError {
            throw fault(error, uri)
        } catch let fault as DocumentFault {
            throw fault
        } catch {
            throw DocumentFault(.unreadable, "\(name(of: uri)) can't be fetched")
        }
    }

    private func fetch(_ uri: String, sendsHeaders: Bool, _ request: DocumentRequest) async throws -> DocumentAnswer {
        var web = WebRequest("GET", uri, headers: sendsHeaders ? headers : [])
        web.headers.append(
            ("Accept", "application/vnd.oai.openapi+json, application/vnd.oai.openapi, application/json, */*;q=0.5"))
        if let tag = request.known?.entityTag { web.headers.append(("If-None-Match", tag)) }
        if let time = request.known?.lastModified { web.headers.append(("If-Modified-Since", time)) }
        web.headTimeout = .seconds(30)
        web.idleTimeout = .seconds(15)
        web.maximumRedirects = Self.maximumRedirects
        let answer = try await client.send(web)
        if answer.status == 304, request.known != nil { return .unchanged }
        guard answer.status == 200 else {
            answer.cancel()
            throw Self.fault(status: answer.status, uri)
        }
        if let length = answer.header("content-length").flatMap(Int.init), length > request.maximumBytes {
            answer.cancel()
            throw DocumentFault.tooLarge(request.maximumBytes)
        }
        let text = try await answer.collect(upTo: request.maximumBytes)
        return .text(
            text, uri: URIReference(answer.url).resource.description,
            version: DocumentVersion(entityTag: answer.header("etag"), lastModified: answer.header("last-modified")))
    }

    private static func fault(status: Int, _ uri: String) -> DocumentFault {
        let advice =
            switch status {
            case 401, 403, 407: "give credentials for it, or a copy of the document"
            case 404, 410: "check the address"
            case 300..<400: "use the address that it redirects to"
            default: "try again later, or use a copy of the document"
            }
        return DocumentFault(.unreadable, "\(name(of: uri)) was answered with status \(status)", advice: advice)
    }

    private static func fault(_ error: OutboundError, _ uri: String) -> DocumentFault {
        let name = name(of: uri)
        switch error.code {
        case .refusedAddress:
            return DocumentFault(
                .refusedReference, "\(name) may not be called: \(error.message)",
                advice: "use a public address, or have the operator allow this one")
        case .tooLarge: return DocumentFault(.tooLarge, "\(name): \(error.message)", advice: "split it, or raise the limit")
        case .timedOut, .cancelled:
            return DocumentFault(
                .timedOut, "\(name) did not answer in time", advice: "try again later, or use a copy of the document")
        default: return DocumentFault(.unreadable, "\(name) can't be fetched: \(error.message)", advice: "check the address")
        }
    }
}
