import NIOCore
import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("What the simulator says")
struct SimulatorTextTests {
    private static let hello: JSON = ["model": "m", "messages": [["role": "user", "content": "hello"]]]

    private func chat(_ configuration: JSON, _ request: JSON = Self.hello, isStreamed: Bool = false) throws -> Simulations.Outcome
    {
        try Simulations.run(
            .init(fake: try Simulations.request(.chatCompletions, request, isStreamed: isStreamed), configuration))
    }

    private func deltas(_ configuration: JSON, _ request: JSON = Self.hello) throws -> [JSON] {
        let outcome = try self.chat(configuration, request, isStreamed: true)
        #expect(outcome.parts.last == Array("data: [DONE]\n\n".utf8))
        return try outcome.text.split(separator: "\n\n").dropLast().map { event in
            #expect(event.hasPrefix("data: "))
            return try JSON.parse(Array(event.dropFirst(6).utf8))
        }
    }

    @Test(
        "The text is what the user said last, between prefix and suffix, or the one that is set",
        arguments: [
            ([:], [["role": "user", "content": "a"], ["role": "assistant", "content": "b"]], "a"),
            (["prefix": "<", "suffix": ">"], [["role": "user", "content": "a"]], "<a>"),
            (["static_text": "s", "prefix": "<"], [["role": "user", "content": "a"]], "s"),
            (["static_text": "s", "response_prefix": "<", "response_suffix": ">"], [["role": "user", "content": "a"]], "<s>"),
            ([:], [["role": "user", "content": [["type": "text", "text": "a"], ["type": "text", "text": "b"]]]], "a\nb"),
            ([:], [["role": "system", "content": "x"]], "Hello from the fake provider."),
            (["static_text": 7, "prefix": true], [["role": "user", "content": "a"]], "a"),
        ] as [(JSON, JSON, String)])
    func text(configuration: JSON, messages: JSON, text: String) throws {
        let answer = try Simulations.json(.chatCompletions, ["model": "m", "messages": messages], configuration)
        #expect(answer.json["choices"]?[0]?["message"]?["content"]?.stringValue == text)
    }

    @Test(
        "Of what is no text it says what it saw",
        arguments: [
            (
                ["type": "image_url", "image_url": ["url": "data:image/png;base64,AAAAAAA="]],
                "look\n[saw an image, image/png, 5 bytes]"
            ),
            (
                ["type": "image_url", "image_url": ["url": "https://a.example/x.png", "detail": "low"]],
                "look\n[saw an image, detail low, at https://a.example/x.png]"
            ),
            (["type": "file", "file": ["file_id": "file-1"]], "look\n[saw a document, file file-1]"),
        ] as [(JSON, String)])
    func sights(part: JSON, text: String) throws {
        let body: JSON = ["model": "m", "messages": [["role": "user", "content": [["type": "text", "text": "look"], part]]]]
        let answer = try Simulations.json(.chatCompletions, body)
        #expect(answer.json["choices"]?[0]?["message"]?["content"]?.stringValue == text)
    }

    @Test("A whole answer has the shape of the contract, and is the same each time")
    func whole() throws {
        let configuration: JSON = ["reasoning_text": "hm", "static_text": "12345678", "system_fingerprint": "fp"]
        let answer = try Simulations.json(.chatCompletions, Self.hello, configuration).json
        #expect(answer["object"]?.stringValue == "chat.completion")
        #expect(answer["model"]?.stringValue == "up")
        #expect(answer["created"]?.int64Value == 5)
        #expect(answer["system_fingerprint"]?.stringValue == "fp")
        #expect(answer["choices"]?[0]?["message"]?["reasoning_content"]?.stringValue == "hm")
        #expect(answer["choices"]?[0]?["finish_reason"]?.stringValue == "stop")
        #expect(answer["usage"]?["prompt_tokens"]?.int64Value == 2)
        #expect(answer["usage"]?["completion_tokens"]?.int64Value == 3)
        #expect(answer["usage"]?["total_tokens"]?.int64Value == 5)
        #expect(try Simulations.json(.chatCompletions, Self.hello, configuration).json == answer)
    }

