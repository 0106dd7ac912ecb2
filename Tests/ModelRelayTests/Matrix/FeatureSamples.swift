import Wire

@testable import ModelRelay

/// A request that says one feature, and how it is seen in a request that came of it.
struct FeatureSample: Sendable {
    let feature: Feature
    let conversation: Conversation
    /// What has to be the same behind a conversion; nil where it isn't there at all.
    let part: @Sendable (Conversation) -> AnyHashable?
    /// Formats in which leaving it out says the same, or something else says it.
    var isImplied: Set<WireFormat> = []
    /// What it is a part of: where that is told as dropped, this is.
    var whole: Feature?

    fileprivate func implied(in formats: Set<WireFormat>) -> FeatureSample {
        var sample = self
        sample.isImplied = formats
        return sample
    }

    fileprivate func part(of whole: Feature) -> FeatureSample {
        var sample = self
        sample.whole = whole
        return sample
    }

    /// Whether a text stands in some text of the conversation.
    fileprivate static func says(_ text: String) -> @Sendable (Conversation) -> AnyHashable? {
        { conversation in conversation.messages.flatMap(\.blocks).contains { $0.says(text) } ? true : nil }
    }
}

extension Block {
    fileprivate func says(_ text: String) -> Bool {
        switch self.content {
        case .text(let own, _): own.contains(text)
        case .document(let document):
            switch document.source {
            case .text(let own): own.contains(text) || document.context?.contains(text) == true
            case .media(let media):
                if case .base64(let data) = media.source { data == Base64Text.of(text) } else { false }
            case .blocks(let blocks): blocks.contains { $0.says(text) }
            }
        default: false
        }
    }
}

/// The few texts that a document may hold here, in base64.
private enum Base64Text {
    static func of(_ text: String) -> String { text == "A text" ? "QSB0ZXh0" : "" }
}

extension FeatureSample {
    private init(
        _ feature: Feature, _ change: (inout Conversation) -> Void, _ part: @escaping @Sendable (Conversation) -> AnyHashable?
    ) {
        var conversation = Conversation(model: "model")
        conversation.messages = [Message(.user, [.text("Hello")])]
        change(&conversation)
        self.feature = feature
        self.conversation = conversation
        self.part = part
    }

    /// A block in the user's turn.
    private static func block(
        _ feature: Feature, _ content: Block.Content, _ part: @escaping @Sendable (Block.Content) -> AnyHashable?
    ) -> FeatureSample {
        FeatureSample(
            feature, { $0.messages[0].blocks.append(Block(content)) },
            { conversation in
                conversation.messages.flatMap(\.blocks).lazy.compactMap { part($0.content) }.first
            })
    }

    private static func media(_ media: Media) -> AnyHashable { media.source }

    private static let weather = Tool(
        name: "weather", description: "The weather of a place",
        kind: .function(
            parameters: [
                "type": "object", "properties": ["city": ["type": "string"]], "required": ["city"], "additionalProperties": false,
            ], isStrict: nil))

    private static func withTools(_ conversation: inout Conversation) { conversation.tools = [self.weather] }

    private static func choice(_ feature: Feature, _ choice: ToolChoice) -> FeatureSample {
        FeatureSample(
            feature,
            {
                self.withTools(&$0)
                $0.toolChoice = choice
            }, { $0.toolChoice })
    }

