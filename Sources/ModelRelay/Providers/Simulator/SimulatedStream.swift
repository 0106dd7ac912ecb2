internal import Ledger
internal import Wire

/// The bytes of a streamed answer, each event as it is asked for.
struct SimulatedStream: Sendable {
    private var events: ArraySlice<AnswerEvent>
    private var encoder: any AnswerStreamEncoder
    /// Bytes of events that were written together with one that was asked for.
    private var written: ArraySlice<UInt8> = []

    init(_ answer: Answer, codec: any FormatCodec.Type, reply: ReplyContext, settings: SimulatorSettings) {
        self.events = Self.cut(answer.events(), settings)[...]
        self.encoder = codec.streamEncoder(for: reply)
    }

    /// The next event with its framing.
    /// - Returns: nil where nothing is left.
    mutating func next() -> [UInt8]? {
        while self.written.isEmpty, let event = self.events.popFirst() {
            var output: [UInt8] = []
            self.encoder.write(event, to: &output)
            self.written = output[...]
        }
        guard !self.written.isEmpty else { return nil }
        let end = Self.endOfEvent(self.written)
        defer { self.written = self.written[end...] }
        return Array(self.written[..<end])
    }

    /// Behind the first empty line; lines end with LF or CR LF, neither of which stands in a line of JSON.
    private static func endOfEvent(_ bytes: ArraySlice<UInt8>) -> Int {
        let (lf, cr) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        var isLineEmpty = false
        for index in bytes.indices {
            if bytes[index] == lf {
                if isLineEmpty { return index + 1 }
                isLineEmpty = true
            } else if bytes[index] != cr {
                isLineEmpty = false
            }
        }
        return bytes.endIndex
    }

    /// How many events it has, as far as that is worth knowing.
    func count(upTo most: Int) -> Int {
        var stream = self
        var count = 0
        while count < most, stream.next() != nil { count += 1 }
        return count
    }

    var isAtEnd: Bool { self.events.isEmpty && self.written.isEmpty }

    /// Without what tells that the answer is complete.
    var withoutEnd: SimulatedStream {
        var stream = self
        let end = self.events.firstIndex {
            switch $0 {
            case .stopped, .usage, .ended: true
            default: false
            }
        }
        stream.events = self.events[..<(end ?? self.events.endIndex)]
        return stream
    }

    /// Texts come in the configured pieces; thoughts, which are seldom looked at, in one.
    private static func cut(_ events: [AnswerEvent], _ settings: SimulatorSettings) -> [AnswerEvent] {
        events.flatMap { event -> [AnswerEvent] in
            if case .started(let answer) = event { return [.started(self.atStart(answer))] }
            guard case .delta(let place, let delta) = event else { return [event] }
            switch delta {
            case .text(let text):
                return self.pieces(text, settings).map { .delta(place, .text($0)) }
            case .refusal(let text): return self.pieces(text, settings).map { .delta(place, .refusal($0)) }
            case .arguments(let text):
                let pieces = TextPieces.of(text, size: settings.pieceSize ?? 16)
                return pieces.map { .delta(place, .arguments($0)) }
            default: return [event]
            }
        }
    }

    /// What is known of the usage before anything is said: the input, and that there will be output.
    private static func atStart(_ answer: Answer) -> Answer {
        guard let usage = answer.usage else { return answer }
        var known = Usage()
        (known.input, known.cached, known.cacheCreation) = (usage.input, usage.cached, usage.cacheCreation)
        known.output = min(usage.output, 1)
        known.total = known.input + known.output
        var answer = answer
        answer.usage = known
        return answer
    }

    private static func pieces(_ text: String, _ settings: SimulatorSettings) -> [String] {
        TextPieces.of(text, count: settings.pieceCount, size: settings.pieceSize)
    }
}

extension SimulatedStream {
    /// The events of an answer that never comes to its end: what it begins with, and an event of text that may be repeated for ever.
    ///
    /// Whoever numbers its events has the same number in each repetition: to number them would be to hold the answer.
    static func endless(
        codec: any FormatCodec.Type, reply: ReplyContext, now: Int64, text: String
    ) -> (start: [UInt8], again: [UInt8]) {
        var encoder = codec.streamEncoder(for: reply)
        var start: [UInt8] = []
        var begun = Answer()
        begun.createdAt = now
        let place = BlockPlace(index: 0)
        encoder.write(.started(begun), to: &start)
        encoder.write(.blockStarted(place, .text("")), to: &start)
        encoder.write(.delta(place, .text(text)), to: &start)
        var again: [UInt8] = []
        encoder.write(.delta(place, .text(text)), to: &again)
        return (start, again)
    }
}
