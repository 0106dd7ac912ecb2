internal import Wire

/// Flags texts that hold one of the configured words, or all where that is configured (`moderation.words`, `moderation.flagged`, and
/// `moderation.category`, which is then the reason).
enum SimulatedModeration {
    private static let mostInputs = 2048
    /// Those of OpenAI's description.
    private static let categories = [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
        "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
    ]

    static func body(_ json: JSON, of simulator: Simulator) throws(RelayError) -> JSON {
        let input = try Member(json).required("input")
        let results = try self.texts(input).map { self.result($0, settings: simulator.settings.moderation) }
        return [
            "id": .string("modr-\(simulator.request.requestID)"), "model": .string(simulator.request.model),
            "results": .array(results),
        ]
    }

    /// Parts of text and pictures are judged together, texts each by itself.
    private static func texts(_ input: Member) throws(RelayError) -> [String] {
        if case .string(let text) = input.json { return [text] }
        let elements = try input.elements()
        guard let first = elements.first, elements.count <= self.mostInputs else {
            throw input.unacceptable("must hold 1 to \(self.mostInputs) inputs")
        }
        guard case .object = first.json else {
            var texts: [String] = []
            for element in elements { texts.append(try element.string()) }
            return texts
        }
        var text = ""
        for element in elements {
            switch try element.required("type").string() {
            case "text": text += try element.required("text").string()
            case "image_url": _ = try element.required("image_url").required("url").string()
            default: throw try element.required("type").unacceptable("must be `text` or `image_url`")
            }
        }
        return [text]
    }

    private static func result(_ text: String, settings: JSON) -> JSON {
        let text = text.lowercased()
        let words = (settings["words"]?.arrayValue ?? []).compactMap { $0.stringValue?.lowercased() }
        let isFlagged = settings["flagged"]?.boolValue ?? words.contains { !$0.isEmpty && text.contains($0) }
        let reason = settings["category"]?.stringValue ?? "violence"
        var categories = JSONObject()
        var scores = JSONObject()
        var types = JSONObject()
        for name in self.categories {
            categories[name] = .bool(isFlagged && name == reason)
            scores[name] = isFlagged && name == reason ? 0.99 : 0.01
            types[name] = ["text"]
        }
        return [
            "flagged": .bool(isFlagged), "categories": .object(categories), "category_scores": .object(scores),
            "category_applied_input_types": .object(types),
        ]
    }
}
