internal import Ledger
internal import Wire

/// Reads the events of a `streamGenerateContent`, each of which is a whole response with the pieces that are new.
///
/// Neighbouring texts are one block, and so are neighbouring thoughts: where a block ends isn't told. A text with a signature is a block of
/// its own, because the signature belongs to that part.
struct GenerateContentStreamDecoder: AnswerStreamDecoder {
    private static let names = MemberNames(
        "candidates", "usageMetadata", "modelVersion", "responseId", "promptFeedback", "error", "createTime", "modelStatus")
    private static let limits = JSONLimits(duplicateNames: .lastWins)
    private static let mostChoices = 128

    private var isStarted = false
    private var isBlocked = false
    private var choices: [GenerateContentChoiceDecoder] = []
    private var usage: Usage?
    private var searchCount = 0
    private var ids = GenerateContentCallIDs()

    mutating func event(
        _ name: String?, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        let object: ScannedObject
        do { object = try JSONScanner.scan(data, for: Self.names) } catch {
            throw FormatFault("an event is no JSON object: \(error)")
        }
        if let error = object[5], !error.isNull { throw GenerateContentFault.told(try Self.json(error, in: data) ?? .null) }
        if !self.isStarted { self.start(object, data, into: &events) }
        if let candidates = object[0], !candidates.isNull { try self.take(candidates: candidates, data, into: &events) }
        if self.choices.isEmpty, let feedback = try Self.json(object[4], in: data),
            let reason = feedback["blockReason"]?.stringValue
        {
            self.isBlocked = true
            events.append(.stopped(choice: 0, .contentFilter(reason)))
        }
        self.take(usage: object[1], data, into: &events)
    }

    mutating func end(into events: inout [AnswerEvent]) throws(FormatFault) {
        guard self.isStarted else { throw FormatFault("the stream ended before it began") }
        guard self.isBlocked || (!self.choices.isEmpty && self.choices.allSatisfy(\.isStopped)) else {
            throw FormatFault("the stream ended in the middle of the answer")
        }
        events.append(.ended)
    }

    private mutating func start(_ object: ScannedObject, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]) {
        self.isStarted = true
        var answer = Answer()
        answer.model = object[2]?.string(in: data) ?? ""
        answer.id = object[3]?.string(in: data) ?? ""
        self.ids.answer = answer.id
        for (index, name) in [(4, "promptFeedback"), (6, "createTime"), (7, "modelStatus")] {
            if let json = try? Self.json(object[index], in: data), !json.isNull { answer.ownMembers[name] = json }
        }
        events.append(.started(answer))
    }

    private mutating func take(
        usage member: ScannedMember?, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) {
        let read = member?.value(in: data).flatMap { GenerateContentUsage.read($0) } ?? self.usage
        guard var usage = read ?? (self.searchCount > 0 ? Usage() : nil) else { return }
        if self.searchCount > 0 { usage = usage.searched(self.searchCount) }
        guard usage != self.usage else { return }
        self.usage = usage
        events.append(.usage(usage))
    }

    // MARK: - Candidates

    private mutating func take(
        candidates: ScannedMember, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        if self.takeText(candidates, data, into: &events) { return }
        guard let list = try Self.json(candidates, in: data) else { return }
        for (place, candidate) in try GenerateContentAnswerReader.candidates(list).enumerated() {
            let index = candidate["index"]?.intValue ?? place
            try self.reach(index)
            self.searchCount = max(self.searchCount, GenerateContentAnswerReader.searchCount(candidate))
            try self.choices[index].take(candidate, ids: &self.ids, into: &events)
        }
    }

    /// The common event, of which no tree is built: one candidate with one piece of text, and perhaps the reason why it ended.
    /// - Returns: false for any other, of which nothing was taken.
    private mutating func takeText(
        _ candidates: ScannedMember, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) -> Bool {
        guard let value = candidates.value(in: data), let piece = Piece(value), (try? self.reach(piece.index)) != nil else {
            return false
        }
        self.choices[piece.index].take(text: piece.text, isThought: piece.isThought, into: &events)
        if let word = piece.finishReason { self.choices[piece.index].stop(word, into: &events) }
        return true
    }

    /// What the common candidate says; nil for one that says more.
    private struct Piece {
        var text = ""
        var isThought = false
        var index = 0
        var finishReason: String?

        init?(_ candidates: UnsafeRawBufferPointer) {
            var cursor = CheckedCursor(candidates)
            guard cursor.enter(UInt8(ascii: "[")), cursor.nextElement(), cursor.enter(UInt8(ascii: "{")) else { return nil }
            var hasText = false
            while let name = cursor.nextMember() {
                if name == "content" {
                    guard self.take(content: &cursor) else { return nil }
                    hasText = true
                } else if name == "index" {
                    guard let index = cursor.int64(), let index = Int(exactly: index) else { return nil }
                    self.index = index
                } else if name == "finishReason" {
                    guard let word = cursor.string() else { return nil }
                    self.finishReason = word
                } else if name == "safetyRatings" || name == "tokenCount" || name == "avgLogprobs" {
                    cursor.skip()
                } else {
                    return nil
                }
            }
            guard hasText, !cursor.nextElement() else { return nil }
        }

        /// - Returns: whether there is one part, which is a text.
        private mutating func take(content cursor: inout CheckedCursor) -> Bool {
            guard cursor.enter(UInt8(ascii: "{")) else { return false }
            var hasText = false
            while let name = cursor.nextMember() {
                guard name == "parts" else {
                    cursor.skip()
                    continue
                }
                guard cursor.enter(UInt8(ascii: "[")), cursor.nextElement(), cursor.enter(UInt8(ascii: "{")) else { return false }
                while let name = cursor.nextMember() {
                    if name == "text", let text = cursor.string() {
                        self.text = text
                        hasText = true
                    } else if name == "thought" {
                        self.isThought = cursor.skip().first == UInt8(ascii: "t")
                    } else {
                        return false
                    }
                }
                guard !cursor.nextElement() else { return false }
            }
            return hasText
        }
    }

    private mutating func reach(_ index: Int) throws(FormatFault) {
        guard 0..<Self.mostChoices ~= index else { throw FormatFault("a candidate has the number \(index)") }
        while self.choices.count <= index { self.choices.append(GenerateContentChoiceDecoder(choice: self.choices.count)) }
    }

    private static func json(_ member: ScannedMember?, in data: UnsafeRawBufferPointer) throws(FormatFault) -> JSON? {
        guard let value = member?.value(in: data) else { return nil }
        do { return try JSON.parse(value, limits: self.limits) } catch { throw FormatFault("an event can't be read: \(error)") }
    }
}
