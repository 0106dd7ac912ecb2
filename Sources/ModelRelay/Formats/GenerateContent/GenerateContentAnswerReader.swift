internal import Ledger
internal import Wire

/// Reads a whole `GenerateContentResponse`.
struct GenerateContentAnswerReader {
    /// - Throws: where it is none.
    static func answer(_ body: JSON) throws(FormatFault) -> Answer {
        guard case .object(let object) = body else { throw FormatFault("the answer is no JSON object") }
        if let error = object["error"], !error.isNull { throw GenerateContentFault.told(error) }
        var answer = Answer()
        answer.id = object["responseId"]?.stringValue ?? ""
        answer.model = object["modelVersion"]?.stringValue ?? ""
        answer.usage = GenerateContentUsage.read(object["usageMetadata"])
        var ids = GenerateContentCallIDs()
        ids.answer = answer.id
        var searches = 0
        for candidate in try self.candidates(object["candidates"]) {
            answer.choices.append(try self.choice(candidate, ids: &ids))
            searches += self.searchCount(candidate)
        }
        if searches > 0 { answer.usage = (answer.usage ?? Usage()).searched(searches) }
        if answer.choices.isEmpty {
            guard let feedback = object["promptFeedback"], let reason = feedback["blockReason"]?.stringValue else {
                throw FormatFault("the answer has neither candidates nor a reason why there are none")
            }
            answer.choices = [Answer.Choice(stop: .contentFilter(reason))]
        }
        for name in ["promptFeedback", "modelStatus", "createTime"] { answer.ownMembers[name] = object[name] }
        return answer
    }

    /// In the order of their numbers.
    static func candidates(_ list: JSON?) throws(FormatFault) -> [JSON] {
        guard let list, !list.isNull else { return [] }
        guard case .array(let candidates) = list, candidates.count <= 128 else {
            throw FormatFault("`candidates` is no list of candidates")
        }
        guard candidates.count > 1 else { return candidates }
        return candidates.enumerated().sorted { left, right in
            (left.element["index"]?.intValue ?? left.offset, left.offset) < (
                right.element["index"]?.intValue ?? right.offset, right.offset
            )
        }.map(\.element)
    }

    static func searchCount(_ candidate: JSON) -> Int {
        candidate["groundingMetadata"]?["webSearchQueries"]?.arrayValue?.count ?? 0
    }

    private static func choice(_ candidate: JSON, ids: inout GenerateContentCallIDs) throws(FormatFault) -> Answer.Choice {
        guard case .object(let object) = candidate else { throw FormatFault("a candidate is no object") }
        var choice = Answer.Choice()
        var texts: [Int: (block: Int, text: String)] = [:]
        var hasCalls = false
        for (index, part) in (object["content"]?["parts"]?.arrayValue ?? []).enumerated() {
            guard var block = try self.block(part) else { continue }
            if case .toolCall(var call) = block.content {
                hasCalls = true
                if call.id.isEmpty { call.id = ids.next() }
                block.content = .toolCall(call)
            }
            if case .text(let text, _) = block.content { texts[index] = (choice.blocks.count, text) }
            choice.blocks.append(block)
        }
        for placed in GenerateContentGrounding.citations(in: candidate, text: { texts[$0]?.text ?? "" }) {
            guard let place = (texts[placed.part] ?? texts.min { $0.key < $1.key }?.value)?.block else { break }
            choice.blocks[place].take(.citation(placed.citation))
        }
        if let word = object["finishReason"]?.stringValue { choice.stop = GenerateContentFinish.stop(word, hasCalls: hasCalls) }
        choice.logprobs = object["logprobsResult"].flatMap(GenerateContentLogprobs.chat)
        for name in GenerateContentAnswerWriter.candidateMembers { choice.ownMembers[name] = object[name] }
        if case .object(var grounding)? = object["groundingMetadata"] {
            // The citations have these.
            grounding.remove(["groundingChunks", "groundingSupports"])
            if !grounding.isEmpty { choice.ownMembers["groundingMetadata"] = .object(grounding) }
        }
        return choice
    }

    /// - Returns: nil for an empty text, which says nothing.
    static func block(_ part: JSON) throws(FormatFault) -> Block? {
        if case .object(let object) = part {
            if object.isEmpty { return nil }
            if object.count == 1, case .string("")? = object["text"] { return nil }
        }
        do {
            return try GenerateContentPart(Member(part, place: "part")).block
        } catch {
            throw FormatFault("a part of the answer can't be read: \(error.message)")
        }
    }
}

/// Ids for calls that came without: no two calls of a conversation may have the same, nor of two answers.
struct GenerateContentCallIDs: Sendable {
    /// The answer's id, from which the calls' are made; where it has none, chance makes one.
    var answer = ""
    private var count = 0

    mutating func next() -> String {
        if self.answer.isEmpty { self.answer = String(UInt64.random(in: .min ... .max), radix: 36) }
        self.count += 1
        let name = self.answer.utf8.prefix(40).filter { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return "call_\(String(decoding: Array(name), as: UTF8.self))_\(self.count)"
    }
}

extension Usage {
    func searched(_ count: Int) -> Usage {
        var usage = self
        usage.webSearchCount = Int64(min(count, 1024))
        return usage
    }
}

enum GenerateContentFault {
    /// What Google's error object says.
    static func told(_ error: JSON) -> FormatFault {
        let status = error["code"]?.intValue ?? 500
        return FormatFault(
            String((error["message"]?.stringValue ?? error.stringValue ?? "the upstream failed without saying why").prefix(800)),
            told: FormatFault.Told(
                status: 400...599 ~= status ? status : 500, type: error["status"]?.stringValue, code: error["status"]?.stringValue
            ))
    }
}
