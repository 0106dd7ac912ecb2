"""What a proxy must not change, and must survive: documents byte for byte, upstreams that die, calls that are parked."""

import json
import time
import uuid

import pytest

import mcp_clients
from mcp_clients import META
from mcp_features import told
from mcp_pairs import KINDS, Bridge, answers, connect, kind
from mcp_schema import MODERN
from mcp_transports import ModernClient, StreamableClient
from peers import documents as peer

# The client of the same revision as the upstream, over whichever transport.
SAME = [(client, upstream) for client in KINDS for upstream in KINDS if client.revision == upstream.revision]


@pytest.fixture(scope="module")
def bridge(tmp_path_factory):
    with Bridge(tmp_path_factory.mktemp("bridge")) as bridge:
        yield bridge


@pytest.fixture
def key(bridge):
    return bridge.gateway.token("interop", "t" + uuid.uuid4().hex[:12])


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(mcp_clients, "ANSWER_SECONDS", 15)


def through(bridge, key, client, server, **more):
    return connect(client, bridge.gateway.url, key, server.id, **more)


def document(text):
    """What a JSON text says, down to the order of members and the text of numbers; only how strings are escaped is left out."""
    return json.loads(text, object_pairs_hook=lambda pairs: ["object", *pairs], parse_int=str, parse_float=str)


def holds(text, part, is_exact=True):
    """Whether the part stands somewhere in the JSON text: with the same bytes, or else as the same document."""
    if is_exact:
        return part in text
    wanted = document(part)

    def search(place):
        return place == wanted or (isinstance(place, (list, tuple)) and any(search(inner) for inner in place))

    return search(document(text))


class TestTransparency:
    """Where revision and names are the same, a document comes out as it went in, byte for byte.

    `portico stdio` speaks 2026-07-28 to the gateway whatever its own client speaks, so that there are other revisions on the way: for
    its legacy clients the document is the same, but not how its strings are escaped. The same holds for what a client sends, as its
    parameters get the metadata of the connection to the upstream.
    """

    @pytest.fixture(params=SAME, ids=lambda pair: f"{pair[0].id}_to_{pair[1].id}")
    def client(self, request, bridge, key):
        client, self.server = request.param
        with through(bridge, key, client, self.server) as connected:
            connected.upstream = bridge.upstreams[self.server]
            self.is_exact = client.transport != "stdio" or client.era == "modern"
            yield connected

    def test_a_result(self, client):
        expected = peer.unknown_result(client.is_modern)
        raw = client.tool("unknown_members").raw.decode()
        assert holds(raw, expected, self.is_exact), raw

    def test_a_result_with_spaces(self, client):
        expected = peer.unknown_result(client.is_modern, peer.SPACED_VALUE)
        raw = client.tool("unknown_members", {"spaced": True}).raw.decode()
        assert holds(raw, expected, self.is_exact), raw

    def test_a_resource(self, client):
        raw = client.call("resources/read", {"uri": "peer://unknown"}).raw.decode()
        assert holds(raw, peer.unknown_contents(client.is_modern), self.is_exact), raw

    def test_the_definition_of_a_tool(self, client):
        cursor, pages = None, []
        while True:
            reply = client.call("tools/list", {} if cursor is None else {"cursor": cursor})
            pages.append(reply.raw.decode())
            cursor = reply.result.get("nextCursor")
            if cursor is None:
                break
        assert any(holds(page, peer.UNKNOWN_TOOL, self.is_exact) for page in pages), pages[-1]

    def test_an_error(self, client):
        raw = client.tool("unknown_members", {"as_error": True}).raw.decode()
        assert holds(raw, peer.UNKNOWN_ERROR, self.is_exact), raw

    def test_what_the_client_sends(self, client):
        mark = uuid.uuid4().hex
        arguments = f'{{"tag":"{mark}","value":{peer.UNKNOWN_VALUE}}}'
        value = peer.Raw(peer.UNKNOWN_VALUE)
        params = {"name": "echo", "x-params": value, "arguments": peer.Raw(arguments), "_meta": {"example.com/mine": value}}
        client.call("tools/call", params).result
        (body,) = [entry["body"] for entry in client.upstream.entries("request") if mark in entry.get("body", "")]
        sent = dict(document(body)[1:])["params"]
        sent = dict(sent[1:])
        assert sent["arguments"] == document(arguments) and sent["x-params"] == document(peer.UNKNOWN_VALUE), body
        assert dict(sent["_meta"][1:])["example.com/mine"] == document(peer.UNKNOWN_VALUE), body


