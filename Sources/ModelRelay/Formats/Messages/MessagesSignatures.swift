internal import Wire

/// How a signature that stands on a text or a call (Gemini's) travels in a format in which only thoughts have one: in an empty thought
/// beside the block, whose carried text says on which side the block stands.
enum MessagesSignatures {
    enum Side: String { case following, preceding }

    /// The signature as a client is given it to carry.
    static func carried(_ signature: OpaqueReasoning, for side: Side) -> String {
        var signature = signature
        signature.id = side.rawValue
        return signature.carried(in: .messages)
    }

    /// A turn of a client in which such signatures are back on their blocks.
    static func attached(_ blocks: [Block]) -> [Block] {
        guard blocks.contains(where: { self.side(of: $0) != nil }) else { return blocks }
        var result: [Block] = []
        var pending: OpaqueReasoning?
        for var block in blocks {
            guard let (side, signature) = self.side(of: block) else {
                if let signature = pending {
                    block.signature = signature
                    pending = nil
                }
                result.append(block)
                continue
            }
            switch side {
            case .following: pending = signature
            case .preceding: if let last = result.indices.last { result[last].signature = signature }
            }
        }
        // A turn that was cut after it: there is nothing that it signs any more.
        return result
    }

    private static func side(of block: Block) -> (Side, OpaqueReasoning)? {
        guard case .reasoning(let reasoning) = block.content, !reasoning.isRedacted, reasoning.text.isEmpty,
            var opaque = reasoning.opaque, opaque.origin != .messages, let side = opaque.id.flatMap(Side.init)
        else { return nil }
        opaque.id = nil
        return (side, opaque)
    }
}
