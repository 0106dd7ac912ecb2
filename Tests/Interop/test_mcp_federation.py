"""`/mcp`, and `portico stdio` without `--server`: all that a token may use as one server, for the official client in each of its modes,
and for raw clients whose upstreams are of another kind."""

import asyncio
import os
import time
import uuid

import pytest
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client

from mcp_features import told
from mcp_pairs import Bridge, answers
from mcp_transports import LineClient, StreamableClient
from official_client import MODES, check, over_http, run
from portico import binary

QUIET_SECONDS = 0.8


@pytest.fixture(scope="module")
def bridge(tmp_path_factory):
    """The peers of every kind, and two embedded servers."""
    with Bridge(tmp_path_factory.mktemp("bridge")) as bridge:
        for server in ("everything", "time"):
            bridge.gateway.admin.call("POST", "/api/mcp/public/", {"id": server, "name": server.title(), "type": "mcp_embed", "status": 1})
        yield bridge


@pytest.fixture
def key(bridge):
    return bridge.gateway.token("interop", "t" + uuid.uuid4().hex[:12])


class TestTheOfficialClient:
    @staticmethod
    def check(seen, revision):
        check(seen, revision, "everything__")
        # The lists are those of all members, under names that are unique.
        assert {"time__get_current_time", "streamable-2025-06-18__text", "stdio-2026-07-28__text"} <= set(seen["tools"])
        assert len(set(seen["tools"])) == len(seen["tools"])

    @pytest.mark.parametrize(("mode", "revision"), MODES)
    def test_over_http(self, bridge, key, mode, revision):
        self.check(asyncio.run(over_http(bridge.gateway.url + "/mcp", key, mode, "everything__")), revision)

    def test_over_an_event_stream(self, bridge, key):
        transport = sse_client(bridge.gateway.url + "/mcp/sse", headers={"Authorization": "Bearer " + key})
        self.check(asyncio.run(run(transport, "legacy", "everything__")), "2025-11-25")

    @pytest.mark.parametrize(("mode", "revision"), MODES)
    def test_over_standard_streams(self, bridge, key, mode, revision):
        environment = {"PORTICO_URL": bridge.gateway.url, "PORTICO_KEY": key, "PATH": os.environ["PATH"]}
        command = StdioServerParameters(command=binary(), args=["stdio"], env=environment)
        self.check(asyncio.run(run(stdio_client(command), mode, "everything__")), revision)


def over_streamable_http(bridge, key, place="/mcp", revision="2025-11-25"):
    headers = {"Authorization": "Bearer " + key}
    return StreamableClient(bridge.gateway.url + place, revision, headers=headers, answer=answers).connect()


def over_lines(bridge, key):
    environment = {"PORTICO_URL": bridge.gateway.url, "PORTICO_KEY": key}
    return LineClient([binary(), "stdio"], "2025-11-25", environment, answer=answers).connect()


def ends(client):
    """The visits that the client was told to be over."""
    return [message["params"]["elicitationId"] for message in client.heard("notifications/elicitation/complete")]


def eventually(what, seconds=5):
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.02)
    return what()


@pytest.mark.parametrize("connect", [over_streamable_http, over_lines])
@pytest.mark.parametrize("upstream", ["sse-2024-11-05", "streamable-2025-11-25", "http-2026-07-28", "stdio-2025-11-25"])
def test_members_of_every_kind_answer_ask_and_are_read(bridge, key, connect, upstream):
    with connect(bridge, key) as client:
        assert told(client.tool(upstream + "__text").result) == "plain text"
        assert told(client.tool(upstream + "__sample", {"prompt": "What?"}).result) == "model said: <What?>"
        assert told(client.tool(upstream + "__roots").result) == "roots: file:///home/user/project"
        assert client.call("prompts/get", {"name": upstream + "__simple"}).result["messages"][0]["content"]["text"] == "a prompt"
        if upstream != "sse-2024-11-05":
            client.asked.clear()
            assert '"accept"' in told(client.tool(upstream + "__elicit").result)
            # The user sees one connection, so the question says who asks.
            peer = bridge.upstream(upstream).kind
            label = peer.id if peer.transport == "stdio" else peer.name
            assert client.asked[0][1]["message"] == f"[{label}] Please fill this in"
        # Several members have this URI: it is read as it is listed.
        listed = [entry["uri"] for entry in client.everything_in("resources/list", "resources")]
        assert len(set(listed)) == len(listed)
        uris = [uri for uri in listed if uri == "peer://text" or uri == f"portico:{upstream}/peer://text"]
        texts = [client.call("resources/read", {"uri": uri}).result["contents"][0] for uri in uris]
        assert uris and all(found["text"] == "a text" for found in texts)
        assert [found["uri"] for found in texts] == uris


