import Wire

/// A client's answer as an upstream of an older revision can take it.
enum AskedAnswer {
    /// Sampling answers with several blocks exist from 2025-11-25 on: one block stands alone, texts are joined.
    static func translate(_ result: RawObject, to ask: Ask, for revision: Revision) -> RawObject {
        guard case .sample = ask, revision < .november2025, let blocks = result["content"]?.arrayValue else { return result }
        var translated = result
        if blocks.count == 1, let block = blocks.first {
            translated["content"] = block
        } else {
            let text = blocks.compactMap { $0["type"]?.stringValue == "text" ? $0["text"]?.stringValue : nil }
            translated["content"] = ["type": "text", "text": .string(text.joined(separator: "\n"))]
        }
        return translated
    }
}
