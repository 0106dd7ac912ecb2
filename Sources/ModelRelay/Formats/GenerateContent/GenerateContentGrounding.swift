internal import Wire

/// Between `groundingMetadata` and `citationMetadata` on the one side and citations on the other.
///
/// Places in a text are counted in bytes of UTF-8 there, in characters (Unicode scalars) here.
enum GenerateContentGrounding {
    private static let mostCitations = 1024

    struct Placed: Sendable, Hashable {
        /// Which part of the content.
        var part: Int
        var citation: Citation
    }

    /// What a candidate says of its sources.
    /// - Parameter text: of the part of that number; "" where it is none.
    static func citations(in candidate: JSON, text: (Int) -> String) -> [Placed] {
        var placed: [Placed] = []
        if let grounding = candidate["groundingMetadata"] { placed += self.supports(in: grounding, text: text) }
        for source in (candidate["citationMetadata"].flatMap { $0["citations"] ?? $0["citationSources"] })?.arrayValue ?? [] {
            let range = self.range(source, in: text(0))
            placed.append(
                Placed(
                    part: 0,
                    citation: Citation(
                        url: source["uri"]?.stringValue, title: source["title"]?.stringValue, range: range,
                        own: ["citation": source],
                        origin: .generateContent)))
        }
        return Array(placed.prefix(self.mostCitations))
    }

    private static func supports(in grounding: JSON, text: (Int) -> String) -> [Placed] {
        let chunks = grounding["groundingChunks"]?.arrayValue ?? []
        guard !chunks.isEmpty else { return [] }
        guard let supports = grounding["groundingSupports"]?.arrayValue, !supports.isEmpty else {
            return chunks.prefix(self.mostCitations).map { Placed(part: 0, citation: self.citation(of: $0, range: nil)) }
        }
        var placed: [Placed] = []
        for support in supports {
            let segment = support["segment"] ?? [:]
            let part = segment["partIndex"]?.intValue ?? 0
            let range = self.range(segment, in: text(part))
            for index in support["groundingChunkIndices"]?.arrayValue ?? [] {
                guard let index = index.intValue, chunks.indices.contains(index), placed.count < self.mostCitations else {
                    continue
                }
                placed.append(Placed(part: part, citation: self.citation(of: chunks[index], range: range)))
            }
        }
        return placed
    }

    private static func citation(of chunk: JSON, range: Range<Int>?) -> Citation {
        let source = chunk["web"] ?? chunk["retrievedContext"] ?? chunk["maps"] ?? chunk["image"]
        return Citation(
            url: (source?["uri"] ?? source?["sourceUri"])?.stringValue, title: source?["title"]?.stringValue,
            citedText: source?["text"]?.stringValue, range: range, own: ["groundingChunk": chunk], origin: .generateContent)
    }

    /// The place that a segment names in bytes, in characters; nil where it lies outside of the text.
    private static func range(_ segment: JSON, in text: String) -> Range<Int>? {
        guard let end = segment["endIndex"]?.intValue else { return nil }
        let start = segment["startIndex"]?.intValue ?? 0
        guard start >= 0, start <= end, end <= text.utf8.count else { return nil }
        let lower = text.utf8.index(text.utf8.startIndex, offsetBy: start)
        let upper = text.utf8.index(lower, offsetBy: end - start)
        let before = text.unicodeScalars[..<lower].count
        return before..<(before + text.unicodeScalars[lower..<upper].count)
    }

    // MARK: - Writing

    /// One part's citations, with the text that their ranges count in.
    struct Sourced {
        var part: Int
        var text: String
        var citations: [Citation]
    }

    /// - Returns: the members for a candidate; empty where there are no citations.
    static func members(_ sourced: [Sourced]) -> JSONObject {
        var chunks: [JSON] = []
        var chunkIndices: [JSON: Int] = [:]
        var supports: [JSON] = []
        var copied: [JSON] = []
        for part in sourced {
            var indices: [Range<Int>: [JSON]] = [:]
            var order: [Range<Int>] = []
            for citation in part.citations {
                if citation.origin == .generateContent, let source = citation.own?["citation"] {
                    copied.append(source)
                    continue
                }
                let chunk = self.chunk(citation)
                let index = chunkIndices[chunk] ?? chunks.count
                if index == chunks.count {
                    chunks.append(chunk)
                    chunkIndices[chunk] = index
                }
                guard let range = citation.range else { continue }
                if indices[range] == nil { order.append(range) }
                indices[range, default: []].append(.integer(index))
            }
            for range in order {
                guard let segment = self.segment(range, part) else { continue }
                supports.append(["segment": segment, "groundingChunkIndices": .array(indices[range] ?? [])])
            }
        }
        var members = JSONObject()
        if !chunks.isEmpty {
            var grounding: JSONObject = ["groundingChunks": .array(chunks)]
            if !supports.isEmpty { grounding["groundingSupports"] = .array(supports) }
            members["groundingMetadata"] = .object(grounding)
        }
        if !copied.isEmpty { members["citationMetadata"] = ["citations": .array(copied)] }
        return members
    }

    private static func chunk(_ citation: Citation) -> JSON {
        if citation.origin == .generateContent, let chunk = citation.own?["groundingChunk"] { return chunk }
        if let url = citation.url {
            var web: JSONObject = ["uri": .string(url)]
            web["title"] = citation.title.map { .string($0) }
            return ["web": .object(web)]
        }
        var context = JSONObject()
        context["title"] = citation.title.map { .string($0) }
        context["text"] = citation.citedText.map { .string($0) }
        return ["retrievedContext": .object(context)]
    }

    private static func segment(_ range: Range<Int>, _ part: Sourced) -> JSON? {
        let scalars = part.text.unicodeScalars
        guard let lower = scalars.index(scalars.startIndex, offsetBy: range.lowerBound, limitedBy: scalars.endIndex),
            let upper = scalars.index(lower, offsetBy: range.count, limitedBy: scalars.endIndex)
        else { return nil }
        var segment = JSONObject()
        if part.part > 0 { segment["partIndex"] = .integer(part.part) }
        let start = part.text.utf8.distance(from: part.text.startIndex, to: lower)
        if start > 0 { segment["startIndex"] = .integer(start) }
        segment["endIndex"] = .integer(part.text.utf8.distance(from: part.text.startIndex, to: upper))
        segment["text"] = .string(String(part.text[lower..<upper]))
        return .object(segment)
    }
}
