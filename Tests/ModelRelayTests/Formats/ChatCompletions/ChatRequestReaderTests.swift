import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Reading a chat completion request")
struct ChatRequestReaderTests {
    private func read(_ text: String) throws -> Conversation {
        try ChatCompletionsCodec.conversation(JSON.parse(text), endpoint: EndpointPath())
    }

    @Test(
        "What is wrong is told by its place",
        arguments: [
            (#"[]"#, nil),
            (#"{"messages": [{"role": "user", "content": "a"}]}"#, "model"),
            (#"{"model": 3, "messages": [{"role": "user", "content": "a"}]}"#, "model"),
            (#"{"model": "", "messages": [{"role": "user", "content": "a"}]}"#, "model"),
            (#"{"model": "m"}"#, "messages"),
            (#"{"model": "m", "messages": []}"#, "messages"),
            (#"{"model": "m", "messages": [{"content": "a"}]}"#, "messages[0].role"),
            (#"{"model": "m", "messages": [{"role": "bot", "content": "a"}]}"#, "messages[0].role"),
            (#"{"model": "m", "messages": [{"role": "user"}]}"#, "messages[0].content"),
            (#"{"model": "m", "messages": [{"role": "user", "content": 3}]}"#, "messages[0].content"),
            (#"{"model": "m", "messages": [{"role": "user", "content": []}]}"#, "messages[0].content"),
            (#"{"model": "m", "messages": [{"role": "assistant"}]}"#, "messages[0].content"),
            (#"{"model": "m", "messages": [{"role": "user", "content": [{"text": "a"}]}]}"#, "messages[0].content[0].type"),
            (#"{"model": "m", "messages": [{"role": "user", "content": [{"type": "text"}]}]}"#, "messages[0].content[0].text"),
            (
                #"{"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}"#,
                "messages[0].content[0].image_url.url"
            ),
            (
                #"{"model": "m", "messages": [{"role": "user", "content": [{"type": "file", "file": {}}]}]}"#,
                "messages[0].content[0].file.file_data"
            ),
            (
                #"{"model": "m", "messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": ""}}]}]}"#,
                "messages[0].content[0].input_audio.format"
            ),
            (#"{"model": "m", "messages": [{"role": "tool", "content": "a"}]}"#, "messages[0].tool_call_id"),
            (#"{"model": "m", "messages": [{"role": "function", "name": "f", "content": "a"}]}"#, "messages[0].name"),
            (
                #"{"model": "m", "messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}]}"#,
                "messages[0].tool_calls[0].id"
            ),
            (
                #"{"model": "m", "messages": [{"role": "user", "content": "a"}], "tools": [{"type": "function", "function": {}}]}"#,
                "tools[0].function.name"
            ),
            (#"{"model": "m", "messages": [{"role": "user", "content": "a"}], "tool_choice": "some"}"#, "tool_choice"),
            (
                #"{"model": "m", "messages": [{"role": "user", "content": "a"}], "tool_choice": {"type": "function"}}"#,
                "tool_choice.function"
            ),
            (#"{"model": "m", "messages": [{"role": "user", "content": "a"}], "temperature": "hot"}"#, "temperature"),
            (#"{"model": "m", "messages": [{"role": "user", "content": "a"}], "n": 0}"#, "n"),
            (#"{"model": "m", "messages": [{"role": "user", "content": "a"}], "max_tokens": -1}"#, "max_tokens"),
            (#"{"model": "m", "messages": [{"role": "user", "content": "a"}], "stop": [1]}"#, "stop[0]"),
            (#"{"model": "m", "messages": [{"role": "user", "content": "a"}], "metadata": "x"}"#, "metadata"),
            (
                #"{"model": "m", "messages": [{"role": "user", "content": "a"}], "response_format": {"type": "json_schema"}}"#,
                "response_format.json_schema"
            ),
            (
                #"{"model": "m", "messages": [{"role": "user", "content": "a"}], "stream_options": {"include_usage": 1}}"#,
                "stream_options.include_usage"
            ),
        ] as [(String, String?)])
    func faults(text: String, place: String?) throws {
        let error = #expect(throws: RelayError.self) { try self.read(text) }
        #expect(error?.status == .badRequest)
        #expect(error?.parameter == place)
        #expect(error?.message.contains(place ?? "the request's body") == true)
    }

    @Test("Results that follow each other are one turn of the user, apart from what the user says then")
    func results() throws {
        let conversation = try self.read(ChatGoldens.tools.text)
        #expect(conversation.messages.map(\.role) == [.user, .assistant, .user, .user])
        #expect(
            conversation.messages[2].blocks == [
                Block(.toolResult(ToolResult(callID: "c1", blocks: [.text("18 °C")]))),
                Block(.toolResult(ToolResult(callID: "c2", blocks: [.text("24 °C"), .text("sun")]))),
            ])
        let call = ToolCall(id: "c1", name: "weather", arguments: #"{"city":"Paris"}"#)
        #expect(
            conversation.messages[1].blocks[1]
                == Block(.toolCall(call), signature: OpaqueReasoning(origin: .chatCompletions, value: "sig+/=")))
    }

    @Test("Nothing that has a place of its own is left among the members of this format alone")
    func ownMembers() throws {
        for golden in ChatGoldens.all where golden.name != ChatGoldens.own.name {
            let conversation = try self.read(golden.text)
            let known = ["stream_options", "prompt_cache_options", "safety_identifier", "moderation"]
            #expect(conversation.ownMembers.names.allSatisfy { known.contains($0) }, "\(golden.name)")
        }
        let own = try self.read(ChatGoldens.own.text)
        #expect(own.ownMembers == ["min_p": 0.1, "provider": ["order": ["a"]]])
        #expect(own.messages[1].ownMembers == ["prefix": true])
    }

    @Test("Media: what is in a data URL, what a format's short name means")
    func media() throws {
        let blocks =
            try self.read(ChatGoldens.files.text).messages[0].blocks + self.read(ChatGoldens.sound.text).messages[0].blocks
        #expect(
            blocks.map(\.content) == [
                .document(Document(source: .media(Media(.base64("JVBERg=="), type: "application/pdf")), title: "a.pdf")),
                .document(Document(source: .media(Media(.file("file-1"))))),
                .document(
                    Document(source: .media(Media(.url("https://files.example/b.pdf"), type: "application/pdf")), title: "b.pdf")),
                .audio(Media(.base64("UklGRg=="), type: "audio/wav")), .audio(Media(.base64("SUQz"), type: "audio/mpeg")),
                .audio(Media(.base64("AAAA"), type: "audio/L16")),
            ])
    }

    @Test("A grammar is kept as Responses has it")
    func grammar() throws {
        let tool = try self.read(ChatGoldens.customTools.text).tools[0]
        #expect(tool.kind == .custom(format: ["type": "grammar", "syntax": "lark", "definition": "start: /.+/"]))
    }

    @Test(
        "Thoughts in every form",
        arguments: [
            (#""reasoning_content": "a""#, [Reasoning(text: "a")]),
            (#""reasoning": "a""#, [Reasoning(text: "a")]),
            (
                #""reasoning_content": "a", "reasoning_details": [{"type": "reasoning.text", "signature": "portico.messages..s.1", "index": 0}]"#,
                [Reasoning(text: "a", opaque: OpaqueReasoning(origin: .messages, value: "s.1"))]
            ),
            (
                #""reasoning_content": "ab", "reasoning_details": [{"type": "reasoning.text", "text": "a", "index": 0}, {"type": "reasoning.text", "text": "b", "index": 0}, {"type": "reasoning.text", "signature": "portico.messages..s", "index": 0}]"#,
                [Reasoning(text: "ab", opaque: OpaqueReasoning(origin: .messages, value: "s"))]
            ),
            (
                #""reasoning_details": [{"type": "reasoning.encrypted", "data": "portico.responses.rs_1.x"}]"#,
                [Reasoning(text: "", opaque: OpaqueReasoning(origin: .responses, value: "x", id: "rs_1"), isRedacted: true)]
            ),
            (
                #""reasoning_content": "a", "reasoning_details": [{"type": "reasoning.encrypted", "data": "d"}]"#,
                [
                    Reasoning(text: "a"),
                    Reasoning(
                        text: "",
                        opaque: OpaqueReasoning(origin: .chatCompletions, value: #"{"type":"reasoning.encrypted","data":"d"}"#),
                        isRedacted: true),
                ]
            ),
        ])
    func thoughts(members: String, expected: [Reasoning]) throws {
        let text = #"{"model": "m", "messages": [{"role": "assistant", "content": "x", \#(members)}]}"#
        let blocks = try self.read(text).messages[0].blocks
        #expect(blocks.dropLast().map(\.content) == expected.map { .reasoning($0) })
    }
}