UPSTREAMS = pytest.mark.parametrize("server", KINDS, ids=lambda kind: kind.id)
CLIENTS = pytest.mark.parametrize("client", [kind("streamable-2025-11-25"), kind("http-2026-07-28")], ids=lambda kind: kind.id)


class TestUpstreamsThatDie:
    @UPSTREAMS
    @CLIENTS
    def test_between_calls_nobody_notices(self, bridge, key, client, server):
        upstream = bridge.upstreams[server]
        with through(bridge, key, client, server, capabilities={}) as connected:
            assert told(connected.tool("text").result) == "plain text"
            for _ in range(2):
                upstream.kill()
                upstream.start()
                time.sleep(0.1)
                assert told(connected.tool("text").result) == "plain text"
                assert connected.call("resources/read", {"uri": "peer://text"}).result["contents"]

    @UPSTREAMS
    @CLIENTS
    def test_during_a_call_there_is_one_error_and_one_execution(self, bridge, key, client, server):
        upstream, mark = bridge.upstreams[server], uuid.uuid4().hex
        with through(bridge, key, client, server, capabilities={}) as connected:
            pending = connected.start("tools/call", {"name": "slow_count", "arguments": {"tag": mark, "seconds": 5}})
            assert upstream.wait_for("executed", tag=mark)
            upstream.kill()
            began = time.monotonic()
            upstream.start()
            error = pending.wait(15).error
            assert error and error["code"] == -32603 and error["message"], error
            assert time.monotonic() - began < 10
            # The client's own session lives on, and the call is not made again.
            assert told(connected.tool("text").result) == "plain text"
            time.sleep(0.5)
            assert len([entry for entry in upstream.entries("executed") if entry["tag"] == mark]) == 1

    @UPSTREAMS
    def test_while_it_is_down_there_is_one_clear_error_that_names_no_address(self, bridge, key, server):
        upstream = bridge.upstreams[server]
        if server.transport == "stdio":
            pytest.skip("Portico starts it itself")
        with through(bridge, key, kind("http-2026-07-28"), server, capabilities={}) as connected:
            connected.tool("text").result
            upstream.stop()
            try:
                reply = connected.tool("text")
                assert reply.error and reply.error["code"] == -32603 and reply.status == 200, (reply.status, reply.message)
                assert str(upstream.port) not in reply.error["message"]
            finally:
                upstream.start()
            assert told(connected.tool("text").result) == "plain text"


