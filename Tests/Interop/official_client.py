"""The current release of the official client, over any of its transports and in any of its modes: it lists, calls, is asked by the tools of
the server `everything`, and answers."""

import asyncio

import httpx2
import mcp.types as types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

SECONDS = 60
MODES = [("auto", "2026-07-28"), ("2026-07-28", "2026-07-28"), ("legacy", "2025-11-25")]


async def elicited(context, params):
    if getattr(params, "mode", "form") == "url":
        return types.ElicitResult(action="accept")
    return types.ElicitResult(action="accept", content={"username": "testuser", "email": "test@example.com", "name": "Alice"})


async def sampled(context, params):
    question = params.messages[-1].content
    block = question[0] if isinstance(question, list) else question
    content = types.TextContent(type="text", text=f"<{block.text}>")
    return types.CreateMessageResult(role="assistant", model="test-model", content=content)


async def listed_roots(context):
    return types.ListRootsResult(roots=[types.Root(uri="file:///home/user/project", name="project")])


async def visit(client, prefix=""):
    """What this client sees of `everything`, whose names begin with the prefix; the same for every transport and mode."""
    tools, cursor = [], None
    while True:
        page = await client.list_tools(cursor=cursor)
        tools += [tool.name for tool in page.tools]
        cursor = page.next_cursor
        if not cursor:
            break
    progress = []

    async def remember(value, total, message):
        progress.append(value)

    def text(result):
        return result.content[0].text

    return {
        "revision": client.protocol_version,
        "tools": tools,
        "prompts": [prompt.name for prompt in (await client.list_prompts()).prompts],
        "echo": text(await client.call_tool(prefix + "echo", {"message": "hello"})),
        "progress": text(await client.call_tool(prefix + "test_tool_with_progress", {}, progress_callback=remember)),
        "values": progress,
        "elicited": text(await client.call_tool(prefix + "test_elicitation", {"message": "Who?"})),
        "sampled": text(await client.call_tool(prefix + "test_sampling", {"prompt": "What?"})),
        "roots": text(await client.call_tool(prefix + "list_roots", {})),
        "three": [block.text for block in (await client.call_tool(prefix + "test_input_required_result_multiple_inputs", {})).content],
        "error": (await client.call_tool(prefix + "test_error_handling", {})).is_error,
        "sum": (await client.call_tool(prefix + "add", {"a": 2, "b": 3})).structured_content,
        "resource": (await client.read_resource("test://static-text")).contents[0].text,
        "prompt": (await client.get_prompt(prefix + "test_prompt_with_arguments", {"arg1": "x", "arg2": "y"})).messages[0].content.text,
    }


def check(seen, revision, prefix=""):
    assert seen["revision"] == revision
    assert {prefix + name for name in ("echo", "test_elicitation", "unknown_members")} <= set(seen["tools"])
    assert prefix + "test_prompt_with_arguments" in seen.get("prompts", [prefix + "test_prompt_with_arguments"])
    assert seen["echo"] == "Echo: hello" and seen["sum"] == {"sum": 5} and seen["error"]
    assert seen["values"] == [0, 50, 100]
    assert "action=accept" in seen["elicited"] and "testuser" in seen["elicited"]
    assert seen["sampled"] == "LLM response: <What?>"
    assert seen["roots"] == "Roots: file:///home/user/project"
    assert seen["three"][0] == "Hello, Alice!" and "file:///home/user/project" in seen["three"][2]
    assert "content of the static text" in seen["resource"] and "arg1='x'" in seen["prompt"]


async def run(transport, mode, prefix=""):
    callbacks = {"elicitation_callback": elicited, "sampling_callback": sampled, "list_roots_callback": listed_roots}
    async with asyncio.timeout(SECONDS):
        async with Client(transport, mode=mode, **callbacks) as client:
            return await visit(client, prefix)


async def over_http(url, key, mode, prefix=""):
    async with httpx2.AsyncClient(headers={"Authorization": "Bearer " + key}, timeout=20) as http_client:
        return await run(streamable_http_client(url, http_client=http_client), mode, prefix)
