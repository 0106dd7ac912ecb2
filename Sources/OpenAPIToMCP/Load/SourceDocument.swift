import Synchronization
import Wire

/// One document as it was read.
struct SourceDocument: Sendable {
    /// For people: a file's path as it was given, or a URL without credentials and query.
    let name: String
    /// The absolute URI that relative references start from.
    let uri: String
    /// The document's value.
    let root: JSON
    /// How many bytes its text has; nil where that is not known.
    var byteCount: Int?
    /// Of the bytes; nil where the document was not made from any.
    var digest: ContentDigest?
    /// What tells it from a later one.
    var version = DocumentVersion()

    private let places: any DocumentPlaces

    /// A document whose places are not known.
    init(name: String, uri: String, root: JSON, byteCount: Int? = nil) {
        self.init(name: name, uri: uri, root: root, places: NoPlaces())
        self.byteCount = byteCount
    }

    init(name: String, uri: String, root: JSON, places: any DocumentPlaces) {
        self.name = name
        self.uri = uri
        self.root = root
        self.places = places
    }

    /// Where the value stands that the pointer leads to: of a member, where its name begins; of the root and an element, where it begins
    /// itself. Costs no more than following the pointer, after the first time.
    func location(of pointer: JSONPointer) -> SourceLocation? { places.location(of: pointer) }
}

/// What knows where the values of a document stand.
protocol DocumentPlaces: Sendable {
    func location(of pointer: JSONPointer) -> SourceLocation?
}

private struct NoPlaces: DocumentPlaces {
    func location(of pointer: JSONPointer) -> SourceLocation? { nil }
}

/// The places in a YAML text, which its reader notes anyway.
struct YAMLPlaces: DocumentPlaces {
    let document: YAMLDocument

    func location(of pointer: JSONPointer) -> SourceLocation? {
        document.keyLocation(of: pointer) ?? document.location(of: pointer)
    }
}

/// The places in a JSON text, looked for when the first is asked for: most documents have nothing wrong with them.
final class LazyJSONPlaces: DocumentPlaces {
    private enum State: Sendable {
        case text([UInt8])
        case known(JSONPlaces?)
    }

    private let root: JSON
    private let limits: JSONLimits
    private let state: Mutex<State>

    init(_ text: [UInt8], root: JSON, limits: JSONLimits) {
        self.root = root
        self.limits = limits
        state = Mutex(.text(text))
    }

    /// With places that are known already.
    init(_ places: JSONPlaces, root: JSON, limits: JSONLimits) {
        self.root = root
        self.limits = limits
        state = Mutex(.known(places))
    }

    func location(of pointer: JSONPointer) -> SourceLocation? { places?.nameLocation(of: pointer, in: root) }

    private var places: JSONPlaces? {
        // Under the lock, so that it is done once: a scan of milliseconds that calls nothing outside.
        state.withLock { state in
            guard case .text(let text) = state else {
                if case .known(let places) = state { return places }
                return nil
            }
            let result = text.withUnsafeBytes { bytes in
                Result { () throws(JSONError) in try JSONPlaces(bytes, limits: limits) }
            }
            let places = try? result.get()
            state = .known(places)
            return places
        }
    }
}
