import Testing
import Wire

@testable import ModelRelay

@Suite("The simulator's answers")
struct FakeAnswerTests {
    private func answer(_ configuration: JSON, _ request: JSON = ["messages": [["role": "user", "content": "hello"]]]) throws
        -> FakeAnswer
    {
        FakeAnswer(
            configuration: configuration.objectValue ?? JSONObject(), model: "up", request: request,
            id: try #require(RequestID("00000000000000000000")), nowMilliseconds: 5000)
    }

    private func text(_ answer: FakeAnswer) throws -> String? {
        try JSON.parse(answer.object())["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue
    }

    private func deltas(_ answer: FakeAnswer) throws -> [JSON] {
        try answer.events().dropLast().map { event in
            #expect(event.starts(with: Array("data: ".utf8)))
            return try JSON.parse(Array(event.dropFirst(6)))
        }
    }

    @Test(
        "The text is what the user said last, between prefix and suffix, or the one that is set",
        arguments: [
            ([:], ["messages": [["role": "user", "content": "a"], ["role": "assistant", "content": "b"]]], "a"),
            (["prefix": "<", "suffix": ">"], ["messages": [["role": "user", "content": "a"]]], "<a>"),
            (["static_text": "s", "prefix": "<"], ["messages": [["role": "user", "content": "a"]]], "s"),
            (
                [:],
                [
                    "messages": [
                        ["role": "user", "content": [["type": "text", "text": "a"], ["type": "image_url"], ["text": "b"]]]
                    ]
                ], "a\nb"
            ),
            ([:], ["messages": [["role": "system", "content": "x"]]], "Hello from the fake provider."),
            ([:], [:], "Hello from the fake provider."),
            ([:], ["messages": "x"], "Hello from the fake provider."),
        ] as [(JSON, JSON, String)])
    func text(configuration: JSON, request: JSON, text: String) throws {
        #expect(try self.text(self.answer(configuration, request)) == text)
    }

    @Test("A whole answer has the shape of the contract")
    func whole() throws {
        let answer = try JSON.parse(self.answer(["reasoning_text": "hm", "static_text": "12345678"]).object())
        #expect(answer["object"]?.stringValue == "chat.completion")
        #expect(answer["model"]?.stringValue == "up")
        #expect(answer["created"]?.int64Value == 5)
        #expect(answer["choices"]?.arrayValue?.first?["message"]?["reasoning_content"]?.stringValue == "hm")
        #expect(answer["usage"]?["prompt_tokens"]?.int64Value == 2)
        #expect(answer["usage"]?["completion_tokens"]?.int64Value == 3)
        #expect(answer["usage"]?["total_tokens"]?.int64Value == 5)
    }

    @Test(
        "A stream's pieces make up the text: so many, or of so many characters",
        arguments: [
            (["stream_chunks": 3], 3), (["stream_chunk_size": 2], 6), (["stream_chunk_size": 100], 1), ([:], 1),
            (["stream_chunks": 1000], 11),
        ] as [(JSON, Int)])
    func pieces(configuration: JSON, count: Int) throws {
        var configuration = configuration.objectValue ?? JSONObject()
        configuration["static_text"] = "héllo wörld"
        let pieces = try self.deltas(self.answer(.object(configuration))).compactMap {
            $0["choices"]?.arrayValue?.first?["delta"]?["content"]?.stringValue
        }
        #expect(pieces.joined() == "héllo wörld")
        #expect(pieces.filter { !$0.isEmpty }.count == count)
    }

    @Test("A stream ends with its usage where it was asked for, and `[DONE]`")
    func usage() throws {
        let asked = try self.answer([:], ["stream_options": ["include_usage": true]])
        #expect(try self.deltas(asked).last?["usage"]?["total_tokens"] != nil)
        #expect(asked.events().last == Array("data: [DONE]\n\n".utf8))
        #expect(try self.deltas(self.answer([:])).allSatisfy { $0["usage"] == nil })
    }

    @Test("A configured usage is told as it is; what is no count is bounded")
    func configuredUsage() throws {
        let usage = try JSON.parse(
            self.answer(["usage": ["prompt_tokens": 7, "prompt_tokens_details": ["cached_tokens": 3]]]).object())["usage"]
        #expect(usage?["prompt_tokens"]?.int64Value == 7)
        #expect(usage?["prompt_tokens_details"]?["cached_tokens"]?.int64Value == 3)
        let absurd = try JSON.parse(
            self.answer([
                "usage": ["prompt_tokens": .number(JSONNumber(Int64.max)), "completion_tokens": .number(JSONNumber(Int64.max))]
            ]).object())
        #expect(absurd["usage"]?["total_tokens"]?.int64Value == 2 << 40)
    }

    @Test("Delays are bounded")
    func delays() throws {
        let answer = try self.answer(["delay_ms": 999_999_999, "chunk_delay_ms": -5])
        #expect(answer.delayMilliseconds == FakeAnswer.longestDelay)
        #expect(answer.chunkDelayMilliseconds == 0)
    }
}
