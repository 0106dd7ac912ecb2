import Directory
import Ledger
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ModelRelay

/// Calls between a client and a channel of the same format, for the formats beside chat completions.
@Suite("Calls of every format", .timeLimit(.minutes(1)))
struct FormatCallTests {
    /// A provider that speaks everything as it is.
    private static let provider = """
        name: all
        type: 900
        baseURL: http://127.0.0.1/v1
        authentication: bearer
        paths:
          messages: /messages
          responses: /responses
          generate-content: /generate
          embeddings: /embeddings
          moderations: /moderations
          rerank: /rerank
          count-tokens: /messages/count_tokens
        """

    private static func channel(_ port: Int, model: String = "gpt") -> Directory.Channel {
        Upstreams.http(1, port: port) {
            $0.type = 900
            if model != "gpt" { $0.modelMapping = ["gpt": model] }
        }
    }

    private static func endpoint(_ format: WireFormat) -> Endpoint {
        format == .generateContent
            ? Endpoint(format, recordPath: "/v1beta/models/{model}:generateContent", model: "gpt", isStreamed: false)
            : Endpoint(format, recordPath: "/v1/\(format.rawValue)")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var format: WireFormat
        var request: String
        var answer: String
        var total: Int64
        var mode: Int64
        var testDescription: String { self.format.rawValue }
    }

