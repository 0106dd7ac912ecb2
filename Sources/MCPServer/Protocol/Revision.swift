/// A dated version of the MCP specification.
///
/// The raw value is the text on the wire. Revisions are ordered by date. Transport and revision are independent: any
/// legacy revision may be negotiated over any legacy transport.
public enum Revision: String, Sendable, Hashable, CaseIterable {
    /// 2024-11-05: handshake, HTTP+SSE.
    case november2024 = "2024-11-05"
    /// 2025-03-26: Streamable HTTP, batches, audio, completions capability.
    case march2025 = "2025-03-26"
    /// 2025-06-18: no batches, elicitation, structured content, version header.
    case june2025 = "2025-06-18"
    /// 2025-11-25: tool input errors as results, URL elicitation, sampling with tools.
    case november2025 = "2025-11-25"
    /// 2026-07-28: stateless requests, `server/discover`, `input_required`.
    case july2026 = "2026-07-28"

    /// How clients and servers of a revision begin to talk.
    public enum Era: Sendable, Hashable {
        /// `initialize`, then a session.
        case legacy
        /// No handshake: each request says who asks and what it can do.
        case modern
    }

    /// The era that the revision belongs to.
    public var era: Era { self >= .july2026 ? .modern : .legacy }

    /// The newest revision with a handshake: what a server answers to an `initialize` that names a version it lacks.
    public static let newestLegacy = Revision.november2025

    /// Every revision, modern ones first, newest first: the order of `supportedVersions`.
    public static let newestFirst: [Revision] = allCases.sorted(by: >)

    /// The revision with exactly that text.
    public init?(text: String) { self.init(rawValue: text) }

    /// What a server answers to `initialize`: the version asked for where it is a legacy one, else the newest legacy one.
    ///
    /// A modern version never stands in an `InitializeResult`, and an unknown one is no error (lifecycle of each
    /// legacy revision: the client decides whether it can live with the answer).
    public static func negotiated(for requested: String) -> Revision {
        guard let revision = Revision(text: requested), revision.era == .legacy else { return newestLegacy }
        return revision
    }

    /// Whether a version text is that of a modern revision, known or of a later date than all known ones.
    ///
    /// Dates in this form order as text does.
    public static func isModern(text: String) -> Bool {
        if let revision = Revision(text: text) { return revision.era == .modern }
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return false }
        let digits = bytes[0..<4] + bytes[5..<7] + bytes[8..<10]
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return false }
        return !bytes.lexicographicallyPrecedes(Revision.july2026.rawValue.utf8)
    }
}

extension Revision: Comparable {
    /// By date.
    public static func < (left: Revision, right: Revision) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .november2024: 0
        case .march2025: 1
        case .june2025: 2
        case .november2025: 3
        case .july2026: 4
        }
    }
}
