"""An API server that nobody here wrote, made into tools by the description that it publishes itself, and used by the official client: twenty
calls that create, read, change and delete."""

import asyncio
import base64

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from openapi_kinto import PASSWORD, USER, Kinto

SECONDS = 60


@pytest.fixture(scope="module")
def engine():
    """The database makes no difference here."""
    return "sqlite"


@pytest.fixture(scope="module")
def kinto(tmp_path_factory):
    with Kinto(tmp_path_factory.mktemp("kinto")) as kinto:
        yield kinto


@pytest.fixture(scope="module")
def place(gateway, key, kinto):
    credential = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    gateway.admin.call(
        "POST",
        "/api/mcp/public/",
        {
            "id": "kinto",
            "name": "Kinto",
            "type": "mcp_openapi",
            "status": 1,
            "openapi_config": {"openapi_spec": kinto.url + "/__api__", "authorization": "Basic " + credential},
        },
    )
    return gateway.url + "/mcp/public/kinto"


async def visit(url, key):
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=SECONDS) as http:
        async with Client(streamable_http_client(url, http_client=http)) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            made = []

            async def call(name, fails=False, **arguments):
                assert name in tools, f"{name} is none of {sorted(tools)}"
                result = await client.call_tool(name, arguments)
                text = "".join(block.text for block in result.content if block.type == "text")
                assert bool(result.is_error) == fails, f"{name}({arguments}): {text[:500]}"
                made.append(name)
                return text if fails else result.structured_content

            await keep_a_library(call)
            return made


async def keep_a_library(call):
    """Creates, reads, changes and deletes, and looks after each change whether it is there."""
    assert (await call("server_info"))["project_name"] == "kinto"
    account = await call("update_account", id=USER, data={"password": PASSWORD})
    assert account["data"]["id"] == USER
    assert (await call("update_bucket", id="library", data={"city": "Köln & Bonn"}))["data"]["city"] == "Köln & Bonn"
    assert (await call("get_bucket", id="library"))["data"]["id"] == "library"
    await call("create_collection", bucket_id="library", data={"id": "books"})
    assert [entry["id"] for entry in (await call("get_collections", bucket_id="library"))["data"]] == ["books"]

    place = {"bucket_id": "library", "collection_id": "books"}
    written = []
    for year, title in [(1605, "Don Quijote"), (1851, "Moby-Dick; or, The Whale"), (1925, "Der Prozess"), (1877, "Анна Каренина")]:
        written.append((await call("create_record", **place, data={"title": title, "year": year}))["data"])
    newest = await call("get_records", **place, _sort=["-year"], _limit=2)
    assert [entry["year"] for entry in newest["data"]] == [1925, 1877]
    book = written[1]["id"]
    assert (await call("get_record", **place, id=book))["data"]["title"] == "Moby-Dick; or, The Whale"
    assert (await call("patch_record", **place, id=book, data={"read": True}))["data"]["read"] is True
    whole = await call("update_record", **place, id=book, data={"title": "Moby-Dick", "year": 1851})
    assert "read" not in whole["data"], "a PUT replaces"
    assert set((await call("get_record", **place, id=book, _fields=["title"]))["data"]) >= {"title"}
    await call("delete_record", **place, id=book)
    assert "404" in await call("get_record", fails=True, **place, id=book)
    assert len((await call("get_records", **place))["data"]) == 3

    await call("create_group", bucket_id="library", data={"id": "readers", "members": [f"account:{USER}"]})
    assert (await call("get_group", bucket_id="library", id="readers"))["data"]["members"] == [f"account:{USER}"]
    refused = await call("create_group", fails=True, bucket_id="library", data={"id": "writers", "members": "nobody"})
    assert "members" in refused, "the field at fault is named"
    await call("delete_records", **place)
    await call("delete_collection", bucket_id="library", id="books")
    await call("delete_bucket", id="library")
    assert "40" in await call("get_bucket", fails=True, id="library")


def test_twenty_calls(place, key):
    made = asyncio.run(asyncio.wait_for(visit(place, key), SECONDS))
    assert len(made) >= 20
