"""A walk through the server `everything`: every tool, resource, template and prompt, each kind of question, and what is refused.

`walk` makes any raw client do it; what comes back is for the client's recorder to judge. What a call must give is said where it is
known, so that a face that answers validly but wrongly fails too.
"""

import time

from mcp_clients import Gone

PROGRESS = "everything-token"

# Tool, arguments, and what its text must contain ("" = anything).
TOOLS = [
    ("test_simple_text", None, "simple text response"),
    ("test_image_content", {}, ""),
    ("test_audio_content", {}, ""),
    ("test_embedded_resource", {}, ""),
    ("test_multiple_content_types", {}, "Multiple content types"),
    ("test_error_handling", {}, "intentionally"),
    ("echo", {"message": "h\u00e9llo \U0001F600"}, "h\u00e9llo \U0001F600"),
    ("add", {"a": 2, "b": 3}, "5"),
    ("structured_content", {"city": "Oslo"}, "Oslo"),
    ("structured_list", {"length": 4}, "9"),
    ("annotated_message", {"message_type": "error", "include_image": True}, "failed"),
    ("resource_links", {"count": 2}, "links"),
    ("unicode", {}, ""),
    ("big_result", {"bytes": 100000}, "0123456789"),
    ("unknown_members", {}, "unknown"),
    ("json_schema_2020_12_tool", {"name": "Ada", "contactMethod": "phone", "phone": "1"}, ""),
    ("test_x_mcp_header", {"region": "eu"}, "eu"),
    ("test_tool_with_progress", {}, ""),
    ("progress_without_total", {"reports": 3}, "3"),
    ("long_running_operation", {"duration": 0.1, "steps": 2}, "completed"),
    ("test_tool_with_logging", {}, ""),
    ("test_logging_tool", {}, ""),
    ("log_levels", {}, "emergency"),
    ("test_streaming_elicitation", {}, ""),
    ("describe_client", {}, "revision"),
    ("count_up", {}, "executions"),
    ("read_counts", {}, "executions"),
    ("test_sampling", {"prompt": "Hello"}, "<Hello>"),
    ("sample_with_tools", {}, ""),
    ("test_elicitation", {"message": "Who are you?"}, ""),
    ("test_elicitation_sep1034_defaults", {}, ""),
    ("test_elicitation_sep1330_enums", {}, ""),
    ("elicit_form", {}, ""),
    ("elicit_url", {}, ""),
    ("elicit_url", {"by_error": True}, ""),
    ("list_roots", {}, "file:///home/user/project"),
    ("test_input_required_result_elicitation", {}, ""),
    ("test_input_required_result_sampling", {}, ""),
    ("test_input_required_result_list_roots", {}, ""),
    ("test_input_required_result_request_state", {}, ""),
    ("test_input_required_result_multiple_inputs", {}, ""),
    ("test_input_required_result_multi_round", {}, ""),
    ("test_input_required_result_tampered_state", {}, ""),
    ("test_input_required_result_capabilities", {}, ""),
    ("test_missing_capability", {}, ""),
    ("call_again_later", {"times": 1}, ""),
]

# Method, parameters, and the code at a legacy revision and at 2026-07-28 (None: any error or result).
REFUSED = [
    ("tools/call", {"name": "no_such_tool"}, -32602, -32602),
    ("tools/call", {"name": "protocol_error", "arguments": {"code": 4711}}, 4711, 4711),
    ("tools/call", {"name": "unknown_members", "arguments": {"as_error": True}}, 4711, 4711),
    ("resources/read", {"uri": "test://nothing-here"}, -32002, -32602),
    ("prompts/get", {"name": "no_such_prompt"}, -32602, -32602),
    ("prompts/get", {"name": "test_prompt_with_arguments", "arguments": {}}, -32602, -32602),
    ("tools/list", {"cursor": "forged"}, -32602, -32602),
    ("no/such/method", {}, -32601, -32601),
]

READ = ["test://static-text", "test://static-binary", "test://watched-resource", "test://parts", "test://personal-greeting",
        "test://template/123/data", "test://catalogue/birds/owl", "test://catalogue/birds"]

PROMPTS = [
    ("test_simple_prompt", None),
    ("test_prompt_with_arguments", {"arg1": "one", "arg2": "two"}),
    ("test_prompt_with_embedded_resource", {"resourceUri": "test://example-resource"}),
    ("test_prompt_with_image", None),
    ("travel", {"country": "France", "city": "Lyon"}),
    ("all_content", None),
    ("test_input_required_result_prompt", None),
]

# The tools that ask what a revision has not, or what the client's revision can't be asked: their failure is a result.
ELICITING = {"test_elicitation", "test_elicitation_sep1034_defaults", "test_elicitation_sep1330_enums", "elicit_form"}


def text(result):
    return "\n".join(block.get("text", "") for block in result.get("content", []))


