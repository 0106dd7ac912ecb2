/// Where a description is read from, with the documents that its references lead to.
public protocol DocumentSource: Sendable {
    /// The absolute URI of the document that is asked for; relative references in it start there.
    var entry: String { get }

    /// What a document is called in diagnostics: no credential and no query is in it.
    func name(of uri: String) -> String

    /// Reads the entry, or a document that a reference leads to. What a document may refer to at all was decided before; whether this
    /// place may be read from is for the source to say. Must return soon when its task is cancelled.
    /// - Parameter uri: absolute, without a fragment.
    /// - Throws: `DocumentFault`.
    func read(_ uri: String, _ request: DocumentRequest) async throws(DocumentFault) -> DocumentAnswer
}

/// How much may be read, and what is known already.
public struct DocumentRequest: Sendable {
    /// A document with more bytes is refused, where possible before it is read.
    public var maximumBytes: Int
    /// What was read earlier, to be told from what is there now.
    public var known: DocumentVersion?

    public init(maximumBytes: Int, known: DocumentVersion? = nil) {
        self.maximumBytes = maximumBytes
        self.known = known
    }
}

/// What reading a document gave.
public enum DocumentAnswer: Sendable {
    /// The same as what is known.
    case unchanged
    /// Its bytes; `uri` is where they came from after redirects.
    case text([UInt8], uri: String, version: DocumentVersion)
}

/// What tells a document from a later one at the same place.
public struct DocumentVersion: Sendable, Hashable {
    /// The `ETag` field (RFC 9110 §8.8.3).
    public var entityTag: String?
    /// The `Last-Modified` field (RFC 9110 §8.8.2).
    public var lastModified: String?
    /// Of a file: which one it is, its size and when it was changed.
    public var fileMark: String?

    public init(entityTag: String? = nil, lastModified: String? = nil, fileMark: String? = nil) {
        self.entityTag = entityTag
        self.lastModified = lastModified
        self.fileMark = fileMark
    }
}

/// Why a document can't be had.
public struct DocumentFault: Error, Sendable, Hashable {
    public var code: Diagnostic.Code
    /// In one sentence without a full stop; it holds no credential and nothing of what was read.
    public var message: String
    /// What to do about it.
    public var advice: String?

    public init(_ code: Diagnostic.Code, _ message: String, advice: String? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
    }

    static func tooLarge(_ maximumBytes: Int) -> DocumentFault {
        DocumentFault(.tooLarge, "the document has more than \(maximumBytes) bytes", advice: "split it, or raise the limit")
    }
}
