import Wire

extension DocumentSet {
    /// How many references a pointer may pass through.
    private static let greatestHopCount = 32

    /// What a `$ref` written at `place` (the place of the object that holds it) leads to: by pointer, relative file, URL, `$anchor` or
    /// `$id`. One step: what is there may be a reference again, and who follows must notice a place that comes twice.
    ///
    /// - Returns: nil where nothing is there; the log then has a diagnostic, once for each place.
    func target(
        of reference: String, from place: Place, _ log: inout DiagnosticLog, severity: Diagnostic.Severity = .error
    ) -> Place? {
        var hops = Self.greatestHopCount
        do throws(UnresolvedReference) {
            let target = try resolve(reference, from: place, &hops)
            if let note = target.note {
                log.add(
                    .warning, .unresolvedReference, at: site(of: reference, place), in: self, note.message, advice: note.advice)
            }
            return target.place
        } catch {
            let fault = error.fault(in: self, suggests: log.list.count < UnresolvedReference.suggestionLimit)
            log.add(severity, fault.code, at: site(of: reference, place), in: self, fault.message, advice: fault.advice)
            return nil
        }
    }

    /// What a value of `discriminator.mapping` at `place` (of the schema that holds the discriminator, or of the value itself) leads to:
    /// the name of a schema, or a reference (OpenAPI 3.1 §4.8.25).
    func mappingTarget(of value: String, from place: Place, _ log: inout DiagnosticLog) -> Place? {
        component(named: value, near: place.document) ?? target(of: value, from: place, &log, severity: .warning)
    }

    /// A schema of that name, in the document itself or in the first one.
    func component(named name: String, near document: Int) -> Place? {
        for document in document == 0 ? [0] : [document, 0] {
            for section in [["components", "schemas"], ["definitions"]] {
                let place = Place(document: document, pointer: JSONPointer(tokens: section + [name]))
                if value(at: place) != nil { return place }
            }
        }
        return nil
    }

    /// Whether a reference is a mere word, as the names of schemas are.
    static func isBareName(_ reference: String) -> Bool {
        !reference.isEmpty && reference.utf8.allSatisfy { !Array("/#.:?".utf8).contains($0) }
    }

    /// The `$ref` itself, where it stands in an object.
    func site(of reference: String, _ place: Place) -> Place {
        value(at: place)?["$ref"]?.stringValue == reference ? place.appending("$ref") : place
    }

    // MARK: Resolving

    private typealias Found = (place: Place, note: (message: String, advice: String?)?)

    private func resolve(_ text: String, from place: Place, _ hops: inout Int) throws(UnresolvedReference) -> Found {
        hops -= 1
        guard hops > 0 else { throw .circle(text) }
        if text.hasPrefix("#"), isPlain(place.document) {
            let resource = base(at: place)
            guard let fragment = URIReference(text).decodedFragment else { throw .badEscapes(text) }
            return (try find(fragment, text, in: Place(document: place.document, pointer: .root), resource, &hops), nil)
        }
        let reference = base(at: place).resolving(URIReference(text))
        let resource = reference.resource
        if let refusal = ReferencePolicy.refusal(of: resource, from: documents[place.document].uri),
            self.resource(resource) == nil
                || resource.scheme == "file"
        {
            throw .refused(text, refusal)
        }
        guard let root = self.resource(resource) else {
            if Self.isBareName(text), let component = component(named: text, near: place.document) {
                let note = ("`\(text)` is taken as the name of a schema", "write `#\(component.pointer)`")
                return (component, note)
            }
            throw .unread(text, unread[resource])
        }
        guard reference.fragment != nil else { return (root, nil) }
        guard let fragment = reference.decodedFragment else { throw .badEscapes(text) }
        do throws(UnresolvedReference) {
            return (try find(fragment, text, in: root, resource, &hops), nil)
        } catch {
            // Authors who give a schema an `$id` often forget that it changes what `#` means.
            guard text.hasPrefix("#"), root.pointer != .root,
                let place = try? find(fragment, text, in: Place(document: root.document, pointer: .root), resource, &hops)
            else { throw error }
            return (place, ("`\(text)` is not in the schema with `$id` around it and is taken from the whole document", nil))
        }
    }

    private func find(
        _ fragment: String, _ text: String, in root: Place, _ resource: URIReference, _ hops: inout Int
    ) throws(UnresolvedReference) -> Place {
        if fragment.isEmpty { return root }
        guard fragment.hasPrefix("/") else {
            guard let place = anchor(fragment, in: resource) else { throw .noAnchor(text, fragment) }
            return place
        }
        guard let pointer = JSONPointer(fragment) else { throw .badEscapes(text) }
        return try follow(pointer.tokens, text, from: root, &hops)
    }

    /// The place below another. Where a value on the way is a reference itself, it goes on from what that leads to.
    private func follow(
        _ tokens: [String], _ text: String, from root: Place, _ hops: inout Int
    ) throws(UnresolvedReference) -> Place {
        guard var value = value(at: root) else { throw .unread(text, nil) }
        var document = root.document
        var path = root.pointer.tokens
        for token in tokens {
            var child = value[JSONPointer(tokens: [token])]
            while child == nil {
                let place = Place(document: document, pointer: JSONPointer(tokens: path))
                guard let next = value["$ref"]?.stringValue else { throw .nothing(text, nearest: place, missing: token) }
                let target = try resolve(next, from: place, &hops).place
                guard let found = self.value(at: target) else { throw .nothing(text, nearest: place, missing: token) }
                value = found
                document = target.document
                path = target.pointer.tokens
                child = value[JSONPointer(tokens: [token])]
            }
            guard let child else { continue }
            value = child
            path.append(token)
        }
        return Place(document: document, pointer: JSONPointer(tokens: path))
    }
}
