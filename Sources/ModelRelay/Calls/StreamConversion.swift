internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// An upstream's stream on its way to a client of another format: cut into events, decoded, passed through the plugins, and encoded or
/// collected. It holds at most the beginning of one event, and what is collected.
struct StreamConversion {
    private var framing: EventFraming
    private var decoder: any AnswerStreamDecoder
    /// Nil where the client waits for the whole answer.
    private var encoder: (any AnswerStreamEncoder)?
    private var collector = AnswerCollector()
    private var plugins: ActivePlugins
    private let maximumAnswerBytes: Int

    private(set) var usage: Usage?
    private(set) var upstreamID = ""
    private(set) var serviceTier: String?
    /// Bytes of data seen, for an estimate where no usage comes.
    private(set) var dataBytes = 0
    private var isReal = false
    private var isEnded = false
    private var events: [AnswerEvent] = []

    init(
        decoder: any AnswerStreamDecoder, encoder: (any AnswerStreamEncoder)?, plugins: ActivePlugins, maximumEventBytes: Int,
        maximumAnswerBytes: Int
    ) {
        self.framing = EventFraming(maximumEventBytes: maximumEventBytes)
        self.decoder = decoder
        self.encoder = encoder
        self.plugins = plugins
        self.maximumAnswerBytes = maximumAnswerBytes
    }

    /// The answer, once `terminal` was told to a client that waits for the whole.
    var answer: Answer { self.collector.answer }

    /// The bytes of an event that says nothing.
    var keepAlive: [UInt8] { self.encoder?.keepAlive ?? [] }

    /// - Throws: `tooLarge` for an event over the bound.
    mutating func consume(_ part: ByteBuffer) throws(StreamTapError) -> StreamOutput {
        var text: [UInt8] = []
        var part = self.framing.joined(with: part)
        while let length = self.framing.eventLength(in: part) {
            guard let event = part.readSlice(length: length) else { break }
            do throws(FormatFault) {
                try self.decode(event)
            } catch {
                return self.output(text, failure: Failure(error))
            }
            if let output = self.tell(&text) { return output }
        }
        try self.framing.keep(part)
        return self.output(text)
    }

    /// The transfer ended properly.
    mutating func end() -> StreamOutput {
        var text: [UInt8] = []
        do throws(FormatFault) {
            if self.framing.hasPendingBytes {
                // An upstream that spares itself the blank line at the very end.
                try self.decode(self.framing.pending)
                if let output = self.tell(&text) { return output }
            }
            try self.decoder.end(into: &self.events)
        } catch {
            var failure = Failure(error)
            if error.told == nil { (failure.error.code, failure.outcome) = ("upstream_stream_cut", .cut) }
            return self.output(text, failure: failure)
        }
        if let output = self.tell(&text) { return output }
        return self.output(text, failure: .cut)
    }

    /// A whole answer of an upstream that was asked for a stream.
    mutating func take(_ answer: Answer) -> StreamOutput {
        var text: [UInt8] = []
        self.events = answer.events()
        return self.tell(&text) ?? self.output(text)
    }

    /// The stream's last event where it failed after it began.
    mutating func fail(_ error: RelayError, requestID: RequestID) -> [UInt8] {
        var text: [UInt8] = []
        self.encoder?.fail(error, requestID: requestID, to: &text)
        return text
    }

    private mutating func decode(_ event: ByteBuffer) throws(FormatFault) {
        let result: Result<Int, FormatFault> = event.withUnsafeReadableBytes { bytes in
            Result { () throws(FormatFault) in try self.decode(bytes) }
        }
        self.dataBytes += try result.get()
    }

    /// - Returns: the bytes of its data.
    private mutating func decode(_ event: UnsafeRawBufferPointer) throws(FormatFault) -> Int {
        if let range = EventFraming.dataRange(in: event) {
            try self.decoder.event(
                EventFraming.name(of: event), UnsafeRawBufferPointer(rebasing: event[range]), into: &self.events)
            return range.count
        }
        // None, or more lines of data than the upstreams of any format send.
        guard let (name, data) = EventFraming.fields(of: event) else { return 0 }
        let result: Result<Void, FormatFault> = data.withUnsafeBytes { bytes in
            Result { () throws(FormatFault) in try self.decoder.event(name, bytes, into: &self.events) }
        }
        try result.get()
        return data.count
    }

    /// Encodes what was decoded.
    /// - Returns: the last output, where the answer has ended.
    private mutating func tell(_ text: inout [UInt8]) -> StreamOutput? {
        guard !self.events.isEmpty else { return nil }
        let events = self.plugins.conversation.isEmpty ? self.events : self.plugins.pass(self.events)
        self.events.removeAll(keepingCapacity: true)
        for event in events {
            self.note(event)
            if case .ended = event {
                self.isEnded = true
                var terminal: [UInt8] = []
                self.encoder?.write(event, to: &terminal)
                var output = self.output(text)
                output.terminal = ByteBuffer(bytes: terminal)
                output.isReal = true
                return output
            }
            if self.encoder == nil { self.collector.take(event) } else { self.encoder?.write(event, to: &text) }
        }
        return nil
    }

    private mutating func note(_ event: AnswerEvent) {
        switch event {
        case .started(let answer):
            if answer.id.utf8.count <= 256 { self.upstreamID = answer.id }
            self.serviceTier = answer.serviceTier
        case .usage(let usage): self.usage = usage
        case .delta, .blockEnded, .stopped, .ended: self.isReal = true
        default: break
        }
    }

    private func output(_ text: [UInt8], failure: Failure? = nil) -> StreamOutput {
        var output = StreamOutput()
        if !text.isEmpty { output.bytes = ByteBuffer(bytes: text) }
        output.isReal = self.isReal
        output.failure = failure
        if failure == nil, self.encoder == nil, self.dataBytes > self.maximumAnswerBytes {
            output.failure = Failure(
                .badGateway, code: "upstream_answer_too_large",
                "the upstream's answer has more than \(self.maximumAnswerBytes) bytes")
        }
        return output
    }
}
