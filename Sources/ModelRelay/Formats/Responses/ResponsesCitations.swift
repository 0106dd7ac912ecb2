internal import Wire

/// Annotations of a text.
enum ResponsesCitations {
    static func read(_ annotation: JSON) -> Citation {
        guard annotation["type"]?.stringValue == "url_citation", let url = annotation["url"]?.stringValue else {
            return Citation(own: annotation, origin: .responses)
        }
        var citation = Citation(url: url, title: annotation["title"]?.stringValue, origin: .responses)
        if let start = annotation["start_index"]?.intValue, let end = annotation["end_index"]?.intValue, start >= 0, end >= start
        {
            citation.range = start..<end
        }
        return citation
    }

    /// - Parameter text: the text that it belongs to, for sources that cite the whole of it.
    /// - Returns: nil for a citation of what has no URL: the format cites files only by ids of the provider.
    static func write(_ citation: Citation, in text: String) -> JSON? {
        if let own = citation.own, citation.origin == .responses { return own }
        guard let url = citation.url else { return nil }
        let range = citation.range ?? 0..<text.unicodeScalars.count
        return [
            "type": "url_citation", "start_index": .integer(range.lowerBound), "end_index": .integer(range.upperBound),
            "url": .string(url), "title": .string(citation.title ?? ""),
        ]
    }
}
