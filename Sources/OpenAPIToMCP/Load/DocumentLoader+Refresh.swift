import Wire

/// What tells a set of documents from a later one: kept while the documents themselves are not.
struct DocumentSetVersion: Sendable {
    fileprivate let documents: [(uri: String, version: DocumentVersion, digest: ContentDigest?)]
    fileprivate let unread: [URIReference: DocumentFault]
    fileprivate let digest: ContentDigest

    init(_ set: DocumentSet) {
        documents = set.documents.map { ($0.uri, $0.version, $0.digest) }
        unread = set.unread
        digest = set.digest
    }
}

extension DocumentLoader {
    /// What asking again gave.
    enum Refresh {
        /// The texts are the same.
        case unchanged
        /// They are not, or what was missing may be there now.
        case changed(DocumentSet, DiagnosticLog)
        /// The document itself can't be had or is no description any more: what was loaded stays the last that is known.
        case unavailable(DiagnosticLog)
    }

    /// Asks for each document of a set whether it has changed, by what the source knows of its version, and loads all of them again where
    /// one has.
    /// - Parameter source: the one that the set was loaded from.
    static func refresh(
        _ known: DocumentSetVersion, from source: any DocumentSource, limits: CompileLimits = .standard
    ) async -> Refresh {
        if known.unread.isEmpty, await isCurrent(known, in: source, limits) { return .unchanged }
        let (loaded, log) = await load(from: source, limits: limits)
        guard let loaded else { return .unavailable(log) }
        return loaded.digest == known.digest && loaded.unread == known.unread ? .unchanged : .changed(loaded, log)
    }

    private static func isCurrent(
        _ known: DocumentSetVersion, in source: any DocumentSource, _ limits: CompileLimits
    ) async -> Bool {
        let deadline = ContinuousClock.now + limits.time
        for (index, document) in known.documents.enumerated() {
            // The entry is asked for where it was asked for first, which may redirect elsewhere now.
            let uri = index == 0 ? source.entry : document.uri
            let request = DocumentRequest(maximumBytes: limits.documentBytes, known: document.version)
            switch await DocumentFetch.all([(uri, request)], from: source, until: deadline)[0] {
            case .success(.unchanged): continue
            case .success(.text(let text, _, _)): if ContentDigest(text) != document.digest { return false }
            case .failure: return false
            }
        }
        return true
    }
}