class TestParking:
    """A client of 2026-07-28 that is asked by a legacy upstream: the call waits while the client is away."""

    META = {META + "protocolVersion": MODERN, META + "clientCapabilities": {"sampling": {}, "roots": {}, "elicitation": {}}}
    SERVERS = [entry for entry in KINDS if entry.era == "legacy"]

    @pytest.fixture(params=SERVERS, ids=lambda kind: kind.id)
    def parked(self, request, bridge, key):
        with through(bridge, key, kind("http-2026-07-28"), request.param) as client:
            client.upstream, client.key = bridge.upstreams[request.param], key
            yield client

    def first(self, client, tool, **arguments):
        result = client.start("tools/call", {"name": tool, "arguments": arguments}).wait().result
        assert result["resultType"] == "input_required" and result["inputRequests"] and result["requestState"], result
        return result

    def again(self, client, tool, arguments, state, responses):
        return client.start("tools/call", {"name": tool, "arguments": arguments, "requestState": state, "inputResponses": responses}).wait()

    def given(self, result, *keys):
        return {key: answers(asked["method"], asked.get("params") or {}) for key, asked in result["inputRequests"].items() if not keys or key in keys}

    def test_the_same_answers_twice_are_one_execution(self, parked):
        arguments = {"tag": uuid.uuid4().hex}
        first = self.first(parked, "two_rounds", **arguments)
        second = self.again(parked, "two_rounds", arguments, first["requestState"], self.given(first)).result
        assert second["resultType"] == "input_required" and second["requestState"] != first["requestState"], second
        state, given = second["requestState"], self.given(second)
        done = [self.again(parked, "two_rounds", arguments, state, given).result for _ in range(2)]
        assert [told(result) for result in done] == ["<first>, <second after <first>>"] * 2
        assert len([entry for entry in parked.upstream.entries("executed") if entry["tag"] == arguments["tag"]]) == 1

    def test_an_old_round_or_other_answers_are_refused(self, parked):
        arguments = {"tag": uuid.uuid4().hex}
        first = self.first(parked, "two_rounds", **arguments)
        second = self.again(parked, "two_rounds", arguments, first["requestState"], self.given(first)).result
        other = {key: {"role": "assistant", "model": "m", "content": {"type": "text", "text": "other"}} for key in self.given(first)}
        assert self.again(parked, "two_rounds", arguments, first["requestState"], other).error["code"] == -32602
        done = self.again(parked, "two_rounds", arguments, second["requestState"], self.given(second)).result
        assert told(done) == "<first>, <second after <first>>"

    def test_partial_answers_are_taken_and_the_rest_asked_again(self, parked):
        first = self.first(parked, "two_questions")
        # Where the questions came one by one, there is one in each round.
        keys = list(first["inputRequests"])
        result = self.again(parked, "two_questions", {}, first["requestState"], self.given(first, keys[0])).result
        assert result["resultType"] == "input_required" and keys[0] not in result["inputRequests"], result
        result = self.again(parked, "two_questions", {}, result["requestState"], self.given(result)).result
        assert told(result) == "<both> and file:///home/user/project", result

    def test_two_questions_at_once_are_one_round(self, parked):
        first = self.first(parked, "two_questions")
        assert sorted(asked["method"] for asked in first["inputRequests"].values()) == ["roots/list", "sampling/createMessage"]
        assert self.again(parked, "two_questions", {}, first["requestState"], self.given(first)).result

    def test_another_principal_another_tool_and_a_forged_state_are_refused(self, bridge, parked):
        first = self.first(parked, "sample")
        state, given = first["requestState"], self.given(first)
        other = bridge.gateway.token("interop", "o" + uuid.uuid4().hex[:12])
        with through(bridge, other, kind("http-2026-07-28"), parked.upstream.kind) as stranger:
            assert self.again(stranger, "sample", {}, state, given).error["code"] == -32602
        assert self.again(parked, "two_rounds", {}, state, given).error["code"] == -32602
        assert self.again(parked, "sample", {"prompt": "other"}, state, given).error["code"] == -32602
        assert self.again(parked, "sample", {}, state[:-4] + "AAAA", given).error["code"] == -32602
        assert told(self.again(parked, "sample", {}, state, given).result) == "model said: <Why?>"

    def test_what_the_retry_does_not_declare_ends_the_call(self, parked):
        first = self.first(parked, "sample")
        parked.capabilities, declared = {}, parked.capabilities
        try:
            error = self.again(parked, "sample", {}, first["requestState"], {}).error
        finally:
            parked.capabilities = declared
        assert error and error["code"] == -32021 and "sampling" in error["data"]["requiredCapabilities"], error

    def test_an_upstream_that_gave_up_meanwhile_is_told_at_the_retry(self, parked):
        first = self.first(parked, "sample", patience=0.4)
        time.sleep(0.8)
        error = self.again(parked, "sample", {"patience": 0.4}, first["requestState"], self.given(first)).error
        assert error and error["code"] == -32603 and "answered" in error["message"], error

    def test_a_retry_that_hangs_up_cancels_the_upstreams_call(self, parked):
        arguments = {"tag": uuid.uuid4().hex}
        first = self.first(parked, "two_rounds", **arguments)
        pending = parked.start("tools/call", {"name": "wait", "arguments": arguments | {"seconds": 10}})
        assert parked.upstream.wait_for("waiting", tag=arguments["tag"])
        parked.cancel(pending)
        assert parked.upstream.wait_for("cancelled", tag=arguments["tag"])
        # The parked call beside it is not touched by that.
        second = self.again(parked, "two_rounds", arguments, first["requestState"], self.given(first)).result
        assert second["resultType"] == "input_required"

    def test_a_question_that_nobody_came_back_for_does_not_take_those_of_other_calls(self, parked):
        self.first(parked, "sample", prompt="abandoned")
        assert told(parked.tool("sample", {"prompt": "What?"}).result) == "model said: <What?>"
        assert told(parked.tool("two_rounds", {"tag": "x"}).result) == "<first>, <second after <first>>"

    def test_a_chain_of_retries_is_one_row_in_the_log(self, bridge, parked):
        arguments = {"tag": uuid.uuid4().hex}
        assert told(parked.tool("two_rounds", arguments).result) == "<first>, <second after <first>>"
        wanted = f"mcp/{parked.upstream.kind.id}/two_rounds"
        deadline, name = time.monotonic() + 10, None
        while time.monotonic() < deadline:
            rows = [row for row in bridge.gateway.log_rows() if row["model"] == wanted]
            name = {row["token_name"] for row in rows}
            mine = [row for row in rows if row["token_name"] == self._token_name(bridge, parked.key)]
            if mine:
                break
            time.sleep(0.2)
        assert len(mine) == 1, (len(mine), name)

    @staticmethod
    def _token_name(bridge, key):
        tokens = bridge.gateway.admin.call("GET", "/api/tokens/interop?page=1&per_page=100")
        tokens = tokens["tokens"] if isinstance(tokens, dict) else tokens
        return next(token["name"] for token in tokens if token["key"].removeprefix("sk-")[:4] == key.removeprefix("sk-")[:4])


