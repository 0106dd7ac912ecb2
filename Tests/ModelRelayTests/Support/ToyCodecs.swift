import Ledger
import NIOHTTP1
import Wire

@testable import ModelRelay

/// A format of the tests' own in the place of messages: `{"model","prompt","stream","seed","color"}` is answered by `{"said","thought"}`,
/// in streams by events of these, and at the end `over`.
enum ToyClientCodec: FormatCodec {
    static let format = WireFormat.messages

    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        let root = Member(request)
        var conversation = Conversation(model: try root.required("model").string())
        conversation.isStreamed = try root.member("stream")?.bool() ?? false
        conversation.messages = [Message(.user, [.text(try root.required("prompt").string())])]
        conversation.sampling.seed = try root.member("seed")?.integer()
        conversation.sampling.choiceCount = try root.member("count")?.integer()
        if let color = try root.member("color") { conversation.ownMembers["color"] = color.json }
        return conversation
    }

    static func request(_ conversation: Conversation, for target: EncodingTarget, losses: inout Losses) throws(RelayError) -> JSON
    {
        .object(["model": .string(target.model), "prompt": .string(conversation.text), "stream": .bool(conversation.isStreamed)])
    }

    static func answer(_ body: JSON) throws(FormatFault) -> Answer {
        guard let said = body["said"]?.stringValue else { throw FormatFault("nothing is said") }
        var answer = Answer()
        answer.choices = [Answer.Choice(blocks: [.text(said)], stop: .end)]
        return answer
    }

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON {
        ["model": .string(reply.model), "said": .string(answer.text), "thought": .string(answer.toyThought)]
    }

    static func streamDecoder() -> any AnswerStreamDecoder { Decoder() }
    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder { Encoder() }

    static func memberName(of feature: Feature) -> String? { feature == .seed ? "seed" : feature == .choiceCount ? "count" : nil }

    struct Decoder: AnswerStreamDecoder {
        private var hasBegun = false

        mutating func event(
            _ name: String?, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
        ) throws(FormatFault) {
            guard let json = try? JSON.parse(data) else { throw FormatFault("no JSON") }
            switch name {
            case "over": events += [.blockEnded(BlockPlace(index: 0)), .stopped(choice: 0, .end), .ended]
            default:
                if !self.hasBegun { events += [.started(Answer()), .blockStarted(BlockPlace(index: 0), .text(""))] }
                self.hasBegun = true
                events.append(.delta(BlockPlace(index: 0), .text(json["said"]?.stringValue ?? "")))
            }
        }

        mutating func end(into events: inout [AnswerEvent]) throws(FormatFault) { throw FormatFault("it ended in the middle") }
    }

    struct Encoder: AnswerStreamEncoder {
        mutating func write(_ event: AnswerEvent, to output: inout [UInt8]) {
            switch event {
            case .started: self.write("start", [:], to: &output)
            case .delta(_, .text(let text)): self.write("said", ["said": .string(text)], to: &output)
            case .delta(_, .reasoning(let text)): self.write("thought", ["thought": .string(text)], to: &output)
            case .ended: self.write("over", [:], to: &output)
            default: break
            }
        }

        mutating func fail(_ error: RelayError, requestID: RequestID, to output: inout [UInt8]) {
            self.write("fault", ["code": .string(error.code ?? "")], to: &output)
        }

        var keepAlive: [UInt8] { Array("event: alive\n\n".utf8) }

        private func write(_ name: String, _ data: JSON, to output: inout [UInt8]) {
            output += "event: \(name)\ndata: \(data)\n\n".utf8
        }
    }
}

