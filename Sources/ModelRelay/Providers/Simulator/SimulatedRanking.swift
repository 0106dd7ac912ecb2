internal import Ledger
internal import Wire

/// Ranks documents by how many of the question's words they have; of equal ones the earlier is the better.
enum SimulatedRanking {
    private static let mostDocuments = 10_000

    static func body(_ json: JSON, of simulator: Simulator) throws(RelayError) -> JSON {
        let settings = simulator.settings
        let root = Member(json)
        let query = Self.text(try root.required("query").json) ?? ""
        let documents = try root.required("documents")
        let list = try documents.elements()
        guard !list.isEmpty, list.count <= self.mostDocuments else {
            throw documents.unacceptable("must hold 1 to \(self.mostDocuments) documents")
        }
        let count = try root.member("top_n")?.integer() ?? Int64(list.count)
        guard count > 0 else { throw Member(.null, place: "top_n").unacceptable("must be at least 1") }
        let isReturned = try root.member("return_documents")?.bool() ?? settings.rerankReturnsDocuments

        let words = Set(Words.of(query))
        var bytes = query.utf8.count
        var scored: [(index: Int, shared: Double)] = []
        for (index, document) in list.enumerated() {
            guard let text = Self.text(document.json) else { throw document.wrong("a string or an object with `text`") }
            bytes += text.utf8.count
            let shared = words.intersection(Words.of(text)).count
            scored.append((index, words.isEmpty ? 0 : Double(shared) / Double(words.count)))
        }
        scored.sort { ($1.shared, $0.index) < ($0.shared, $1.index) }
        let results = scored.prefix(Int(clamping: count)).enumerated().map { rank, entry -> JSON in
            let score = settings.rerankBaseScore.map { $0 - Double(rank) * settings.rerankStep } ?? entry.shared
            var result: JSONObject = [
                "index": .integer(entry.index),
                "relevance_score": JSONNumber((score * 1e6).rounded() / 1e6).map(JSON.number) ?? 0,
            ]
            if isReturned { result["document"] = ["text": .string(Self.text(list[entry.index].json) ?? "")] }
            return .object(result)
        }
        let usage = SimulatedUsage.input(SimulatedUsage.tokens(bytes: bytes), settings: settings)
        return [
            "id": .string("rerank-\(simulator.request.requestID)"), "model": .string(simulator.request.model),
            "results": .array(results),
            "usage": ["prompt_tokens": .integer(usage.input), "total_tokens": .integer(usage.total)],
        ]
    }

    /// A text, or an object with one; a picture is its address.
    private static func text(_ json: JSON) -> String? {
        json.stringValue ?? json["text"]?.stringValue ?? json["image"]?.stringValue
    }
}
