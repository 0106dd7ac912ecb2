import Wire

/// One list of one member, all pages of it, as the member wrote it.
struct MemberListing: Sendable {
    let kind: Operation.ListKind
    /// In the member's order; of entries with one name or URI, the first.
    let entries: [JSONObject]
    /// Why it may not be all; nil: it is all.
    let fault: PartialNote.Reason?
    /// How long it may be kept, from when it was fetched.
    let hint: CacheHint
    let fetchedAt: ContinuousClock.Instant
    /// About how many bytes of memory it takes.
    let bytes: Int
    /// The names or URIs.
    let keys: Set<ExactKey>
    /// The member's own names of those that were shortened, by exposed name.
    let shortened: [String: String]
    /// The templates that can be matched.
    let patterns: [TemplatePattern]
    /// The schemes of the URIs or templates.
    let schemes: Set<String>

    /// - Parameter prefix: the member's part of exposed names.
    init(
        kind: Operation.ListKind, entries all: [JSON], prefix: String, fault: PartialNote.Reason?, hint: CacheHint,
        fetchedAt: ContinuousClock.Instant, bytes: Int
    ) {
        var entries: [JSONObject] = []
        var keys: Set<ExactKey> = []
        var shortened: [String: String] = [:]
        var patterns: [TemplatePattern] = []
        var schemes: Set<String> = []
        for entry in all {
            // An entry without the member that names it can't be called by anybody.
            guard let object = entry.objectValue, let key = object[kind.keyMember]?.stringValue,
                keys.insert(ExactKey(key)).inserted
            else { continue }
            entries.append(object)
            switch kind {
            case .tools, .prompts:
                let exposed = ExposedName.name(key, prefix: prefix)
                if ExposedName.parse(exposed)?.isShortened == true, shortened[exposed] == nil { shortened[exposed] = key }
            case .resources, .resourceTemplates:
                if let scheme = URIScheme.of(key) { schemes.insert(scheme) }
                if kind == .resourceTemplates, let pattern = TemplatePattern(key) { patterns.append(pattern) }
            }
        }
        self.kind = kind
        self.entries = entries
        self.fault = fault
        self.hint = hint
        self.fetchedAt = fetchedAt
        self.bytes = bytes
        self.keys = keys
        self.shortened = shortened
        self.patterns = patterns
        self.schemes = schemes
    }

    /// How long it may still be kept.
    func remaining(now: ContinuousClock.Instant) -> Duration { max(.zero, hint.lifetime - fetchedAt.duration(to: now)) }
}

extension Operation.ListKind {
    /// The member of an entry that tells it from others.
    var keyMember: String {
        switch self {
        case .tools, .prompts: "name"
        case .resources: "uri"
        case .resourceTemplates: "uriTemplate"
        }
    }
}

/// What became of asking a member for a list.
enum MemberAnswer: Sendable {
    case listing(MemberListing)
    case missing(PartialNote.Reason)

    var listing: MemberListing? { if case .listing(let listing) = self { listing } else { nil } }

    /// Why something may be missing from it.
    var fault: PartialNote.Reason? {
        switch self {
        case .listing(let listing): listing.fault
        case .missing(let reason): reason
        }
    }
}

/// What is said, under a key of our own in `_meta`, of a list from which something may be missing.
enum PartialNote {
    /// The key. Its second label is neither `mcp` nor `modelcontextprotocol`, which the specification keeps for itself.
    static let key = "dev.portico/partial"

    /// Why something may be missing.
    enum Reason: String, Sendable {
        /// The member failed or could not be reached.
        case unavailable
        /// It took too long.
        case timeout
        /// The caller may not, or not now, list it.
        case refused
        /// Its list is larger than is taken.
        case tooLarge = "too_large"
        /// It gave one cursor twice.
        case repeatedCursor = "repeated_cursor"

        init(_ error: MCPError) {
            switch error.kind {
            case .timedOut: self = .timeout
            case .refused: self = .refused
            default: self = .unavailable
            }
        }
    }

    /// The note's value.
    static func json(_ missing: [(member: VirtualService.Member, reason: Reason)]) -> JSON {
        let entries: [JSON] = missing.map {
            ["server": .string($0.member.id), "title": .string($0.member.label), "reason": .string($0.reason.rawValue)]
        }
        return ["missing": .array(entries)]
    }
}