/// As much of chat completions as the tests' upstreams speak.
enum ToyChatCodec: FormatCodec {
    static let format = WireFormat.chatCompletions

    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        let root = Member(request)
        var conversation = Conversation(model: try root.required("model").string())
        conversation.isStreamed = try root.member("stream")?.bool() ?? false
        for message in try root.required("messages").elements() {
            conversation.messages.append(Message(.user, [.text(try message.required("content").string())]))
        }
        return conversation
    }

    static func request(_ conversation: Conversation, for target: EncodingTarget, losses: inout Losses) throws(RelayError) -> JSON
    {
        if conversation.sampling.choiceCount ?? 1 > 1 {
            let name = target.client.memberName(of: .choiceCount) ?? "n"
            throw RelayError(.badRequest, code: "unsupported_parameter", parameter: name, "`\(name)` can't be told")
        }
        if conversation.sampling.seed != nil { losses.drop(.seed) }
        for (name, _) in conversation.ownMembers { losses.drop(member: name) }
        let messages: JSON = .array(conversation.messages.map { _ in ["role": "user", "content": .string(conversation.text)] })
        return ["model": .string(target.model), "messages": messages, "stream": .bool(conversation.isStreamed)]
    }

    static func answer(_ body: JSON) throws(FormatFault) -> Answer {
        guard let message = body["choices"]?[0]?["message"] else { throw FormatFault("there is no choice") }
        var answer = Answer()
        answer.id = body["id"]?.stringValue ?? ""
        answer.choices = [Answer.Choice(blocks: [.text(message["content"]?.stringValue ?? "")], stop: .end)]
        answer.usage = self.usage(body["usage"])
        return answer
    }

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON {
        [
            "model": .string(reply.model),
            "choices": [["message": ["content": .string(answer.text), "reasoning_content": .string(answer.toyThought)]]],
        ]
    }

    static func streamDecoder() -> any AnswerStreamDecoder { Decoder() }
    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder { ToyClientCodec.Encoder() }
    static func memberName(of feature: Feature) -> String? { feature.rawValue }

    fileprivate static func usage(_ json: JSON?) -> Usage? {
        json.flatMap { json in json.serializedBytes().withUnsafeBytes { ChatUsage.read($0) } }
    }

    struct Decoder: AnswerStreamDecoder {
        private var hasBegun = false
        private var isOver = false
        private var hasText = false

        mutating func event(
            _ name: String?, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
        ) throws(FormatFault) {
            if data.elementsEqual("[DONE]".utf8) {
                events.append(.ended)
                return
            }
            guard let json = try? JSON.parse(data) else { throw FormatFault("no JSON") }
            if let error = json["error"] {
                throw FormatFault(error["message"]?.stringValue ?? "", told: FormatFault.Told(status: 502))
            }
            if !self.hasBegun {
                var start = Answer()
                start.id = json["id"]?.stringValue ?? ""
                events.append(.started(start))
                self.hasBegun = true
            }
            if let text = json["choices"]?[0]?["delta"]?["content"]?.stringValue, !text.isEmpty {
                if !self.hasText { events.append(.blockStarted(BlockPlace(index: 0), .text(""))) }
                self.hasText = true
                events.append(.delta(BlockPlace(index: 0), .text(text)))
            }
            if let usage = ToyChatCodec.usage(json["usage"]) { events.append(.usage(usage)) }
        }

        mutating func end(into events: inout [AnswerEvent]) throws(FormatFault) { throw FormatFault("it ended in the middle") }
    }
}

extension Conversation {
    fileprivate var text: String {
        self.messages.flatMap(\.blocks).map { if case .text(let text, _) = $0.content { text } else { "" } }.joined()
    }
}

extension Answer {
    fileprivate var text: String {
        self.choices.flatMap(\.blocks).map { if case .text(let text, _) = $0.content { text } else { "" } }.joined()
    }

    fileprivate var toyThought: String {
        self.choices.flatMap(\.blocks).map { if case .reasoning(let reasoning) = $0.content { reasoning.text } else { "" } }
            .joined()
    }
}

/// Embeddings at a channel of Gemini's format, as far as the tests go.
enum ToyTranslator: BodyTranslator {
    static let format = WireFormat.embeddings

    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)? {
        guard upstream == .embedContent else { return nil }
        return Translation(body: ["content": .string(try Member(request).required("input").string())], model: reply.model)
    }

    struct Translation: BodyTranslation {
        let body: JSON
        let model: String
        var dropped: [String] { ["dimensions"] }

        func answer(_ body: JSON) throws(FormatFault) -> (body: JSON, usage: Usage?) {
            guard let values = body["values"] else { throw FormatFault("there are no values") }
            var usage = Usage()
            usage.input = 9
            return (["model": .string(self.model), "data": values], usage)
        }
    }
}

/// Counts every request as seven tokens.
enum ToyCounter: LocalEndpoint {
    static let format = WireFormat.countTokens

    static func answer(_ request: JSON, endpoint: EndpointPath, model: String) throws(RelayError) -> JSON {
        _ = try Member(request).required("messages")
        return ["input_tokens": 7]
    }
}

/// Its own channels are asked in another shape.
enum ToyOwnTranslator: BodyTranslator {
    static let format = WireFormat.embedContent
    static let translatesOwnFormat = true

    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)? {
        ToyTranslator.Translation(body: ["requests": [request]], model: reply.model)
    }
}
