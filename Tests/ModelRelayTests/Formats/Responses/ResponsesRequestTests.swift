import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Responses: requests")
struct ResponsesRequestTests {
    private func read(_ text: String) throws -> Conversation {
        try ResponsesCodec.conversation(try JSON.parse(text), endpoint: EndpointPath())
    }

    private func write(_ conversation: Conversation, for target: EncodingTarget) throws -> (JSON, Losses) {
        var losses = Losses()
        return (try ResponsesCodec.request(conversation, for: target, losses: &losses), losses)
    }

    // MARK: The same format

    @Test("Every request of the format comes out as it went in, and nothing is lost", arguments: ResponsesGoldens.requests)
    func roundTrip(golden: ResponsesGoldens.Request) throws {
        let conversation = try self.read(golden.json)
        let (written, losses) = try self.write(conversation, for: ResponsesGoldens.target())
        #expect(losses.isEmpty)
        let original = Self.normalised(try JSON.parse(golden.json))
        let result = Self.normalised(written)
        #expect(result["model"] == "upstream")
        for (name, value) in try #require(original.objectValue) where name != "model" {
            #expect(result[name] == value, "\(name)")
        }
        for (name, _) in try #require(result.objectValue) { #expect(original[name] != nil, "\(name) was not asked for") }
        // What was written reads as the same conversation.
        var again = try self.read(written.serialized())
        again.model = conversation.model
        #expect(again == conversation)
    }

    /// Without what says nothing: short forms, defaults, the order of lists of words, empty annotations.
    private static func normalised(_ request: JSON) -> JSON {
        var request = request
        var input: [JSON] = []
        if let text = request["input"]?.stringValue {
            input = [["type": "message", "role": "user", "content": .string(text)]]
        } else {
            input = request["input"]?.arrayValue ?? []
        }
        request["input"] = .array(
            input.map { item in
                var item = item
                if item["role"] != nil { item["type"] = "message" }
                if item["id"] != nil, item["role"] == "assistant" {
                    item["content"] = .array(
                        (item["content"]?.arrayValue ?? []).map { part in
                            var part = part
                            part["logprobs"] = nil
                            return part
                        })
                }
                if item["id"] == nil || item["role"] != "assistant", let parts = item["content"]?.arrayValue, parts.count == 1,
                    parts[0].objectValue?.count == 2, let text = parts[0]["text"]
                {
                    item["content"] = text
                }
                return item
            })
        if let include = request["include"]?.arrayValue {
            request["include"] = .array(include.sorted { ($0.stringValue ?? "") < ($1.stringValue ?? "") })
        }
        if let tools = request["tools"]?.arrayValue {
            request["tools"] = .array(
                tools.filter { $0["type"]?.stringValue?.hasPrefix("web_search") != true }
                    + tools.filter { $0["type"]?.stringValue?.hasPrefix("web_search") == true })
        }
        return request
    }

    @Test("What the canonical form has a place for is there, not among the format's own members")
    func places() throws {
        let calls = try self.read(ResponsesGoldens.requests[3].json)
        #expect(calls.ownMembers.isEmpty)
        #expect(calls.messages.map(\.role) == [.user, .assistant, .user, .assistant])
        // One turn of the assistant, whatever it produced; parallel results are one turn too.
        #expect(calls.messages.map(\.blocks.count) == [1, 6, 3, 4])
        guard case .reasoning(let thought) = calls.messages[1].blocks[0].content else {
            Issue.record("no thought")
            return
        }
        #expect(thought.text == "One\n\nTwo" && thought.isSummary)
        #expect(thought.opaque == OpaqueReasoning(origin: .responses, value: "enc==", id: "rs_1"))
        guard case .text(_, let citations) = calls.messages[1].blocks[1].content else {
            Issue.record("no text")
            return
        }
        #expect(citations.first?.range == 0..<6)

        let kept = try self.read(ResponsesGoldens.requests.last?.json ?? "")
        #expect(kept.isStored == false && kept.user == "u" && kept.serviceTier == "flex" && kept.promptCache.key == "k")
        #expect(Set(kept.essentialMembers) == ["previous_response_id", "conversation", "prompt"])

        let tools = try self.read(ResponsesGoldens.requests[5].json)
        #expect(tools.toolChoice == .allowed(["f", "patch"], isRequired: true))
        #expect(tools.webSearch?.contextSize == "high" && tools.webSearch?.allowedDomains == ["example.org"])
        #expect(tools.webSearch?.location == ["city": "Paris"])
        #expect(tools.tools.map(\.name) == ["f", "g", "patch", "code_interpreter", "mcp"])
    }

    @Test("An end user is one, by either name")
    func user() throws {
        for name in ["user", "safety_identifier"] {
            let conversation = try self.read(#"{"model":"m","input":"x","\#(name)":"u"}"#)
            #expect(conversation.user == "u" && conversation.ownMembers.isEmpty)
        }
    }

    // MARK: Bad requests

    @Test(
        "What can't be read is a 400 that names the place",
        arguments: [
            (#"[]"#, nil), (#"{"input":"x"}"#, "model"), (#"{"model":"","input":"x"}"#, "model"), (#"{"model":"m"}"#, "input"),
            (#"{"model":"m","input":1}"#, "input"), (#"{"model":"m","input":["x"]}"#, "input[0]"),
            (#"{"model":"m","input":[{}]}"#, "input[0].type"),
            (#"{"model":"m","input":[{"role":"tool","content":"x"}]}"#, "input[0].role"),
            (#"{"model":"m","input":[{"role":"user"}]}"#, "input[0].content"),
            (#"{"model":"m","input":[{"role":"user","content":[{"type":"smell"}]}]}"#, "input[0].content[0].type"),
            (#"{"model":"m","input":[{"role":"user","content":[{"type":"input_image"}]}]}"#, "input[0].content[0]"),
            (#"{"model":"m","input":[{"role":"user","content":[{"type":"input_file"}]}]}"#, "input[0].content[0]"),
            (#"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":1}]}]}"#, "input[0].content[0].text"),
            (#"{"model":"m","input":[{"type":"function_call","name":"f","arguments":"{}"}]}"#, "input[0].call_id"),
            (#"{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}}]}"#, "input[0].arguments"),
            (#"{"model":"m","input":[{"type":"function_call_output","call_id":"c"}]}"#, "input[0].output"),
            (#"{"model":"m","input":[{"type":"reasoning","summary":[{"type":"summary_text"}]}]}"#, "input[0].summary[0].text"),
            (#"{"model":"m","input":"x","stream":"yes"}"#, "stream"), (#"{"model":"m","input":"x","store":1}"#, "store"),
            (#"{"model":"m","input":"x","tools":[{"type":"function"}]}"#, "tools[0].name"),
            (#"{"model":"m","input":"x","tools":[{"type":"function","name":""}]}"#, "tools[0].name"),
            (#"{"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":"{}"}]}"#, "tools[0].parameters"),
            (
                #"{"model":"m","input":"x","tools":[{"type":"web_search","filters":{"allowed_domains":[1]}}]}"#,
                "tools[0].filters.allowed_domains[0]"
            ),
            (#"{"model":"m","input":"x","tool_choice":"perhaps"}"#, "tool_choice"),
            (#"{"model":"m","input":"x","tool_choice":{"type":"function"}}"#, "tool_choice.name"),
            (#"{"model":"m","input":"x","text":{"format":{"type":"json_schema","name":"n"}}}"#, "text.format.schema"),
            (#"{"model":"m","input":"x","reasoning":{"effort":3}}"#, "reasoning.effort"),
            (#"{"model":"m","input":"x","max_output_tokens":1.5}"#, "max_output_tokens"),
            (#"{"model":"m","input":"x","include":["a",1]}"#, "include[1]"),
            (#"{"model":"m","input":"x","metadata":[]}"#, "metadata"),
        ] as [(String, String?)])
    func bad(request: String, place: String?) throws {
        let error = #expect(throws: RelayError.self) { try self.read(request) }
        #expect(error?.status == .badRequest)
        #expect(error?.parameter == place)
    }

    // MARK: From clients of other formats

    private func conversation(_ change: (inout Conversation) -> Void) -> Conversation {
        var conversation = Conversation(model: "m")
        conversation.messages = [Message(.user, [.text("x")])]
        change(&conversation)
        return conversation
    }

    @Test("For a client of another format nothing is stored, and thoughts are asked for in the form that can be brought back")
    func foreignDefaults() throws {
        var target = ResponsesGoldens.target(ResponsesOtherCodec.self)
        let (plain, losses) = try self.write(self.conversation { _ in }, for: target)
        #expect(plain == ["model": "upstream", "input": [["type": "message", "role": "user", "content": "x"]], "store": false])
        #expect(losses.isEmpty)
        let thinking = self.conversation { $0.reasoning = ReasoningRequest(budget: 10000, summary: "auto") }
        let (written, _) = try self.write(thinking, for: target)
        #expect(written["include"] == ["reasoning.encrypted_content"])
        #expect(written["reasoning"] == ["effort": "medium", "summary": "auto"])
        for (model, asks) in [
            ("gpt-5.1", true), ("o3-mini", true), ("openai/gpt-6", true), ("gpt-4o", false), ("gpt-5-chat-latest", false),
            ("omni", false),
        ] {
            target.model = model
            #expect(
                try self.write(self.conversation { _ in }, for: target).0["include"]
                    == (asks ? ["reasoning.encrypted_content"] : nil), "\(model)")
        }
        let off = self.conversation { $0.reasoning = ReasoningRequest(effort: "none") }
        #expect(try self.write(off, for: target).0["include"] == nil)
    }

    @Test("A system prompt becomes instructions; one in the middle keeps its place")
    func instructions() throws {
        let conversation = self.conversation {
            $0.messages = [
                Message(.system, [.text("A"), .text("B")]), Message(.user, [.text("x")]), Message(.system, [.text("C")]),
                Message(.developer, [.text("D")]),
            ]
        }
        var target = ResponsesGoldens.target(ResponsesOtherCodec.self)
        target.quirks.lacksDeveloperRole = true
        let (written, _) = try self.write(conversation, for: target)
        #expect(written["instructions"] == "A\n\nB")
        #expect((written["input"]?.arrayValue ?? []).map { $0["role"] } == ["user", "system", "system"])
    }

    @Test("What this format can't say and can be missed is told as lost")
    func losses() throws {
        let conversation = self.conversation {
            $0.sampling.topK = 4
            $0.sampling.frequencyPenalty = JSONNumber(1)
            $0.sampling.presencePenalty = JSONNumber(1)
            $0.sampling.logitBias = ["1": 1]
            $0.sampling.seed = 7
            $0.sampling.stop = ["END"]
            $0.prediction = [.text("p")]
            $0.safetySettings = []
            $0.serviceTier = "priority_plus"
            $0.isStored = true
            $0.ownMembers = ["thing": 1]
            $0.webSearch = WebSearchRequest(blockedDomains: ["example.org"])
            $0.tools = [Tool(name: "bash", kind: .own(.messages, [:]))]
            $0.messages = [
                Message(.user, [Block(.text("x", citations: []), cacheMark: CacheMark())], name: "Ann"),
                Message(
                    .assistant,
                    [
                        Block(.reasoning(Reasoning(text: "t", opaque: OpaqueReasoning(origin: .messages, value: "s")))),
                        Block(.reasoning(Reasoning(text: "t"))), .text("y"),
                    ]),
                Message(.user, [Block(.toolResult(ToolResult(callID: "c", blocks: [.text("z")], isError: true)))]),
            ]
        }
        let (written, losses) = try self.write(conversation, for: ResponsesGoldens.target(ResponsesOtherCodec.self))
        #expect(
            losses.features == [
                .topK, .frequencyPenalty, .presencePenalty, .logitBias, .seed, .stop, .prediction, .safetySettings, .serviceTier,
                .isStored,
                .webSearchDomains, .ownTools, .cacheMarks, .participantName, .opaqueReasoning, .reasoningText, .toolResultError,
            ])
        #expect(losses.members == ["thing"])
        #expect((written["input"]?.arrayValue ?? []).count == 3)
    }

    @Test("What would be missed is refused, by the client's own name for it")
    func refused() throws {
        let cases: [(Feature, (inout Conversation) -> Void)] = [
            (.choiceCount, { $0.sampling.choiceCount = 2 }),
            (.audioOutput, { $0.modalities = Modalities(names: ["text", "audio"]) }),
            (.cachedContent, { $0.promptCache.content = "cachedContents/1" }),
            (.videoInput, { $0.messages = [Message(.user, [Block(.video(Media(.url("https://example.org/v"))))])] }),
            (.imageFile, { $0.messages = [Message(.user, [Block(.image(Media(.file("file_1")), detail: nil))])] }),
            (
                .documentFile,
                { $0.messages = [Message(.user, [Block(.document(Document(source: .media(Media(.file("file_1"))))))])] }
            ),
            (.audioInput, { $0.messages = [Message(.user, [Block(.audio(Media(.url("https://example.org/a"))))])] }),
        ]
        for (feature, change) in cases {
            let error = #expect(throws: RelayError.self) {
                try self.write(self.conversation(change), for: ResponsesGoldens.target(ResponsesOtherCodec.self))
            }
            #expect(error?.status == .badRequest && error?.parameter == ResponsesOtherCodec.memberName(of: feature))
        }
    }

    @Test("A schema that wasn't called strict stays so: here nothing said would mean strict")
    func strictness() throws {
        let conversation = self.conversation {
            $0.tools = [
                Tool(name: "f", kind: .function(parameters: nil, isStrict: nil)),
                Tool(name: "g", kind: .custom(format: ["type": "grammar", "grammar": ["syntax": "regex", "definition": "a"]])),
            ]
            $0.toolChoice = .named("g")
        }
        let (written, _) = try self.write(conversation, for: ResponsesGoldens.target(ResponsesOtherCodec.self))
        #expect(
            written["tools"] == [
                ["type": "function", "name": "f", "parameters": ["type": "object", "properties": [:]], "strict": false],
                ["type": "custom", "name": "g", "format": ["type": "grammar", "syntax": "regex", "definition": "a"]],
            ])
        #expect(written["tool_choice"] == ["type": "custom", "name": "g"])
    }

    @Test("Documents that the format has no part for are told as text; a provider's quirks are kept to")
    func quirks() throws {
        let conversation = self.conversation {
            $0.messages = [
                Message(
                    .user,
                    [Block(.document(Document(source: .text("Body"), title: "Title", context: "Context")))])
            ]
            $0.sampling.maximumOutputTokens = 5
            $0.sampling.temperature = JSONNumber(1)
            $0.reasoning = ReasoningRequest(effort: "high")
        }
        var target = ResponsesGoldens.target(ResponsesOtherCodec.self)
        target.quirks.outputLimitName = "max_tokens"
        target.quirks.unsupportedMembers = ["temperature", "store"]
        target.quirks.thinking = .enableThinking
        let (written, losses) = try self.write(conversation, for: target)
        #expect(
            written == [
                "model": "upstream", "max_tokens": 5, "enable_thinking": true, "thinking_budget": 16384,
                "input": [
                    [
                        "type": "message", "role": "user",
                        "content": [
                            ["type": "input_text", "text": "Context"], ["type": "input_text", "text": "Title\n\nBody"],
                        ],
                    ]
                ],
            ])
        #expect(losses.members == ["temperature"] && losses.features.isEmpty)
    }

    // MARK: Thoughts of other providers

    @Test("Another provider's opaque parts go to the client and come back as they were")
    func carried() throws {
        let origin = WireFormat.generateContent
        let signature = OpaqueReasoning(origin: origin, value: "sig.na/ture==")
        let blocks = [
            Block(.reasoning(Reasoning(text: "thought", opaque: OpaqueReasoning(origin: .messages, value: "abc")))),
            Block(.reasoning(Reasoning(text: "", opaque: OpaqueReasoning(origin: .messages, value: "hidden"), isRedacted: true))),
            Block(.text("text", citations: []), signature: signature),
            Block(.toolCall(ToolCall(id: "call.1", name: "f", arguments: "{}")), signature: signature),
            Block(.toolCall(ToolCall(id: "call.2", name: "f", arguments: "{}"))),
        ]
        var answer = Answer()
        answer.choices = [Answer.Choice(blocks: blocks, stop: .toolCalls)]
        let body = ResponsesCodec.body(of: answer, for: ResponsesGoldens.reply())
        let next: JSON = ["model": "m", "input": try #require(body["output"])]
        let read = try ResponsesCodec.conversation(next, endpoint: EndpointPath())
        #expect(read.messages.count == 1)
        var back = read.messages.first?.blocks ?? []
        for index in back.indices {
            back[index].ownMembers = [:]
            if case .toolCall(var call) = back[index].content {
                call.itemID = nil
                back[index].content = .toolCall(call)
            }
        }
        #expect(back == blocks)
    }
}

/// A client's format of which only the names count.
enum ResponsesOtherCodec: FormatCodec {
    static let format = WireFormat.messages
    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        Conversation(model: "")
    }
    static func request(
        _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> JSON { .null }
    static func answer(_ body: JSON) throws(FormatFault) -> Answer { Answer() }
    static func body(of answer: Answer, for reply: ReplyContext) -> JSON { .null }
    static func streamDecoder() -> any AnswerStreamDecoder { ResponsesStreamDecoder() }
    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder { ResponsesStreamEncoder(for: reply) }
    static func memberName(of feature: Feature) -> String? { "other.\(feature.rawValue)" }
}
