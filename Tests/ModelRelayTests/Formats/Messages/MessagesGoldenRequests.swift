/// Requests as Anthropic's clients send them: between them every member that the format has for a row of `Feature`, and every kind of
/// content block.
enum MessagesGoldenRequests {
    static let all: [(name: String, body: String)] = [
        (
            "plain",
            """
            {"model":"claude-sonnet-4-5","max_tokens":1024,"messages":[{"role":"user","content":"Hello"}]}
            """
        ),
        (
            "sampling",
            """
            {"model":"claude-sonnet-4-5","max_tokens":64,"stream":true,"temperature":0.5,"top_p":0.9,"top_k":40,
            "stop_sequences":["END","\\n\\nHuman:"],"service_tier":"standard_only","metadata":{"user_id":"user-17"},
            "messages":[{"role":"user","content":"Count."},{"role":"assistant","content":"One, two"},{"role":"user","content":"On."}]}
            """
        ),
        (
            "system and cache marks",
            """
            {"model":"claude-sonnet-4-5","max_tokens":64,
            "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"Be kind."}],
            "tools":[{"name":"clock","description":"The time.","input_schema":{"type":"object","properties":{}},
            "cache_control":{"type":"ephemeral"}}],
            "messages":[{"role":"user","content":[{"type":"text","text":"What time is it?","cache_control":{"type":"ephemeral"}}]}]}
            """
        ),
        (
            "system amid the conversation",
            """
            {"model":"claude-opus-5","max_tokens":64,"system":"Be brief.","messages":[
            {"role":"user","content":"Hello"},{"role":"system","content":"The user is a pilot."},
            {"role":"assistant","content":"Hello, captain."},{"role":"user","content":"Weather?"},
            {"role":"system","content":"Use feet.","clear_at":"next_user_message"}]}
            """
        ),
        (
            "images",
            """
            {"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":[
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="},
            "cache_control":{"type":"ephemeral","ttl":"5m"}},
            {"type":"image","source":{"type":"url","url":"https://example.com/a.webp"},"transformations":{"oversized_image":"error"}},
            {"type":"image","source":{"type":"file","file_id":"file_011"}},
            {"type":"text","text":"Which is older?"}]}]}
            """
        ),
        (
            "documents",
            """
            {"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":[
            {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="},"title":"Report",
            "context":"Of last year.","citations":{"enabled":true}},
            {"type":"document","source":{"type":"text","media_type":"text/plain","data":"Grass is green."},"citations":{"enabled":false}},
            {"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}},
            {"type":"document","source":{"type":"file","file_id":"file_012"}},
            {"type":"document","source":{"type":"content","content":[{"type":"text","text":"One."},{"type":"text","text":"Two."}]}},
            {"type":"search_result","source":"https://example.com/wiki","title":"Wiki","content":[{"type":"text","text":"A fact."}],
            "citations":{"enabled":true},"cache_control":{"type":"ephemeral"}},
            {"type":"container_upload","file_id":"file_013"},
            {"type":"text","text":"Summarise."}]}]}
            """
        ),
        (
            "tools and a second turn",
            """
            {"model":"claude-sonnet-4-5","max_tokens":512,
            "tools":[{"name":"get_weather","description":"Weather of a place.","strict":true,"input_schema":{"type":"object",
            "properties":{"place":{"$ref":"#/$defs/place"}},"required":["place"],"additionalProperties":false,
            "$defs":{"place":{"type":"string","description":"A town."}}}},
            {"type":"custom","name":"wait","input_schema":{"type":"object","properties":{}},"input_examples":[{}],"defer_loading":true,
            "allowed_callers":["direct"]}],
            "tool_choice":{"type":"auto","disable_parallel_tool_use":false},
            "messages":[{"role":"user","content":"Weather in Rome and Oslo?"},
            {"role":"assistant","content":[{"type":"text","text":"I look."},
            {"type":"tool_use","id":"toolu_01A","name":"get_weather","input":{"place":"Rome"}},
            {"type":"tool_use","id":"toolu_01B","name":"get_weather","input":{"place":"Oslo"},"caller":{"type":"direct"}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_01A","content":"21 °C"},
            {"type":"tool_result","tool_use_id":"toolu_01B","is_error":true,"cache_control":{"type":"ephemeral"},"content":[
            {"type":"text","text":"No such town"},{"type":"image","source":{"type":"url","url":"https://example.com/map.png"}},
            {"type":"tool_reference","tool_name":"wait"}]},{"type":"text","text":"And tomorrow?"}]}]}
            """
        ),
        (
            "a tool is forced",
            """
            {"model":"claude-sonnet-4-5","max_tokens":64,"tools":[{"name":"a","input_schema":{"type":"object","properties":{}}}],
            "tool_choice":{"type":"tool","name":"a","disable_parallel_tool_use":true},"messages":[{"role":"user","content":"Go."}]}
            """
        ),
        (
            "some tool",
            """
            {"model":"claude-sonnet-4-5","max_tokens":64,"tools":[{"name":"a","input_schema":{"type":"object","properties":{}}}],
            "tool_choice":{"type":"any"},"messages":[{"role":"user","content":"Go."}]}
            """
        ),
        (
            "no tool",
            """
            {"model":"claude-sonnet-4-5","max_tokens":64,"tools":[{"name":"a","input_schema":{"type":"object","properties":{}}}],
            "tool_choice":{"type":"none"},"messages":[{"role":"user","content":"Go."}]}
            """
        ),
        (
            "tools of the provider",
            """
            {"model":"claude-sonnet-4-5","max_tokens":64,"tools":[
            {"type":"bash_20250124","name":"bash"},{"type":"text_editor_20250728","name":"str_replace_based_edit_tool","max_characters":100},
            {"type":"web_search_20260209","name":"web_search","max_uses":3,"allowed_domains":["example.com"],
            "user_location":{"type":"approximate","city":"Oslo","country":"NO"},"allowed_callers":["direct"]}],
            "container":"container_1","context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]},
            "mcp_servers":[{"type":"url","url":"https://example.com/mcp","name":"x"}],"inference_geo":"eu","speed":"fast",
            "cache_control":{"type":"ephemeral"},"messages":[{"role":"user","content":"Search."}]}
            """
        ),
        (
            "search in the older version",
            """
            {"model":"claude-sonnet-4-5","max_tokens":64,"tools":[{"type":"web_search_20250305","name":"web_search",
            "blocked_domains":["example.org"]}],"messages":[{"role":"user","content":"Search."},
            {"role":"assistant","content":[
            {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"x"}},
            {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[
            {"type":"web_search_result","url":"https://example.com","title":"X","encrypted_content":"abc","page_age":"1 day"}]},
            {"type":"text","text":"X it is.","citations":[{"type":"web_search_result_location","url":"https://example.com","title":"X",
            "encrypted_index":"def","cited_text":"x"}]}]},{"role":"user","content":"Sure?"}]}
            """
        ),
        (
            "thoughts with a budget",
            """
            {"model":"claude-sonnet-4-5","max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":2048,"display":"summarized"},
            "messages":[{"role":"user","content":"Think."},{"role":"assistant","content":[
            {"type":"thinking","thinking":"Hm.","signature":"c2ln"},{"type":"redacted_thinking","data":"cmVk"},
            {"type":"text","text":"Done."}]},{"role":"user","content":"Again."}]}
            """
        ),
        (
            "thoughts as the model likes",
            """
            {"model":"claude-opus-4-7","max_tokens":4096,"thinking":{"type":"adaptive","display":"omitted"},
            "output_config":{"effort":"xhigh","task_budget":{"type":"tokens","total":20000},"format":{"type":"json_schema",
            "schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}}},
            "messages":[{"role":"user","content":"Think."}]}
            """
        ),
        (
            "no thoughts",
            """
            {"model":"claude-opus-4-7","max_tokens":4096,"thinking":{"type":"disabled"},"output_config":{"effort":"low"},
            "messages":[{"role":"user","content":"Quick."}]}
            """
        ),
        (
            "thoughts between tools",
            """
            {"model":"claude-opus-5","max_tokens":4096,"thinking":{"type":"between_tools"},"messages":[{"role":"user","content":"Go."}]}
            """
        ),
    ]
}