class TestTheEndOfAVisit:
    """`notifications/elicitation/complete` (2025-11-25): to the session that was asked, and to no other."""

    @pytest.mark.parametrize("upstream", ["streamable-2025-11-25", "stdio-2025-11-25"])
    @pytest.mark.parametrize("place", ["/mcp/public/{}", "/mcp"])
    def test_only_who_was_asked_is_told(self, bridge, key, upstream, place):
        prefix = upstream + "__" if place == "/mcp" else ""
        mark = uuid.uuid4().hex
        with over_streamable_http(bridge, key, place.format(upstream)) as asked, \
                over_streamable_http(bridge, key, place.format(upstream)) as other:
            for client in (asked, other):
                assert told(client.tool(prefix + "text").result) == "plain text"
            assert told(asked.tool(prefix + "elicit_url", {"tag": mark}).result) == "visit: accept"
            assert asked.asked[-1][1]["elicitationId"] == prefix + mark
            error = asked.tool(prefix + "url_error", {"tag": mark + "e"}).error
            assert error["code"] == -32042 and error["data"]["elicitations"][0]["elicitationId"] == prefix + mark + "e"
            # What nobody was asked is said by the upstream as well.
            asked.tool(prefix + "end_visit", {"tag": mark + "unknown"}).result
            other.tool(prefix + "end_visit", {"tag": mark}).result
            assert eventually(lambda: len(ends(asked)) == 2), ends(asked)
            time.sleep(QUIET_SECONDS)
            assert sorted(ends(asked)) == [prefix + mark, prefix + mark + "e"] and ends(other) == []
            assert told(asked.tool(prefix + "url_error", {"tag": mark + "e"}).result) == "thank you for visiting"
            assert not asked.recorder.faults and not other.recorder.faults

    @pytest.mark.parametrize("prefix", ["", "everything__"])
    def test_an_embedded_server_says_it_too(self, bridge, key, prefix):
        with over_streamable_http(bridge, key, "/mcp" if prefix else "/mcp/public/everything") as client:
            assert "accept" in told(client.tool(prefix + "elicit_url").result)
            first = client.asked[-1][1]["elicitationId"]
            error = client.tool(prefix + "elicit_url", {"by_error": True}).error
            second = error["data"]["elicitations"][0]["elicitationId"]
            assert first != second and first.startswith(prefix) and second.startswith(prefix)
            assert eventually(lambda: ends(client) == [first, second]), ends(client)


def test_roots_that_change_are_told_to_the_members_that_keep_them(bridge, key):
    """A legacy member that has a session with this client is told, and asks; the answer is this client's."""
    roots = ["file:///one", "file:///two"]
    with over_streamable_http(bridge, key) as client, over_streamable_http(bridge, key) as other:
        client.answer = lambda method, params: {"roots": [{"uri": roots[0]}]}
        other.answer = lambda method, params: {"roots": [{"uri": "file:///other"}]}
        members = ["sse-2024-11-05", "streamable-2025-06-18", "stdio-2025-11-25"]
        for member in members:
            assert told(client.tool(member + "__roots").result) == "roots: file:///one"
            assert told(other.tool(member + "__roots").result) == "roots: file:///other"
        mark = f"file:///{uuid.uuid4().hex}"
        roots[0] = mark
        since = {member: len(bridge.upstream(member).entries("roots")) for member in members}
        client.notify("notifications/roots/list_changed")
        for member in members:
            assert bridge.upstream(member).wait_for("roots", uris=[mark]), member
        time.sleep(QUIET_SECONDS / 2)
        for member in members:
            assert len(bridge.upstream(member).entries("roots")) == since[member] + 1, "one session is told, and asks once"
