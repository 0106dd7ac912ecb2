internal import Wire

/// Gemini's `thoughtSignature`, which is bytes on the wire and so Base64 in JSON: what another provider wants carried is Base64 of its
/// carried text, because the official clients decode the member.
enum GenerateContentSignature {
    /// The Base64 of every text that begins with `portico.`
    private static let carriedPrefix = "cG9ydGljby"

    /// What a client brings back, or an upstream gives.
    /// - Parameter text: Base64 in the standard alphabet.
    static func read(_ text: String) -> OpaqueReasoning {
        if text.utf8.starts(with: self.carriedPrefix.utf8), let carried = Base64Text.decode(text) {
            return OpaqueReasoning(carried: carried, in: .generateContent)
        }
        return OpaqueReasoning(origin: .generateContent, value: text)
    }

    /// What a client is given to carry.
    static func carried(_ opaque: OpaqueReasoning) -> String {
        opaque.origin == .generateContent ? opaque.value : Base64Text.encode(opaque.carried(in: .generateContent))
    }

    /// What an upstream of this format is given for a call that no Gemini model made: from Gemini 3 on a call without any signature is
    /// refused. (ai.google.dev, "Thought signatures", on calls that other models made.)
    static let validatorSkip = "skip_thought_signature_validator"
}
