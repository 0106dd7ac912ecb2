import NIOCore
import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("What the relay reads of requests")
struct RequestViewTests {
    private func read(
        _ text: String, _ format: WireFormat = .chatCompletions, path: EndpointPath = EndpointPath()
    ) throws -> RequestView {
        try ByteBuffer(string: text).withUnsafeReadableBytes { try RequestView($0, rules: format.rules.request, path: path) }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var body: String
        var parameter: String?
        var code: String
        init(_ body: String, _ parameter: String?, _ code: String) {
            (self.body, self.parameter, self.code) = (body, parameter, code)
        }
        var testDescription: String { self.body }
    }

    @Test(
        "What can't be understood, or could be understood in two ways, is a 400 that names the member",
        arguments: [
            Bad("", nil, "invalid_json"), Bad("nonsense", nil, "invalid_json"), Bad("[]", nil, "invalid_json"),
            Bad("null", nil, "invalid_json"),
            Bad(#"{"model":"gpt"} {}"#, nil, "invalid_json"), Bad(#"{"model":"gpt",}"#, nil, "invalid_json"),
            Bad("{}", "model", "missing_required_parameter"), Bad(#"{"messages":[]}"#, "model", "missing_required_parameter"),
            Bad(#"{"model":null}"#, "model", "invalid_type"), Bad(#"{"model":7}"#, "model", "invalid_type"),
            Bad(#"{"model":["gpt"]}"#, "model", "invalid_type"), Bad(#"{"model":""}"#, "model", "invalid_type"),
            Bad(#"{"model":"\#(String(repeating: "m", count: 257))"}"#, "model", "invalid_type"),
            Bad(#"{"model":"a","model":"b"}"#, "model", "invalid_json"),
            Bad(#"{"model":"a","model":"a"}"#, "model", "invalid_json"),
            Bad(#"{"m\u006fdel":"a"}"#, "model", "invalid_json"),
            Bad(#"{"model":"a","\u006dodel":"b"}"#, "model", "invalid_json"),
            Bad(#"{"Model":"a"}"#, "model", "invalid_json"), Bad(#"{"model":"a","MODEL":"b"}"#, "model", "invalid_json"),
            Bad(#"{"model":"a","stream":true,"stream":false}"#, "stream", "invalid_json"),
            Bad(#"{"model":"a","Stream":true}"#, "stream", "invalid_json"),
            Bad(#"{"model":"a","ſtream":true}"#, "stream", "invalid_json"),
            Bad(#"{"model":"a","stream":1}"#, "stream", "invalid_type"),
            Bad(#"{"model":"a","stream":"true"}"#, "stream", "invalid_type"),
            Bad(#"{"model":"a","stream_options":[]}"#, "stream_options", "invalid_type"),
            Bad(#"{"model":"a","stream_options":true}"#, "stream_options", "invalid_type"),
            Bad(#"{"model":"a","stream_options":{"include_usage":1}}"#, "stream_options.include_usage", "invalid_type"),
            Bad(#"{"model":"a","stream_options":{"include_usage":true,"include_usage":false}}"#, "include_usage", "invalid_json"),
            Bad(#"{"model":"a","stream_options":{"Include_Usage":true}}"#, "include_usage", "invalid_json"),
            Bad(#"{"model":"a","messages":[{"content":"\ud800 \x"}]}"#, nil, "invalid_json"),
            Bad(#"{"model":"a\ud800"}"#, nil, "invalid_json"),
            Bad(
                #"{"model":"a","x":\#(String(repeating: "[", count: 5000))\#(String(repeating: "]", count: 5000))}"#, nil,
                "invalid_json"),
        ])
    func bad(_ row: Bad) {
        let error = #expect(throws: RelayError.self) { try self.read(row.body) }
        #expect(error?.status == .badRequest)
        #expect(error?.code == row.code)
        if let parameter = row.parameter { #expect(error?.parameter == parameter) }
    }

    @Test("What the relay acts on is read; a member of another kind that is the upstream's to judge is let through")
    func members() throws {
        let full = try self.read(
            #"{"model":"gpt","stream":true,"user":"u-1","max_tokens":5,"max_completion_tokens":9,"n":3,"prompt_cache_key":"k","#
                + #""service_tier":"flex","metadata":{"a":"b","user_id":"other"},"stream_options":{"include_usage":true}}"#)
        #expect(full.model == "gpt")
        #expect(full.isStreamed)
        #expect(full.wantsUsageChunk)
        #expect(full.user == "u-1")
        #expect(full.maximumOutputTokens == 9)
        #expect(full.choiceCount == 3)
        #expect(full.promptCacheKey == "k")
        #expect(full.serviceTier == "flex")
        #expect(full.metadata == #"{"a":"b","user_id":"other"}"#)
        let odd = try self.read(
            #"{"model":"g\u0070t","stream":null,"user":7,"max_tokens":"many","n":-1,"service_tier":null,"metadata":{"a":1},"stream_options":null}"#
        )
        #expect(odd.model == "gpt")
        #expect(!odd.isStreamed)
        #expect(!odd.wantsUsageChunk)
        #expect(odd.user == "")
        #expect(odd.maximumOutputTokens == nil)
        #expect(odd.choiceCount == 1)
        #expect(odd.metadata == "", "metadata is an object of strings")
        #expect(try self.read(#"{"model":"gpt","metadata":{"user_id":"u-2"}}"#).user == "u-2")
    }

    @Test("Texts for the record are bounded, so that no request can fill the journal")
    func bounds() throws {
        for name in ["user", "prompt_cache_key", "service_tier"] {
            let long = try self.read(#"{"model":"gpt","\#(name)":"\#(String(repeating: "é", count: 200))x"}"#)
            let text = [long.user, long.promptCacheKey, long.serviceTier].joined()
            #expect(text == String(repeating: "é", count: 128))
            let huge = try self.read(#"{"model":"gpt","\#(name)":"\#(String(repeating: "u", count: 1 << 20))"}"#)
            #expect([huge.user, huge.promptCacheKey, huge.serviceTier] == ["", "", ""])
        }
        #expect(try self.read(#"{"model":"gpt","metadata":{"a":"\#(String(repeating: "m", count: 5000))"}}"#).metadata == "")
    }

    struct Splice: Sendable, CustomTestStringConvertible {
        var body: String
        var upstream: String
        init(_ body: String, _ upstream: String) { (self.body, self.upstream) = (body, upstream) }
        var testDescription: String { self.body }
    }

    private func upstreamBody(
        _ text: String, model: String, _ format: WireFormat = .chatCompletions, path: EndpointPath = EndpointPath()
    ) throws -> String {
        // Not at the start of its storage, as bodies read from a connection are.
        var body = ByteBuffer(string: "head" + text)
        body.moveReaderIndex(forwardBy: 4)
        let request = try body.withUnsafeReadableBytes { try RequestView($0, rules: format.rules.request, path: path) }
        return String(buffer: request.upstreamBody(of: body, model: model, allocator: ByteBufferAllocator()))
    }

    @Test(
        "In a stream the usage is asked for, whatever the client says of it, and nothing else changes",
        arguments: [
            Splice(#"{"model":"gpt","stream":true}"#, #"{"model":"gpt","stream":true,"stream_options":{"include_usage":true}}"#),
            Splice(
                #"{"stream_options":null,"model":"gpt","stream":true}"#,
                #"{"stream_options":{"include_usage":true},"model":"gpt","stream":true}"#),
            Splice(
                #"{"model":"gpt","stream":true,"stream_options":{}}"#,
                #"{"model":"gpt","stream":true,"stream_options":{"include_usage":true}}"#),
            Splice(
                #"{"model":"gpt","stream":true,"stream_options": { } }"#,
                #"{"model":"gpt","stream":true,"stream_options": { "include_usage":true} }"#),
            Splice(
                #"{"model":"gpt","stream":true,"stream_options":{"include_usage":false}}"#,
                #"{"model":"gpt","stream":true,"stream_options":{"include_usage":true}}"#),
            Splice(
                #"{"model":"gpt","stream":true,"stream_options":{"include_usage":null,"x":1}}"#,
                #"{"model":"gpt","stream":true,"stream_options":{"include_usage":true,"x":1}}"#),
            Splice(
                #"{"model":"gpt","stream":true,"stream_options":{"include_obfuscation":false, "y":[{}]}}"#,
                #"{"model":"gpt","stream":true,"stream_options":{"include_obfuscation":false, "y":[{}],"include_usage":true}}"#),
            Splice(
                #"{"model":"gpt","stream":true,"stream_options":{"include_usage":true}}"#,
                #"{"model":"gpt","stream":true,"stream_options":{"include_usage":true}}"#),
            Splice(
                #"{"model":"gpt","stream":false,"stream_options":{}}"#, #"{"model":"gpt","stream":false,"stream_options":{}}"#),
            Splice(#" {"model" : "gpt"} "#, #" {"model" : "gpt"} "#),
        ])
    func usage(_ row: Splice) throws {
        #expect(try self.upstreamBody(row.body, model: "gpt") == row.upstream)
    }

    @Test(
        "The model is replaced where the upstream knows it by another name, and nothing else changes",
        arguments: [
            Splice(#"{"model":"gpt"}"#, #"{"model":"up/\"1\""}"#),
            Splice(
                #"{ "temperature": 1.0e0,  "model" : "gpt" , "seed":9007199254740993}"#,
                #"{ "temperature": 1.0e0,  "model" : "up/\"1\"" , "seed":9007199254740993}"#),
            Splice(
                #"{"messages":[{"model":"gpt","content":"\"model\":\"gpt\""}],"model":"gpt"}"#,
                #"{"messages":[{"model":"gpt","content":"\"model\":\"gpt\""}],"model":"up/\"1\""}"#),
            Splice(
                #"{"stream":true,"stream_options":{"a":1},"model":"gpt","z":"ü\u00fc"}"#,
                #"{"stream":true,"stream_options":{"a":1,"include_usage":true},"model":"up/\"1\"","z":"ü\u00fc"}"#),
        ])
    func model(_ row: Splice) throws {
        #expect(try self.upstreamBody(row.body, model: #"up/"1""#) == row.upstream)
    }

    // MARK: The other formats

    @Test("Each format's own names are read")
    func formats() throws {
        let responses = try self.read(
            #"{"model":"gpt","stream":true,"max_output_tokens":7,"safety_identifier":"s","metadata":{"a":"b"},"prompt_cache_key":"k","#
                + #""service_tier":"flex","previous_response_id":"resp_1"}"#, .responses)
        #expect(responses.isStreamed && responses.maximumOutputTokens == 7 && responses.user == "s")
        #expect(responses.previousID == "resp_1" && responses.promptCacheKey == "k" && responses.serviceTier == "flex")
        let messages = try self.read(
            #"{"model":"gpt","stream":true,"max_tokens":7,"metadata":{"user_id":"u"},"service_tier":"auto"}"#, .messages)
        #expect(messages.isStreamed && messages.maximumOutputTokens == 7 && messages.user == "u")
        let gemini = try self.read(
            #"{"contents":[],"generationConfig":{"maxOutputTokens":7,"candidateCount":3},"model":"other"}"#, .generateContent,
            path: EndpointPath(model: "gpt", isStreamed: true))
        #expect(gemini.model == "gpt" && gemini.isStreamed && gemini.maximumOutputTokens == 7 && gemini.choiceCount == 3)
        #expect(try self.read("{}", .moderations).model == "omni-moderation-latest")
        #expect(try self.read(#"{"input":"x"}"#, .embeddings, path: EndpointPath(model: "e")).model == "e")
    }

    @Test("A wrong `stream` is refused in every format that has it", arguments: [WireFormat.completions, .responses, .messages])
    func stream(format: WireFormat) {
        let error = #expect(throws: RelayError.self) { try self.read(#"{"model":"gpt","stream":"yes"}"#, format) }
        #expect(error?.parameter == "stream")
        #expect(throws: RelayError.self) { try self.read("{}", format) }
    }

    @Test("Only formats whose usage has to be asked for are asked for it")
    func asking() throws {
        let body = #"{"model":"gpt","stream":true}"#
        for format in [WireFormat.responses, .messages] { #expect(try self.upstreamBody(body, model: "gpt", format) == body) }
        #expect(try self.upstreamBody(body, model: "gpt", .completions).contains("include_usage"))
    }

    @Test("The model stands in the body of every format but Gemini's, whether the client wrote it there or not")
    func bodyModel() throws {
        #expect(try self.upstreamBody(#"{"model":"gpt"}"#, model: "up", .messages) == #"{"model":"up"}"#)
        #expect(try self.upstreamBody(#"{"input":"x"}"#, model: "m", .moderations) == #"{"input":"x","model":"m"}"#)
        let path = EndpointPath(model: "gpt")
        #expect(
            try self.upstreamBody(#"{"input":"x"}"#, model: "gpt", .embeddings, path: path) == #"{"input":"x","model":"gpt"}"#)
        #expect(try self.upstreamBody(#"{"model":"e"}"#, model: "gpt", .embeddings, path: path) == #"{"model":"gpt"}"#)
        #expect(try self.upstreamBody(#"{"contents":[]}"#, model: "up", .generateContent, path: path) == #"{"contents":[]}"#)
    }
}
