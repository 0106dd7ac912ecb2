import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("What clients of other formats say to an upstream of the Messages API")
struct MessagesConversionTests {
    struct Written {
        var body: JSON
        var losses: Losses
    }

    static func write(
        _ model: String = "claude-sonnet-4-5", limit: Int64? = nil, quirks: Quirks = Quirks(),
        _ change: (inout Conversation) -> Void
    ) throws(RelayError) -> Written {
        var conversation = Conversation(model: model)
        conversation.messages = [Message(.user, [.text("Hello")])]
        change(&conversation)
        var target = EncodingTarget(model: model, client: MessagesForeignCodec.self)
        target.maximumOutputTokens = limit
        target.quirks = quirks
        var losses = Losses()
        let body = try MessagesCodec.request(conversation, for: target, losses: &losses)
        return Written(body: body, losses: losses)
    }

    // MARK: Turns

    @Test("Instructions at the start are the system's, and results of tools lead the user's turn")
    func turns() throws {
        let written = try Self.write { conversation in
            conversation.messages = [
                Message(.system, [.text("Be brief.")]), Message(.developer, [.text("Be kind.")]),
                Message(.user, [.text("Both?")], name: "ann"),
                Message(
                    .assistant,
                    [
                        Block(.toolCall(ToolCall(id: "call|1", name: "a.b", arguments: "{\"x\":1}"))),
                        Block(.toolCall(ToolCall(id: "call_2", name: "c", arguments: ""))),
                    ]),
                Message(.user, [.text("Hurry.")]),
                Message(.user, [Block(.toolResult(ToolResult(callID: "call|1", blocks: [.text("one")])))]),
                Message(.user, [Block(.toolResult(ToolResult(callID: "call_2", blocks: [], object: ["r": 2], isError: false)))]),
            ]
        }
        let expected: JSON = [
            ["role": "user", "content": "Both?"],
            [
                "role": "assistant",
                "content": [
                    ["type": "tool_use", "id": "portico_call_7c1", "name": "portico_a_2eb", "input": ["x": 1]],
                    ["type": "tool_use", "id": "call_2", "name": "c", "input": [:]],
                ],
            ],
            [
                "role": "user",
                "content": [
                    ["type": "tool_result", "tool_use_id": "portico_call_7c1", "content": "one"],
                    ["type": "tool_result", "tool_use_id": "call_2", "content": "{\"r\":2}"], ["type": "text", "text": "Hurry."],
                ],
            ],
        ]
        #expect(written.body["messages"] == expected)
        #expect(written.body["system"] == [["type": "text", "text": "Be brief."], ["type": "text", "text": "Be kind."]])
        #expect(written.losses.features == [.participantName])
        // A history with calls is refused where no tools are told.
        #expect(written.body["tools"]?.arrayValue?.count == 2)
        #expect(written.body["tool_choice"] == ["type": "none"])
    }

    @Test("Empty texts are left out, the user speaks first, and instructions alone are what the user says")
    func odd() throws {
        let answerFirst = try Self.write { conversation in
            conversation.messages = [
                Message(.assistant, [.text("Hi, I help."), .text("")]), Message(.user, [.text(" \n")]),
                Message(.user, [.text("Do.")]),
            ]
        }
        let roles = (answerFirst.body["messages"]?.arrayValue ?? []).compactMap { $0["role"]?.stringValue }
        #expect(roles == ["user", "assistant", "user"])
        #expect(answerFirst.body["messages"]?[1]?["content"] == "Hi, I help.")
        let instructions = try Self.write { $0.messages = [Message(.system, [.text("Say hi.")])] }
        #expect(instructions.body["messages"] == [["role": "user", "content": "Say hi."]])
        #expect(instructions.body["system"] == nil)
    }

