import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Writing a chat completion request for an upstream, of another format's conversation")
struct ChatRequestWriterTests {
    /// A client's format whose names can be told from this one's.
    private let client: any FormatCodec.Type = OtherClient.self

    private func write(
        _ conversation: Conversation, _ quirks: Quirks = Quirks()
    ) throws -> (request: JSON, losses: Losses) {
        var losses = Losses()
        let request = try ChatCompletionsCodec.request(
            conversation, for: ChatGoldens.target(quirks, client: self.client), losses: &losses)
        return (request, losses)
    }

    private func conversation(
        _ messages: [Message] = [Message(.user, [.text("Go")])], _ change: (inout Conversation) -> Void = { _ in }
    )
        -> Conversation
    {
        var conversation = Conversation(model: "asked")
        conversation.messages = messages
        change(&conversation)
        return conversation
    }

    // MARK: Thinking

    @Test(
        "How much to think, in each style",
        arguments: [
            (Quirks.ThinkingStyle.standard, ReasoningRequest(budget: 5000), #"{"reasoning_effort": "medium"}"#, []),
            (.standard, ReasoningRequest(effort: "none"), #"{"reasoning_effort": "none"}"#, []),
            (.standard, ReasoningRequest(isAdaptive: true, summary: "auto"), "{}", [.reasoningSummary]),
            (.thinkingType, ReasoningRequest(effort: "high"), #"{"thinking": {"type": "enabled"}}"#, [.reasoningEffort]),
            (.thinkingType, ReasoningRequest(budget: 0), #"{"thinking": {"type": "disabled"}}"#, []),
            (.thinkingType, ReasoningRequest(isAdaptive: true), #"{"thinking": {"type": "enabled"}}"#, []),
            (.enableThinking, ReasoningRequest(effort: "low"), #"{"enable_thinking": true, "thinking_budget": 2048}"#, []),
            (.enableThinking, ReasoningRequest(effort: "none"), #"{"enable_thinking": false}"#, []),
            (
                .reasoningObject, ReasoningRequest(budget: 700, summary: "none"),
                #"{"reasoning": {"max_tokens": 700, "exclude": true}}"#, []
            ),
            (.reasoningObject, ReasoningRequest(isAdaptive: true), #"{"reasoning": {"enabled": true}}"#, []),
            (.reasoningObject, ReasoningRequest(budget: 0), #"{"reasoning": {"effort": "none"}}"#, []),
            (.none, ReasoningRequest(effort: "low"), "{}", [.reasoningEffort]),
            (.none, ReasoningRequest(budget: 9), "{}", [.reasoningBudget]),
            (.none, ReasoningRequest(effort: "none"), "{}", [.reasoningOff]),
        ] as [(Quirks.ThinkingStyle, ReasoningRequest, String, Set<Feature>)])
    func thinking(style: Quirks.ThinkingStyle, reasoning: ReasoningRequest, members: String, lost: Set<Feature>) throws {
        let (request, losses) = try self.write(
            self.conversation { $0.reasoning = reasoning }, ChatGoldens.quirks { $0.thinking = style })
        var rest = try #require(request.objectValue)
        rest["model"] = nil
        rest["messages"] = nil
        #expect(try .object(rest) == JSON.parse(members))
        #expect(losses.features == lost)
    }

    @Test("Thoughts of earlier turns go back where they are taken, with the records of this format alone")
    func earlierThoughts() throws {
        let record = OpaqueReasoning(origin: .chatCompletions, value: #"{"type":"reasoning.text","signature":"s","index":0}"#)
        let messages = [
            Message(
                .assistant,
                [
                    Block(.reasoning(Reasoning(text: "own", opaque: record))),
                    Block(.reasoning(Reasoning(text: "other", opaque: OpaqueReasoning(origin: .messages, value: "z")))),
                    .text("Yes"),
                ])
        ]
        let (plain, plainLosses) = try self.write(self.conversation(messages))
        #expect(plain["messages"] == [["role": "assistant", "content": "Yes"]])
        #expect(plainLosses.features == [.reasoningText, .opaqueReasoning])
        let (typed, _) = try self.write(self.conversation(messages), ChatGoldens.quirks { $0.thinking = .thinkingType })
        #expect(typed["messages"]?[0]?["reasoning_content"] == "ownother")
        let (routed, losses) = try self.write(self.conversation(messages), ChatGoldens.quirks { $0.thinking = .reasoningObject })
        #expect(
            routed["messages"]?[0]?["reasoning_details"] == [
                ["type": "reasoning.text", "signature": "s", "index": 0, "text": "own"],
                ["type": "reasoning.text", "text": "other", "index": 1],
            ])
        #expect(routed["messages"]?[0]?["reasoning"] == "ownother")
        #expect(losses.features == [.opaqueReasoning])
    }

    // MARK: Dialects

    @Test("A provider's dialect")
    func dialect() throws {
        let quirks = ChatGoldens.quirks {
            $0.outputLimitName = "max_tokens"
            $0.lacksDeveloperRole = true
            $0.lacksStreamOptions = true
            $0.lacksTextParts = true
            $0.unsupportedMembers = ["user", "seed", "logprobs", "store"]
        }
        let (request, losses) = try self.write(
            self.conversation([Message(.developer, [.text("a"), .text("b")]), Message(.user, [.text("c")])]) {
                $0.isStreamed = true
                $0.sampling.maximumOutputTokens = 7
                $0.sampling.seed = 1
                $0.user = "u"
            }, quirks)
        #expect(
            request == [
                "model": "up", "stream": true, "max_tokens": 7,
                "messages": [["role": "system", "content": "a\n\nb"], ["role": "user", "content": "c"]],
            ])
        #expect(losses.features == [.user, .seed])
    }

    @Test("Where there is no schema for output, it is among the instructions at the beginning")
    func schemaAsInstruction() throws {
        let (request, losses) = try self.write(
            self.conversation([Message(.system, [.text("Be brief.")]), Message(.user, [.text("Go")])]) {
                $0.outputFormat = .jsonSchema(name: "a", description: nil, schema: ["type": "object"], isStrict: true)
            }, ChatGoldens.quirks { $0.lacksJSONSchema = true })
        #expect(request["response_format"] == ["type": "json_object"])
        #expect(request["messages"]?.arrayValue?.count == 2)
        let instruction = try #require(request["messages"]?[0]?["content"]?.stringValue)
        #expect(instruction.hasPrefix("Be brief.") && instruction.hasSuffix(#"{"type":"object"}"#))
        #expect(losses.features == [.jsonSchema])
    }

    @Test("Marks of the cache are written only in a way that the provider has")
    func cacheMarks() throws {
        let conversation = self.conversation([
            Message(.user, [Block(.text("a", citations: []), cacheMark: CacheMark(lifetime: "1h"))])
        ])
        let (plain, losses) = try self.write(conversation)
        #expect(plain["messages"]?[0]?["content"] == "a")
        #expect(losses.features == [.cacheMarks])
        let (marked, none) = try self.write(conversation, ChatGoldens.quirks { $0.cacheMarks = .breakpoint })
        #expect(
            marked["messages"]?[0]?["content"]
                == [["type": "text", "text": "a", "prompt_cache_breakpoint": ["mode": "explicit", "ttl": "12h"]]])
        #expect(none.isEmpty)
    }

    // MARK: What this format says otherwise

    @Test("Results come before what the user says beside them; what isn't text is in the user's message")
    func results() throws {
        let picture = Block(.image(Media(.base64("AA=="), type: "image/png"), detail: nil))
        let (request, losses) = try self.write(
            self.conversation([
                Message(
                    .user,
                    [
                        .text("And?"), Block(.toolResult(ToolResult(callID: "1", blocks: [picture], isError: true))),
                        Block(.toolResult(ToolResult(callID: "2", blocks: []))),
                        Block(.toolResult(ToolResult(callID: "3", blocks: [], object: ["a": 1]))),
                    ])
            ]))
        #expect(
            request["messages"] == [
                ["role": "tool", "tool_call_id": "1", "content": "(see the next message)"],
                ["role": "tool", "tool_call_id": "2", "content": ""],
                ["role": "tool", "tool_call_id": "3", "content": #"{"a":1}"#],
                [
                    "role": "user",
                    "content": [
                        ["type": "text", "text": "What the call 1 of a tool brought:"],
                        ["type": "image_url", "image_url": ["url": "data:image/png;base64,AA=="]],
                        ["type": "text", "text": "And?"],
                    ],
                ],
            ])
        #expect(losses.features == [.toolResultError])
    }

    @Test("Documents: as a file, or as the texts that they are")
    func documents() throws {
        let (request, losses) = try self.write(
            self.conversation([
                Message(
                    .user,
                    [
                        Block(.document(Document(source: .media(Media(.base64("JVBE"), type: "application/pdf"))))),
                        Block(.document(Document(source: .text("body"), title: "T", context: "C", citesSource: true))),
                        Block(.document(Document(source: .blocks([.text("1"), .text("2")])))),
                    ])
            ]))
        #expect(
            request["messages"]?[0]?["content"] == [
                ["type": "file", "file": ["filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBE"]],
                ["type": "text", "text": "C"], ["type": "text", "text": "T\n\nbody"], ["type": "text", "text": "1"],
                ["type": "text", "text": "2"],
            ])
        #expect(losses.features == [.citations])
    }

    @Test("Losses are told")
    func losses() throws {
        let (request, losses) = try self.write(
            self.conversation([
                Message(
                    .assistant,
                    [
                        Block(.own(.messages, ["type": "server_tool_use"])),
                        Block(.text("x", citations: []), ownMembers: ["caller": 1]),
                    ]),
                Message(
                    .assistant,
                    [
                        Block(
                            .toolCall(ToolCall(id: "1", name: "f", arguments: "")),
                            signature: .init(origin: .generateContent, value: "s"))
                    ]),
            ]) {
                $0.sampling.topK = 3
                $0.safetySettings = []
                $0.webSearch = WebSearchRequest(allowedDomains: ["a.example"], maximumUses: 2)
                $0.tools = [
                    Tool(
                        name: "f", kind: .function(parameters: nil, isStrict: nil), cacheMark: CacheMark(),
                        ownMembers: ["defer_loading": true]),
                    Tool(name: "computer", kind: .own(.messages, ["type": "computer_20250124"])),
                ]
                $0.ownMembers = ["container": "c"]
            })
        #expect(
            request["messages"] == [
                ["role": "assistant", "content": "x"],
                [
                    "role": "assistant", "content": nil,
                    "tool_calls": [["id": "1", "type": "function", "function": ["name": "f", "arguments": "{}"]]],
                ],
            ])
        #expect(request["tools"] == [["type": "function", "function": ["name": "f"]]])
        #expect(request["web_search_options"] == [:])
        #expect(losses.features == [.topK, .safetySettings, .webSearchDomains, .ownTools, .cacheMarks, .opaqueReasoning])
        #expect(losses.members == ["server_tool_use", "caller", "defer_loading", "container", "max_uses"])
    }

    @Test(
        "What would make it another request is refused, by the client's own name",
        arguments: [
            ("imageFile", Change { $0.messages[0].blocks = [Block(.image(Media(.file("f")), detail: nil))] }),
            ("documentFile", Change { $0.messages[0].blocks = [Block(.document(Document(source: .media(Media(.file("f"))))))] }),
            (
                "documentURL",
                Change { $0.messages[0].blocks = [Block(.document(Document(source: .media(Media(.url("https://a.example"))))))] }
            ),
            ("audioInput", Change { $0.messages[0].blocks = [Block(.audio(Media(.url("https://a.example"))))] }),
            ("videoInput", Change { $0.messages[0].blocks = [Block(.video(Media(.url("https://a.example"))))] }),
            ("cachedContent", Change { $0.promptCache.content = "cachedContents/1" }),
            ("outputGrammar", Change { $0.outputFormat = .other(["type": "grammar"]) }),
            (
                "toolChoiceNamed",
                Change {
                    $0.tools = [
                        Tool(name: "a", kind: .own(.messages, [:])),
                        Tool(name: "b", kind: .function(parameters: nil, isStrict: nil)),
                    ]
                    $0.toolChoice = .named("a")
                }
            ),
            (
                "toolChoiceRequired",
                Change {
                    $0.tools = [Tool(name: "a", kind: .own(.messages, [:]))]
                    $0.toolChoice = .required
                }
            ),
        ] as [(String, Change)])
    func refused(name: String, change: Change) throws {
        let error = #expect(throws: RelayError.self) { try self.write(self.conversation { change.make(&$0) }) }
        #expect(error?.status == .badRequest)
        #expect(error?.parameter == "other.\(name)")
    }

    @Test(
        "A member that a provider refuses is left out only where the answer stays what was asked for",
        arguments: [
            ("n", Change { $0.sampling.choiceCount = 2 }),
            (
                "tool_choice",
                Change {
                    $0.tools = [Tool(name: "b", kind: .function(parameters: nil, isStrict: nil))]
                    $0.toolChoice = .required
                }
            ), ("response_format", Change { $0.outputFormat = .jsonObject }),
            ("tools", Change { $0.tools = [Tool(name: "b", kind: .function(parameters: nil, isStrict: nil))] }),
        ] as [(String, Change)])
    func unsupported(name: String, change: Change) throws {
        let quirks = ChatGoldens.quirks { $0.unsupportedMembers = [name] }
        #expect(throws: RelayError.self) { try self.write(self.conversation { change.make(&$0) }, quirks) }
        let (request, losses) = try self.write(self.conversation { $0.sampling.choiceCount = 1 }, quirks)
        #expect(request[name] == nil)
        #expect(losses.features.isSubset(of: [.choiceCount]))
    }
}

/// A change of a conversation.
struct Change: Sendable {
    let make: @Sendable (inout Conversation) -> Void

    init(_ make: @escaping @Sendable (inout Conversation) -> Void) { self.make = make }
}

/// Names features so that they can be told from any real format's.
private enum OtherClient: FormatCodec {
    static let format = WireFormat.messages
    static func memberName(of feature: Feature) -> String? { "other.\(feature.rawValue)" }
    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        Conversation(model: "")
    }
    static func request(_ conversation: Conversation, for target: EncodingTarget, losses: inout Losses) throws(RelayError) -> JSON
    { nil }
    static func answer(_ body: JSON) throws(FormatFault) -> Answer { Answer() }
    static func body(of answer: Answer, for reply: ReplyContext) -> JSON { nil }
    static func streamDecoder() -> any AnswerStreamDecoder { ChatCompletionsCodec.streamDecoder() }
    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder {
        ChatCompletionsCodec.streamEncoder(for: reply)
    }
}
