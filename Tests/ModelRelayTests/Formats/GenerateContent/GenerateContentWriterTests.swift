import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("What other formats say, to generateContent")
struct GenerateContentWriterTests {
    private typealias Goldens = GenerateContentGoldens

    private func write(
        _ conversation: Conversation, _ target: EncodingTarget = GenerateContentGoldens.target(), dropping: Set<Feature> = [],
        members: Set<String> = []
    ) throws -> JSON {
        var losses = Losses()
        let request = try GenerateContentCodec.request(conversation, for: target, losses: &losses)
        #expect(losses.features == dropping)
        #expect(losses.members == members)
        return request
    }

    private func conversation(_ messages: [Message] = [Message(.user, [.text("a")])]) -> Conversation {
        var conversation = Conversation(model: "m")
        conversation.messages = messages
        return conversation
    }

    @Test("Roles alternate, results come first behind their calls and in their order, and ids and names are kept")
    func turns() throws {
        let conversation = self.conversation([
            Message(.system, [.text("s")]), Message(.developer, [.text("d")]), Message(.user, [.text("u1")]),
            Message(.user, [.text("u2")]),
            Message(
                .assistant,
                [
                    .text(""), Block(.toolCall(ToolCall(id: "call_a", name: "f", arguments: #"{"x":1}"#))),
                    Block(.toolCall(ToolCall(id: "call_b", name: "g", arguments: ""))),
                ]),
            Message(.user, [Block(.toolResult(ToolResult(callID: "call_b", blocks: [.text("B")], isError: true)))]),
            Message(.user, [Block(.toolResult(ToolResult(callID: "call_a", blocks: [.text(#"{"y":2}"#)]))), .text("and?")]),
            Message(.system, [.text("late")]),
        ])
        let request = try self.write(conversation, Goldens.target("gemini-2.5-flash"))
        #expect(request["systemInstruction"] == ["parts": [["text": "s"], ["text": "d"]]])
        #expect(
            request["contents"]
                == [
                    ["role": "user", "parts": [["text": "u1"], ["text": "u2"]]],
                    [
                        "role": "model",
                        "parts": [
                            ["functionCall": ["id": "call_a", "name": "f", "args": ["x": 1]]],
                            ["functionCall": ["id": "call_b", "name": "g", "args": [:]]],
                        ],
                    ],
                    [
                        "role": "user",
                        "parts": [
                            ["functionResponse": ["id": "call_a", "name": "f", "response": ["y": 2]]],
                            ["functionResponse": ["id": "call_b", "name": "g", "response": ["error": "B"]]], ["text": "and?"],
                            ["text": "<system>late</system>"],
                        ],
                    ],
                ])
    }

    @Test("Instructions alone are what the user says; a result without its call is refused")
    func edges() throws {
        let alone = try self.write(self.conversation([Message(.system, [.text("s")])]))
        #expect(alone == ["contents": [["role": "user", "parts": [["text": "s"]]]]])
        let stray = self.conversation([Message(.user, [Block(.toolResult(ToolResult(callID: "x", blocks: [.text("r")])))])])
        #expect(throws: RelayError.self) { try self.write(stray) }
    }

    @Test("Since Gemini 3 the first call of a step of this turn has a signature, whoever made it")
    func signatures() throws {
        func call(_ id: String, _ signature: OpaqueReasoning? = nil) -> Block {
            Block(.toolCall(ToolCall(id: id, name: "f", arguments: "{}")), signature: signature)
        }
        func result(_ id: String) -> Message {
            Message(.user, [Block(.toolResult(ToolResult(callID: id, blocks: [.text("r")])))])
        }
        let conversation = self.conversation([
            Message(.user, [.text("old")]), Message(.assistant, [call("0")]), result("0"), Message(.user, [.text("new")]),
            Message(.assistant, [call("1"), call("2")]), Message(.user, result("1").blocks + result("2").blocks),
            Message(.assistant, [call("3", OpaqueReasoning(origin: .generateContent, value: "c2ln"))]), result("3"),
            Message(.assistant, [call("4", OpaqueReasoning(origin: .messages, value: "c2ln"))]), result("4"),
        ])
        func signatures(_ model: String) throws -> [String?] {
            let request = try self.write(conversation, Goldens.target(model), dropping: [.opaqueReasoning])
            return (request["contents"]?.arrayValue ?? []).flatMap { $0["parts"]?.arrayValue ?? [] }
                .filter { $0["functionCall"] != nil }.map { $0["thoughtSignature"]?.stringValue }
        }
        let skip = "skip_thought_signature_validator"
        #expect(try signatures("models/gemini-3-pro-preview") == [nil, skip, nil, "c2ln", skip])
        #expect(try signatures("gemini-2.5-pro") == [nil, nil, nil, "c2ln", nil])
    }

    @Test("Thoughts go back with their signature, or without one that is another provider's")
    func thoughts() throws {
        let conversation = self.conversation([
            Message(.user, [.text("a")]),
            Message(
                .assistant,
                [
                    Block(.reasoning(Reasoning(text: "own", opaque: OpaqueReasoning(origin: .generateContent, value: "AA==")))),
                    Block(.reasoning(Reasoning(text: "foreign", opaque: OpaqueReasoning(origin: .messages, value: "x")))),
                    Block(
                        .reasoning(Reasoning(text: "", opaque: OpaqueReasoning(origin: .messages, value: "x"), isRedacted: true))),
                    Block(.text("b", citations: []), signature: OpaqueReasoning(origin: .generateContent, value: "AQ==")),
                ]), Message(.user, [.text("c")]),
        ])
        let request = try self.write(conversation, dropping: [.opaqueReasoning])
        #expect(
            request["contents"]?[1]?["parts"]
                == [
                    ["text": "own", "thought": true, "thoughtSignature": "AA=="], ["text": "foreign", "thought": true],
                    ["text": "b", "thoughtSignature": "AQ=="],
                ])
    }

    @Test(
        "How much to think is said in the model's own words",
        arguments: [
            ("gemini-2.5-pro", ReasoningRequest(effort: "low"), ["thinkingBudget": 2048, "includeThoughts": true], nil),
            ("gemini-2.5-pro", ReasoningRequest(effort: "none"), ["thinkingBudget": 128], .reasoningOff),
            ("gemini-2.5-flash", ReasoningRequest(effort: "none"), ["thinkingBudget": 0], nil),
            ("gemini-2.5-flash", ReasoningRequest(budget: 99999), ["thinkingBudget": 24576, "includeThoughts": true], nil),
            (
                "gemini-2.5-flash-lite", ReasoningRequest(budget: 100, summary: "none"),
                ["thinkingBudget": 512, "includeThoughts": false], nil
            ),
            ("gemini-2.5-flash", ReasoningRequest(isAdaptive: true), ["thinkingBudget": -1, "includeThoughts": true], nil),
            ("gemini-2.0-flash", ReasoningRequest(effort: "high"), nil, .reasoningEffort),
            ("gemini-3-pro-preview", ReasoningRequest(effort: "medium"), ["thinkingLevel": "LOW", "includeThoughts": true], nil),
            (
                "gemini-3-flash-preview", ReasoningRequest(budget: 8000), ["thinkingLevel": "MEDIUM", "includeThoughts": true],
                nil
            ),
            (
                "gemini-3-flash-preview", ReasoningRequest(effort: "xhigh"), ["thinkingLevel": "HIGH", "includeThoughts": true],
                nil
            ),
            ("gemini-3-flash-preview", ReasoningRequest(effort: "none"), ["thinkingLevel": "MINIMAL"], .reasoningOff),
            ("gemini-4-argon", ReasoningRequest(effort: "minimal"), ["thinkingLevel": "LOW", "includeThoughts": true], nil),
            ("gemini-flash-latest", ReasoningRequest(isAdaptive: true), ["includeThoughts": true], nil),
            (
                "publishers/google/models/unheard-of", ReasoningRequest(budget: 5),
                ["thinkingBudget": 5, "includeThoughts": true], nil
            ),
        ] as [(String, ReasoningRequest, JSON?, Feature?)])
    func thinking(model: String, reasoning: ReasoningRequest, expected: JSON?, dropped: Feature?) throws {
        var conversation = self.conversation()
        conversation.reasoning = reasoning
        let request = try self.write(conversation, Goldens.target(model), dropping: dropped.map { [$0] } ?? [])
        #expect(request["generationConfig"]?["thinkingConfig"] == expected)
    }

    @Test(
        "Every choice of tools",
        arguments: [
            (nil, nil), (.auto, ["mode": "AUTO"]), (ToolChoice.none, ["mode": "NONE"] as JSON), (.required, ["mode": "ANY"]),
            (.named("f"), ["mode": "ANY", "allowedFunctionNames": ["f"]]),
            (.allowed(["f", "g"], isRequired: true), ["mode": "ANY", "allowedFunctionNames": ["f", "g"]]),
            (.allowed(["f"], isRequired: false), ["mode": "VALIDATED", "allowedFunctionNames": ["f"]]),
        ] as [(ToolChoice?, JSON?)])
    func choices(choice: ToolChoice?, expected: JSON?) throws {
        var conversation = self.conversation()
        conversation.tools = [
            Tool(
                name: "f",
                kind: .function(parameters: ["type": "object", "properties": ["a": ["type": "string"]]], isStrict: nil)),
            Tool(name: "g", kind: .function(parameters: ["type": "object", "properties": [:]], isStrict: nil)),
        ]
        conversation.toolChoice = choice
        let request = try self.write(conversation)
        #expect(request["toolConfig"]?["functionCallingConfig"] == expected)
        #expect(
            request["tools"]
                == [
                    [
                        "functionDeclarations": [
                            ["name": "f", "parametersJsonSchema": ["type": "object", "properties": ["a": ["type": "string"]]]],
                            ["name": "g"],
                        ]
                    ]
                ])
    }

    @Test("Strict tools are held to their schemas; tools that can't be offered are told, and refused where one is forced")
    func tools() throws {
        var conversation = self.conversation()
        conversation.tools = [
            Tool(name: "f", kind: .function(parameters: nil, isStrict: true)), Tool(name: "patch", kind: .custom(format: nil)),
            Tool(name: "computer", kind: .own(.messages, [:])),
        ]
        conversation.webSearch = WebSearchRequest(allowedDomains: ["a.example"])
        let request = try self.write(conversation, dropping: [.customTools, .ownTools, .webSearchDomains])
        #expect(request["tools"] == [["functionDeclarations": [["name": "f"]]], ["googleSearch": [:]]])
        #expect(
            request["toolConfig"] == ["functionCallingConfig": ["mode": "VALIDATED"], "includeServerSideToolInvocations": true])
        conversation.toolChoice = .named("patch")
        let error = try #require(throws: RelayError.self) { try self.write(conversation) }
        #expect(error.parameter == "stranger.toolChoiceNamed")
    }

    @Test("What can't be said is dropped and told")
    func losses() throws {
        var conversation = self.conversation([
            Message(.user, [Block(.text("a", citations: []), cacheMark: CacheMark())], name: "Al")
        ])
        conversation.sampling.logitBias = ["1": 2]
        conversation.verbosity = "low"
        conversation.user = "u"
        conversation.promptCache = PromptCacheRequest(key: "k", retention: "24h")
        conversation.metadata = ["Trace Id": "x"]
        conversation.allowsParallelToolCalls = false
        conversation.serviceTier = "scale"
        conversation.prediction = [.text("p")]
        conversation.ownMembers["modal"] = 1
        conversation.modalities = Modalities(names: ["text", "audio"], audio: ["voice": "alloy", "format": "wav"])
        let request = try self.write(
            conversation,
            dropping: [
                .logitBias, .verbosity, .user, .promptCacheKey, .promptCacheRetention, .metadata, .parallelToolCalls,
                .serviceTier,
                .prediction, .cacheMarks, .participantName,
            ], members: ["modal", "audio.voice", "audio.format"])
        #expect(
            request
                == [
                    "contents": [["role": "user", "parts": [["text": "a"]]]],
                    "generationConfig": ["responseModalities": ["TEXT", "AUDIO"]],
                ])
    }

    private static let refused: [(name: String, change: @Sendable (inout Conversation) -> Void)] = [
        ("stop", { $0.sampling.stop = ["1", "2", "3", "4", "5", "6"] }),
        ("imageFile", { $0.messages = [Message(.user, [Block(.image(Media(.file("file-abc")), detail: nil))])] }),
        ("imageURL", { $0.messages = [Message(.user, [Block(.image(Media(.url("ftp://a/b")), detail: nil))])] }),
        (
            "documentFile",
            { $0.messages = [Message(.user, [Block(.document(Document(source: .media(Media(.file("file-1"))))))])] }
        ),
        ("outputGrammar", { $0.outputFormat = .other(["type": "grammar"]) }),
        ("toolChoiceRequired", { $0.toolChoice = .required }),
    ]

    @Test("What would change the meaning is refused by the client's own name", arguments: refused.indices)
    func refusals(index: Int) throws {
        var conversation = self.conversation()
        Self.refused[index].change(&conversation)
        let error = try #require(throws: RelayError.self) { try self.write(conversation) }
        #expect(error.status == .badRequest)
        #expect(error.parameter == "stranger.\(Self.refused[index].name)")
    }

    @Test("Files come as data or as addresses, and text as a file of text")
    func files() throws {
        let conversation = self.conversation([
            Message(
                .user,
                [
                    Block(.image(Media(url: "data:image/png;base64,iVBORw0KGgo="), detail: "low")),
                    Block(.image(Media(.url("https://a.example/x")), detail: nil)),
                    Block(.document(Document(source: .media(Media(.url("https://a.example/x.pdf")))))),
                    Block(.document(Document(source: .text("héllo?>")))),
                    Block(.document(Document(source: .blocks([.text("one"), .text("two")])))),
                ])
        ])
        let parts = try self.write(conversation)["contents"]?[0]?["parts"]
        #expect(
            parts
                == [
                    [
                        "inlineData": ["mimeType": "image/png", "data": "iVBORw0KGgo="],
                        "mediaResolution": ["level": "MEDIA_RESOLUTION_LOW"],
                    ],
                    ["fileData": ["fileUri": "https://a.example/x", "mimeType": "image/jpeg"]],
                    ["fileData": ["fileUri": "https://a.example/x.pdf", "mimeType": "application/pdf"]],
                    ["inlineData": ["mimeType": "text/plain", "data": "aMOpbGxvPz4="]], ["text": "one"], ["text": "two"],
                ])
    }

    @Test("A picture in a tool's result stands in it, or behind it for models that don't take that")
    func resultPictures() throws {
        let picture = Block(.image(Media(.base64("AA=="), type: "image/png"), detail: nil))
        let conversation = self.conversation([
            Message(.user, [.text("a")]), Message(.assistant, [Block(.toolCall(ToolCall(id: "1", name: "f", arguments: "{}")))]),
            Message(.user, [Block(.toolResult(ToolResult(callID: "1", blocks: [.text("see"), picture])))]),
        ])
        let data: JSON = ["inlineData": ["mimeType": "image/png", "data": "AA=="]]
        let third = try self.write(conversation)["contents"]?[2]?["parts"]
        #expect(third == [["functionResponse": ["id": "1", "name": "f", "response": ["output": "see"], "parts": [data]]]])
        let second = try self.write(conversation, Goldens.target("gemini-2.5-pro"))["contents"]?[2]?["parts"]
        #expect(second == [["functionResponse": ["id": "1", "name": "f", "response": ["output": "see"]]], data])
    }

    @Test("A schema goes whole, or in the subset where only that is known, and what it lost is told")
    func schemas() throws {
        let schema: JSON = [
            "type": "object", "additionalProperties": false, "$defs": ["p": ["type": ["string", "null"], "maxLength": 3]],
            "properties": [
                "a": ["$ref": "#/$defs/p", "description": "d"], "b": ["oneOf": [["type": "integer"], ["type": "null"]]],
                "c": ["const": "x"], "d": ["type": "array", "items": ["type": "number", "exclusiveMinimum": 0]],
            ], "required": ["a"],
        ]
        var conversation = self.conversation()
        conversation.outputFormat = .jsonSchema(name: "n", description: nil, schema: schema, isStrict: true)
        let whole = try self.write(conversation)
        #expect(whole["generationConfig"] == ["responseMimeType": "application/json", "responseJsonSchema": schema])
        var target = Goldens.target()
        target.quirks.lacksFullSchemas = true
        let subset = try self.write(conversation, target, members: ["schema.additionalProperties", "schema.exclusiveMinimum"])
        #expect(
            subset["generationConfig"]?["responseSchema"]
                == [
                    "type": "OBJECT", "required": ["a"],
                    "properties": [
                        "a": ["type": "STRING", "nullable": true, "maxLength": 3, "description": "d"],
                        "b": ["type": "INTEGER", "nullable": true], "c": ["type": "STRING", "enum": ["x"]],
                        "d": ["type": "ARRAY", "items": ["type": "NUMBER"]],
                    ],
                ])
    }

    @Test("A schema that contains itself ends somewhere")
    func recursion() {
        let schema: JSON = [
            "$defs": ["n": ["type": "object", "properties": ["l": ["$ref": "#/$defs/n"], "r": ["$ref": "#/$defs/n"]]]],
            "$ref": "#/$defs/n",
        ]
        let (subset, dropped) = GeminiSchema.subset(of: schema)
        #expect(dropped == ["$ref"])
        #expect(subset["properties"]?["l"]?["properties"]?["r"]?["type"] == "OBJECT")
    }
}
