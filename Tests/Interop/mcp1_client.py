"""The official `mcp` client 1.x against one server; prints what it saw as JSON. Run in its own environment, because 1.x and 2.x
cannot be installed together: mcp1_client.py URL KEY"""

import asyncio
import json
import sys

import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


async def main(url, key):
    request_ids = []

    async def remember(response):
        # Only tool calls are charged, so only their ids are looked for in the log.
        if response.request.method == "POST" and b'"tools/call"' in await response.request.aread():
            request_ids.append(response.headers.get("x-request-id"))

    headers = {"Authorization": "Bearer " + key}
    async with httpx.AsyncClient(headers=headers, timeout=20, event_hooks={"response": [remember]}) as http_client:
        async with streamable_http_client(url, http_client=http_client) as (read, write, session_id):
            async with ClientSession(read, write) as session:
                hello = await session.initialize()
                tools = await session.list_tools()
                await session.send_ping()
                now = await session.call_tool("get_current_time", {"timezone": "Europe/Paris"})
                call_ids = list(request_ids)
                wrong = await session.call_tool("get_current_time", {"timezone": "Nowhere/Land"})
                report = {
                    "revision": hello.protocolVersion,
                    "server": hello.serverInfo.name,
                    "session": session_id(),
                    "tools": sorted(tool.name for tool in tools.tools),
                    "text": now.content[0].text,
                    "is_error": now.isError,
                    "wrong_is_error": wrong.isError,
                    "request_ids": call_ids,
                }
    print(json.dumps(report))


asyncio.run(main(*sys.argv[1:3]))