    @Test(
        "An instruction amid the conversation keeps its place, by its role where the model takes it",
        arguments: [
            ("claude-opus-5", "system", "Now in French."), ("claude-sonnet-4-5", "user", "<system>\nNow in French.\n</system>"),
        ])
    func laterInstruction(model: String, role: String, text: String) throws {
        let written = try Self.write(model) { $0.messages.append(Message(.system, [.text("Now in French.")])) }
        let last = try #require(written.body["messages"]?.arrayValue?.last)
        #expect(last["role"]?.stringValue == role)
        #expect(last.serialized().contains(JSON.string(text).serialized()))
    }

    // MARK: Content

    @Test("Pictures and documents go as they are, or as what the API takes")
    func media() throws {
        let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
        let written = try Self.write { conversation in
            conversation.messages[0].blocks = [
                Block(.image(Media(url: "https://example.com/a.png"), detail: "low")),
                Block(.image(Media(.base64(png)), detail: "auto")),
                Block(.document(Document(source: .media(Media(.base64("SGVsbG8="), type: "text/markdown")), title: "n.md"))),
                Block(.document(Document(source: .media(Media(.base64("JVBERi0="), type: "application/pdf"))))),
            ]
        }
        let expected: JSON = [
            ["type": "image", "source": ["type": "url", "url": "https://example.com/a.png"]],
            ["type": "image", "source": ["type": "base64", "media_type": "image/png", "data": .string(png)]],
            [
                "type": "document", "source": ["type": "text", "media_type": "text/plain", "data": "Hello"], "title": "n.md",
            ],
            ["type": "document", "source": ["type": "base64", "media_type": "application/pdf", "data": "JVBERi0="]],
        ]
        #expect(written.body["messages"]?[0]?["content"] == expected)
        #expect(written.losses.features == [.imageDetail])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var feature: Feature
        var change: @Sendable (inout Conversation) -> Void
        var testDescription: String { self.feature.rawValue }
    }

    @Test(
        "What would change the meaning is refused by the client's own name for it",
        arguments: [
            Refusal(feature: .choiceCount) { $0.sampling.choiceCount = 2 },
            Refusal(feature: .cachedContent) { $0.promptCache.content = "cachedContents/1" },
            Refusal(feature: .audioOutput) { $0.modalities = Modalities(names: ["text", "audio"]) },
            Refusal(feature: .imageOutput) { $0.modalities = Modalities(names: ["image"]) },
            Refusal(feature: .audioInput) { $0.messages[0].blocks = [Block(.audio(Media(.base64(""))))] },
            Refusal(feature: .videoInput) { $0.messages[0].blocks = [Block(.video(Media(.url("https://example.com"))))] },
            Refusal(feature: .imageFile) { $0.messages[0].blocks = [Block(.image(Media(.file("file-1")), detail: nil))] },
            Refusal(feature: .imageData) {
                $0.messages[0].blocks = [Block(.image(Media(.base64("AA=="), type: "image/tiff"), detail: nil))]
            },
            Refusal(feature: .imageURL) { $0.messages[0].blocks = [Block(.image(Media(.url("gs://b/a.png")), detail: nil))] },
            Refusal(feature: .documentFile) {
                $0.messages[0].blocks = [Block(.document(Document(source: .media(Media(.file("f"))))))]
            },
            Refusal(feature: .documentData) {
                $0.messages[0].blocks = [
                    Block(.document(Document(source: .media(Media(.base64("AA=="), type: "application/zip")))))
                ]
            },
            Refusal(feature: .outputGrammar) { $0.outputFormat = .other(["syntax": "lark"]) },
            Refusal(feature: .toolChoiceRequired) {
                $0.tools = [Tool(name: "x", kind: .own(.responses, [:]))]
                $0.toolChoice = .required
            },
            Refusal(feature: .tools) { $0.tools = [Tool(name: String(repeating: "n", count: 129), kind: .custom(format: nil))] },
        ])
    func refusals(refusal: Refusal) throws {
        let error = try #require(throws: RelayError.self) { try Self.write { refusal.change(&$0) } }
        #expect(error.status == .badRequest)
        #expect(error.parameter == "foreign.\(refusal.feature.rawValue)")
    }

