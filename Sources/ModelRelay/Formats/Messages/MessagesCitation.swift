internal import Wire

/// Reads and writes the citations of a text block.
enum MessagesCitation {
    static func read(_ json: JSON) -> Citation {
        Citation(
            url: json["url"]?.stringValue
                ?? (json["type"]?.stringValue == "search_result_location" ? json["source"]?.stringValue : nil),
            title: json["title"]?.stringValue ?? json["document_title"]?.stringValue, citedText: json["cited_text"]?.stringValue,
            own: json, origin: .messages)
    }

    /// For an upstream, which takes only citations that it made: those made here have no index of its own.
    static func request(_ citation: Citation) -> JSON? {
        guard citation.origin == .messages, let own = citation.own, own["encrypted_index"]?.stringValue != "" else { return nil }
        return own
    }

    /// For a client; one that another format's upstream made becomes the place of a search result.
    static func answer(_ citation: Citation) -> JSON? {
        if citation.origin == .messages, let own = citation.own { return own }
        guard let url = citation.url else { return nil }
        return [
            "type": "web_search_result_location", "url": .string(url), "title": citation.title.map { .string($0) } ?? .null,
            "cited_text": .string(citation.citedText ?? ""), "encrypted_index": "",
        ]
    }
}
