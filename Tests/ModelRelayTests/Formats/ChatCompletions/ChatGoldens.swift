import Testing
import Wire

@testable import ModelRelay

/// Conversations in chat completions' form that between them have every feature of the format.
enum ChatGoldens {
    struct Golden: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        var quirks = Quirks()
        var testDescription: String { self.name }
        var json: JSON { get throws { try JSON.parse(self.text) } }
    }

    static let all: [Golden] = [
        plain, sampling, sound, files, tools, customTools, allowedTools, structured, thoughts, cacheBreakpoints, cacheControl,
        refused,
        own,
    ]

    static let plain = Golden(
        name: "roles and names",
        text: #"""
            {"model": "up", "messages": [
              {"role": "system", "content": "Be brief."},
              {"role": "developer", "content": [{"type": "text", "text": "Use English."}, {"type": "text", "text": "No lists."}]},
              {"role": "user", "content": "Hello", "name": "ann"},
              {"role": "assistant", "content": "Hi!"},
              {"role": "system", "content": "Now be long."},
              {"role": "user", "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": "https://pictures.example/cat.png", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
              ]}
            ]}
            """#)

    static let sampling = Golden(
        name: "sampling and housekeeping",
        text: #"""
            {"model": "up", "messages": [{"role": "user", "content": "Hello"}], "stream": true, "stream_options": {"include_usage": true,
             "include_obfuscation": false}, "temperature": 0.20, "top_p": 1, "frequency_penalty": -0.5, "presence_penalty": 2,
             "logit_bias": {"50256": -100}, "seed": 42, "stop": ["END", "\n\n"], "n": 3, "logprobs": true, "top_logprobs": 5,
             "max_completion_tokens": 100, "top_k": 40, "verbosity": "low", "prompt_cache_key": "k", "prompt_cache_retention": "24h",
             "prompt_cache_options": {"mode": "explicit"}, "service_tier": "flex", "metadata": {"a": "b", "n": 3, "o": {"x": [1]}},
             "user": "u-1", "safety_identifier": "s-1", "store": false, "parallel_tool_calls": false, "moderation": {"model": "m"},
             "web_search_options": {"search_context_size": "high", "user_location": {"type": "approximate",
             "approximate": {"city": "Paris", "country": "FR"}}}}
            """#)

    static let sound = Golden(
        name: "sound, film and prediction",
        text: #"""
            {"model": "up", "modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "mp3"}, "messages": [
              {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
                {"type": "input_audio", "input_audio": {"data": "SUQz", "format": "mp3"}},
                {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "pcm16"}}]},
              {"role": "assistant", "content": null, "audio": {"id": "audio_1"}},
              {"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://films.example/a.mp4"}}]}
            ], "prediction": {"type": "content", "content": "class A {}"}}
            """#)

    static let files = Golden(
        name: "files",
        text: #"""
            {"model": "up", "messages": [{"role": "user", "content": [
              {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}},
              {"type": "file", "file": {"file_id": "file-1"}},
              {"type": "file", "file": {"filename": "b.pdf", "file_data": "https://files.example/b.pdf"}}
            ]}]}
            """#)

    static let tools = Golden(
        name: "tools, parallel calls and their results",
        text: #"""
            {"model": "up", "messages": [
              {"role": "user", "content": "Weather in Paris and Rome?"},
              {"role": "assistant", "content": "I'll look.", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Paris\"}"},
                 "extra_content": {"google": {"thought_signature": "sig+/="}}},
                {"id": "c2", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":"}}]},
              {"role": "tool", "tool_call_id": "c1", "content": "18 °C"},
              {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "24 °C"}, {"type": "text", "text": "sun"}]},
              {"role": "user", "content": "Thanks"}
            ], "tools": [
              {"type": "function", "function": {"name": "weather", "description": "By city", "strict": true,
               "parameters": {"type": "object", "$defs": {"c": {"type": "string"}}, "properties": {"city": {"$ref": "#/$defs/c"}}}}},
              {"type": "function", "function": {"name": "now", "x": 1}, "y": 2},
              {"type": "web_search", "web_search": {"enable": true}}
            ], "tool_choice": {"type": "function", "function": {"name": "weather"}}, "parallel_tool_calls": true}
            """#)

    static let customTools = Golden(
        name: "custom tools",
        text: #"""
            {"model": "up", "messages": [
              {"role": "user", "content": "Run it"},
              {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "custom", "custom": {"name": "run", "input": "x = 1"}}]},
              {"role": "tool", "tool_call_id": "c1", "content": "ok"}
            ], "tools": [
              {"type": "custom", "custom": {"name": "run", "description": "Runs code", "format": {"type": "grammar",
               "grammar": {"syntax": "lark", "definition": "start: /.+/"}}}},
              {"type": "custom", "custom": {"name": "say", "format": {"type": "text"}}}
            ], "tool_choice": {"type": "custom", "custom": {"name": "run"}}}
            """#)

    static let allowedTools = Golden(
        name: "some of the tools",
        text: #"""
            {"model": "up", "messages": [{"role": "user", "content": "Go"}], "tools": [
              {"type": "function", "function": {"name": "a", "parameters": {"type": "object"}}}, {"type": "custom", "custom": {"name": "b"}}],
             "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [
               {"type": "function", "function": {"name": "a"}}, {"type": "custom", "custom": {"name": "b"}}]}}}
            """#)

    static let structured = Golden(
        name: "structured output and effort",
        text: #"""
            {"model": "up", "messages": [{"role": "user", "content": "Go"}], "reasoning_effort": "xhigh", "response_format":
             {"type": "json_schema", "json_schema": {"name": "answer", "description": "An answer", "strict": true,
              "schema": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}}}}
            """#)

    static let thoughts = Golden(
        name: "thoughts with their records",
        text: #"""
            {"model": "up", "reasoning": {"max_tokens": 2000, "exclude": true}, "messages": [
              {"role": "user", "content": "Go"},
              {"role": "assistant", "content": "Done", "reasoning": "First.Sum", "reasoning_details": [
                {"type": "reasoning.text", "text": "First.", "signature": "abc==", "format": "anthropic-claude-v1", "index": 0},
                {"type": "reasoning.summary", "summary": "Sum", "id": "rs_1", "format": "openai-responses-v1", "index": 1},
                {"type": "reasoning.encrypted", "data": "gAAAA", "id": "rs_1", "format": "openai-responses-v1", "index": 2}]},
              {"role": "user", "content": "More"}
            ]}
            """#, quirks: quirks { $0.thinking = .reasoningObject })

    static let cacheBreakpoints = Golden(
        name: "marks of the cache, as OpenAI has them",
        text: #"""
            {"model": "up", "messages": [{"role": "user", "content": [
              {"type": "text", "text": "Long", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"}},
              {"type": "image_url", "image_url": {"url": "https://a.example/b"}, "prompt_cache_breakpoint": {"mode": "explicit"}}]}]}
            """#, quirks: quirks { $0.cacheMarks = .breakpoint })

    static let cacheControl = Golden(
        name: "marks of the cache, as OpenRouter has them",
        text: #"""
            {"model": "up", "messages": [
              {"role": "system", "content": [{"type": "text", "text": "Long", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
              {"role": "user", "content": [{"type": "text", "text": "Go", "cache_control": {"type": "ephemeral"}}]}],
             "tools": [{"type": "function", "function": {"name": "a"}, "cache_control": {"type": "ephemeral", "ttl": "5m"}}]}
            """#, quirks: quirks { $0.cacheMarks = .cacheControl })

    static let refused = Golden(
        name: "a refusal and annotations brought back",
        text: #"""
            {"model": "up", "messages": [
              {"role": "user", "content": "Go"},
              {"role": "assistant", "content": null, "refusal": "No."},
              {"role": "user", "content": "Look it up"},
              {"role": "assistant", "content": "It is so.", "annotations": [{"type": "url_citation", "url_citation":
                {"url": "https://a.example", "title": "A", "start_index": 0, "end_index": 9}}]},
              {"role": "user", "content": "Good"}
            ], "response_format": {"type": "json_object"}, "tool_choice": "none"}
            """#)

    static let own = Golden(
        name: "what only a dialect has",
        text: #"""
            {"model": "up", "min_p": 0.1, "provider": {"order": ["a"]}, "response_format": {"type": "grammar", "grammar": "x"},
             "messages": [{"role": "user", "content": [{"type": "reference", "reference_ids": [1]}, {"type": "text", "text": "a", "x": 1}, {"type": "text", "text": "Go"}]},
              {"role": "assistant", "content": "Once", "prefix": true}]}
            """#)

    static func quirks(_ change: (inout Quirks) -> Void) -> Quirks {
        var quirks = Quirks()
        change(&quirks)
        return quirks
    }

    static func target(_ quirks: Quirks = Quirks(), client: any FormatCodec.Type = ChatCompletionsCodec.self) -> EncodingTarget {
        EncodingTarget(model: "up", quirks: quirks, client: client)
    }
}
