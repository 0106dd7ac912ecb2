import Ledger
import Wire

@testable import ModelRelay

/// Requests of the format that together say everything it can say, and answers likewise.
enum ResponsesGoldens {
    struct Request: Sendable, CustomStringConvertible {
        let description: String
        let json: String

        init(_ description: String, _ json: String) {
            self.description = description
            self.json = json
        }
    }

    static let requests: [Request] = [
        Request("a text", #"{"model":"gpt","input":"Hello"}"#),
        Request(
            "instructions, roles and the short form of messages",
            #"""
            {"model":"gpt","instructions":"Be brief.","stream":true,"input":[
              {"role":"developer","content":"Use metres."},{"type":"message","role":"system","content":"No emoji."},
              {"role":"user","content":[{"type":"input_text","text":"How high is it?"}]},
              {"role":"assistant","content":"330.","phase":"final_answer"},{"role":"assistant","content":"More?"},{"role":"user","content":"No."}]}
            """#),
        Request(
            "pictures, sounds and files",
            #"""
            {"model":"gpt","input":[{"type":"message","role":"user","id":"msg_1","status":"in_progress","content":[
              {"type":"input_text","text":"Look","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}},
              {"type":"input_image","image_url":"https://example.org/a.png","detail":"high"},
              {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"auto"},
              {"type":"input_image","file_id":"file-1","detail":"low"},
              {"type":"input_file","file_data":"data:application/pdf;base64,JVBE","filename":"a.pdf","detail":"low"},
              {"type":"input_file","file_url":"https://example.org/a.pdf"},
              {"type":"input_file","file_id":"file-2"},
              {"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}}]}]}
            """#),
        Request(
            "calls of tools and what they brought",
            #"""
            {"model":"gpt","input":[{"role":"user","content":"Weather?"},
              {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"One"},{"type":"summary_text","text":"Two"}],"encrypted_content":"enc=="},
              {"type":"message","id":"msg_2","role":"assistant","status":"completed","phase":"commentary","content":[
                {"type":"output_text","text":"I look it up.","annotations":[{"type":"url_citation","url":"https://example.org","title":"T","start_index":0,"end_index":6},
                  {"type":"file_citation","file_id":"file-3","filename":"b.txt","index":2}]},{"type":"refusal","refusal":"But no more."}]},
              {"type":"function_call","id":"fc_1","call_id":"call_1","name":"weather","arguments":"{\"city\":\"Paris\"}","status":"incomplete","namespace":"n"},
              {"type":"function_call","call_id":"call_2","name":"weather","arguments":"{}"},
              {"type":"custom_tool_call","id":"ctc_1","call_id":"call_3","name":"patch","input":"*** Begin"},
              {"type":"function_call_output","call_id":"call_1","output":"sunny","id":"fco_1"},
              {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"a map"},{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"auto"}]},
              {"type":"custom_tool_call_output","call_id":"call_3","output":"done"},
              {"type":"reasoning","id":"rs_2","summary":[]},
              {"type":"reasoning","id":"rs_3","summary":[{"type":"summary_text","text":"short"}],"content":[{"type":"reasoning_text","text":"long"}],"encrypted_content":"e"},
              {"type":"message","id":"msg_3","role":"assistant","status":"incomplete","content":[{"type":"output_text","text":"Sun","annotations":[]}]}]}
            """#),
        Request(
            "items of tools of the provider's own",
            #"""
            {"model":"gpt","input":[{"role":"user","content":"Find it"},
              {"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"it"}},
              {"type":"computer_call_output","call_id":"c","output":{"type":"computer_screenshot","image_url":"data:image/png;base64,AA"}},
              {"type":"image_generation_call","id":"ig_1","status":"completed","result":"AAAA","output_format":"webp"},
              {"type":"mcp_approval_response","approval_request_id":"m","approve":true},{"id":"msg_9"},{"type":"item_reference","id":"rs_9"},
              {"type":"compaction","id":"cmp_1","encrypted_content":"x"},{"type":"new_kind_of_item","id":"n"}]}
            """#),
        Request(
            "tools",
            #"""
            {"model":"gpt","input":"x","tools":[
              {"type":"function","name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"string"}}},"strict":true,"defer_loading":true},
              {"type":"function","name":"g","parameters":null,"strict":false},
              {"type":"custom","name":"patch","description":"p","format":{"type":"grammar","syntax":"lark","definition":"start: \"a\""}},
              {"type":"code_interpreter","container":{"type":"auto"}},{"type":"mcp","server_label":"s","server_url":"https://example.org/mcp"},
              {"type":"web_search_preview","search_context_size":"high","user_location":{"type":"approximate","city":"Paris"},
                "filters":{"allowed_domains":["example.org"]},"external_web_access":false}],
             "tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"},{"type":"custom","name":"patch"}]},
             "parallel_tool_calls":false,"max_tool_calls":3}
            """#),
        Request(
            "a tool is forced",
            #"{"model":"gpt","input":"x","tools":[{"type":"custom","name":"c"}],"tool_choice":{"type":"custom","name":"c"}}"#),
        Request("a hosted tool is forced", #"{"model":"gpt","input":"x","tool_choice":{"type":"file_search"}}"#),
        Request("no tool", #"{"model":"gpt","input":"x","tool_choice":"none"}"#),
        Request(
            "a schema, and how it is said",
            #"""
            {"model":"gpt","input":"x","text":{"format":{"type":"json_schema","name":"answer","description":"d","schema":{"type":"object"},"strict":true},
             "verbosity":"low","pitch":"high"}}
            """#),
        Request("any JSON", #"{"model":"gpt","input":"x","text":{"format":{"type":"json_object"}}}"#),
        Request(
            "sampling and limits",
            #"""
            {"model":"gpt","input":"x","max_output_tokens":100,"temperature":0.5,"top_p":0.9,"top_logprobs":3,
             "include":["message.output_text.logprobs","web_search_call.results","reasoning.encrypted_content"],"truncation":"auto"}
            """#),
        Request(
            "thinking",
            #"{"model":"gpt","input":"x","reasoning":{"effort":"high","summary":"auto","context":"all_turns"},"include":["reasoning.encrypted_content"]}"#
        ),
        Request(
            "what is kept, and for whom",
            #"""
            {"model":"gpt","input":"x","store":false,"previous_response_id":"resp_1","metadata":{"a":"b"},"user":"u","safety_identifier":"s",
             "prompt_cache_key":"k","prompt_cache_retention":"24h","service_tier":"flex","background":true,"conversation":{"id":"conv_1"},
             "stream_options":{"include_obfuscation":true},"prompt":{"id":"pmpt_1"},"moderation":{"model":"m"},"context_management":[{"type":"compaction"}]}
            """#),
    ]

    /// Answers in the canonical form that this format can tell whole.
    static var answers: [(name: String, answer: Answer)] {
        func answer(_ blocks: [Block], _ stop: StopReason) -> Answer {
            var answer = Answer()
            answer.id = "resp_1"
            answer.model = "gpt"
            answer.createdAt = 1_700_000_000
            answer.serviceTier = "default"
            answer.choices = [Answer.Choice(blocks: blocks, stop: stop)]
            answer.usage = Usage()
            answer.usage?.input = 30
            answer.usage?.output = 12
            answer.usage?.total = 42
            answer.usage?.cached = 20
            answer.usage?.cacheCreation = 5
            answer.usage?.reasoning = 7
            return answer
        }
        func item(_ content: Block.Content, _ own: JSONObject) -> Block { Block(content, ownMembers: ["item": .object(own)]) }
        let thought = OpaqueReasoning(origin: .responses, value: "enc==", id: "rs_1")
        let citation = Citation(url: "https://example.org", title: "T", range: 0..<2, origin: .responses)
        let own = Citation(own: ["type": "file_path", "file_id": "f", "index": 1], origin: .responses)
        let text = Block.Content.text("Grüße \u{1F600} \"and\" more\n", citations: [citation, own])
        var withLogprobs = answer([item(.text("Hi", citations: []), ["id": "msg_1"])], .end)
        withLogprobs.choices[0].logprobs = [
            "content": [
                [
                    "token": "Hi", "bytes": [72, 105], "logprob": -0.5,
                    "top_logprobs": [["token": "Hi", "bytes": [72, 105], "logprob": -0.5]],
                ]
            ]
        ]
        let search: JSON = [
            "type": "web_search_call", "id": "ws_1", "status": "completed", "action": ["type": "search", "query": "q"],
        ]
        var searched = answer([Block(.own(.responses, search)), item(text, ["id": "msg_2"])], .end)
        searched.usage?.webSearchCount = 1
        return [
            ("a text with sources", answer([item(text, ["id": "msg_1", "phase": "final_answer"])], .end)),
            (
                "thoughts and parallel calls",
                answer(
                    [
                        item(.reasoning(Reasoning(text: "I think", isSummary: true, opaque: thought)), ["id": "rs_1"]),
                        item(.text("Let me see", citations: []), ["id": "msg_1"]),
                        Block(.toolCall(ToolCall(id: "call_1", name: "f", arguments: "{\"a\":1}", itemID: "fc_1"))),
                        Block(.toolCall(ToolCall(id: "call_2", name: "f", arguments: "{}", itemID: "fc_2"))),
                        Block(
                            .toolCall(ToolCall(id: "call_3", name: "p", arguments: "any text", isCustom: true, itemID: "ctc_1"))),
                    ], .toolCalls)
            ),
            (
                "thoughts in full, two messages, cut short",
                answer(
                    [
                        item(.reasoning(Reasoning(text: "Thoughts themselves")), ["id": "rs_1"]),
                        item(.text("One", citations: []), ["id": "msg_1"]), item(.text("Two", citations: []), ["id": "msg_2"]),
                    ], .length)
            ),
            (
                "a refusal beside a text",
                answer([item(.text("Well", citations: []), ["id": "msg_1"]), item(.refusal("No."), ["id": "msg_1"])], .refusal)
            ),
            ("filtered", answer([item(.text("Wel", citations: []), ["id": "msg_1"])], .contentFilter("content_filter"))),
            (
                "a thought without words",
                answer([item(.reasoning(Reasoning(text: "", isSummary: true, opaque: thought)), ["id": "rs_1"])], .pause)
            ),
            (
                "a picture",
                answer(
                    [
                        item(
                            .image(Media(.base64("AAAA"), type: "image/webp"), detail: nil),
                            ["id": "ig_1", "status": "completed", "output_format": "webp"])
                    ], .end)
            ),
            ("a search", searched), ("probabilities", withLogprobs), ("nothing", answer([], .end)),
        ]
    }

    static func reply(_ request: JSON = ["model": "asked", "input": "x"], id: String = "0123456789abcdefghjk") -> ReplyContext {
        ReplyContext(model: "asked", requestID: id, now: 1_700_000_001, request: request)
    }

    static func target(_ client: any FormatCodec.Type = ResponsesCodec.self) -> EncodingTarget {
        EncodingTarget(model: "upstream", client: client, now: 1_700_000_001, requestID: "0123456789abcdefghjk")
    }
}
