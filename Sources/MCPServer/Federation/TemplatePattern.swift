/// A URI template (RFC 6570) read backwards: whether a URI can be one of its expansions.
///
/// Time is linear in the length of the URI for each part of the template, whatever an upstream wrote into it.
struct TemplatePattern: Sendable {
    private enum Part: Sendable {
        case literal([UInt8])
        /// What an expression can become: nothing, or (after `lead`, where there is one) bytes that `excluded` has not.
        case expression(lead: UInt8?, excluded: [UInt8])
    }

    private static let maximumParts = 64

    private let parts: [Part]
    /// How many bytes stand in the template as they are: of two templates that match, that with more says more.
    let literalBytes: Int

    /// nil where the text is no template or has too many parts; it is listed all the same.
    init?(_ template: String) {
        var parts: [Part] = []
        var literal: [UInt8] = []
        var literalBytes = 0
        var rest = Array(template.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x7B else {
                guard byte != 0x7D else { return nil }
                literal.append(byte)
                continue
            }
            guard let end = rest.firstIndex(of: 0x7D), let expression = Self.expression(rest[..<end]) else { return nil }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literalBytes += literal.count
            literal = []
            parts.append(expression)
            rest = rest[(end + 1)...]
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        guard parts.count <= Self.maximumParts else { return nil }
        self.parts = parts
        self.literalBytes = literalBytes + literal.count
    }

    private static func expression(_ text: ArraySlice<UInt8>) -> Part? {
        guard let first = text.first, !text.contains(0x7B) else { return nil }
        let (slash, question, hash) = (UInt8(0x2F), UInt8(0x3F), UInt8(0x23))
        switch first {
        case 0x2B: return .expression(lead: nil, excluded: [])
        case hash: return .expression(lead: hash, excluded: [])
        case slash: return .expression(lead: slash, excluded: [question, hash])
        case 0x2E, 0x3B: return .expression(lead: first, excluded: [slash, question, hash])
        case question, 0x26: return .expression(lead: first, excluded: [hash])
        default: return .expression(lead: nil, excluded: [slash, question, hash])
        }
    }

    /// Whether the URI can be an expansion.
    func matches(_ uri: String) -> Bool {
        let bytes = Array(uri.utf8)
        // The places in the URI up to which the parts so far can have come.
        var reached = [Bool](repeating: false, count: bytes.count + 1)
        reached[0] = true
        for part in parts {
            var next = [Bool](repeating: false, count: bytes.count + 1)
            switch part {
            case .literal(let literal):
                for place in reached.indices where reached[place] && bytes[place...].starts(with: literal) {
                    next[place + literal.count] = true
                }
            case .expression(let lead, let excluded):
                var isInside = false
                for place in reached.indices {
                    if reached[place] {
                        next[place] = true
                        if lead == nil || place < bytes.count && bytes[place] == lead {
                            // The lead itself may be one of the bytes that can't follow it.
                            if lead != nil { next[place + 1] = true }
                            isInside = true
                            if lead != nil { continue }
                        }
                    }
                    guard isInside, place < bytes.count else { continue }
                    if excluded.contains(bytes[place]) { isInside = false } else { next[place + 1] = true }
                }
            }
            reached = next
        }
        return reached[bytes.count]
    }
}
