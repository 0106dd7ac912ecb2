import Ledger
import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("A chat completion as a stream")
struct ChatStreamCodecTests {
    @Test("Encoded and decoded it tells the same answer", arguments: ChatAnswerGoldens.all)
    func same(golden: ChatAnswerGoldens.Golden) throws {
        let events = try ChatStreams.decode(ChatStreams.encode(golden.answer.events()))
        #expect(ChatStreams.isOrderly(events), "\(events)")
        let collector = ChatStreams.collect(events)
        #expect(collector.isEnded)
        #expect(collector.answer == self.withoutSummaries(golden.answer))
    }

    /// That thoughts are a summary is in their record, which comes when they have been told.
    private func withoutSummaries(_ answer: Answer) -> Answer {
        var answer = answer
        for choice in answer.choices.indices {
            for index in answer.choices[choice].blocks.indices {
                guard case .reasoning(var reasoning) = answer.choices[choice].blocks[index].content else { continue }
                reasoning.isSummary = false
                answer.choices[choice].blocks[index].content = .reasoning(reasoning)
            }
        }
        return answer
    }

    // That another choice was to come nobody can know, so that these have one.
    @Test(
        "Cut before its choice has told why it ended, it is reported as cut",
        arguments: ChatAnswerGoldens.all.filter { $0.answer.choices.count == 1 })
    func cut(golden: ChatAnswerGoldens.Golden) throws {
        let chunks = ChatStreams.encode(golden.answer.events())
        let lastStop = try #require(
            chunks.lastIndex { !$0.contains(#""finish_reason":null"#) && $0.contains(#""finish_reason":"#) })
        for length in 0...lastStop {
            #expect(throws: FormatFault.self) { try ChatStreams.decode(Array(chunks[..<length])) }
        }
        // What follows is usage and the mark of the end, which some upstreams spare themselves.
        for length in (lastStop + 1)...chunks.count {
            #expect(try ChatStreams.collect(ChatStreams.decode(Array(chunks[..<length]))).isEnded)
        }
    }

    @Test("The usage chunk goes to those who asked for it, and the member is null in all others")
    func usage() throws {
        let events = ChatAnswerGoldens.answer([[.text("a")]]).events()
        let chunks = ChatStreams.encode(events)
        #expect(chunks.last == "[DONE]")
        for chunk in chunks.dropLast() {
            let json = try JSON.parse(chunk)
            #expect(json["usage"]?.isNull == (json["choices"]?.arrayValue?.isEmpty == false))
        }
        var reply = ChatAnswerGoldens.reply
        reply.wantsUsageChunk = false
        #expect(ChatStreams.encode(events, ChatCompletionsCodec.self, reply).allSatisfy { !$0.contains("usage") })
    }

    @Test("Chunks are as OpenAI writes them")
    func chunks() throws {
        var reply = ChatAnswerGoldens.reply
        reply.wantsUsageChunk = false
        let answer = ChatAnswerGoldens.answer([[.text("a"), ChatAnswerGoldens.call("c1", "{}")]], stop: .toolCalls)
        let head =
            #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[{"index":0,"delta":{"#
        let tail = #"},"logprobs":null,"finish_reason":"#
        #expect(
            ChatStreams.encode(answer.events(), ChatCompletionsCodec.self, reply) == [
                head + #""role":"assistant","content":"","refusal":null"# + tail + "null}]}",
                head + #""content":"a""# + tail + "null}]}",
                head + #""tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"weather","arguments":""}}]"#
                    + tail
                    + "null}]}",
                head + #""tool_calls":[{"index":0,"function":{"arguments":"{}"}}]"# + tail + "null}]}",
                head + tail + #""tool_calls"}]}"#, "[DONE]",
            ])
    }

    // MARK: What upstreams send

    private func blocks(_ deltas: [String], finish: String = "stop") throws -> [Block] {
        let chunks =
            deltas.map { #"{"id":"c","choices":[{"index":0,"delta":\#($0)}]}"# } + [
                #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"\#(finish)"}]}"#, "[DONE]",
            ]
        let events = try ChatStreams.decode(chunks)
        #expect(ChatStreams.isOrderly(events), "\(events)")
        return ChatStreams.collect(events).answer.choices[0].blocks
    }

    @Test(
        "Calls come in turns, whole, without numbers, without ids, or all with the same number",
        arguments: [
            [
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]"#,
                #"[{"index":1,"id":"b","function":{"name":"g","arguments":""}}]"#,
                #"[{"index":1,"function":{"arguments":"{\"x\""}}]"#, #"[{"index":0,"function":{"arguments":"{\"y\":"}}]"#,
                #"[{"index":1,"function":{"arguments":":1}"}},{"index":0,"function":{"arguments":"2}"}}]"#,
            ],
            [
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"y\":2}"}},{"index":1,"id":"b","function":{"name":"g","arguments":"{\"x\":1}"}}]"#
            ],
            [
                #"[{"id":"a","function":{"name":"f","arguments":"{\"y\":2}"}}]"#,
                #"[{"id":"b","function":{"name":"g","arguments":"{\"x\""}}]"#,
                #"[{"function":{"arguments":":1}"}}]"#,
            ],
            [
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"y\":2}"}}]"#,
                #"[{"index":0,"id":"b","function":{"name":"g","arguments":"{\"x\":1}"}}]"#,
            ],
            [
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"y\":2}"}}]"#,
                #"[{"index":0,"function":{"arguments":"\n"}}]"#,
                #"[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"x\":1"}}]"#,
                #"[{"index":0,"function":{"arguments":" "}}]"#,
                #"[{"index":1,"id":"b","function":{"name":"g","arguments":"}"}}]"#,
            ],
        ])
    func calls(deltas: [String]) throws {
        let blocks = try self.blocks(deltas.map { #"{"tool_calls":\#($0)}"# })
        var calls: [ToolCall] = []
        for block in blocks { if case .toolCall(let call) = block.content { calls.append(call) } }
        #expect(calls.map(\.id) == ["a", "b"])
        #expect(calls.map(\.name) == ["f", "g"])
        #expect(calls.map { String($0.arguments.filter { !$0.isWhitespace }) } == [#"{"y":2}"#, #"{"x":1}"#])
    }

    @Test("Calls without an id get one that is theirs alone")
    func ids() throws {
        let blocks = try self.blocks([
            #"{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]}"#,
            #"{"tool_calls":[{"index":1,"function":{"name":"f","arguments":"{}"}}]}"#,
        ])
        #expect(
            blocks == [
                Block(.toolCall(ToolCall(id: "call_c_0_0", name: "f", arguments: "{}"))),
                Block(.toolCall(ToolCall(id: "call_c_0_1", name: "f", arguments: "{}"))),
            ])
    }

    @Test(
        "Thoughts in every dialect",
        arguments: [
            ([#"{"reasoning_content":"a","content":null}"#, #"{"reasoning_content":"b"}"#], [Reasoning(text: "ab")]),
            ([#"{"reasoning":"a","content":""}"#, #"{"reasoning":"b","reasoning_content":null}"#], [Reasoning(text: "ab")]),
            ([#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"ab"}]}]}"#], [Reasoning(text: "ab")]),
            (
                [
                    #"{"reasoning":"a","reasoning_details":[{"type":"reasoning.text","text":"a","format":"f","index":0}]}"#,
                    #"{"reasoning":"b","reasoning_details":[{"type":"reasoning.text","text":"b","format":"f","index":0}]}"#,
                    #"{"reasoning_details":[{"type":"reasoning.text","signature":"s","format":"f","index":0}]}"#,
                ],
                [
                    Reasoning(
                        text: "ab",
                        opaque: OpaqueReasoning(
                            origin: .chatCompletions, value: #"{"type":"reasoning.text","format":"f","index":0,"signature":"s"}"#)
                    )
                ]
            ),
            (
                [
                    #"{"reasoning":"a","reasoning_details":[{"type":"reasoning.summary","summary":"a","index":0}]}"#,
                    #"{"reasoning_details":[{"type":"reasoning.encrypted","data":"d","id":"r","index":0}]}"#,
                ],
                [
                    Reasoning(text: "a", isSummary: true),
                    Reasoning(
                        text: "",
                        opaque: OpaqueReasoning(
                            origin: .chatCompletions, value: #"{"type":"reasoning.encrypted","data":"d","id":"r","index":0}"#),
                        isRedacted: true),
                ]
            ),
        ])
    func thoughts(deltas: [String], expected: [Reasoning]) throws {
        let blocks = try self.blocks(deltas + [#"{"content":"x"}"#])
        #expect(blocks == expected.map { Block(.reasoning($0)) } + [.text("x")])
    }

    @Test("A chunk that is like the one before but for more than its text is read as what it is")
    func likeTheLast() throws {
        let blocks = try self.blocks([
            #"{"content":"a"}"#, #"{"content":"b\"\n"}"#, #"{"content":null}"#, #"{"content":""}"#,
            #"{"content":"c","refusal":"d"}"#,
            #"{"content":"e"}"#, #"{"reasoning_content":"f"}"#, #"{"reasoning_content":"g"}"#, #"{"content":["h"]}"#,
            #"{"content":"i"}"#,
            #"{"content":"j","reasoning":"k"}"#,
        ])
        #expect(
            blocks == [
                .text("ab\"\nc"), Block(.refusal("d")), .text("e"), Block(.reasoning(Reasoning(text: "fg"))), .text("i"),
                Block(.reasoning(Reasoning(text: "k"))), .text("j"),
            ])
    }

    @Test("Choices may come in turns, and several in one chunk")
    func choices() throws {
        let events = try ChatStreams.decode([
            #"{"choices":[{"index":0,"delta":{"role":"assistant"}},{"index":1,"delta":{"role":"assistant"}}]}"#,
            #"{"choices":[{"index":1,"delta":{"content":"b"}}]}"#, #"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":"A"}},{"index":1,"delta":{"content":"B"}}]}"#,
            #"{"choices":[{"index":1,"delta":{},"finish_reason":"length"},{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            "[DONE]",
        ])
        #expect(ChatStreams.isOrderly(events))
        let answer = ChatStreams.collect(events).answer
        #expect(answer.choices.map(\.blocks) == [[.text("aA")], [.text("bB")]])
        #expect(answer.choices.map(\.stop) == [.end, .length])
    }

    @Test(
        "Usage wherever it stands, the latest counts",
        arguments: [
            [
                #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
                #"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
            ],
            [#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":4}}]}"#],
            [
                #"{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#,
                #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
            ],
            [
                #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":4}}}"#
            ],
        ])
    func lateUsage(chunks: [String]) throws {
        let usage = try ChatStreams.collect(ChatStreams.decode(chunks)).answer.usage
        #expect(usage?.input == 3)
        #expect(usage?.output == 4)
        #expect(usage?.total == 7)
    }

    @Test(
        "Failures within a stream, and what is no stream",
        arguments: [
            (#"{"error":{"message":"overloaded","type":"overloaded_error"}}"#, 503),
            (#"{"choices":[{"index":0,"delta":{},"finish_reason":"error"}],"error":{"code":429,"message":"x"}}"#, 429),
            (#"{"choices":[{"index":0,"delta":{},"finish_reason":"insufficient_system_resource"}]}"#, 502),
            ("garbage", nil), (#"{"choices":[{"index":0,"delta":"#, nil), ("3", nil),
            (#"{"choices":[{"index":900,"delta":{}}]}"#, nil), (#"{"choices":[{"index":-1,"delta":{"content":"a"}}]}"#, nil),
            (#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"x"}}]}}]}"#, nil),
        ] as [(String, Int?)])
    func faults(chunk: String, status: Int?) throws {
        for before in [[], [#"{"id":"c","choices":[{"index":0,"delta":{"content":"a"}}]}"#]] {
            let fault = #expect(throws: FormatFault.self) { try ChatStreams.decode(before + [chunk]) }
            #expect(fault?.told?.status == status)
        }
    }

    @Test("What says nothing is passed over")
    func silence() throws {
        let blocks = try self.blocks([
            #"{"role":"assistant","content":""}"#, #"{"content":null}"#, "{}", #"{"content":"a","refusal":null}"#,
        ])
        #expect(blocks == [.text("a")])
        let events = try ChatStreams.decode([
            "", #"{"id":"","choices":[],"prompt_filter_results":[]}"#,
            #"{"id":"c","choices":[{"index":0,"delta":{"content":"a"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":"b"},"finish_reason":""}]}"#, "[DONE]", "anything",
        ])
        #expect(ChatStreams.collect(events).answer.id == "c")
        #expect(ChatStreams.collect(events).answer.choices == [Answer.Choice(blocks: [.text("ab")], stop: .end)])
    }

    @Test("A failure after the beginning is an event of its own")
    func failure() throws {
        var encoder = ChatCompletionsCodec.streamEncoder(for: ChatAnswerGoldens.reply)
        var output: [UInt8] = []
        let id = try #require(RequestID("00000000000000000000"))
        encoder.fail(
            RelayError(.badGateway, type: "upstream_error", code: "cut", "the stream was cut"), requestID: id, to: &output)
        let text = String(decoding: output, as: UTF8.self)
        #expect(text.hasPrefix("data: ") && text.hasSuffix("\n\n"))
        #expect(try JSON.parse(String(text.dropFirst(6).dropLast(2)))["error"]?["code"] == "cut")
    }
}
