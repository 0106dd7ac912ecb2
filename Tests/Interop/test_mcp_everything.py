"""The official MCP clients against the server `everything`: the current release in each of its modes, and 1.x in a process of its own,
over Streamable HTTP, HTTP+SSE and `portico stdio`. They list, call, are asked by the server's tools, and answer."""

import asyncio
import json
import os
import pathlib
import subprocess

import httpx2
import mcp.types as types
import pytest
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from portico import binary

SECONDS = 60


@pytest.fixture(scope="module")
def engine():
    """The database makes no difference here."""
    return "sqlite"


@pytest.fixture(scope="module")
def place(gateway, key):
    gateway.admin.call("POST", "/api/mcp/public/", {"id": "everything", "name": "Everything", "type": "mcp_embed", "status": 1})
    return gateway.url + "/mcp/public/everything"


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


async def visit(client):
    """What this client sees; the same for every transport and mode."""
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
        "echo": text(await client.call_tool("echo", {"message": "hello"})),
        "progress": text(await client.call_tool("test_tool_with_progress", {}, progress_callback=remember)),
        "values": progress,
        "elicited": text(await client.call_tool("test_elicitation", {"message": "Who?"})),
        "sampled": text(await client.call_tool("test_sampling", {"prompt": "What?"})),
        "roots": text(await client.call_tool("list_roots", {})),
        "three": [block.text for block in (await client.call_tool("test_input_required_result_multiple_inputs", {})).content],
        "error": (await client.call_tool("test_error_handling", {})).is_error,
        "sum": (await client.call_tool("add", {"a": 2, "b": 3})).structured_content,
        "resource": (await client.read_resource("test://static-text")).contents[0].text,
        "prompt": (await client.get_prompt("test_prompt_with_arguments", {"arg1": "x", "arg2": "y"})).messages[0].content.text,
    }


def check(seen, revision):
    assert seen["revision"] == revision
    assert {"echo", "test_elicitation", "unknown_members"} <= set(seen["tools"])
    assert seen["echo"] == "Echo: hello" and seen["sum"] == {"sum": 5} and seen["error"]
    assert seen["values"] == [0, 50, 100]
    assert "action=accept" in seen["elicited"] and "testuser" in seen["elicited"]
    assert seen["sampled"] == "LLM response: <What?>"
    assert seen["roots"] == "Roots: file:///home/user/project"
    assert seen["three"][0] == "Hello, Alice!" and "file:///home/user/project" in seen["three"][2]
    assert "content of the static text" in seen["resource"] and "arg1='x'" in seen["prompt"]


async def run(transport, mode):
    callbacks = {"elicitation_callback": elicited, "sampling_callback": sampled, "list_roots_callback": listed_roots}
    async with asyncio.timeout(SECONDS):
        async with Client(transport, mode=mode, **callbacks) as client:
            return await visit(client)


async def over_http(url, key, mode):
    async with httpx2.AsyncClient(headers={"Authorization": "Bearer " + key}, timeout=20) as http_client:
        return await run(streamable_http_client(url, http_client=http_client), mode)


def line_command(gateway, key):
    environment = {"PORTICO_URL": gateway.url, "PORTICO_KEY": key, "PATH": os.environ["PATH"]}
    return StdioServerParameters(command=binary(), args=["stdio", "--server", "everything"], env=environment)


@pytest.mark.parametrize(("mode", "revision"), [("auto", "2026-07-28"), ("2026-07-28", "2026-07-28"), ("legacy", "2025-11-25")])
def test_the_current_client_over_http(place, key, mode, revision):
    check(asyncio.run(over_http(place, key, mode)), revision)


def test_the_current_client_over_an_event_stream(place, key):
    headers = {"Authorization": "Bearer " + key}
    check(asyncio.run(run(sse_client(place + "/sse", headers=headers), "legacy")), "2025-11-25")


@pytest.mark.parametrize(("mode", "revision"), [("auto", "2026-07-28"), ("2026-07-28", "2026-07-28"), ("legacy", "2025-11-25")])
def test_the_current_client_over_standard_streams(gateway, place, key, mode, revision):
    check(asyncio.run(run(stdio_client(line_command(gateway, key)), mode)), revision)


@pytest.mark.parametrize("transport", ["streamable", "sse", "stdio"])
def test_the_1x_client(gateway, place, key, transport):
    python = os.environ.get("PORTICO_INTEROP_MCP1")
    if not python:
        pytest.skip("PORTICO_INTEROP_MCP1 names no Python with mcp 1.x")
    script = pathlib.Path(__file__).with_name("mcp1_everything.py")
    target = {"streamable": place, "sse": place + "/sse", "stdio": json.dumps([binary(), "stdio", "--server", "everything"])}[transport]
    environment = dict(os.environ) | {"PORTICO_URL": gateway.url, "PORTICO_KEY": key}
    run = subprocess.run([python, str(script), transport, target, key], capture_output=True, text=True, timeout=90, env=environment)
    assert run.returncode == 0, run.stderr[-3000:]
    check(json.loads(run.stdout), "2025-11-25")
