import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Completions")
struct CompletionsCodecTests {
    private func read(_ text: String) throws -> Conversation {
        try CompletionsCodec.conversation(JSON.parse(text), endpoint: EndpointPath())
    }

    private func write(
        _ conversation: Conversation, client: any FormatCodec.Type = CompletionsCodec.self
    ) throws -> (request: JSON, losses: Losses) {
        var losses = Losses()
        let request = try CompletionsCodec.request(
            conversation, for: EncodingTarget(model: "up", client: client), losses: &losses)
        return (request, losses)
    }

    @Test(
        "A request says the same when it is read and written again",
        arguments: [
            #"{"model": "up", "prompt": "Once"}"#,
            #"{"model": "up", "prompt": ["Once", "Twice"], "n": 2, "best_of": 4, "echo": true, "suffix": "end."}"#,
            #"{"model": "up", "prompt": [1, 2, 3]}"#, #"{"model": "up", "prompt": [[1, 2], [3]]}"#,
            #"{"model": "up", "prompt": "a", "max_tokens": 5, "temperature": 0.0, "top_p": 0.5, "frequency_penalty": 1, "presence_penalty": 1, "logit_bias": {"1": 2}, "seed": 3, "stop": ["a"], "logprobs": 3, "user": "u", "top_k": 5, "min_p": 0.1, "stream": true, "stream_options": {"include_usage": true}}"#,
        ])
    func roundTrip(text: String) throws {
        let (request, losses) = try self.write(self.read(text))
        #expect(try request == JSON.parse(text))
        #expect(losses.isEmpty)
    }

