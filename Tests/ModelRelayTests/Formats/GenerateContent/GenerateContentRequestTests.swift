import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Requests to generateContent")
struct GenerateContentRequestTests {
    private static let endpoint = EndpointPath(model: "models/gemini-3-flash-preview", isStreamed: true)

    private func read(_ text: String) throws -> Conversation {
        try GenerateContentCodec.conversation(GenerateContentGoldens.json(text), endpoint: Self.endpoint)
    }

    @Test(
        "A request that is read and written again says the same, and nothing is lost",
        arguments: GenerateContentGoldens.conversations)
    func roundTrip(golden: (name: String, text: String)) throws {
        let request = GenerateContentGoldens.json(golden.text)
        var losses = Losses()
        let written = try GenerateContentCodec.request(
            try self.read(golden.text), for: GenerateContentGoldens.target(client: GenerateContentCodec.self), losses: &losses)
        #expect(written == request)
        #expect(losses.isEmpty)
    }

    @Test("The model and the way of answering are the path's")
    func path() throws {
        let conversation = try self.read(#"{"contents":[{"parts":[{"text":"a"}]}],"model":"another"}"#)
        #expect(conversation.model == "gemini-3-flash-preview")
        #expect(conversation.isStreamed)
        #expect(conversation.ownMembers.isEmpty)
        #expect(conversation.messages == [Message(.user, [.text("a")])])
    }

    @Test("Both spellings of names, single elements for lists and numbers as strings are taken")
    func spellings() throws {
        let snake = try self.read(
            """
            {"system_instruction":{"parts":{"text":"s"}},"contents":{"parts":{"inline_data":{"mime_type":"image/png","data":"-_8"}}},
             "tools":{"function_declarations":{"name":"f","parameters_json_schema":{"type":"object"}}},
             "tool_config":{"function_calling_config":{"mode":"any","allowed_function_names":["f"]}},
             "generation_config":{"max_output_tokens":"12","top_k":40.0,"stop_sequences":["x"],"response_mime_type":"application/json",
               "thinking_config":{"thinking_budget":5}},"cached_content":"c"}
            """)
        let camel = try self.read(
            """
            {"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png",
               "data":"+/8="}}]}],
             "tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object"}}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},
             "generationConfig":{"maxOutputTokens":12,"topK":40,"stopSequences":["x"],"responseMimeType":"application/json",
               "thinkingConfig":{"thinkingBudget":5}},"cachedContent":"c"}
            """)
        #expect(snake == camel)
        #expect(camel.toolChoice == .named("f"))
        #expect(camel.sampling.maximumOutputTokens == 12)
        #expect(camel.reasoning == ReasoningRequest(budget: 5))
    }

    @Test("Calls and results without ids belong together by name and order")
    func ids() throws {
        let conversation = try self.read(
            """
            {"contents":[{"role":"user","parts":[{"text":"go"}]},
              {"role":"model","parts":[{"functionCall":{"name":"a"}},{"functionCall":{"name":"b","args":{"x":1}}},{"functionCall":{"name":"a"}}]},
              {"role":"function","parts":[{"functionResponse":{"name":"b","response":{"result":"B"}}},
                {"functionResponse":{"name":"a","response":{"output":"A1"}}},{"functionResponse":{"name":"a","response":{"error":"A2"}}}]}]}
            """)
        let calls = conversation.messages[1].blocks.compactMap { block in
            if case .toolCall(let call) = block.content { call } else { nil }
        }
        let results = conversation.messages[2].blocks.compactMap { block in
            if case .toolResult(let result) = block.content { result } else { nil }
        }
        #expect(Set(calls.map(\.id)).count == 3)
        #expect(calls.map(\.arguments) == ["{}", #"{"x":1}"#, "{}"])
        #expect(results.map(\.callID) == [calls[1].id, calls[0].id, calls[2].id])
        #expect(results.map(\.isError) == [nil, nil, true])
        #expect(results[0].blocks == [.text("B")])
        #expect(conversation.messages[2].role == .user)
    }

    @Test(
        "A signature that another provider gave is known again",
        arguments: [WireFormat.messages, .responses, .generateContent])
    func signatures(origin: WireFormat) throws {
        let opaque = OpaqueReasoning(origin: origin, value: "c2lnbmF0dXJl", id: origin == .responses ? "rs_1" : nil)
        let text = GenerateContentSignature.carried(opaque)
        #expect(Base64Text.standard(text) == text)
        let conversation = try self.read(
            #"{"contents":[{"role":"model","parts":[{"text":"t","thought":true,"thoughtSignature":"\#(text)"}]}]}"#)
        #expect(conversation.messages[0].blocks == [Block(.reasoning(Reasoning(text: "t", opaque: opaque)))])
    }

    @Test("A stream that was kept as history, a content for each of its events, is one turn")
    func keptStream() throws {
        let conversation = try self.read(
            """
            {"contents":[{"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[{"text":"Th","thought":true}]},
              {"role":"model","parts":[{"text":"ink","thought":true}]},{"role":"model","parts":[{"text":"","thought":true,"thoughtSignature":"c2ln"}]},
              {"role":"model","parts":[{"text":"Hel"}]},{"role":"model","parts":[{"text":"lo"},{"text":"","thoughtSignature":"c2ln"}]},
              {"role":"model","parts":[{"functionCall":{"id":"1","name":"f"}}]},{"role":"model","parts":[{"functionCall":{"id":"2","name":"f"}}]}]}
            """)
        let signature = OpaqueReasoning(origin: .generateContent, value: "c2ln")
        #expect(conversation.messages.count == 2)
        #expect(
            conversation.messages[1].blocks
                == [
                    Block(.reasoning(Reasoning(text: "Think", opaque: signature))),
                    Block(.text("Hello", citations: []), signature: signature),
                    Block(.toolCall(ToolCall(id: "1", name: "f", arguments: "{}"))),
                    Block(.toolCall(ToolCall(id: "2", name: "f", arguments: "{}"))),
                ])
    }

    @Test("The subset of OpenAPI is read as JSON Schema")
    func openAPISchema() throws {
        let conversation = try self.read(
            """
            {"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"responseMimeType":"application/json","responseSchema":{
               "type":"OBJECT","title":"A thing","properties":{"b":{"type":"INTEGER","nullable":true},"a":{"type":"ARRAY","minItems":"2",
               "items":{"type":"STRING","format":"enum","enum":["x"]}}},"propertyOrdering":["a","b"]}}}
            """)
        guard case .jsonSchema(let name, _, let schema, _)? = conversation.outputFormat else {
            Issue.record("there is no schema")
            return
        }
        #expect(name == "A_thing")
        #expect(
            schema
                == [
                    "type": "object", "title": "A thing",
                    "properties": [
                        "a": ["type": "array", "minItems": 2, "items": ["type": "string", "enum": ["x"]]],
                        "b": ["type": ["integer", "null"]],
                    ],
                ])
        #expect(schema["properties"]?.objectValue?.names == ["a", "b"])
    }

