import Wire

/// Reads a description and every document that its references lead to, in the order in which they are found.
///
/// What can't be had costs only itself: there is a diagnostic at the first reference to it, and the rest goes on.
struct DocumentLoader {
    /// The set, and what was found wrong; no set where the document itself can't be read or is no description.
    static func load(
        from source: any DocumentSource, limits: CompileLimits = .standard
    ) async -> (DocumentSet?, DiagnosticLog) {
        var log = DiagnosticLog()
        guard var loader = await DocumentLoader(source, limits, &log) else { return (nil, log) }
        await loader.loadReferenced(&log)
        return (loader.documents, log)
    }

    private let source: any DocumentSource
    private let limits: CompileLimits
    private let deadline: ContinuousClock.Instant
    private var documents: DocumentSet
    private var usedBytes: Int
    /// Documents to be read, the next one first.
    private var queue: [Wanted] = []
    /// Which of them, from the first on, are dealt with.
    private var position = 0
    /// Where each stands in the queue.
    private var places: [URIReference: Int] = [:]
    /// Parts that a scan passes over, scanned because a reference leads there.
    private var scannedParts: Set<Place> = []

    private struct Wanted {
        let uri: URIReference
        /// Of the reference that was found first.
        let site: Place
        let reference: String
        let isMapping: Bool
        /// What references to it lead to in it.
        var fragments: [String]
    }

    // MARK: The document itself

    private init?(_ source: any DocumentSource, _ limits: CompileLimits, _ log: inout DiagnosticLog) async {
        self.source = source
        self.limits = limits
        deadline = .now + limits.time
        let name = source.name(of: source.entry)
        let request = DocumentRequest(maximumBytes: min(limits.documentBytes, limits.totalBytes))
        let answer = await DocumentFetch.all([(source.entry, request)], from: source, until: deadline)[0]
        switch answer {
        case .success(.text(let text, let uri, let version)):
            guard let entry = Self.read(text, name: name, uri: uri, version, limits, &log), Self.accept(entry, &log) else {
                return nil
            }
            usedBytes = text.count
            let references: [ReferenceScan.Reference]
            (documents, references) = DocumentSet.beginning(with: entry)
            documents.know(URIReference(source.entry).resource, as: 0)
            enqueue(references, in: 0, &log)
        case .success(.unchanged): return nil
        case .failure(let fault):
            log.add(
                Diagnostic(
                    .error, fault.code, document: name, pointer: .root, location: nil, fault.message, advice: fault.advice))
            return nil
        }
    }

    private static func read(
        _ text: [UInt8], name: String, uri: String, _ version: DocumentVersion, _ limits: CompileLimits,
        _ log: inout DiagnosticLog
    ) -> SourceDocument? {
        var document = DocumentReader(name: name, uri: uri, limits: limits).read(text, &log)
        document?.version = version
        return document
    }

    /// Whether the document is a description; says what else it is.
    private static func accept(_ entry: SourceDocument, _ log: inout DiagnosticLog) -> Bool {
        func add(
            _ severity: Diagnostic.Severity, _ code: Diagnostic.Code, _ member: String?, _ message: String, _ advice: String?
        ) {
            let pointer = JSONPointer(tokens: member.map { [$0] } ?? [])
            log.add(
                Diagnostic(
                    severity, code, document: entry.name, pointer: pointer, location: entry.location(of: pointer), message,
                    advice: advice))
        }
        switch SpecificationVersion.reading(of: entry.root) {
        case .known: return true
        case .taken(_, let message, let advice):
            add(.warning, .unsupportedVersion, entry.root["openapi"] != nil ? "openapi" : "swagger", message, advice)
            return true
        case .refused(let code, let member, let message, let advice):
            add(.error, code, member, message, advice)
            return false
        }
    }

    // MARK: What it refers to

    /// How many documents are asked for at once.
    private static let batchSize = 6

    private mutating func loadReferenced(_ log: inout DiagnosticLog) async {
        while position < queue.count {
            let batch = position..<min(position + Self.batchSize, queue.count)
            let request = DocumentRequest(maximumBytes: min(limits.documentBytes, max(0, limits.totalBytes - usedBytes)))
            // An `$id` that came to light meanwhile makes fetching needless.
            let wanted = batch.filter { documents.resource(queue[$0].uri) == nil }
            let answers = await DocumentFetch.all(
                wanted.map { (queue[$0].uri.description, request) }, from: source, until: deadline)
            position = batch.upperBound
            for (index, answer) in zip(wanted, answers) { take(answer, for: queue[index], &log) }
            // The fragments of what was had are looked at after the whole batch, when all of it is known.
            for index in batch {
                guard let root = documents.resource(queue[index].uri) else { continue }
                for fragment in queue[index].fragments { scanPart(fragment, of: root, &log) }
            }
        }
    }

