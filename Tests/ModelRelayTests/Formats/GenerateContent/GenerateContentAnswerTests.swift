import Ledger
import Testing
import Wire

@testable import ModelRelay

@Suite("Answers of generateContent")
struct GenerateContentAnswerTests {
    private func read(_ text: String) throws -> Answer { try GenerateContentCodec.answer(GenerateContentGoldens.json(text)) }

    private func body(_ answer: Answer) -> JSON { GenerateContentCodec.body(of: answer, for: GenerateContentGoldens.reply) }

    @Test("An answer with thoughts, text and calls is read in all its parts")
    func whole() throws {
        let answer = try self.read(
            """
            {"candidates":[{"content":{"role":"model","parts":[{"text":"Hm.","thought":true},{"text":"I look."},
                {"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"x","name":"g"}},
                {"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}},{"executableCode":{"code":"1"}}]},
              "finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":5,"thoughtsTokenCount":7,
               "toolUsePromptTokenCount":3,"totalTokenCount":25,"promptTokensDetails":[{"modality":"TEXT","tokenCount":4},
               {"modality":"IMAGE","tokenCount":6}]},"modelVersion":"gemini-3-flash","responseId":"r-1"}
            """)
        #expect(answer.id == "r-1")
        #expect(answer.model == "gemini-3-flash")
        #expect(answer.choices.count == 1)
        #expect(answer.choices[0].stop == .toolCalls)
        #expect(
            answer.choices[0].blocks
                == [
                    Block(.reasoning(Reasoning(text: "Hm."))), .text("I look."),
                    Block(
                        .toolCall(ToolCall(id: "call_r-1_1", name: "f", arguments: #"{"a":1}"#)),
                        signature: OpaqueReasoning(origin: .generateContent, value: "c2ln")),
                    Block(.toolCall(ToolCall(id: "x", name: "g", arguments: "{}"))),
                    Block(.image(Media(.base64("iVBORw0KGgo="), type: "image/png"), detail: nil)),
                    Block(.own(.generateContent, ["executableCode": ["code": "1"]])),
                ])
        var usage = Usage()
        usage.input = 13
        usage.imageInput = 6
        usage.cached = 4
        usage.output = 12
        usage.reasoning = 7
        usage.total = 25
        #expect(answer.usage == usage)
    }

    @Test("Calls without ids have different ones in every answer")
    func callIDs() throws {
        let text =
            #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}},{"functionCall":{"name":"f"}}]},"finishReason":"STOP"}]}"#
        let ids = try [self.read(text), self.read(text)].flatMap { $0.choices[0].blocks }.compactMap { block in
            if case .toolCall(let call) = block.content { call.id } else { nil }
        }
        #expect(Set(ids).count == 4)
        #expect(ids.allSatisfy { $0.hasPrefix("call_") && $0.utf8.count <= 64 })
    }

    @Test(
        "Every reason to end, there and back",
        arguments: [
            ("STOP", .end), ("MAX_TOKENS", .length), ("SAFETY", .contentFilter("SAFETY")),
            ("RECITATION", .contentFilter("RECITATION")),
            ("LANGUAGE", .contentFilter("LANGUAGE")), ("BLOCKLIST", .contentFilter("BLOCKLIST")),
            ("PROHIBITED_CONTENT", .contentFilter("PROHIBITED_CONTENT")), ("SPII", .contentFilter("SPII")),
            ("IMAGE_SAFETY", .contentFilter("IMAGE_SAFETY")), ("MALFORMED_FUNCTION_CALL", .other("MALFORMED_FUNCTION_CALL")),
            ("UNEXPECTED_TOOL_CALL", .other("UNEXPECTED_TOOL_CALL")), ("OTHER", .other("OTHER")),
            ("NO_IMAGE", .other("NO_IMAGE")),
        ] as [(String, StopReason)])
    func finish(word: String, stop: StopReason) throws {
        let answer = try self.read(#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"\#(word)"}]}"#)
        #expect(answer.choices[0].stop == stop)
        #expect(self.body(answer)["candidates"]?[0]?["finishReason"] == .string(word))
    }

    @Test(
        "Reasons of other formats have the nearest word",
        arguments: [
            (.stopSequence("x"), "STOP"), (.toolCalls, "STOP"), (.refusal, "SAFETY"),
            (.contentFilter("content_filter"), "SAFETY"),
            (.pause, "OTHER"), (.contextWindow, "MAX_TOKENS"), (.other("eos"), "OTHER"),
        ] as [(StopReason, String)])
    func foreignFinish(stop: StopReason, word: String) { #expect(GenerateContentFinish.word(stop) == word) }

    @Test("A prompt that is blocked has no candidates but a reason, for a client too")
    func blocked() throws {
        let text =
            #"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}}"#
        let answer = try self.read(text)
        #expect(answer.choices == [Answer.Choice(stop: .contentFilter("PROHIBITED_CONTENT"))])
        #expect(answer.usage?.input == 4)
        let body = self.body(answer)
        #expect(body["candidates"] == nil)
        #expect(body["promptFeedback"]?["blockReason"] == "PROHIBITED_CONTENT")
    }

    @Test(
        "What is no answer is a fault; what tells of a failure has its status",
        arguments: [
            ("[]", nil), ("{}", nil), (#"{"candidates":[]}"#, nil), (#"{"candidates":7}"#, nil),
            (#"{"candidates":[{"content":{"parts":[{"text":1}]}}]}"#, nil),
            (#"{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}"#, 429),
            (#"{"error":{"code":7}}"#, 500),
        ] as [(String, Int?)])
    func faults(text: String, status: Int?) throws {
        let fault = try #require(throws: FormatFault.self) { try self.read(text) }
        #expect(fault.told?.status == status)
    }

    @Test("Sources are citations whose places count characters, and the searches are counted")
    func grounding() throws {
        let text =
            #"{"candidates":[{"content":{"parts":[{"text":"x","thought":true},{"text":"Größe zählt."}]},"finishReason":"STOP","#
            + #""groundingMetadata":{"webSearchQueries":["a","b"],"groundingChunks":[{"web":{"uri":"https://a.example","title":"A"}},"#
            + #"{"web":{"uri":"https://b.example"}}],"groundingSupports":[{"segment":{"partIndex":1,"startIndex":8,"endIndex":14},"#
            + #""groundingChunkIndices":[0,1,9]}]}}]}"#
        let answer = try self.read(text)
        #expect(answer.usage?.webSearchCount == 2)
        guard case .text(_, let citations) = answer.choices[0].blocks[1].content else {
            Issue.record("no text")
            return
        }
        #expect(citations.map(\.url) == ["https://a.example", "https://b.example"])
        #expect(citations.map(\.range) == [6..<11, 6..<11])
        let grounding = self.body(answer)["candidates"]?[0]?["groundingMetadata"]
        #expect(
            grounding
                == [
                    "webSearchQueries": ["a", "b"],
                    "groundingChunks": [
                        ["web": ["uri": "https://a.example", "title": "A"]], ["web": ["uri": "https://b.example"]],
                    ],
                    "groundingSupports": [
                        [
                            "segment": ["partIndex": 1, "startIndex": 8, "endIndex": 14, "text": "zählt"],
                            "groundingChunkIndices": [0, 1],
                        ]
                    ],
                ])
    }

    @Test("Probabilities are told as chat completions tells them, and back")
    func logprobs() throws {
        let result: JSON = [
            "chosenCandidates": [["token": "é", "logProbability": -0.5]],
            "topCandidates": [
                ["candidates": [["token": "é", "logProbability": -0.5], ["token": "e", "logProbability": -1.5]]]
            ],
        ]
        let answer = try GenerateContentCodec.answer(
            ["candidates": [["content": ["parts": [["text": "é"]]], "finishReason": "STOP", "logprobsResult": result]]])
        #expect(
            answer.choices[0].logprobs
                == [
                    "content": [
                        [
                            "token": "é", "logprob": -0.5, "bytes": [195, 169],
                            "top_logprobs": [
                                ["token": "é", "logprob": -0.5, "bytes": [195, 169]],
                                ["token": "e", "logprob": -1.5, "bytes": [101]],
                            ],
                        ]
                    ]
                ])
        let candidate = self.body(answer)["candidates"]?[0]
        #expect(candidate?["logprobsResult"] == result)
        #expect(candidate?["avgLogprobs"] == -0.5)
    }

    @Test("What a client is given of another provider's answer")
    func foreign() throws {
        var answer = Answer(id: "msg_1", model: "claude")
        answer.choices = [
            Answer.Choice(
                blocks: [
                    Block(
                        .reasoning(Reasoning(text: "", opaque: OpaqueReasoning(origin: .messages, value: "r"), isRedacted: true))),
                    Block(.refusal("no")), Block(.toolCall(ToolCall(id: "t", name: "f", arguments: "{\"a\":[1"))),
                    Block(.own(.messages, ["type": "server_tool_use"])),
                ], stop: .toolCalls)
        ]
        var usage = Usage()
        usage.input = 9
        usage.output = 5
        usage.reasoning = 2
        usage.audioOutput = 1
        answer.usage = usage
        let signature = Base64Text.encode("portico.messages..r")
        #expect(
            self.body(answer)
                == [
                    "candidates": [
                        [
                            "content": [
                                "role": "model",
                                "parts": [
                                    ["text": "", "thought": true, "thoughtSignature": .string(signature)], ["text": "no"],
                                    ["functionCall": ["id": "t", "name": "f", "args": ["input": "{\"a\":[1"]]],
                                ],
                            ], "finishReason": "STOP", "index": 0,
                        ]
                    ],
                    "usageMetadata": [
                        "promptTokenCount": 9, "candidatesTokenCount": 3, "thoughtsTokenCount": 2, "totalTokenCount": 14,
                        "candidatesTokensDetails": [
                            ["modality": "TEXT", "tokenCount": 2], ["modality": "AUDIO", "tokenCount": 1],
                        ],
                    ], "modelVersion": "asked", "responseId": "msg_1",
                ])
    }
}
