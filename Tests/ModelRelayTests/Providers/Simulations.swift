import NIOCore
import NIOHTTP1
import Outbound
import Testing
import Wire

@testable import ModelRelay

/// Questions to the simulators, and what comes of them.
enum Simulations {
    static let conversational: [WireFormat] = [.chatCompletions, .completions, .responses, .messages, .generateContent]
    static let id = "00000000000000000000"

    static func request(
        _ format: WireFormat, _ body: JSON, isStreamed: Bool = false
    ) throws -> SimulatedRequest {
        SimulatedRequest(
            format: format, body: ByteBuffer(bytes: body.serializedBytes()), model: "up", isStreamed: isStreamed,
            requestID: try #require(RequestID(self.id)), now: 5000)
    }

    /// A conversation as an upstream of that format is told it.
    static func body(_ conversation: Conversation, _ format: WireFormat, isStreamed: Bool = false) throws -> JSON {
        let codec = try #require(Codecs.standard.codec(for: format))
        var conversation = conversation
        conversation.isStreamed = isStreamed
        var losses = Losses()
        return try codec.request(conversation, for: EncodingTarget(model: "up", client: codec), losses: &losses)
    }

    static func conversation(_ text: String, _ change: (inout Conversation) -> Void = { _ in }) -> Conversation {
        var conversation = Conversation(model: "up")
        conversation.messages = [Message(.user, [.text(text)])]
        change(&conversation)
        return conversation
    }

    /// `fake`'s answer to a conversation in that format, as a client's codec reads it.
    static func answer(
        _ conversation: Conversation, _ format: WireFormat, isStreamed: Bool = false, _ configuration: JSON = [:]
    ) throws -> Answer {
        let body = try self.body(conversation, format, isStreamed: isStreamed)
        let outcome = try self.run(.init(fake: try self.request(format, body, isStreamed: isStreamed), configuration))
        #expect(outcome.head?.status == .ok, "\(outcome.text)")
        return try outcome.answer(format)
    }

    /// `fake`'s whole answer to a body.
    static func json(_ format: WireFormat, _ body: JSON, _ configuration: JSON = [:]) throws -> (status: UInt, json: JSON) {
        let outcome = try self.run(.init(fake: try self.request(format, body), configuration))
        return (outcome.head?.status.code ?? 0, try JSON.parse(outcome.bytes))
    }

    /// What a script told.
    struct Outcome {
        enum Ending: Equatable {
            case end, hang
            case fail(OutboundError.Code)
            /// As many parts as were wanted came, and there are more.
            case unended
        }

        var head: HTTPResponseHead?
        var parts: [[UInt8]] = []
        var waits: [TimeAmount] = []
        var ending = Ending.unended

        var bytes: [UInt8] { Array(self.parts.joined()) }
        var text: String { String(decoding: self.bytes, as: UTF8.self) }

        /// As a client of that format reads it.
        func answer(_ format: WireFormat) throws -> Answer {
            let codec = try #require(Codecs.standard.codec(for: format))
            guard self.head?.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true else {
                return try codec.answer(JSON.parse(self.bytes))
            }
            var decoder = codec.streamDecoder()
            var parser = SSEParser()
            var collector = AnswerCollector()
            var told: [AnswerEvent] = []
            var events: [SSEEvent] = []
            try self.bytes.withUnsafeBytes { bytes in try parser.consume(bytes) { events.append($0) } }
            for event in events {
                var fault: FormatFault?
                Array(event.data.utf8).withUnsafeBytes { bytes in
                    do throws(FormatFault) { try decoder.event(event.type, bytes, into: &told) } catch { fault = error }
                }
                if let fault { throw fault }
            }
            try decoder.end(into: &told)
            for event in told { collector.take(event) }
            #expect(collector.isEnded)
            return collector.answer
        }
    }

    /// - Parameter most: parts after which it is enough.
    static func run(_ script: AnswerScript, most: Int = 20_000) throws -> Outcome {
        var script = script
        var outcome = Outcome()
        while outcome.parts.count < most {
            switch script.next() {
            case .wait(let amount): outcome.waits.append(amount)
            case .head(let head):
                #expect(outcome.head == nil && outcome.parts.isEmpty)
                outcome.head = head
            case .part(let bytes):
                #expect(outcome.head != nil && !bytes.isEmpty)
                outcome.parts.append(bytes)
            case .end:
                outcome.ending = .end
                return outcome
            case .fail(let error):
                outcome.ending = .fail(error.code)
                return outcome
            case .hang:
                outcome.ending = .hang
                return outcome
            }
        }
        return outcome
    }
}

extension AnswerScript {
    init(fake request: SimulatedRequest, _ configuration: JSON) {
        self = Simulator(request, configuration: configuration.objectValue ?? JSONObject()).script()
    }

    init(failing request: SimulatedRequest, _ configuration: JSON) {
        self = SimulatedFailure(request, configuration: configuration.objectValue ?? JSONObject()).script()
    }
}

extension Answer {
    var said: String {
        (self.choices.first?.blocks ?? []).reduce("") { text, block in
            switch block.content {
            case .text(let more, _), .refusal(let more): text + more
            default: text
            }
        }
    }

    var thought: String {
        (self.choices.first?.blocks ?? []).reduce("") { text, block in
            if case .reasoning(let reasoning) = block.content { text + reasoning.text } else { text }
        }
    }

    var calls: [ToolCall] {
        (self.choices.first?.blocks ?? []).compactMap { if case .toolCall(let call) = $0.content { call } else { nil } }
    }
}
