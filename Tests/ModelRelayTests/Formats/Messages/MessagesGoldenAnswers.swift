/// Answers as the Messages API gives them.
enum MessagesGoldenAnswers {
    static let all: [(name: String, body: String)] = [
        (
            "plain",
            """
            {"id":"msg_01","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"Hello!"}],
            "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":5}}
            """
        ),
        (
            "all parts of usage",
            """
            {"id":"msg_02","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"So\\n\\"it\\" is 🙂"}],
            "stop_reason":"stop_sequence","stop_sequence":"END","usage":{"input_tokens":10,"cache_creation_input_tokens":20,
            "cache_read_input_tokens":300,"cache_creation":{"ephemeral_5m_input_tokens":15,"ephemeral_1h_input_tokens":5},
            "output_tokens":50,"output_tokens_details":{"thinking_tokens":12},"server_tool_use":{"web_search_requests":2,
            "web_fetch_requests":1},"service_tier":"priority","inference_geo":"eu"}}
            """
        ),
        (
            "thoughts and calls",
            """
            {"id":"msg_03","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[
            {"type":"thinking","thinking":"Two towns.","signature":"c2lnbmF0dXJl"},{"type":"redacted_thinking","data":"cmVkYWN0ZWQ="},
            {"type":"text","text":"I look."},
            {"type":"tool_use","id":"toolu_01A","name":"get_weather","input":{"place":"Rome"},"caller":{"type":"direct"}},
            {"type":"tool_use","id":"toolu_01B","name":"wait","input":{}}],
            "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":60}}
            """
        ),
        (
            "a search and its citations",
            """
            {"id":"msg_04","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[
            {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"x"}},
            {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[
            {"type":"web_search_result","url":"https://example.com","title":"X","encrypted_content":"abc","page_age":null}]},
            {"type":"text","text":"It is X.","citations":[{"type":"web_search_result_location","url":"https://example.com","title":"X",
            "encrypted_index":"def","cited_text":"x is x"},{"type":"char_location","cited_text":"y","document_index":0,
            "document_title":"D","start_char_index":1,"end_char_index":2}]}],
            "stop_reason":"pause_turn","stop_sequence":null,"container":{"id":"container_1","expires_at":"2026-01-01T00:00:00Z"},
            "usage":{"input_tokens":10,"output_tokens":60,"server_tool_use":{"web_search_requests":1,"web_fetch_requests":0}}}
            """
        ),
        (
            "a refusal",
            """
            {"id":"msg_05","type":"message","role":"assistant","model":"claude-opus-5","content":[],"stop_reason":"refusal",
            "stop_sequence":null,"stop_details":{"type":"refusal","category":"cyber","explanation":"No."},
            "diagnostics":{"cache_miss_reason":{"type":"unavailable"}},"usage":{"input_tokens":10,"output_tokens":1}}
            """
        ),
        (
            "the limit",
            """
            {"id":"msg_06","type":"message","role":"assistant","model":"claude-opus-5","content":[{"type":"text","text":"And then"}],
            "stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}
            """
        ),
        (
            "a context that is full",
            """
            {"id":"msg_07","type":"message","role":"assistant","model":"claude-opus-5","content":[{"type":"text","text":"And"}],
            "stop_reason":"model_context_window_exceeded","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}
            """
        ),
        (
            "thoughts that are hidden",
            """
            {"id":"msg_08","type":"message","role":"assistant","model":"claude-opus-5","content":[
            {"type":"thinking","thinking":"","signature":"b25seQ=="},{"type":"text","text":"42"}],
            "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}
            """
        ),
        (
            "code that the provider ran",
            """
            {"id":"msg_09","type":"message","role":"assistant","model":"claude-opus-5","content":[
            {"type":"server_tool_use","id":"srvtoolu_2","name":"bash_code_execution","input":{"command":"ls"},"caller":{"type":"direct"}},
            {"type":"bash_code_execution_tool_result","tool_use_id":"srvtoolu_2","content":{"type":"bash_code_execution_result",
            "stdout":"a","stderr":"","return_code":0,"content":[]}},{"type":"container_upload","file_id":"file_1"},
            {"type":"text","text":"One file."}],
            "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}
            """
        ),
    ]
}