    @Test(
        "A stream's pieces make up the text: so many, or of so many characters",
        arguments: [
            (["stream_chunks": 3], 3), (["stream_chunk_size": 2], 6), (["stream_chunk_size": 100], 1), ([:], 1),
            (["stream_chunks": 1000], 11), (["stream_chunks": -1], 1),
        ] as [(JSON, Int)])
    func pieces(configuration: JSON, count: Int) throws {
        var configuration = configuration.objectValue ?? JSONObject()
        configuration["static_text"] = "héllo wörld"
        let pieces = try self.deltas(.object(configuration)).compactMap {
            $0["choices"]?.arrayValue?.first?["delta"]?["content"]?.stringValue
        }
        #expect(pieces.joined() == "héllo wörld")
        #expect(pieces.filter { !$0.isEmpty }.count == count)
    }

    @Test("A stream ends with its usage where it was asked for, and `[DONE]`")
    func usage() throws {
        var asking = Self.hello
        asking["stream_options"] = ["include_usage": true]
        #expect(try self.deltas([:], asking).last?["usage"]?["total_tokens"] != nil)
        #expect(try self.deltas([:]).allSatisfy { $0["usage"] == nil })
    }

    @Test("A configured usage is told as it is, by either name; what is no count is bounded")
    func configuredUsage() throws {
        for names in [
            ["prompt_tokens": 7, "prompt_tokens_details": ["cached_tokens": 3], "completion_tokens": 5],
            ["input_tokens": 7, "cached_tokens": 3, "output_tokens": 5],
        ] as [JSON] {
            let usage = try Simulations.json(.chatCompletions, Self.hello, ["usage": names]).json["usage"]
            #expect(usage?["prompt_tokens"]?.int64Value == 7)
            #expect(usage?["prompt_tokens_details"]?["cached_tokens"]?.int64Value == 3)
            #expect(usage?["total_tokens"]?.int64Value == 12)
        }
        let absurd: JSON = ["usage": ["prompt_tokens": .integer(Int64.max), "completion_tokens": .integer(Int64.max)]]
        #expect(try Simulations.json(.chatCompletions, Self.hello, absurd).json["usage"]?["total_tokens"]?.int64Value == 2 << 40)
    }

    @Test("Delays are bounded, and come before the head and between parts")
    func delays() throws {
        let long = try self.chat(["delay_ms": 999_999_999, "chunk_delay_ms": -5], isStreamed: true)
        #expect(long.waits == [.milliseconds(SimulatorSettings.longestDelay)])
        let chunks = try self.chat(["chunk_delay_ms": 7], isStreamed: true)
        #expect(chunks.waits == Array(repeating: .milliseconds(7), count: chunks.parts.count - 1))
    }

    @Test(
        "What an upstream wouldn't take is refused in the format's words",
        arguments: [
            (.chatCompletions, ["model": "m", "messages": "x"], "message"),
            (.responses, ["model": "m"], "message"),
            (.messages, ["model": "m", "messages": []], "message"),
            (.generateContent, ["contents": 3], "status"),
            (.embeddings, ["model": "m"], "message"),
            (.embedContent, [:], "status"),
            (.moderations, ["input": 4], "message"),
            (.rerank, ["query": "q", "documents": []], "message"),
            (.countTokens, [:], "type"),
            (.geminiCountTokens, ["contents": "no"], "status"),
        ] as [(WireFormat, JSON, String)])
    func refusals(format: WireFormat, body: JSON, member: String) throws {
        let answer = try Simulations.json(format, body)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?[member]?.stringValue?.isEmpty == false)
    }

    @Test("What is no JSON is refused")
    func notJSON() throws {
        var request = try Simulations.request(.messages, [:])
        request.body = ByteBuffer(string: "{\"model\"")
        let outcome = try Simulations.run(.init(fake: request, [:]))
        #expect(outcome.head?.status == .badRequest)
        #expect(try JSON.parse(outcome.bytes)["error"]?["type"]?.stringValue == "invalid_request_error")
    }
}
