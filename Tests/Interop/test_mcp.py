"""The official MCP clients against /mcp/public/time: the current release in both eras, and 1.x in a process of its own."""

import asyncio
import json
import os
import pathlib
import subprocess

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

TOOLS = ["convert_time", "get_current_time"]


async def visit(url, key, mode):
    """Connects in this mode, lists and calls; what was seen, and the request id of the first call."""
    request_ids = []

    async def remember(response):
        # Only tool calls are charged, so only their ids are looked for in the log.
        if response.request.method == "POST" and b'"tools/call"' in await response.request.aread():
            request_ids.append(response.headers.get("x-request-id"))

    headers = {"Authorization": "Bearer " + key}
    async with httpx2.AsyncClient(headers=headers, timeout=20, event_hooks={"response": [remember]}) as http_client:
        async with Client(streamable_http_client(url, http_client=http_client), mode=mode) as client:
            tools = await client.list_tools()
            now = await client.call_tool("get_current_time", {"timezone": "Europe/Paris"})
            call_ids = list(request_ids)
            arguments = {"source_timezone": "Asia/Tokyo", "time": "12:30", "target_timezone": "UTC"}
            converted = await client.call_tool("convert_time", arguments)
            wrong = await client.call_tool("get_current_time", {"timezone": "Nowhere/Land"})
            return {
                "revision": client.protocol_version,
                "tools": sorted(tool.name for tool in tools.tools),
                "now": now,
                "converted": converted,
                "wrong": wrong,
                "request_ids": call_ids,
            }


@pytest.mark.parametrize(("mode", "revision"), [("auto", "2026-07-28"), ("2026-07-28", "2026-07-28"), ("legacy", "2025-11-25")])
def test_the_current_client_lists_and_calls(gateway, key, mode, revision):
    seen = asyncio.run(visit(gateway.url + "/mcp/public/time", key, mode))
    assert seen["revision"] == revision and seen["tools"] == TOOLS
    assert not seen["now"].is_error and "Europe/Paris" in seen["now"].content[0].text
    assert not seen["converted"].is_error and "03:30" in seen["converted"].content[0].text
    assert seen["wrong"].is_error


def visit_with_1x(url, key):
    python = os.environ.get("PORTICO_INTEROP_MCP1")
    if not python:
        pytest.skip("PORTICO_INTEROP_MCP1 names no Python with mcp 1.x")
    script = pathlib.Path(__file__).with_name("mcp1_client.py")
    run = subprocess.run([python, str(script), url, key], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


def test_the_1x_client_initialises_lists_pings_and_calls(gateway, key):
    seen = visit_with_1x(gateway.url + "/mcp/public/time", key)
    assert seen["revision"] == "2025-11-25" and seen["session"] and seen["tools"] == TOOLS
    assert not seen["is_error"] and "Europe/Paris" in seen["text"]
    assert seen["wrong_is_error"]


def test_a_wrong_key_never_reaches_the_server(gateway):
    with pytest.raises(BaseException) as caught:  # the client wraps it in an exception group
        asyncio.run(visit(gateway.url + "/mcp/public/time", "sk-wrong", "2026-07-28"))
    assert not isinstance(caught.value, KeyboardInterrupt)


def test_tool_calls_of_both_clients_are_logged_by_their_request_ids(gateway, key):
    url = gateway.url + "/mcp/public/time"
    request_ids = asyncio.run(visit(url, key, "2026-07-28"))["request_ids"] + visit_with_1x(url, key)["request_ids"]
    rows = gateway.log_rows_of(request_ids)
    assert sorted(row["request_id"] for row in rows) == sorted(request_ids) and len(rows) == 2