    @Test("What has no place is told, and only that")
    func losses() throws {
        let written = try Self.write { conversation in
            conversation.sampling.frequencyPenalty = JSONNumber("0.5")
            conversation.sampling.presencePenalty = JSONNumber("0")
            conversation.sampling.logitBias = ["50256": -100]
            conversation.sampling.seed = 7
            conversation.sampling.logprobs = true
            conversation.sampling.stop = ["\n", "END"]
            conversation.verbosity = "low"
            conversation.prediction = [.text("x")]
            conversation.promptCache.key = "k"
            conversation.promptCache.retention = "24h"
            conversation.metadata = ["a": "b"]
            conversation.user = "u"
            conversation.isStored = true
            conversation.serviceTier = "flex"
            conversation.ownMembers = ["logit_magic": 1]
        }
        #expect(
            written.losses.features == [
                .frequencyPenalty, .logitBias, .seed, .logprobs, .stop, .verbosity, .prediction, .promptCacheKey,
                .promptCacheRetention,
                .metadata, .isStored, .serviceTier,
            ])
        #expect(written.losses.members == ["logit_magic"])
        #expect(written.body["stop_sequences"] == ["END"])
        #expect(written.body["metadata"] == ["user_id": "u"])
        #expect(written.body["max_tokens"] == 8192)
    }

    // MARK: Tools

    @Test("Tools without parameters have an empty schema, definitions stay, and a tool for a text takes one in an object")
    func tools() throws {
        let schema: JSON = ["type": "object", "properties": ["a": ["$ref": "#/$defs/a"]], "$defs": ["a": ["type": "string"]]]
        let written = try Self.write { conversation in
            conversation.tools = [
                Tool(name: "a", kind: .function(parameters: nil, isStrict: false)),
                Tool(name: "b", description: "B.", kind: .function(parameters: schema, isStrict: true)),
                Tool(name: "c", kind: .custom(format: ["type": "grammar"])),
                Tool(name: "d", kind: .own(.responses, ["type": "shell"])),
            ]
            conversation.allowsParallelToolCalls = false
            conversation.webSearch = WebSearchRequest(
                contextSize: "low", location: ["city": "Oslo"], allowedDomains: ["a.example"], blockedDomains: ["b.example"])
        }
        let expected: JSON = [
            ["name": "a", "input_schema": ["type": "object", "properties": [:]]],
            ["name": "b", "description": "B.", "input_schema": schema, "strict": true],
            ["name": "c", "input_schema": CustomToolShape.parameters],
            [
                "type": "web_search_20250305", "name": "web_search", "allowed_domains": ["a.example"],
                "user_location": ["type": "approximate", "city": "Oslo"],
            ],
        ]
        #expect(written.body["tools"] == expected)
        #expect(written.body["tool_choice"] == ["type": "auto", "disable_parallel_tool_use": true])
        #expect(written.losses.features == [.customTools, .ownTools, .webSearchDomains])
        #expect(written.losses.members == ["search_context_size"])
    }

    @Test(
        "Every choice of tools has its form",
        arguments: [
            (.auto, ["type": "auto"], 2), (ToolChoice.none, ["type": "none"], 2), (.required, ["type": "any"], 2),
            (.named("b.c"), ["type": "tool", "name": "portico_b_2ec"], 2),
            (.allowed(["a"], isRequired: false), ["type": "auto"], 1),
            (.allowed(["a"], isRequired: true), ["type": "any"], 1),
        ] as [(ToolChoice, JSON, Int)])
    func choices(choice: ToolChoice, expected: JSON, count: Int) throws {
        let written = try Self.write { conversation in
            conversation.tools = ["a", "b.c"].map { Tool(name: $0, kind: .function(parameters: nil, isStrict: nil)) }
            conversation.toolChoice = choice
        }
        #expect(written.body["tool_choice"] == expected)
        #expect(written.body["tools"]?.arrayValue?.count == count)
        #expect(written.losses.isEmpty)
    }
}
