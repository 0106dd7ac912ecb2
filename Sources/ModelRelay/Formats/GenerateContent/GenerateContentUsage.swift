internal import Ledger
internal import Wire

/// Reads and writes `usageMetadata`.
///
/// There the prompt holds what was cached, but not what tools of the provider brought; the candidates hold no thoughts. Here the input
/// holds all of the one and the output all of the other.
enum GenerateContentUsage {
    /// - Parameter value: of which the grammar has been checked.
    /// - Returns: nil where it is no object.
    static func read(_ value: UnsafeRawBufferPointer) -> Usage? {
        var cursor = CheckedCursor(value)
        guard cursor.enter(UInt8(ascii: "{")) else { return nil }
        var usage = Usage()
        var (prompt, candidates, thoughts, tools, total): (Int64, Int64, Int64, Int64, Int64) = (0, 0, 0, 0, 0)
        while let name = cursor.nextMember() {
            if name == "promptTokenCount" {
                prompt = self.count(cursor.int64())
            } else if name == "candidatesTokenCount" {
                candidates = self.count(cursor.int64())
            } else if name == "totalTokenCount" {
                total = self.count(cursor.int64())
            } else if name == "thoughtsTokenCount" {
                thoughts = self.count(cursor.int64())
            } else if name == "cachedContentTokenCount" {
                usage.cached = self.count(cursor.int64())
            } else if name == "toolUsePromptTokenCount" {
                tools = self.count(cursor.int64())
            } else if name == "promptTokensDetails" || name == "toolUsePromptTokensDetails" {
                for (modality, count) in self.details(cursor.skip()) {
                    switch modality {
                    case "IMAGE": usage.imageInput += count
                    case "AUDIO": usage.audioInput += count
                    case "VIDEO": usage.videoInput += count
                    default: break
                    }
                }
            } else if name == "candidatesTokensDetails" {
                for (modality, count) in self.details(cursor.skip()) {
                    switch modality {
                    case "IMAGE": usage.imageOutput += count
                    case "AUDIO": usage.audioOutput += count
                    default: break
                    }
                }
            } else {
                cursor.skip()
            }
        }
        usage.input = prompt + tools
        // Some servers count the thoughts among the candidates; the total tells.
        let holdsThoughts = thoughts > 0 && candidates >= thoughts && total == prompt + tools + candidates
        usage.output = holdsThoughts ? candidates : candidates + thoughts
        usage.reasoning = thoughts
        usage.total = max(total, usage.input + usage.output)
        return usage
    }

    /// A count that can be charged: what is absent, negative or absurd counts as nothing.
    private static func count(_ value: Int64?) -> Int64 {
        guard let count = value, count > 0, count < 1 << 40 else { return 0 }
        return count
    }

    /// - Returns: nil where there is no object.
    static func read(_ json: JSON?) -> Usage? {
        guard let json, case .object = json else { return nil }
        return json.serializedBytes().withUnsafeBytes { self.read($0) }
    }

    private static func details(_ value: UnsafeRawBufferPointer) -> [(String, Int64)] {
        // Text alone is what most answers consist of, and says nothing that the sums don't.
        guard
            value.contains(sequence: "IMAGE") || value.contains(sequence: "AUDIO")
                || value.contains(sequence: "VIDEO"),
            let list = (try? JSON.parse(value))?.arrayValue
        else { return [] }
        return list.prefix(16).compactMap { detail in
            guard let modality = detail["modality"]?.stringValue, let count = detail["tokenCount"]?.int64Value, count > 0,
                count < 1 << 40
            else { return nil }
            return (modality, count)
        }
    }

    /// As an object.
    static func json(_ usage: Usage) -> JSON {
        var result: JSONObject = ["promptTokenCount": .integer(usage.input)]
        if usage.cached > 0 { result["cachedContentTokenCount"] = .integer(usage.cached) }
        result["candidatesTokenCount"] = .integer(max(usage.output - usage.reasoning, 0))
        if usage.reasoning > 0 { result["thoughtsTokenCount"] = .integer(usage.reasoning) }
        result["totalTokenCount"] = .integer(max(usage.total, usage.input + usage.output))
        let input = [("IMAGE", usage.imageInput), ("AUDIO", usage.audioInput), ("VIDEO", usage.videoInput)]
        let output = [("IMAGE", usage.imageOutput), ("AUDIO", usage.audioOutput)]
        result["promptTokensDetails"] = self.details(input, of: usage.input)
        result["candidatesTokensDetails"] = self.details(output, of: usage.output - usage.reasoning)
        return .object(result)
    }

    /// - Returns: nil where all is text.
    private static func details(_ parts: [(String, Int64)], of sum: Int64) -> JSON? {
        let parts = parts.filter { $0.1 > 0 }
        guard !parts.isEmpty else { return nil }
        let text = sum - parts.reduce(0) { $0 + $1.1 }
        let all = text > 0 ? [("TEXT", text)] + parts : parts
        return .array(all.map { ["modality": .string($0), "tokenCount": .integer($1)] })
    }
}