    @Test(
        "What only this format can say is refused elsewhere where it would be another request",
        arguments: [
            (#"{"model": "m", "prompt": "a", "suffix": "b"}"#, "suffix"), (#"{"model": "m", "prompt": ["a", "b"]}"#, "prompt"),
            (#"{"model": "m", "prompt": [1]}"#, "prompt"), (#"{"model": "m", "prompt": "a", "echo": true, "best_of": 2}"#, nil),
            (#"{"model": "m", "prompt": ["a"], "suffix": ""}"#, nil),
        ] as [(String, String?)])
    func essential(text: String, parameter: String?) throws {
        let conversation = try self.read(text)
        try conversation.check(from: .completions, to: .completions)
        if let parameter {
            let error = #expect(throws: RelayError.self) { try conversation.check(from: .completions, to: .messages) }
            #expect(error?.parameter == parameter)
        } else {
            try conversation.check(from: .completions, to: .messages)
            var losses = Losses()
            _ = try ChatCompletionsCodec.request(
                conversation, for: EncodingTarget(model: "up", client: CompletionsCodec.self), losses: &losses)
            #expect(losses.members == Set(conversation.ownMembers.names))
            #expect(conversation.messages == [Message(.user, [.text("a")])])
        }
    }

    @Test(
        "What is wrong is told by its place",
        arguments: [
            (#"{"model": "m"}"#, "prompt"), (#"{"prompt": "a"}"#, "model"), (#"{"model": "m", "prompt": []}"#, "prompt"),
            (#"{"model": "m", "prompt": {"a": 1}}"#, "prompt"), (#"{"model": "m", "prompt": ["a", 1]}"#, "prompt[1]"),
            (#"{"model": "m", "prompt": [1, "a"]}"#, "prompt[1]"), (#"{"model": "m", "prompt": [[1, "a"]]}"#, "prompt[0][1]"),
            (#"{"model": "m", "prompt": "a", "logprobs": true}"#, "logprobs"),
            (#"{"model": "m", "prompt": "a", "echo": 1}"#, "echo"),
        ])
    func faults(text: String, place: String) {
        let error = #expect(throws: RelayError.self) { try self.read(text) }
        #expect(error?.parameter == place)
    }

    @Test("Of a conversation in another format it takes instructions and one turn")
    func foreign() throws {
        var conversation = Conversation(model: "m")
        conversation.messages = [
            Message(.system, [.text("Be brief.")]), Message(.user, [.text("Go"), .text("on")], name: "ann"),
        ]
        conversation.reasoning = ReasoningRequest(effort: "low")
        conversation.metadata = ["a": "b"]
        let (request, losses) = try self.write(conversation, client: ChatCompletionsCodec.self)
        #expect(request == ["model": "up", "prompt": "Be brief.\n\nGo\n\non"])
        #expect(losses.features == [.participantName, .reasoningEffort, .metadata])
    }

    @Test(
        "What isn't one text is refused",
        arguments: [
            Change {
                $0.messages = [Message(.user, [.text("a")]), Message(.assistant, [.text("b")]), Message(.user, [.text("c")])]
            },
            Change { $0.messages[0].blocks = [Block(.image(Media(.url("https://a.example")), detail: nil))] },
            Change { $0.tools = [Tool(name: "a", kind: .function(parameters: nil, isStrict: nil))] },
            Change { $0.outputFormat = .jsonObject },
            Change { $0.modalities = Modalities(names: ["text", "audio"]) },
        ])
    func refused(change: Change) throws {
        var conversation = Conversation(model: "m")
        conversation.messages = [Message(.user, [.text("a")])]
        change.make(&conversation)
        let error = #expect(throws: RelayError.self) { try self.write(conversation, client: ChatCompletionsCodec.self) }
        #expect(error?.status == .badRequest)
    }

    // MARK: Answers

    private static var answer: Answer {
        var answer = ChatAnswerGoldens.answer([[.text("Hello")], [.text("You")]])
        answer.choices[1].stop = .length
        answer.choices[0].logprobs = [
            "content": [
                [
                    "token": "Hel", "logprob": -0.5, "bytes": nil,
                    "top_logprobs": [["token": "Hel", "logprob": -0.5, "bytes": nil]],
                ],
                ["token": "lo", "logprob": -0.1, "bytes": nil, "top_logprobs": []],
            ], "refusal": nil,
        ]
        return answer
    }

    @Test("An answer says the same when it is written and read again")
    func answers() throws {
        let body = CompletionsCodec.body(of: Self.answer, for: ChatAnswerGoldens.reply)
        #expect(body["object"] == "text_completion")
        #expect(
            body["choices"]?[0]?["logprobs"] == [
                "tokens": ["Hel", "lo"], "token_logprobs": [-0.5, -0.1], "top_logprobs": [["Hel": -0.5], [:]],
                "text_offset": [0, 3],
            ])
        #expect(try CompletionsCodec.answer(body) == Self.answer)
    }

    @Test("So does its stream; cut it is reported")
    func streams() throws {
        let chunks = ChatStreams.encode(Self.answer.events(), CompletionsCodec.self)
        let events = try ChatStreams.decode(chunks, CompletionsCodec.self)
        #expect(ChatStreams.isOrderly(events))
        #expect(ChatStreams.collect(events).answer == Self.answer)
        let lastStop = try #require(chunks.lastIndex { $0.contains(#""finish_reason":"length""#) })
        for length in 0...lastStop where !Self.isWhole(chunks[..<length]) {
            #expect(throws: FormatFault.self) { try ChatStreams.decode(Array(chunks[..<length]), CompletionsCodec.self) }
        }
    }

    /// Whether every choice that has begun has told why it ended: that there will be another one nobody can know.
    private static func isWhole(_ chunks: ArraySlice<String>) -> Bool {
        chunks.last?.contains(#""finish_reason":"stop""#) ?? false
    }

    @Test("What other formats have beside text is left out")
    func textAlone() throws {
        let answer = ChatAnswerGoldens.answer(
            [[Block(.reasoning(Reasoning(text: "Hm"))), .text("a"), ChatAnswerGoldens.call("c", "{}")]], stop: .toolCalls)
        let body = CompletionsCodec.body(of: answer, for: ChatAnswerGoldens.reply)
        #expect(body["choices"]?[0]?["text"] == "a")
        #expect(body["choices"]?[0]?["finish_reason"] == "stop")
        let chunks = ChatStreams.encode(answer.events(), CompletionsCodec.self)
        #expect(
            try ChatStreams.collect(ChatStreams.decode(chunks, CompletionsCodec.self)).answer.choices[0].blocks == [.text("a")])
    }

    @Test(
        "Failures and what is no completion",
        arguments: [
            (#"{"error": {"message": "x", "code": 429}}"#, 429), ("{}", nil), (#"{"choices": [{}]}"#, nil),
        ] as [(String, Int?)])
    func faultyAnswers(body: String, status: Int?) throws {
        let fault = #expect(throws: FormatFault.self) { try CompletionsCodec.answer(JSON.parse(body)) }
        #expect(fault?.told?.status == status)
        if status != nil { #expect(throws: FormatFault.self) { try ChatStreams.decode([body], CompletionsCodec.self) } }
    }
}
