"""The official MCP clients against the server `everything`: the current release in each of its modes, and 1.x in a process of its own,
over Streamable HTTP, HTTP+SSE and `portico stdio`. They list, call, are asked by the server's tools, and answer."""

import asyncio
import json
import os
import pathlib
import subprocess

import pytest
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client

from official_client import MODES, check, over_http, run
from portico import binary


@pytest.fixture(scope="module")
def engine():
    """The database makes no difference here."""
    return "sqlite"


@pytest.fixture(scope="module")
def place(gateway, key):
    gateway.admin.call("POST", "/api/mcp/public/", {"id": "everything", "name": "Everything", "type": "mcp_embed", "status": 1})
    return gateway.url + "/mcp/public/everything"


def line_command(gateway, key):
    environment = {"PORTICO_URL": gateway.url, "PORTICO_KEY": key, "PATH": os.environ["PATH"]}
    return StdioServerParameters(command=binary(), args=["stdio", "--server", "everything"], env=environment)


@pytest.mark.parametrize(("mode", "revision"), MODES)
def test_the_current_client_over_http(place, key, mode, revision):
    check(asyncio.run(over_http(place, key, mode)), revision)


def test_the_current_client_over_an_event_stream(place, key):
    headers = {"Authorization": "Bearer " + key}
    check(asyncio.run(run(sse_client(place + "/sse", headers=headers), "legacy")), "2025-11-25")


@pytest.mark.parametrize(("mode", "revision"), MODES)
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