    @Test(
        "A whole answer passes as it came, under the client's name for the model, and is charged by its usage",
        arguments: [
            Row(
                format: .messages, request: #"{"model":"gpt","max_tokens":9,"messages":[]}"#,
                answer: #"{"id":"m","model":"up","content":[],"usage":{"input_tokens":3,"output_tokens":4}}"#, total: 7, mode: 12),
            Row(
                format: .responses, request: #"{"model":"gpt","input":"x"}"#,
                answer: #"{"id":"r","model":"up","output":[],"usage":{"input_tokens":3,"output_tokens":4,"total_tokens":7}}"#,
                total: 7, mode: 16),
            Row(
                format: .generateContent, request: #"{"contents":[]}"#,
                answer: #"{"candidates":[],"modelVersion":"up","usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4}}"#,
                total: 7, mode: 21),
            Row(
                format: .embeddings, request: #"{"model":"gpt","input":"x"}"#,
                answer: #"{"data":[],"model":"up","usage":{"prompt_tokens":3,"total_tokens":3}}"#, total: 3, mode: 3),
            Row(
                format: .moderations, request: #"{"model":"gpt","input":"x"}"#, answer: #"{"id":"d","model":"up","results":[]}"#,
                total: 7, mode: 4),
            Row(
                format: .rerank, request: #"{"model":"gpt","query":"x"}"#,
                answer: #"{"model":"up","results":[],"usage":{"total_tokens":3}}"#, total: 3, mode: 10),
            Row(
                format: .countTokens, request: #"{"model":"gpt","messages":[]}"#, answer: #"{"input_tokens":14}"#, total: 0,
                mode: 1002),
        ])
    func whole(row: Row) async throws {
        let seen = NIOLockedValueBox("")
        let server = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0 = request.body }
            peer.json(row.answer)
        }
        let world = try await RelayWorld([Self.channel(server.port, model: "up")], providers: [Self.provider])
        let outcome = try await world.call(row.request, endpoint: Self.endpoint(row.format))
        #expect(seen.withLockedValue { $0 } == row.request.replacing("\"gpt\"", with: "\"up\""))
        #expect(outcome.parts == [row.answer.replacing("\"up\"", with: "\"gpt\"")])
        let record = try #require(outcome.record)
        #expect(record.code == 200 && record.usage.total == row.total && record.mode.number == row.mode)
        #expect(record.endpoint == Self.endpoint(row.format).recordPath && record.model == "gpt")
        #expect((world.spent > 0) == (row.total > 0))
        await server.stop()
    }

    private static let start =
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"gpt\",\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\n"
    private static let text =
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n"
    private static let delta =
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":5}}\n\n"
    private static let stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
    private static let streamed = #"{"model":"gpt","stream":true,"max_tokens":9,"messages":[]}"#

    @Test("A stream of messages passes as it came; its record is made before `message_stop`")
    func stream() async throws {
        let server = try await LoopbackServer { peer, _ in peer.stream([Self.start, Self.text, Self.delta, Self.stop]) }
        let world = try await RelayWorld([Self.channel(server.port)], providers: [Self.provider])
        let outcome = try await world.call(Self.streamed, endpoint: Self.endpoint(.messages))
        #expect(outcome.body == Self.start + Self.text + Self.delta + Self.stop)
        #expect(outcome.parts.last == Self.stop && outcome.isRecordedBeforeItsEnd && outcome.isEnded)
        #expect(outcome.record?.usage.total == 15 && outcome.record?.upstreamID == "m" && world.spent == Upstreams.cost)
        await server.stop()
    }

    @Test("One that is cut ends with an error event of the format, is an error in the record and charged as delivered")
    func cut() async throws {
        let server = try await LoopbackServer { peer, _ in peer.stream([Self.start, Self.text]) }
        let world = try await RelayWorld([Self.channel(server.port)], providers: [Self.provider])
        let outcome = try await world.call(Self.streamed, endpoint: Self.endpoint(.messages))
        #expect(outcome.isAborted && outcome.body.hasPrefix(Self.start + Self.text + "event: error\ndata: {\"type\":\"error\""))
        #expect(outcome.record?.code == 502 && outcome.record?.usage.input == 10)
        await server.stop()
    }

    @Test(
        "Each format's error event can be told by its clients",
        arguments: [WireFormat.chatCompletions, .responses, .generateContent])
    func errorEvents(format: WireFormat) throws {
        var random = SeededGenerator(seed: 1)
        var ids = RequestIDGenerator(using: &random)
        let error = RelayError(.badGateway, code: "c", "broken")
        let text = String(decoding: ErrorEvent.bytes(error, format, requestID: ids.next(nowMilliseconds: 1)), as: UTF8.self)
        let data = try #require(text.split(separator: "\n").last?.dropFirst(6))
        let json = try JSON.parse(String(data))
        #expect(text.hasSuffix("\n\n"))
        switch format {
        case .responses: #expect(json["type"] == "error" && json["code"] == "c" && text.hasPrefix("event: error\n"))
        case .generateContent: #expect(json["error"]?["code"] == 502)
        default: #expect(json["error"]?["code"] == "c")
        }
    }

    @Test("Headers travel within the family of their format, and a version that messages need is added")
    func headers() async throws {
        let seen = NIOLockedValueBox("")
        let server = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0 = request.head }
            peer.json(#"{"content":[],"error":null}"#)
        }
        let world = try await RelayWorld([Self.channel(server.port)], providers: [Self.provider])
        let client: HTTPHeaders = [
            "anthropic-beta": "one", "Anthropic-Version": "2030-01-01", "OpenAI-Beta": "two", "x-api-key": "secret",
            "Anthropic-Dangerous": "three",
        ]
        _ = try await world.call(#"{"model":"gpt"}"#, headers: client, endpoint: Self.endpoint(.messages))
        var head = seen.withLockedValue { $0 }
        #expect(head.contains("anthropic-beta: one") && head.contains("Anthropic-Version: 2030-01-01"))
        for word in ["two", "three", "secret", "2023-06-01"] { #expect(!head.contains(word)) }
        #expect(head.contains("traceparent: 00-1-2-01"))
        _ = try await world.call(#"{"model":"gpt"}"#, endpoint: Self.endpoint(.messages))
        #expect(seen.withLockedValue { $0 }.contains("anthropic-version: 2023-06-01"))
        _ = try await world.call(#"{"model":"gpt"}"#, headers: client, endpoint: Self.endpoint(.responses))
        head = seen.withLockedValue { $0 }
        #expect(head.contains("OpenAI-Beta: two") && !head.contains("anthropic"))
        await server.stop()
    }

    @Test("Failures are told in the dialect of the endpoint: unknown models, limits, bodies, channels")
    func dialects() async throws {
        let world = try await RelayWorld([Upstreams.fake(1)], model: { $0.rpm = 1 }, codecs: Codecs([]))
        let unknown = try await world.call(#"{"model":"other"}"#, endpoint: Self.endpoint(.messages))
        #expect(unknown.status == 404 && unknown.json?["error"]?["type"] == "not_found_error")
        let broken = try await world.call("nonsense", endpoint: Self.endpoint(.generateContent))
        #expect(broken.status == 400 && broken.json?["error"]?["status"] == "INVALID_ARGUMENT")
        let unserved = try await world.call("{}", endpoint: Self.endpoint(.generateContent))
        #expect(unserved.status == 501 && unserved.json?["error"]?["status"] == "UNIMPLEMENTED")
        let limited = try await world.call(#"{"model":"gpt"}"#, endpoint: Self.endpoint(.messages))
        #expect(limited.status == 429 && limited.json?["error"]?["type"] == "rate_limit_error")
        #expect(limited.record?.mode == .messages)
    }

    @Test("Where the answer names no id the upstream's own name of the request is recorded")
    func upstreamID() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.json(#"{"data":[]}"#, headers: "X-Request-Id: req-7\r\n")
        }
        let world = try await RelayWorld([Self.channel(server.port)], providers: [Self.provider])
        #expect(try await world.call(#"{"model":"gpt"}"#, endpoint: Self.endpoint(.embeddings)).record?.upstreamID == "req-7")
        await server.stop()
    }

    @Test("Endpoints without a conversation are translated whole")
    func translated() async throws {
        let gemini = Self.provider.replacing("embeddings: /embeddings", with: "embed-content: /embed")
        let seen = NIOLockedValueBox("")
        let server = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0 = request.body }
            peer.json(#"{"values":[1,2]}"#)
        }
        let world = try await RelayWorld(
            [Self.channel(server.port, model: "up")], providers: [gemini], codecs: Codecs([], translators: [ToyTranslator.self]))
        let outcome = try await world.call(#"{"model":"gpt","input":"x"}"#, endpoint: Self.endpoint(.embeddings))
        #expect(seen.withLockedValue { $0 } == #"{"content":"x"}"#)
        #expect(outcome.json == ["model": "gpt", "data": [1, 2]] && outcome.headers["x-portico-dropped"] == ["dimensions"])
        #expect(outcome.record?.usage.input == 9 && outcome.isRecordedBeforeItsEnd)
        let wrong = try await world.call(#"{"model":"gpt","input":7}"#, endpoint: Self.endpoint(.embeddings))
        #expect(wrong.status == 400 && wrong.json?["error"]?["param"] == "input")
        let own = try await RelayWorld(
            [Self.channel(server.port)], providers: [gemini], codecs: Codecs([], translators: [ToyOwnTranslator.self]))
        let endpoint = Endpoint(.embedContent, recordPath: "/", model: "gpt")
        #expect(try await own.call(#"{"content":"x"}"#, endpoint: endpoint).json?["data"] == [1, 2])
        #expect(
            seen.withLockedValue { $0 } == #"{"requests":[{"content":"x"}]}"#,
            "a channel of the same format may want another shape")
        await server.stop()
    }

    @Test("Tokens are estimated where no channel counts them, which a header says; nothing is charged")
    func estimated() async throws {
        let codecs = Codecs([], local: [ToyCounter.self])
        let server = try await LoopbackServer { peer, _ in peer.json("{}", status: "404 Not Found") }
        for channel in [Upstreams.fake(1), Self.channel(server.port)] {
            let world = try await RelayWorld([channel], providers: [Self.provider], codecs: codecs)
            let outcome = try await world.call(#"{"model":"gpt","messages":[]}"#, endpoint: Self.endpoint(.countTokens))
            #expect(outcome.status == 200 && outcome.json == ["input_tokens": 7])
            #expect(outcome.headers["x-portico-estimated"] == ["true"])
            #expect(outcome.record?.code == 200 && outcome.record?.usage.isZero == true && world.spent == 0)
            let wrong = try await world.call(#"{"model":"gpt"}"#, endpoint: Self.endpoint(.countTokens))
            #expect(wrong.status == 400 && wrong.json?["type"] == "error")
        }
        await server.stop()
        let counting = try await LoopbackServer { peer, _ in peer.json(#"{"input_tokens":14}"#) }
        let world = try await RelayWorld([Self.channel(counting.port)], providers: [Self.provider], codecs: codecs)
        let outcome = try await world.call(#"{"model":"gpt","messages":[]}"#, endpoint: Self.endpoint(.countTokens))
        #expect(outcome.json == ["input_tokens": 14] && !outcome.headers.contains(name: "x-portico-estimated"))
        await counting.stop()
    }

    @Test("The tier that counts is the one that the answer names", arguments: [true, false])
    func serviceTier(isStreamed: Bool) async throws {
        let server = try await LoopbackServer { peer, _ in
            if isStreamed {
                peer.stream([
                    "data: {\"id\":\"u\",\"service_tier\":\"default\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
                    Upstreams.done,
                ])
            } else {
                peer.json(#"{"service_tier":"default","choices":[]}"#)
            }
        }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)])
        let body = (isStreamed ? Requests.stream : Requests.whole).replacing(
            "{", with: #"{"service_tier":"auto","#, maxReplacements: 1)
        #expect(try await world.call(body).record?.usageContext.serviceTier == "default")
        await server.stop()
    }
}