def walk(client):
    """Everything; a list of what was not as expected."""
    problems = []

    def expect(condition, *what):
        if not condition:
            problems.append(" ".join(map(str, what))[:800])

    def attempt(name, function):
        try:
            function()
        except (Gone, TimeoutError, AssertionError, KeyError, ValueError, OSError, TypeError) as failure:
            problems.append(f"{name}: {type(failure).__name__}: {failure}"[:800])
        except Exception as failure:  # an error of the protocol where a result is due
            problems.append(f"{name}: {failure}"[:800])

    listed = {}

    def lists():
        listed["tools"] = {tool["name"] for tool in client.everything_in("tools/list", "tools")}
        expect(listed["tools"] >= {name for name, _, _ in TOOLS}, "tools that are not listed:", {name for name, _, _ in TOOLS} - listed["tools"])
        expect(len(client.everything_in("resources/list", "resources")) >= 40, "few resources")
        expect(len(client.everything_in("resources/templates/list", "resourceTemplates")) == 3, "not three templates")
        expect({prompt["name"] for prompt in client.everything_in("prompts/list", "prompts")} >= {name for name, _ in PROMPTS}, "prompts")

    def call(name, arguments, wanted):
        headers = {"Mcp-Param-Region": arguments["region"]} if name == "test_x_mcp_header" and client.is_modern else None
        reply = client.tool(name, arguments, headers=headers, progressToken=f"{PROGRESS}-{name}")
        if name == "elicit_url" and arguments.get("by_error") and client.revision == "2025-11-25":
            # Through `portico stdio`, which asks for it as 2026-07-28 has it, the page is a question.
            visited = reply.error is None and "action=accept" in text(reply.result)
            expect(visited or reply.error["code"] == -32042, name, reply.message)
            return
        result = reply.result
        expect(wanted in text(result), name, "has not", repr(wanted), result)

    attempt("lists", lists)
    attempt("level", lambda: client.set_level("debug"))
    for name, arguments, wanted in TOOLS:
        attempt(name, lambda: call(name, arguments, wanted))
    for method, params, legacy, modern in REFUSED:
        def refuse():
            reply = client.call(method, params)
            code = (reply.error or {}).get("code")
            expect(code == (modern if client.is_modern else legacy), method, params, reply.message)
        attempt(f"{method} {params}", refuse)
    for uri in READ:
        attempt(uri, lambda: expect(client.call("resources/read", {"uri": uri}).result["contents"], uri, "is empty"))
    for name, arguments in PROMPTS:
        params = {"name": name} | ({} if arguments is None else {"arguments": arguments})
        def get():
            reply = client.call("prompts/get", params)
            # A prompt has no way to fail that a model reads: where the client can't be asked, it is an error.
            if name == "test_input_required_result_prompt" and client.revision < "2025-06-18":
                return expect(reply.error is not None, name, reply.message)
            return expect(reply.result["messages"], name, "is empty")
        attempt(name, get)
    for reference, argument in [
        ({"type": "ref/prompt", "name": "travel"}, {"name": "country", "value": "A"}),
        ({"type": "ref/resource", "uri": "test://catalogue/{shelf}/{item}"}, {"name": "shelf", "value": "b"}),
    ]:
        attempt(f"completion of {reference}",
                lambda: expect(client.call("completion/complete", {"ref": reference, "argument": argument}).result["completion"]["values"], reference))
    attempt("bad arguments", lambda: client.call("tools/call", {"name": "add", "arguments": {"a": "x"}}))
    attempt("changes", lambda: changes(client, expect))
    if not client.is_modern:
        attempt("ping", lambda: expect(client.call("ping").result == {}, "ping is not {}"))
    attempt("cancellation", lambda: cancel(client, expect))
    attempt("progress", lambda: expect(
        any(message["params"]["progressToken"] == f"{PROGRESS}-test_tool_with_progress" for message in client.heard("notifications/progress")),
        "no progress"))
    attempt("log", lambda: expect(client.heard("notifications/message"), "no log entries"))
    return problems


def changes(client, expect):
    watch = client.watch(["test://watched-resource"])
    since = len(client.notifications)
    wanted = {
        "touch_watched_resource": "notifications/resources/updated",
        "test_trigger_tool_change": "notifications/tools/list_changed",
        "test_trigger_prompt_change": "notifications/prompts/list_changed",
        "trigger_resource_change": "notifications/resources/list_changed",
    }
    for tool, method in wanted.items():
        client.tool(tool, {}).result
        found = client.wait_for(lambda message: message["method"] == method and message in client.notifications[since:], 3)
        expect(found is not None, "no", method, "after", tool)
    watch.close()


def cancel(client, expect):
    pending = client.start("tools/call", {"name": "wait_for_cancellation", "arguments": {"seconds": 20}})
    time.sleep(0.3)
    client.cancel(pending)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        counts = client.tool("read_counts", {}).result["structuredContent"]
        if counts["cancellations"] >= 1:
            return
        time.sleep(0.1)
    expect(False, "the cancellation was not counted")
