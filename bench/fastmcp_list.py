"""fastmcp_list.py FILE: what `portico openapi compile --compact` does, by FastMCP: reads the document, makes a server of it, lists its tools.

Prints one line of JSON: how many tools there are, the bytes of the list as `tools/list` has it, and the CPU time and peak memory of what comes
before the document: start, imports, and a first document of one operation, so that what is imported late counts as import. Runs in the
environment of requirements-fastmcp.txt.
"""

import asyncio
import json
import resource
import sys

import httpx2
import yaml
from fastmcp import FastMCP


FIRST = {
    "openapi": "3.1.0",
    "info": {"title": "First", "version": "1"},
    "paths": {"/first": {"get": {"operationId": "first", "responses": {"200": {"description": "Good"}}}}},
}


def usage():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu_seconds": own.ru_utime + own.ru_stime, "peak_kibibytes": own.ru_maxrss}


def document(path):
    """By libyaml where it is YAML: PyYAML's own reader takes about ten times as long."""
    with open(path, "rb") as file:
        text = file.read()
    return json.loads(text) if path.endswith(".json") else yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


async def listed(description, client):
    """The list of a server that is made of a description; not through a client, which would cost more and is not what is compared."""
    tools = await FastMCP.from_openapi(description, client=client).list_tools()
    shown = [tool.to_mcp_tool().model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
    return len(shown), json.dumps({"tools": shown}, ensure_ascii=False, separators=(",", ":")).encode()


async def main(path):
    async with httpx2.AsyncClient(base_url="http://127.0.0.1:9") as client:
        await listed(FIRST, client)
        start = usage()
        count, text = await listed(document(path), client)
    print(json.dumps({"tools": count, "list_bytes": len(text), "start": start}))


asyncio.run(main(sys.argv[1]))
