internal import Wire

/// How the opaque parts of other formats are told apart when a client of this one carries them.
///
/// The format has one place for opaque text, `encrypted_content` of an item of reasoning. Anthropic's redacted thoughts and Gemini's
/// signatures of texts and calls go there too; the mark, which stands where the origin's id would, says which of these it is. A plain
/// part of a thought has no mark.
enum ResponsesCarrier: Hashable {
    /// A thought of which nothing but the opaque part may be seen.
    case redacted
    /// The signature of the block that stands before it.
    case signatureOfPrevious
    /// The signature of the call with that id. Calls may come side by side in a stream, so that "before" says nothing.
    case signatureOfCall(String)

    private static let callPrefix = "call-"

    /// Nil where it is none of these marks.
    init?(mark: String?) {
        switch mark {
        case "redacted": self = .redacted
        case "previous": self = .signatureOfPrevious
        case let mark? where mark.hasPrefix(Self.callPrefix):
            guard let bytes = Base64URL.decode(String(mark.dropFirst(Self.callPrefix.count))) else { return nil }
            self = .signatureOfCall(String(decoding: bytes, as: UTF8.self))
        default: return nil
        }
    }

    private var mark: String {
        switch self {
        case .redacted: "redacted"
        case .signatureOfPrevious: "previous"
        case .signatureOfCall(let id): Self.callPrefix + Base64URL.encode(Array(id.utf8))
        }
    }

    /// The text for `encrypted_content`.
    func carry(_ opaque: OpaqueReasoning) -> String {
        guard opaque.origin != .responses else { return opaque.value }
        var marked = opaque
        marked.id = self.mark
        return marked.carried(in: .responses)
    }

    /// The mark for the signature of a block that isn't a thought.
    init(signatureOf block: Block) {
        if case .toolCall(let call) = block.content { self = .signatureOfCall(call.id) } else { self = .signatureOfPrevious }
    }
}
