"""The official `mcp` client 1.x against the server `everything`; prints what it saw as JSON. Run in an environment of its own:
mcp1_everything.py streamable|sse|stdio URL-or-COMMAND KEY"""

import asyncio
import json
import os
import sys

import httpx
import mcp.types as types
from mcp import ClientSession, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

SECONDS = 60


async def elicited(context, params):
    return types.ElicitResult(action="accept", content={"username": "testuser", "email": "test@example.com", "name": "Alice"})


async def sampled(context, params):
    question = params.messages[-1].content
    block = question[0] if isinstance(question, list) else question
    content = types.TextContent(type="text", text=f"<{block.text}>")
    return types.CreateMessageResult(role="assistant", model="test-model", content=content)


async def listed_roots(context):
    return types.ListRootsResult(roots=[types.Root(uri="file:///home/user/project", name="project")])


async def visit(session):
    hello = await session.initialize()
    tools, cursor = [], None
    while True:
        page = await session.list_tools(params=types.PaginatedRequestParams(cursor=cursor) if cursor else None)
        tools += [tool.name for tool in page.tools]
        cursor = page.nextCursor
        if not cursor:
            break
    progress = []

    async def remember(value, total, message):
        progress.append(value)

    def text(result):
        return result.content[0].text

    return {
        "revision": hello.protocolVersion,
        "tools": tools,
        "echo": text(await session.call_tool("echo", {"message": "hello"})),
        "progress": text(await session.call_tool("test_tool_with_progress", {}, progress_callback=remember)),
        "values": progress,
        "elicited": text(await session.call_tool("test_elicitation", {"message": "Who?"})),
        "sampled": text(await session.call_tool("test_sampling", {"prompt": "What?"})),
        "roots": text(await session.call_tool("list_roots", {})),
        "three": [block.text for block in (await session.call_tool("test_input_required_result_multiple_inputs", {})).content],
        "error": (await session.call_tool("test_error_handling", {})).isError,
        "sum": (await session.call_tool("add", {"a": 2, "b": 3})).structuredContent,
        "resource": (await session.read_resource("test://static-text")).contents[0].text,
        "prompt": (await session.get_prompt("test_prompt_with_arguments", {"arg1": "x", "arg2": "y"})).messages[0].content.text,
    }


async def over(streams):
    callbacks = {"elicitation_callback": elicited, "sampling_callback": sampled, "list_roots_callback": listed_roots}
    async with asyncio.timeout(SECONDS), ClientSession(*streams, **callbacks) as session:
        print(json.dumps(await visit(session)))


async def main(transport, target, key):
    headers = {"Authorization": "Bearer " + key}
    if transport == "streamable":
        async with httpx.AsyncClient(headers=headers, timeout=20) as http_client:
            async with streamable_http_client(target, http_client=http_client) as (read, write, _):
                await over((read, write))
    elif transport == "sse":
        async with sse_client(target, headers=headers) as streams:
            await over(streams)
    else:
        command, *arguments = json.loads(target)
        environment = {name: os.environ[name] for name in ("PORTICO_URL", "PORTICO_KEY", "PATH")}
        async with stdio_client(StdioServerParameters(command=command, args=arguments, env=environment)) as streams:
            await over(streams)


asyncio.run(main(*sys.argv[1:4]))
