import Ledger
import NIOCore
import Testing
import Wire

@testable import ModelRelay

@Suite("The usage of a chat completion")
struct ChatUsageTests {
    private func read(_ text: String) -> Usage? { Array(text.utf8).withUnsafeBytes { ChatUsage.read($0) } }

    @Test("Every count of the contract is read")
    func all() throws {
        let usage = try #require(
            self.read(
                #"{"prompt_tokens":100,"completion_tokens":50,"total_tokens":151,"web_search_count":2,"prompt_tokens_details":{"cached_tokens":1,"#
                    + #""audio_tokens":2,"image_tokens":3,"video_tokens":4,"cache_creation_tokens":5},"completion_tokens_details":"#
                    + #"{"reasoning_tokens":6,"audio_tokens":7,"image_tokens":8,"accepted_prediction_tokens":9}}"#))
        var expected = Usage()
        expected.input = 100
        expected.output = 50
        expected.total = 151
        expected.webSearchCount = 2
        expected.cached = 1
        expected.audioInput = 2
        expected.imageInput = 3
        expected.videoInput = 4
        expected.cacheCreation = 5
        expected.reasoning = 6
        expected.audioOutput = 7
        expected.imageOutput = 8
        #expect(usage == expected)
    }

    @Test("What is absent, negative, absurd or no whole number counts as nothing; the total is the sum where none is told")
    func odd() {
        var expected = Usage()
        expected.input = 5
        expected.total = 5
        for output in ["-3", "null", "\"7\"", "1.5", "1099511627776", "1e99", "[]"] {
            #expect(
                self.read(#"{"prompt_tokens":5,"completion_tokens":\#(output),"prompt_tokens_details":null}"#) == expected,
                "\(output)")
        }
        #expect(self.read("{}") == Usage())
        #expect(self.read("[]") == nil)
        #expect(self.read("null") == nil)
    }

    @Test("An estimate takes a token for four bytes, rounded up")
    func estimate() {
        let usage = ChatUsage.estimate(inputBytes: 9, outputBytes: 4)
        #expect([usage.input, usage.output, usage.total] == [3, 1, 4])
        #expect(ChatUsage.estimate(inputBytes: 0, outputBytes: 0).isZero)
    }

    @Test("A whole answer: usage, id, whether it is an error in disguise; its model renamed and nothing else")
    func answer() throws {
        let body = ByteBuffer(
            string: #"{ "id":"c-1","model" : "up","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2} }"#)
        let answer = try AnswerReader(body, rules: .chatCompletions)
        #expect(answer.id == "c-1")
        #expect(answer.usage?.total == 3)
        #expect(!answer.isError)
        #expect(String(buffer: answer.naming("gpt", in: body)) == String(buffer: body).replacing("\"up\"", with: "\"gpt\""))
        let nameless = ByteBuffer(string: #"{"choices":[],"error":null}"#)
        #expect(try AnswerReader(nameless, rules: .chatCompletions).naming("gpt", in: nameless) == nameless)
        #expect(try AnswerReader(ByteBuffer(string: #"{"error":{"message":"no"}}"#), rules: .chatCompletions).isError)
        #expect(
            try !AnswerReader(ByteBuffer(string: #"{"choices":[],"error":{"message":"no"}}"#), rules: .chatCompletions).isError)
        #expect(throws: JSONError.self) { try AnswerReader(ByteBuffer(string: "<html>"), rules: .chatCompletions) }
        #expect(throws: JSONError.self) { try AnswerReader(ByteBuffer(), rules: .chatCompletions) }
    }

    @Test(
        "The text of an upstream's error is found in whatever shape it has, and bounded",
        arguments: [
            (#"{"error":{"message":"m","type":"t","code":"c","param":"p"}}"#, "m"), (#"{"error":"m"}"#, "m"),
            (#"{"message":"m"}"#, "m"),
            (#"{"detail":"m"}"#, "the upstream failed without saying why"),
            ("<html>m</html>", "the upstream failed without saying why"),
            ("", "the upstream failed without saying why"),
            (#"{"error":{"message":7}}"#, "the upstream failed without saying why"),
            (#"{"error":{"message":"\#(String(repeating: "m", count: 2000))"}}"#, String(repeating: "m", count: 800)),
        ])
    func errorMessage(body: String, message: String) {
        #expect(UpstreamComplaint(ByteBuffer(string: body)).message == message)
    }
}
