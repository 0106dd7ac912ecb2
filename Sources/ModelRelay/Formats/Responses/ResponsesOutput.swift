internal import Wire

/// Blocks of items, where requests, answers and streams read them alike.
enum ResponsesOutput {
    /// The blocks of an item of reasoning: one for its summary, one for the thoughts themselves where they are told. The opaque part
    /// belongs to the last.
    static func reasoning(summary: [String], thoughts: [String], opaque: OpaqueReasoning?, id: String?) -> [Block] {
        var item: JSONObject = [:]
        var opaque = opaque
        if let origin = opaque?.origin, origin != .responses {
            // The id of an item that carries another provider's part is of no use anywhere.
            opaque?.id = nil
        } else {
            item["id"] = id.map { .string($0) }
        }
        if summary.count > 1 { item["summary"] = .array(summary.map { ["type": "summary_text", "text": .string($0)] }) }
        let summary = summary.joined(separator: "\n\n")
        let thoughts = thoughts.joined()
        var blocks: [Block] = []
        if !summary.isEmpty || thoughts.isEmpty { blocks.append(Block(.reasoning(Reasoning(text: summary, isSummary: true)))) }
        if !thoughts.isEmpty { blocks.append(Block(.reasoning(Reasoning(text: thoughts)))) }
        for index in blocks.indices { blocks[index].setOwn("item", item) }
        if let opaque { blocks[blocks.count - 1].take(.opaque(opaque)) }
        return blocks
    }

    /// A picture that was made by the provider's tool; nil where there is none in the item.
    static func picture(_ item: JSON) -> Block? {
        guard let data = item["result"]?.stringValue, var rest = item.objectValue else { return nil }
        rest.remove(["type", "result"])
        let format = item["output_format"]?.stringValue ?? "png"
        var block = Block(.image(Media(.base64(data), type: "image/\(format)"), detail: nil))
        // An empty one too: it tells a picture of this format's provider from another's.
        block.ownMembers["item"] = .object(rest)
        return block
    }
}