    @Test(
        "What is wrong is told by its place",
        arguments: [
            (#"[]"#, nil), (#"{}"#, "contents"), (#"{"contents":[]}"#, "contents"), (#"{"contents":"hi"}"#, "contents"),
            (#"{"contents":[{"role":"assistant","parts":[{"text":"a"}]}]}"#, "contents[0].role"),
            (#"{"contents":[{"role":"user","parts":[]}]}"#, "contents[0].parts"),
            (#"{"contents":[{"parts":[{"text":1}]}]}"#, "contents[0].parts[0].text"),
            (#"{"contents":[{"parts":[{}]}]}"#, "contents[0].parts[0]"),
            (#"{"contents":[{"parts":[{"text":"a","inlineData":{"data":""}}]}]}"#, "contents[0].parts[0]"),
            (#"{"contents":[{"parts":[{"inline_data":{"mime_type":"image/png"}}]}]}"#, "contents[0].parts[0].inline_data.data"),
            (#"{"contents":[{"parts":[{"inlineData":{"data":"%"}}]}]}"#, "contents[0].parts[0].inlineData.data"),
            (
                #"{"contents":[{"parts":[{"inlineData":{"data":""},"inline_data":{"data":""}}]}]}"#,
                "contents[0].parts[0].inline_data"
            ),
            (#"{"contents":[{"parts":[{"fileData":{"mimeType":"a/b"}}]}]}"#, "contents[0].parts[0].fileData.fileUri"),
            (#"{"contents":[{"parts":[{"functionCall":{"args":{}}}]}]}"#, "contents[0].parts[0].functionCall.name"),
            (#"{"contents":[{"parts":[{"functionCall":{"name":"f","args":[]}}]}]}"#, "contents[0].parts[0].functionCall.args"),
            (
                #"{"contents":[{"parts":[{"functionResponse":{"name":"f","response":"x"}}]}]}"#,
                "contents[0].parts[0].functionResponse.response"
            ),
            (
                #"{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"temperature":"hot"}}"#,
                "generationConfig.temperature"
            ),
            (
                #"{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"stopSequences":[1]}}"#,
                "generationConfig.stopSequences[0]"
            ),
            (
                #"{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"responseMimeType":"text/css"}}"#,
                "generationConfig.responseMimeType"
            ),
            (
                #"{"contents":[{"parts":[{"text":"a"}]}],"generation_config":{"thinking_config":{"thinking_budget":-2}}}"#,
                "generation_config.thinking_config.thinking_budget"
            ),
            (
                #"{"contents":[{"parts":[{"text":"a"}]}],"tools":[{"functionDeclarations":[{}]}]}"#,
                "tools[0].functionDeclarations[0].name"
            ),
            (
                #"{"contents":[{"parts":[{"text":"a"}]}],"toolConfig":{"functionCallingConfig":{"mode":"MAYBE"}}}"#,
                "toolConfig.functionCallingConfig.mode"
            ),
            (#"{"contents":[{"parts":[{"text":"a"}]}],"labels":{"a":1}}"#, "labels.a"),
        ] as [(String, String?)])
    func wrong(text: String, place: String?) throws {
        let error = try #require(throws: RelayError.self) { try self.read(text) }
        #expect(error.status == .badRequest)
        #expect(error.parameter == place)
    }

    @Test("Whatever stands at whatever place is read or refused by a name", arguments: GenerateContentGoldens.conversations)
    func anything(golden: (name: String, text: String)) throws {
        var refusals = 0
        let whole = GenerateContentGoldens.json(golden.text)
        for place in GenerateContentGoldens.places(in: whole) {
            for value in GenerateContentGoldens.oddValues {
                let request = GenerateContentGoldens.replacing(place[...], in: whole, by: value)
                do {
                    let conversation = try GenerateContentCodec.conversation(request, endpoint: Self.endpoint)
                    var losses = Losses()
                    _ = try GenerateContentCodec.request(conversation, for: GenerateContentGoldens.target(), losses: &losses)
                } catch {
                    #expect(error.status == .badRequest)
                    #expect(error.parameter != nil || place.isEmpty)
                    refusals += 1
                }
            }
        }
        #expect(refusals > 0)
    }
}
