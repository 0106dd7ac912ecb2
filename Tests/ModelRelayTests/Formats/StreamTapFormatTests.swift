import Ledger
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ModelRelay

/// What a stream of each format tells the relay on its way between two sides that speak it. The events are written after the formats'
/// published descriptions.
@Suite("Streams of the other formats as they are passed on")
struct StreamTapFormatTests {
    private static func event(_ type: String, _ data: String) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\",\(data)}\n\n"
    }

    private static let messageStart = event(
        "message_start",
        #""message":{"id":"msg_1","type":"message","role":"assistant","model":"up","content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":5,"cache_creation_input_tokens":2,"output_tokens":1}}"#
    )
    private static let blockStart = event(
        "content_block_start", #""index":0,"content_block":{"type":"text","text":""}"#)
    private static let textDelta = event("content_block_delta", #""index":0,"delta":{"type":"text_delta","text":"hé"}"#)
    private static let messageDelta = event(
        "message_delta",
        #""delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7,"server_tool_use":{"web_search_requests":2}}"#)
    private static let messageStop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
    private static let ping = "event: ping\ndata: {\"type\": \"ping\"}\n\n"

    private static let created = event("response.created", #""response":{"id":"resp_1","model":"up","usage":null,"error":null}"#)
    private static let itemAdded = event("response.output_item.added", #""output_index":0,"item":{"type":"message"}"#)
    private static let outputDelta = event("response.output_text.delta", #""delta":"hé \"response\" "#)
    private static let completed = event(
        "response.completed",
        #""response":{"id":"resp_1","model":"up","error":null,"usage":{"input_tokens":10,"output_tokens":7,"total_tokens":17,"input_tokens_details":{"cached_tokens":4},"output_tokens_details":{"reasoning_tokens":3}}}"#
    )

    private static func chunk(_ text: String, _ more: String = "") -> String {
        #"data: {"candidates":[{"content":{"parts":[{"text":"\#(text)"}]}\#(more)}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":\#(text.count),"thoughtsTokenCount":3,"cachedContentTokenCount":4},"modelVersion":"up","responseId":"r-1"}"#
            + "\r\n\r\n"
    }

    private func tap(_ format: WireFormat, model: String? = nil, isArrayFramed: Bool = false) throws -> StreamTap {
        StreamTap(
            format.rules, stream: try #require(format.rules.stream), maximumEventBytes: 1 << 20, isArrayFramed: isArrayFramed,
            modelName: model)
    }

    private struct Result {
        var out = ""
        var terminal: String?
        var failure: Failure?
        var realAt: Int?
    }

    private func feed(_ events: [String], size: Int? = nil, to tap: inout StreamTap, ends: Bool = true) throws -> Result {
        var result = Result()
        var parts = events
        if let size {
            let bytes = Array(events.joined().utf8)
            parts = stride(from: 0, to: bytes.count, by: size).map {
                String(decoding: bytes[$0..<min($0 + size, bytes.count)], as: UTF8.self)
            }
        }
        for (index, part) in parts.enumerated() {
            let output = try tap.consume(ByteBuffer(string: part))
            result.out += output.bytes.map { String(buffer: $0) } ?? ""
            if output.isReal, result.realAt == nil { result.realAt = index }
            if output.terminal != nil || output.failure != nil {
                (result.terminal, result.failure) = (output.terminal.map { String(buffer: $0) }, output.failure)
                return result
            }
        }
        guard ends else { return result }
        let output = tap.end(isDelimited: true)
        (result.terminal, result.failure) = (output.terminal.map { String(buffer: $0) }, output.failure)
        return result
    }

    @Test(
        "messages: usage is put together from two events, the stream ends with `message_stop`, the model is renamed",
        arguments: [nil, 5, 64])
    func messages(size: Int?) throws {
        var tap = try self.tap(.messages, model: "claude")
        let events = [Self.messageStart, Self.ping, Self.blockStart, Self.textDelta, Self.messageDelta]
        // Pieces of bytes may cut a letter in two; as text they can't be compared then.
        let ascii = events.map { $0.replacing("é", with: "e") }
        let result = try self.feed(ascii + [Self.messageStop + Self.textDelta], size: size, to: &tap)
        #expect(result.out == ascii.joined().replacing("\"up\"", with: "\"claude\""))
        #expect(result.terminal == Self.messageStop)
        #expect(tap.upstreamID == "msg_1")
        let usage = try #require(tap.usage)
        #expect(usage.input == 17 && usage.output == 7 && usage.cached == 5 && usage.cacheCreation == 2 && usage.total == 24)
        #expect(usage.webSearchCount == 2)
    }

    @Test("messages: a beginning isn't real, text is; an end without `message_stop` is a cut; an error is told")
    func messagesEnds() throws {
        var tap = try self.tap(.messages)
        let cut = try self.feed([Self.messageStart, Self.ping, Self.blockStart, Self.textDelta, Self.messageDelta], to: &tap)
        #expect(cut.realAt == 3 && cut.terminal == nil && cut.failure?.error.code == "upstream_stream_cut")
        #expect(tap.usage?.output == 7)
        var failing = try self.tap(.messages)
        let error = Self.event("error", #""error":{"type":"overloaded_error","message":"busy"}"#)
        let failed = try self.feed([Self.messageStart, error, Self.textDelta], to: &failing)
        #expect(failed.out == Self.messageStart && failed.failure?.error.status == .serviceUnavailable)
        #expect(failed.failure?.error.message == "busy")
        #expect(failing.usage?.input == 17)
        var unended = try self.tap(.messages)
        #expect(try self.feed([Self.messageStart, String(Self.messageStop.dropLast(2))], to: &unended).terminal != nil)
    }

    @Test("responses: usage, id and model stand within `response`; `response.completed` is held", arguments: [nil, 7])
    func responses(size: Int?) throws {
        var tap = try self.tap(.responses, model: "gpt")
        let events = [Self.created, Self.itemAdded, Self.outputDelta].map { $0.replacing("é", with: "e") }
        let result = try self.feed(events + [Self.completed], size: size, to: &tap)
        #expect(result.out == events.joined().replacing("\"up\"", with: "\"gpt\""))
        #expect(result.terminal == Self.completed.replacing("\"up\"", with: "\"gpt\""))
        let usage = try #require(tap.usage)
        #expect(usage.input == 10 && usage.output == 7 && usage.total == 17 && usage.cached == 4 && usage.reasoning == 3)
        #expect(tap.upstreamID == "resp_1")
    }

    @Test("responses: `response.failed` and `error` are failures, `response.incomplete` is an end")
    func responsesEnds() throws {
        var tap = try self.tap(.responses)
        let failed = Self.event(
            "response.failed", #""response":{"id":"resp_1","error":{"code":"rate_limit_exceeded","message":"slow down"}}"#)
        let result = try self.feed([Self.created, failed], to: &tap)
        #expect(result.failure?.error.status == .tooManyRequests && result.failure?.error.message == "slow down")
        #expect(result.realAt == nil || result.realAt == 1)
        var second = try self.tap(.responses)
        let error = Self.event("error", #""code":"server_error","message":"broken","param":null"#)
        let told = try self.feed([Self.created, Self.outputDelta, error], to: &second)
        #expect(told.failure?.error.status == .badGateway && told.failure?.error.message == "broken")
        #expect(told.realAt == 1)
        var third = try self.tap(.responses)
        let incomplete = Self.event(
            "response.incomplete", #""response":{"id":"resp_1","usage":{"input_tokens":1,"output_tokens":2}}"#)
        #expect(try self.feed([Self.created, incomplete], to: &third).terminal == incomplete)
        #expect(third.usage?.total == 3)
        var cut = try self.tap(.responses)
        #expect(try self.feed([Self.created, Self.outputDelta], to: &cut).failure?.error.code == "upstream_stream_cut")
    }

    @Test("generateContent: the last usage counts, a reason to finish makes the end of the transfer an end")
    func generateContent() throws {
        var tap = try self.tap(.generateContent, model: "gemini")
        let events = [Self.chunk("ab"), Self.chunk("cde", #","finishReason":"STOP""#)]
        let result = try self.feed(events, size: 9, to: &tap)
        #expect(result.out == events.joined().replacing("\"up\"", with: "\"gemini\""))
        #expect(result.terminal == "")
        let usage = try #require(tap.usage)
        #expect(usage.input == 10 && usage.output == 6 && usage.reasoning == 3 && usage.cached == 4 && usage.total == 16)
        #expect(tap.upstreamID == "r-1")
        var cut = try self.tap(.generateContent)
        #expect(try self.feed([Self.chunk("ab")], to: &cut).failure?.error.code == "upstream_stream_cut")
        var blocked = try self.tap(.generateContent)
        let event = "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\r\n\r\n"
        #expect(try self.feed([event], to: &blocked).terminal == "")
        var failing = try self.tap(.generateContent)
        let error = "data: {\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n"
        #expect(try self.feed([error], to: &failing).failure?.error.status == .serviceUnavailable)
    }

    @Test("generateContent without `alt=sse`: the events become the elements of one array", arguments: [nil, 9])
    func array(size: Int?) throws {
        var tap = try self.tap(.generateContent, model: "gemini", isArrayFramed: true)
        let events = [": hi\r\n\r\n", Self.chunk("ab"), Self.chunk("cde", #","finishReason":"STOP""#)]
        let result = try self.feed(events, size: size, to: &tap)
        let array = try JSON.parse(result.out + (result.terminal ?? "")).arrayValue
        #expect(array?.map { $0["modelVersion"]?.stringValue } == ["gemini", "gemini"])
        #expect(array?[1]["candidates"]?[0]?["content"]?["parts"]?[0]?["text"] == "cde")
    }

    @Test("completions: as chat completions, without anything to be held back")
    func completions() throws {
        var tap = try self.tap(.completions)
        let event = "data: {\"id\":\"c\",\"choices\":[{\"text\":\"\"}]}\n\n"
        let result = try self.feed([event, "data: [DONE]\n\n"], to: &tap)
        #expect(result.out == event && result.terminal == "data: [DONE]\n\n" && result.realAt == 0)
    }

    @Test("A `[DONE]` that another format doesn't have is left out")
    func foreignDone() throws {
        var tap = try self.tap(.generateContent)
        let last = Self.chunk("a", #","finishReason":"STOP""#)
        let result = try self.feed([last, "data: [DONE]\n\n"], to: &tap)
        #expect(result.out == last && result.terminal == "")
    }
}

@Suite("Whole answers of the other formats")
struct AnswerFormatTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var format: WireFormat
        var body: String
        var input: Int64
        var output: Int64
        var id: String
        var testDescription: String { self.format.rawValue }
    }

    @Test(
        "Usage and id are read, the model is renamed",
        arguments: [
            Row(
                format: .responses,
                body: #"{"id":"r","error":null,"model":"up","output":[],"usage":{"input_tokens":3,"output_tokens":4}}"#, input: 3,
                output: 4, id: "r"),
            Row(
                format: .messages,
                body:
                    #"{"id":"m","model":"up","content":[],"usage":{"input_tokens":3,"output_tokens":4,"cache_read_input_tokens":5}}"#,
                input: 8, output: 4, id: "m"),
            Row(
                format: .generateContent,
                body:
                    #"{"candidates":[],"modelVersion":"up","responseId":"g","usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"toolUsePromptTokenCount":2}}"#,
                input: 5, output: 4, id: "g"),
            Row(
                format: .embeddings, body: #"{"data":[],"model":"up","usage":{"prompt_tokens":3,"total_tokens":3}}"#, input: 3,
                output: 0, id: ""),
            Row(
                format: .rerank, body: #"{"id":"k","model":"up","results":[],"usage":{"total_tokens":3}}"#, input: 3, output: 0,
                id: "k"),
            Row(
                format: .rerank, body: #"{"model":"up","results":[],"meta":{"tokens":{"input_tokens":3,"output_tokens":1}}}"#,
                input: 3, output: 1, id: ""),
        ])
    func read(row: Row) throws {
        let body = ByteBuffer(string: row.body)
        let answer = try AnswerReader(body, rules: row.format.rules)
        #expect(!answer.isError && answer.id == row.id)
        #expect(answer.usage?.input == row.input && answer.usage?.output == row.output)
        #expect(String(buffer: answer.naming("asked", in: body)) == row.body.replacing("\"up\"", with: "\"asked\""))
    }

    @Test(
        "An error in disguise is one in every format",
        arguments: [
            (.messages, #"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#),
            (.responses, #"{"error":{"message":"m"}}"#), (.generateContent, #"{"error":{"code":500,"message":"m"}}"#),
            (.embeddings, #"{"error":{"message":"m"}}"#),
        ] as [(WireFormat, String)])
    func error(format: WireFormat, body: String) throws {
        #expect(try AnswerReader(ByteBuffer(string: body), rules: format.rules).isError)
        #expect(UpstreamComplaint(ByteBuffer(string: body)).message == "m")
    }

    @Test("The parts of Gemini's counts by kind of media are read")
    func modalities() {
        let text =
            #"{"promptTokenCount":9,"candidatesTokenCount":4,"promptTokensDetails":[{"modality":"TEXT","tokenCount":2},{"modality":"IMAGE","tokenCount":3},{"modality":"AUDIO","tokenCount":4},{"modality":"VIDEO","tokenCount":-1},7],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":4}]}"#
        let usage = Array(text.utf8).withUnsafeBytes { UsageRules.generateContent.usage($0) }
        #expect(usage?.imageInput == 3 && usage?.audioInput == 4 && usage?.videoInput == 0 && usage?.imageOutput == 4)
        #expect(usage?.audioOutput == 0 && usage?.total == 13)
    }
}
