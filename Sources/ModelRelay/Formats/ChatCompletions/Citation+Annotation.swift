internal import Wire

/// Annotations: `{type: url_citation, url_citation: {url, title, start_index, end_index}}`.
extension Citation {
    /// No text is as long, in characters: what an upstream says beyond that is no place in it.
    private static let longestText = 1 << 40

    /// - Returns: nil where it is no object with a type.
    init?(annotation: JSON) {
        guard let type = annotation["type"]?.stringValue else { return nil }
        self.init(origin: .chatCompletions)
        guard type == "url_citation" else {
            self.own = annotation
            return
        }
        // Some dialects have the members beside the type.
        let inner = annotation["url_citation"] ?? annotation
        self.url = inner["url"]?.stringValue
        self.title = inner["title"]?.stringValue
        self.citedText = inner["content"]?.stringValue
        if let start = inner["start_index"]?.intValue, let end = inner["end_index"]?.intValue, start >= 0, start < end,
            end <= Self.longestText
        {
            self.range = start..<end
        }
    }

    /// - Parameters:
    ///   - block: where the cited text is in the message's content, in characters; for citations that say no place.
    /// - Returns: nil for what isn't on the web and is none of this format's.
    func annotation(in block: Range<Int>) -> JSON? {
        if self.origin == .chatCompletions, let own = self.own { return own }
        guard let url = self.url else { return nil }
        let said = self.range.flatMap { $0.upperBound <= Self.longestText ? $0 : nil }
        let range = said.map { ($0.lowerBound + block.lowerBound)..<($0.upperBound + block.lowerBound) } ?? block
        var inner: JSONObject = [
            "url": .string(url), "title": .string(self.title ?? ""), "start_index": .integer(range.lowerBound),
            "end_index": .integer(range.upperBound),
        ]
        inner["content"] = self.citedText.map { .string($0) }
        return ["type": "url_citation", "url_citation": .object(inner)]
    }
}
