import Wire

/// A value in one of the documents of a set.
struct Place: Sendable, Hashable {
    /// The index of the document in its set; 0 is the one that was asked for.
    var document: Int
    /// The way to the value.
    var pointer: JSONPointer

    func appending(_ name: String) -> Place { Place(document: document, pointer: pointer.appending(name)) }
    func appending(_ index: Int) -> Place { Place(document: document, pointer: pointer.appending(index)) }
}

/// A description with all the documents that its references lead to, read but not yet understood.
struct DocumentSet: Sendable {
    /// The documents in the order in which they were found; the first is the one that was asked for.
    private(set) var documents: [SourceDocument] = []
    /// Which specification the first document follows; nil where it says none that is known.
    let version: SpecificationVersion?

    /// What has a URI of its own: documents, and schemas with `$id`.
    private var resources: [URIReference: Place] = [:]
    private var anchors: [Anchor: Place] = [:]
    /// For each document: its URI, and those of the schemas with `$id` in it.
    private var bases: [Bases] = []
    /// Documents that references lead to and that could not be read.
    private(set) var unread: [URIReference: DocumentFault] = [:]

    private struct Anchor: Sendable, Hashable {
        let resource: URIReference
        let name: String
    }

    private struct Bases: Sendable {
        let document: URIReference
        var identified: [JSONPointer: URIReference] = [:]
    }

    /// A set of one document so far.
    init(_ entry: SourceDocument) { self = Self.beginning(with: entry).documents }

    /// A set of one document so far, and the references in it.
    static func beginning(with entry: SourceDocument) -> (documents: DocumentSet, references: [ReferenceScan.Reference]) {
        let version: SpecificationVersion? =
            switch SpecificationVersion.reading(of: entry.root) {
            case .known(let version), .taken(let version, _, _): version
            case .refused: nil
            }
        var documents = DocumentSet(version: version)
        let references = documents.add(entry)
        return (documents, references)
    }

    private init(version: SpecificationVersion?) { self.version = version }

    /// How many bytes the texts of all documents have; nil where that is not known of each.
    var byteCount: Int? {
        documents.reduce(0) { sum, document in sum.flatMap { sum in document.byteCount.map { sum + $0 } } }
    }

    /// The value at that place, if there is one.
    func value(at place: Place) -> JSON? {
        guard documents.indices.contains(place.document) else { return nil }
        return documents[place.document].root[place.pointer]
    }

    /// A diagnostic about that place.
    func diagnostic(
        _ severity: Diagnostic.Severity, _ code: Diagnostic.Code, at place: Place, _ message: String, advice: String? = nil
    ) -> Diagnostic {
        let document = documents[place.document]
        return Diagnostic(
            severity, code, document: document.name, pointer: place.pointer, location: document.location(of: place.pointer),
            message, advice: advice)
    }

    /// The digest of all texts: another one means that something changed.
    var digest: ContentDigest { ContentDigest(documents.compactMap(\.digest)) }

    // MARK: Growing

    /// Adds a document and notes what in it has a URI or an anchor.
    /// - Returns: the references in it.
    mutating func add(_ document: SourceDocument) -> [ReferenceScan.Reference] {
        let base = URIReference(document.uri).resource
        let index = documents.count
        documents.append(document)
        bases.append(Bases(document: base))
        know(base, as: index)
        return scan(Place(document: index, pointer: .root))
    }

    /// Looks for references, URIs and anchors at a place and below it.
    mutating func scan(_ place: Place) -> [ReferenceScan.Reference] {
        guard let value = value(at: place) else { return [] }
        var scan = ReferenceScan(base: base(at: place), usesIdentifiers: version?.usesJSONSchema ?? false)
        scan.run(value, at: place.pointer)
        for (pointer, uri) in scan.identifiers {
            bases[place.document].identified[pointer] = uri
            // Where a document came from counts more than what another says of itself.
            if resources[uri] == nil { resources[uri] = Place(document: place.document, pointer: pointer) }
        }
        for anchor in scan.anchors {
            let key = Anchor(resource: anchor.base, name: anchor.name)
            if anchors[key] == nil { anchors[key] = Place(document: place.document, pointer: anchor.pointer) }
        }
        return scan.references
    }

    /// Another URI under which a document was asked for.
    mutating func know(_ uri: URIReference, as document: Int) { resources[uri] = Place(document: document, pointer: .root) }

    /// Notes that a document could not be read.
    mutating func note(unread uri: URIReference, _ fault: DocumentFault) { unread[uri] = fault }

    // MARK: Names

    /// What has that URI, without a fragment.
    func resource(_ uri: URIReference) -> Place? { resources[uri] }

    /// What has that anchor in a resource.
    func anchor(_ name: String, in resource: URIReference) -> Place? { anchors[Anchor(resource: resource, name: name)] }

    /// The URI that relative references at a place start from: that of the innermost schema with `$id` around it, or else the document's.
    func base(at place: Place) -> URIReference {
        let bases = bases[place.document]
        guard !bases.identified.isEmpty else { return bases.document }
        var pointer: JSONPointer? = place.pointer
        while let current = pointer {
            if let base = bases.identified[current] { return base }
            pointer = current.parent
        }
        return bases.document
    }

    /// Whether a `#` in a document always means the document itself.
    func isPlain(_ document: Int) -> Bool { bases[document].identified.isEmpty }
}
