import Ledger
import NIOCore
import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Moderations and rerank, which are passed on")
struct PassThroughTests {
    private func read(
        _ text: String, _ reader: (UnsafeRawBufferPointer) throws(RelayError) -> PassThroughRequest
    ) throws -> PassThroughRequest {
        try Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(RelayError) in try reader(bytes) }
        }.get()
    }

    @Test(
        "The upstream gets its own name for the model and else the same bytes",
        arguments: [
            (#"{"model":"m", "input":["a"]}"#, #"{"model":"up", "input":["a"]}"#),
            (#"{"input":"a"}"#, #"{"input":"a","model":"up"}"#),
        ])
    func splice(text: String, expected: String) throws {
        let request = try self.read(text, Moderations.request)
        #expect(String(buffer: request.upstreamBody(of: ByteBuffer(string: text), model: "up")) == expected)
    }

    @Test("Nothing changes where the names agree")
    func unchanged() throws {
        let text =
            #"{ "query":"q","documents":["a",{"text":"b"},{"image":"data:"}],"model":"m","top_n":1,"return_documents":true,"x":1}"#
        let request = try self.read(text, Rerank.request)
        #expect(request.model == "m")
        #expect(String(buffer: request.upstreamBody(of: ByteBuffer(string: text), model: "m")) == text)
    }

    @Test("A moderation without a model is of the model that the API has for that")
    func defaultModel() throws {
        #expect(try self.read(#"{"input":"a"}"#, Moderations.request).model == "omni-moderation-latest")
    }

    @Test(
        "What is wrong is told by its place",
        arguments: [
            (#"{"query":"q","documents":["a"]}"#, "model"), (#"{"model":"","query":"q","documents":["a"]}"#, "model"),
            (#"{"model":"m","documents":["a"]}"#, "query"), (#"{"model":"m","query":1,"documents":["a"]}"#, "query"),
            (#"{"model":"m","query":"q"}"#, "documents"), (#"{"model":"m","query":"q","documents":[]}"#, "documents"),
            (#"{"model":"m","query":"q","documents":"a"}"#, "documents"),
            (#"{"model":"m","query":"q","documents":["a",1]}"#, "documents[1]"),
            (#"{"model":"m","query":"q","documents":[{"title":"a"}]}"#, "documents[0]"),
            (#"{"model":"m","query":"q","documents":["a"],"top_n":0}"#, "top_n"),
            (#"{"model":"m","query":"q","documents":["a"],"top_n":"1"}"#, "top_n"),
            (#"{"model":"m","query":"q","documents":["a"],"return_documents":1}"#, "return_documents"),
        ])
    func wrong(text: String, place: String) throws {
        let error = try #require(throws: RelayError.self) { try self.read(text, Rerank.request) }
        #expect(error.status == .badRequest)
        #expect(error.parameter == place)
    }

    @Test(
        "The use is read wherever the upstream tells it",
        arguments: [
            (#"{"usage":{"total_tokens":7}}"#, 7, 0), (#"{"usage":{"prompt_tokens":5,"total_tokens":7}}"#, 5, 0),
            (#"{"meta":{"tokens":{"input_tokens":3,"output_tokens":1}}}"#, 3, 1),
            (#"{"meta":{"billed_units":{"search_units":1}},"tokens":{"input_tokens":4}}"#, 4, 0),
        ])
    func usage(text: String, input: Int64, output: Int64) throws {
        let usage = try #require(Array(text.utf8).withUnsafeBytes { Rerank.usage(inAnswer: $0) })
        #expect(usage.input == input)
        #expect(usage.output == output)
    }

    @Test("An answer that says nothing of its use has none", arguments: ["{}", "[]", #"{"usage":{"total_tokens":-1}}"#])
    func noUsage(text: String) { #expect(Array(text.utf8).withUnsafeBytes { Rerank.usage(inAnswer: $0) } == nil) }
}