    private static func result(
        _ feature: Feature, _ result: ToolResult, _ part: @escaping @Sendable (Conversation) -> AnyHashable?
    ) -> FeatureSample {
        FeatureSample(
            feature,
            {
                self.withTools(&$0)
                $0.messages.append(
                    Message(
                        .assistant,
                        [Block(.toolCall(ToolCall(id: "call_1", name: "weather", arguments: #"{"city":"Oslo"}"#)))]))
                $0.messages.append(Message(.user, [Block(.toolResult(result))]))
            }, part)
    }

    private static func toolResult(_ conversation: Conversation) -> ToolResult? {
        conversation.messages.flatMap(\.blocks).lazy.compactMap { block -> ToolResult? in
            if case .toolResult(let result) = block.content { result } else { nil }
        }.first
    }

    private static func images(_ blocks: [Block]) -> AnyHashable? {
        blocks.lazy.compactMap { block -> Media.Source? in
            if case .image(let media, _) = block.content { media.source } else { nil }
        }.first
    }

    private static let pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

    static let all: [FeatureSample] = Self.turns + Self.media + Self.tools + Self.outputs + Self.sampling + Self.rest

    private static let turns: [FeatureSample] = [
        FeatureSample(.system, { $0.messages.insert(Message(.system, [.text("Be brief")]), at: 0) }, Self.says("Be brief")),
        FeatureSample(.developer, { $0.messages.insert(Message(.developer, [.text("Be brief")]), at: 0) }, Self.says("Be brief")),
        FeatureSample(
            .turns,
            {
                $0.messages.append(Message(.assistant, [.text("Hi")]))
                $0.messages.append(Message(.user, [.text("Go on")]))
            }, { $0.messages.map(\.role) }),
        FeatureSample(.participantName, { $0.messages[0].name = "ada" }, { $0.messages.last?.name }),
        FeatureSample(
            .reasoningText,
            {
                $0.messages.append(Message(.assistant, [Block(.reasoning(Reasoning(text: "Let me see"))), .text("Hi")]))
                $0.messages.append(Message(.user, [.text("Go on")]))
            },
            { conversation in
                conversation.messages.flatMap(\.blocks).lazy.compactMap { block -> String? in
                    if case .reasoning(let reasoning) = block.content { reasoning.text } else { nil }
                }.first
            }),
        FeatureSample(
            .cacheMarks, { $0.messages[0].blocks[0].cacheMark = CacheMark() },
            { conversation in
                conversation.messages.flatMap(\.blocks).contains { $0.cacheMark != nil } ? true : nil
            }),
    ]

    private static let media: [FeatureSample] = [
        Self.block(.imageURL, .image(Media(.url("https://example.com/a.png"), type: "image/png"), detail: nil)) {
            if case .image(let media, _) = $0 { Self.media(media) } else { nil }
        },
        Self.block(.imageData, .image(Media(.base64(Self.pixel), type: "image/png"), detail: nil)) {
            if case .image(let media, _) = $0 { media } else { nil }
        },
        Self.block(.imageFile, .image(Media(.file("file-1"), type: "image/png"), detail: nil)) {
            if case .image(let media, _) = $0 { Self.media(media) } else { nil }
        },
        Self.block(.imageDetail, .image(Media(.base64(Self.pixel), type: "image/png"), detail: "high")) {
            if case .image(_, let detail) = $0 { detail } else { nil }
        },
        Self.block(.audioInput, .audio(Media(.base64("UklGRg=="), type: "audio/wav"))) {
            if case .audio(let media) = $0 { media } else { nil }
        },
        Self.block(.videoInput, .video(Media(.base64("AAAAGA=="), type: "video/mp4"))) {
            if case .video(let media) = $0 { media } else { nil }
        },
        Self.document(.documentURL, .media(Media(.url("https://example.com/a.pdf"), type: "application/pdf"))),
        Self.document(.documentData, .media(Media(.base64("JVBERi0="), type: "application/pdf"))),
        Self.document(.documentFile, .media(Media(.file("file-1"), type: "application/pdf"))),
        FeatureSample(
            .documentText, { $0.messages[0].blocks.append(Block(.document(Document(source: .text("A text"), title: "a.txt")))) },
            Self.says("A text")),
        FeatureSample(
            .documentContext,
            {
                let document = Document(source: .text("A text"), title: "a.txt", context: "Of 1912")
                $0.messages[0].blocks.append(Block(.document(document)))
            }, Self.says("Of 1912")),
    ]

    private static func document(_ feature: Feature, _ source: Document.Source) -> FeatureSample {
        Self.block(feature, .document(Document(source: source, title: "a.pdf"))) {
            guard case .document(let document) = $0 else { return nil }
            if case .media(let media) = document.source { return media.source }
            return document.source
        }
    }

    private static let tools: [FeatureSample] = [
        FeatureSample(.tools, { Self.withTools(&$0) }, { $0.tools.map { [$0.name, $0.description] } }),
        FeatureSample(
            .parallelToolCalls,
            {
                Self.withTools(&$0)
                $0.allowsParallelToolCalls = false
            }, { $0.allowsParallelToolCalls }),
        Self.choice(.toolChoiceAuto, .auto), Self.choice(.toolChoiceNone, .none),
        Self.choice(.toolChoiceRequired, .required), Self.choice(.toolChoiceNamed, .named("weather")),
        FeatureSample(
            .toolChoiceAllowed,
            {
                Self.withTools(&$0)
                $0.tools.append(Tool(name: "time", kind: Self.weather.kind))
                $0.toolChoice = .allowed(["weather"], isRequired: true)
            },
            { conversation in
                switch conversation.toolChoice {
                case .allowed(["weather"], isRequired: true), .named("weather"): true
                // The others are left out.
                case .required: conversation.tools.map(\.name) == ["weather"] ? true : nil
                default: nil
                }
            }),
        FeatureSample(
            .strictTools,
            {
                if case .function(let parameters, _) = Self.weather.kind {
                    $0.tools = [Tool(name: "weather", kind: .function(parameters: parameters, isStrict: true))]
                }
            },
            { conversation in
                if case .function(_, let isStrict)? = conversation.tools.first?.kind { isStrict } else { nil }
            }
            // Its mode VALIDATED is for all tools at once.
        ).implied(in: [.generateContent]),
        FeatureSample(
            .customTools,
            { $0.tools = [Tool(name: "note", description: "Takes a text", kind: .custom(format: nil))] },
            { conversation in
                switch conversation.tools.first?.kind {
                case .custom, .function(CustomToolShape.parameters, isStrict: _): true
                default: nil
                }
            }),
        Self.result(
            .toolResultImages,
            ToolResult(
                callID: "call_1", name: "weather",
                blocks: [.text("A map"), Block(.image(Media(.base64(Self.pixel), type: "image/png"), detail: nil))])
        ) { conversation in
            // A format whose results are texts has the picture in the user's next words.
            conversation.messages.flatMap(\.blocks).lazy.compactMap { block -> AnyHashable? in
                if case .toolResult(let result) = block.content { Self.images(result.blocks) } else { Self.images([block]) }
            }.first
        },
        Self.result(
            .toolResultError, ToolResult(callID: "call_1", name: "weather", blocks: [.text("No such city")], isError: true)
        ) {
            Self.toolResult($0)?.isError
        },
    ]

    private static let schema: JSON = [
        "type": "object", "properties": ["a": ["type": "string"]], "required": ["a"], "additionalProperties": false,
    ]

    private static let outputs: [FeatureSample] = [
        FeatureSample(.jsonObject, { $0.outputFormat = .jsonObject }, { $0.outputFormat }),
        FeatureSample(
            .jsonSchema, { $0.outputFormat = .jsonSchema(name: "answer", description: nil, schema: Self.schema, isStrict: true) },
            { if case .jsonSchema(_, _, let schema, _)? = $0.outputFormat { schema } else { nil } }),
        FeatureSample(.verbosity, { $0.verbosity = "low" }, { $0.verbosity }),
        FeatureSample(
            .audioOutput, { $0.modalities = Modalities(names: ["text", "audio"], audio: ["voice": "alloy", "format": "wav"]) },
            { $0.modalities?.names.contains("audio") == true ? true : nil }),
        FeatureSample(
            .imageOutput, { $0.modalities = Modalities(names: ["text", "image"]) },
            {
                $0.modalities?.names.contains("image") == true ? true : nil
            }),
        FeatureSample(.prediction, { $0.prediction = [.text("The text as it was")] }, { $0.prediction }),
    ]

    private static func number(_ text: String) -> JSONNumber? { JSONNumber(text) }

    private static let sampling: [FeatureSample] = [
        FeatureSample(.maximumOutputTokens, { $0.sampling.maximumOutputTokens = 300 }, { $0.sampling.maximumOutputTokens }),
        FeatureSample(.temperature, { $0.sampling.temperature = Self.number("0.5") }, { $0.sampling.temperature }),
        FeatureSample(.topP, { $0.sampling.topP = Self.number("0.9") }, { $0.sampling.topP }),
        FeatureSample(.topK, { $0.sampling.topK = 40 }, { $0.sampling.topK }),
        FeatureSample(.frequencyPenalty, { $0.sampling.frequencyPenalty = Self.number("0.1") }, { $0.sampling.frequencyPenalty }),
        FeatureSample(.presencePenalty, { $0.sampling.presencePenalty = Self.number("0.1") }, { $0.sampling.presencePenalty }),
        FeatureSample(.logitBias, { $0.sampling.logitBias = ["50256": -100] }, { $0.sampling.logitBias }),
        FeatureSample(.seed, { $0.sampling.seed = 7 }, { $0.sampling.seed }),
        FeatureSample(.stop, { $0.sampling.stop = ["END"] }, { $0.sampling.stop.isEmpty ? nil : $0.sampling.stop }),
        FeatureSample(.choiceCount, { $0.sampling.choiceCount = 2 }, { $0.sampling.choiceCount }),
        FeatureSample(
            .logprobs,
            {
                $0.sampling.logprobs = true
                $0.sampling.topLogprobs = 3
            }, { $0.sampling.topLogprobs }),
    ]

    private static let rest: [FeatureSample] = [
        FeatureSample(.reasoningEffort, { $0.reasoning = ReasoningRequest(effort: "high") }, { $0.reasoning?.effortOrNearest }),
        FeatureSample(
            .reasoningBudget,
            {
                $0.sampling.maximumOutputTokens = 30_000
                $0.reasoning = ReasoningRequest(budget: 9000)
            }, { $0.reasoning?.effortOrNearest }
        ).part(of: .reasoningEffort),
        FeatureSample(
            .reasoningOff, { $0.reasoning = ReasoningRequest(effort: "none") },
            {
                $0.reasoning?.isOff == true ? true : nil
            }
        ).implied(in: [.messages, .completions]),
        FeatureSample(
            .reasoningSummary, { $0.reasoning = ReasoningRequest(effort: "high", summary: "auto") },
            {
                $0.reasoning?.summary
            }
        ).part(of: .reasoningEffort),
        FeatureSample(.promptCacheKey, { $0.promptCache.key = "k" }, { $0.promptCache.key }),
        FeatureSample(.promptCacheRetention, { $0.promptCache.retention = "24h" }, { $0.promptCache.retention }),
        FeatureSample(.cachedContent, { $0.promptCache.content = "cachedContents/1" }, { $0.promptCache.content }),
        FeatureSample(.webSearch, { $0.webSearch = WebSearchRequest() }, { $0.webSearch == nil ? nil : true }),
        FeatureSample(
            .webSearchDomains, { $0.webSearch = WebSearchRequest(allowedDomains: ["example.com"]) },
            {
                $0.webSearch?.allowedDomains
            }
        ).part(of: .webSearch),
        FeatureSample(
            .safetySettings,
            { $0.safetySettings = [["category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"]] }, { $0.safetySettings }),
        FeatureSample(.serviceTier, { $0.serviceTier = "auto" }, { $0.serviceTier }).implied(in: [.generateContent]),
        FeatureSample(.metadata, { $0.metadata = ["order": "7"] }, { $0.metadata }),
        FeatureSample(.user, { $0.user = "ada" }, { $0.user }),
        FeatureSample(.isStored, { $0.isStored = true }, { $0.isStored }).implied(in: [
            .messages, .chatCompletions, .completions, .generateContent,
        ]),
    ]
}