def test_the_state_of_each_upstream_is_told_to_the_operator(bridge, key):
    for server in KINDS:
        with through(bridge, key, kind("http-2026-07-28"), server, capabilities={}) as client:
            client.tool("text").result
    told_of = bridge.gateway.admin.call("GET", "/api/mcp/upstreams?page=1&per_page=100")
    known = {entry.get("id") or entry.get("server_id"): entry for entry in told_of["upstreams"]}
    for server in KINDS:
        text = json.dumps(known[server.id])
        assert server.revision in text, text


def test_the_clients_headers_never_travel_and_the_operators_do(bridge, key):
    upstream = bridge.upstream("streamable-2025-11-25")
    secret = "operator-" + uuid.uuid4().hex
    server = {"id": "secured", "name": "secured", "type": "mcp_proxy_streamable", "status": 1,
              "proxy_config": {"url": upstream.url, "headers": {"Authorization": f"Bearer {secret}"}, "querys": {"tenant": "a b"}}}
    bridge.gateway.admin.call("POST", "/api/mcp/public/", server)
    place = bridge.gateway.url + "/mcp/public/secured"
    for client in (StreamableClient(place, "2025-11-25", headers={"Authorization": "Bearer " + key, "Cookie": "c=1", "X-Mine": "x"}),
                   ModernClient(place, headers={"Authorization": "Bearer " + key, "Cookie": "c=1", "X-Mine": "x"})):
        with client.connect() as connected:
            connected.tool("text").result
            shown = json.dumps([message for message, _ in connected.recorder.messages])
            assert secret not in shown
    came = [entry for entry in upstream.entries("request") if entry["headers"].get("authorization") == f"Bearer {secret}"]
    assert came and all("tenant=a%20b" in entry["path"] or "tenant=a+b" in entry["path"] for entry in came)
    everything = json.dumps(upstream.entries("request"))
    assert key.removeprefix("sk-") not in everything and "c=1" not in everything and "x-mine" not in everything
    assert secret not in bridge.gateway.tail(200000)