    private mutating func take(
        _ answer: Result<DocumentAnswer, DocumentFault>, for wanted: Wanted, _ log: inout DiagnosticLog
    ) {
        switch answer {
        case .success(.text(let text, let uri, let version)):
            usedBytes += text.count
            guard usedBytes <= limits.totalBytes else {
                refuse(
                    wanted, DocumentFault(.tooLarge, "all documents together have more than \(limits.totalBytes) bytes"), &log)
                return
            }
            if let known = documents.resource(URIReference(uri).resource), known.pointer == .root {
                documents.know(wanted.uri, as: known.document)
                return
            }
            let name = source.name(of: wanted.uri.description)
            guard let document = Self.read(text, name: name, uri: uri, version, limits, &log) else {
                refuse(
                    wanted, DocumentFault(.unreadable, "\(name) can't be read", advice: "see what is said of that document"), &log
                )
                return
            }
            let index = documents.documents.count
            let references = documents.add(document)
            documents.know(wanted.uri, as: index)
            enqueue(references, in: index, &log)
        case .success(.unchanged): refuse(wanted, DocumentFault(.unreadable, "there was no answer"), &log)
        case .failure(let fault): refuse(wanted, fault, &log)
        }
    }

    private mutating func refuse(_ wanted: Wanted, _ fault: DocumentFault, _ log: inout DiagnosticLog) {
        documents.note(unread: wanted.uri, fault)
        say(fault, of: wanted.reference, at: wanted.site, isMapping: wanted.isMapping, &log)
    }

    private func say(
        _ fault: DocumentFault, of reference: String, at site: Place, isMapping: Bool, _ log: inout DiagnosticLog
    ) {
        let fault = UnresolvedReference.fault(reference, fault)
        log.add(
            isMapping ? .warning : .error, fault.code, at: documents.site(of: reference, site), in: documents, fault.message,
            advice: fault.advice)
    }

    private mutating func enqueue(_ references: [ReferenceScan.Reference], in document: Int, _ log: inout DiagnosticLog) {
        for reference in references { enqueue(reference, in: document, &log) }
    }

    private mutating func enqueue(_ reference: ReferenceScan.Reference, in document: Int, _ log: inout DiagnosticLog) {
        let site = Place(document: document, pointer: reference.pointer)
        let isName = DocumentSet.isBareName(reference.text)
        // A word in a mapping is a name and no file, and so is one in a `$ref` where there is a schema of that name.
        if isName, reference.isMapping || documents.component(named: reference.text, near: document) != nil { return }
        if reference.isMapping, documents.component(named: reference.text, near: document) != nil { return }
        let target = reference.base.resolving(URIReference(reference.text))
        let uri = target.resource
        let fragment = target.decodedFragment ?? ""
        if let root = documents.resource(uri) {
            scanPart(fragment, of: root, &log)
        } else if let index = places[uri] {
            queue[index].fragments.append(fragment)
        } else if let refusal = ReferencePolicy.refusal(of: uri, from: documents.documents[document].uri) {
            say(refusal, of: reference.text, at: site, isMapping: reference.isMapping, &log)
        } else {
            let wanted = Wanted(
                uri: uri, site: site, reference: reference.text, isMapping: reference.isMapping, fragments: [fragment])
            guard queue.count < limits.documents else {
                let fault = DocumentFault(
                    .tooLarge, "references lead to more than \(limits.documents) documents", advice: "put several into one")
                refuse(wanted, fault, &log)
                return
            }
            places[uri] = queue.count
            queue.append(wanted)
        }
    }

    /// Looks for references in a part that the scan of its document passed over, such as an extension or an example.
    private mutating func scanPart(_ fragment: String, of root: Place, _ log: inout DiagnosticLog) {
        guard fragment.hasPrefix("/"), let pointer = JSONPointer(fragment), pointer.tokens.contains(where: ReferenceScan.isData)
        else { return }
        let part = Place(document: root.document, pointer: JSONPointer(tokens: root.pointer.tokens + pointer.tokens))
        guard scannedParts.count < Self.partLimit, scannedParts.insert(part).inserted else { return }
        enqueue(documents.scan(part), in: part.document, &log)
    }

    /// Bounds both the work and, as such a part may refer to the next, the recursion.
    private static let partLimit = 200
}
