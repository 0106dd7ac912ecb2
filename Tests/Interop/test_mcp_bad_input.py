"""What bad input gets over MCP at the legacy revisions: the code, the HTTP status and the data that the client's own revision prescribes.
The session and its other calls live on."""

import json
import uuid

import pytest

from mcp_bad_input import FRAMES, bearer, call, engine, error_of, everything, post  # noqa: F401 - two of them are fixtures
from mcp_clients import META
from mcp_pairs import answers
from mcp_schema import LEGACY, MODERN, violations
from mcp_transports import EventStreamClient, ModernClient, StreamableClient
from portico import request


@pytest.fixture(params=LEGACY)
def legacy(request, everything, key):
    with StreamableClient(everything, request.param, headers=bearer(key), answer=answers).connect(listens=False) as client:
        yield client
        # Whatever was sent: the session lives on.
        assert client.call("ping").result == {}
        assert "hello" in client.tool("echo", {"message": "hello"}).result["content"][0]["text"]


def legacy_post(gateway, key, client, body, **more):
    return post(gateway, key, body, **({"Mcp-Session-Id": client.session, "MCP-Protocol-Version": client.revision} | more))


@pytest.mark.parametrize(("body", "status", "code"), [frame[1:] for frame in FRAMES], ids=[frame[0] for frame in FRAMES])
def test_a_broken_frame_at_a_legacy_revision(gateway, key, legacy, body, status, code):
    answer = legacy_post(gateway, key, legacy, body)
    assert answer.status == status, answer.text
    if answer.headers.get_content_type() == "application/json":
        message = answer.json()
        assert message["error"]["code"] == code and message["error"]["message"]
        assert not violations(message, legacy.revision), message
    else:
        # An error without a readable id is no message before 2025-11-25.
        assert legacy.revision < "2025-11-25" and answer.text


CALLS = [
    ("unknown method", "no/such/method", {}, -32601),
    ("unknown tool", "tools/call", {"name": "no_such_tool"}, -32602),
    ("tool's name a number", "tools/call", {"name": 7}, -32602),
    ("no tool's name", "tools/call", {}, -32602),
    ("arguments an array", "tools/call", {"name": "echo", "arguments": []}, -32602),
    ("unknown prompt", "prompts/get", {"name": "nothing"}, -32602),
    ("prompt without what it needs", "prompts/get", {"name": "test_prompt_with_arguments"}, -32602),
    ("prompt argument a number", "prompts/get", {"name": "test_prompt_with_arguments", "arguments": {"arg1": 1, "arg2": "x"}}, -32602),
    ("no uri", "resources/read", {}, -32602),
    ("uri a number", "resources/read", {"uri": 7}, -32602),
    ("forged cursor", "tools/list", {"cursor": "Zm9yZ2Vk"}, -32602),
    ("cursor a number", "tools/list", {"cursor": 7}, -32602),
    ("cursor of another list", "tools/list", {"cursor": "of prompts"}, -32602),
    ("completion of nothing", "completion/complete", {"ref": {"type": "ref/prompt", "name": "nothing"}, "argument": {"name": "a", "value": ""}}, -32602),
    ("completion without a reference", "completion/complete", {"argument": {"name": "a", "value": ""}}, -32602),
]


@pytest.mark.parametrize(("method", "params", "code"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS])
def test_a_wrong_call_at_a_legacy_revision(legacy, method, params, code):
    error = legacy.call(method, params).error
    assert error and error["code"] == code, error
    assert error["message"]


def test_a_bad_level_at_a_legacy_revision(legacy):
    for params in [{"level": "loud"}, {"level": 7}, {}]:
        error = legacy.call("logging/setLevel", params).error
        assert error and error["code"] == -32602 and "level" in error["message"], error


def test_a_resource_that_is_not_there_at_a_legacy_revision(legacy):
    error = legacy.call("resources/read", {"uri": "test://nothing"}).error
    assert error["code"] == -32002 and error["data"]["uri"] == "test://nothing", error


def test_arguments_that_break_the_schema_name_the_member(legacy):
    """An error of the protocol until 2025-06-18; from 2025-11-25 on a result, which the model can read."""
    reply = legacy.tool("add", {"a": "two", "b": 3})
    if legacy.revision < "2025-11-25":
        assert reply.error and reply.error["code"] == -32602 and "a" in reply.error["message"], reply.message
    else:
        assert reply.result["isError"] and "a" in reply.result["content"][0]["text"], reply.message


def test_a_response_to_nothing_is_400(gateway, key, legacy):
    answer = legacy_post(gateway, key, legacy, {"jsonrpc": "2.0", "id": "nobody asked", "result": {}})
    assert answer.status == 400, answer.text


def test_a_second_initialize_is_refused_or_another_session(gateway, key, legacy):
    params = {"protocolVersion": legacy.revision, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    answer = legacy_post(gateway, key, legacy, {"jsonrpc": "2.0", "id": 5, "method": "initialize", "params": params})
    assert answer.headers.get("Mcp-Session-Id") != legacy.session


@pytest.mark.parametrize("params", [{}, {"protocolVersion": 7}, {"protocolVersion": "2025-06-18"}, {"protocolVersion": "2025-06-18", "capabilities": []}],
                         ids=["empty", "version a number", "no capabilities", "capabilities an array"])
def test_a_wrong_initialize_is_invalid_params(gateway, key, everything, params):
    answer = post(gateway, key, {"jsonrpc": "2.0", "id": 5, "method": "initialize", "params": params})
    message = error_of(answer)
    assert message["id"] == 5 and message["error"]["code"] == -32602, message
    assert "Mcp-Session-Id" not in answer.headers


@pytest.mark.parametrize("version", ["1999-01-01", "2026-07-28", "nonsense", ""])
def test_initialize_at_a_version_that_is_not_legacy_answers_the_newest_legacy(gateway, key, everything, version):
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    answer = post(gateway, key, {"jsonrpc": "2.0", "id": 5, "method": "initialize", "params": params})
    assert error_of(answer)["result"]["protocolVersion"] == "2025-11-25", answer.text


# Sessions


def test_no_session_is_400(gateway, key, everything):
    answer = post(gateway, key, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert answer.status == 400 and error_of(answer)["id"] == 1


def test_an_unknown_session_is_404(gateway, key, everything):
    headers = {"Mcp-Session-Id": uuid.uuid4().hex}
    assert post(gateway, key, call(), **headers).status == 404
    assert request(gateway.port, "GET", "/mcp/public/everything", bearer(key) | headers | {"Accept": "text/event-stream"}).status == 404
    assert request(gateway.port, "DELETE", "/mcp/public/everything", bearer(key) | headers).status == 404


def test_a_foreign_session_is_404_and_lives_on(gateway, key, legacy):
    other = gateway.token("interop", "other" + uuid.uuid4().hex[:6])
    headers = {"Mcp-Session-Id": legacy.session}
    assert post(gateway, other, call(), **headers).status == 404
    assert request(gateway.port, "DELETE", "/mcp/public/everything", bearer(other) | headers).status == 404


def test_an_ended_session_is_404(gateway, key, everything):
    client = StreamableClient(everything, "2025-11-25", headers=bearer(key)).connect(listens=False)
    headers = {"Mcp-Session-Id": client.session}
    assert request(gateway.port, "DELETE", "/mcp/public/everything", bearer(key) | headers).status in (200, 204)
    assert post(gateway, key, call(), **headers).status == 404
    assert request(gateway.port, "DELETE", "/mcp/public/everything", bearer(key) | headers).status == 404
    assert request(gateway.port, "DELETE", "/mcp/public/everything", bearer(key)).status == 400


def test_a_session_of_another_server_is_404(gateway, key, legacy):
    headers = bearer(key) | {"Content-Type": "application/json", "Mcp-Session-Id": legacy.session}
    assert request(gateway.port, "POST", "/mcp/public/time", headers, {"jsonrpc": "2.0", "id": 1, "method": "ping"}).status == 404


def test_an_unknown_version_header_is_400(gateway, key, legacy):
    answer = legacy_post(gateway, key, legacy, call(), **{"MCP-Protocol-Version": "1999-01-01"})
    assert answer.status == 400
    message = error_of(answer)
    assert MODERN in message["error"]["data"]["supported"] and "2025-11-25" in message["error"]["data"]["supported"], message


def test_a_batch_is_for_march_2025_only(gateway, key, legacy):
    batch = [{"jsonrpc": "2.0", "id": number, "method": "ping"} for number in (1, 2)]
    answer = legacy_post(gateway, key, legacy, batch)
    if legacy.revision in ("2024-11-05", "2025-03-26"):
        assert answer.status == 200, answer.text
        found = answer.json() if answer.headers.get_content_type() == "application/json" else [
            json.loads(line[5:]) for line in answer.text.splitlines() if line.startswith("data:")]
        found = [part for entry in found for part in (entry if isinstance(entry, list) else [entry])]
        assert sorted(part["id"] for part in found) == [1, 2] and all(part["result"] == {} for part in found)
    else:
        assert answer.status == 400, answer.text


@pytest.mark.parametrize("batch", [
    [],
    [{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}],
    [{"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"jsonrpc": "2.0", "id": "x", "result": {}}],
    [{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"_meta": {META + "protocolVersion": MODERN}}}],
], ids=["empty", "initialize", "mixed", "modern"])
def test_a_bad_batch_is_refused_whole(gateway, key, everything, batch):
    with StreamableClient(everything, "2025-03-26", headers=bearer(key)).connect(listens=False) as client:
        assert legacy_post(gateway, key, client, batch).status == 400
        assert client.call("ping").result == {}


# The transport


def test_another_content_type_is_415(gateway, key, everything):
    assert post(gateway, key, call(), **{"Content-Type": "text/plain"}).status == 415
    assert post(gateway, key, call(), **{"Content-Type": None}).status == 415


def test_another_method_is_405(gateway, key, everything):
    answer = request(gateway.port, "PUT", "/mcp/public/everything", bearer(key), b"")
    assert answer.status == 405 and "POST" in answer.headers["Allow"]


def test_a_get_or_delete_of_2026_is_405(gateway, key, everything):
    for method in ("GET", "DELETE"):
        answer = request(gateway.port, method, "/mcp/public/everything", bearer(key) | {"MCP-Protocol-Version": MODERN, "Accept": "text/event-stream"})
        assert answer.status == 405 and "POST" in answer.headers["Allow"], (method, answer.status)


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example.com"}, {"Host": "evil.example.com"}, {"Origin": "null"}], ids=str)
def test_a_foreign_origin_or_host_is_403_or_421(gateway, key, everything, headers):
    assert post(gateway, key, call(), **headers).status in (403, 421)


def test_a_body_too_large_is_413(gateway, key, everything):
    headers = bearer(key) | {"Content-Type": "application/json", "Content-Length": str(1 << 40)}
    assert request(gateway.port, "POST", "/mcp/public/everything", headers, b"").status == 413


class TestEventStream:
    @pytest.fixture
    def client(self, everything, key):
        with EventStreamClient(everything + "/sse", "2024-11-05", headers=bearer(key), answer=answers).connect() as client:
            yield client
            assert client.call("ping").result == {}

    def post(self, gateway, key, client, body, **headers):
        path = client.endpoint.removeprefix(gateway.url)
        plain = bearer(key) | {"Content-Type": "application/json"} | headers
        return request(gateway.port, "POST", path, plain, body if isinstance(body, bytes) else json.dumps(body).encode())

    @pytest.mark.parametrize(("body", "status"), [frame[1:3] for frame in FRAMES], ids=[frame[0] for frame in FRAMES])
    def test_a_broken_frame(self, gateway, key, client, body, status):
        assert self.post(gateway, key, client, body).status == status

    def test_a_foreign_principal_is_404(self, gateway, key, client):
        other = gateway.token("interop", "other" + uuid.uuid4().hex[:6])
        assert self.post(gateway, other, client, call()).status == 404

    def test_an_unknown_session_is_404(self, gateway, key, everything):
        answer = request(gateway.port, "POST", "/mcp/public/everything/message?sessionId=nothing", bearer(key) | {"Content-Type": "application/json"}, call())
        assert answer.status == 404

    def test_another_content_type_is_415(self, gateway, key, client):
        assert self.post(gateway, key, client, call(), **{"Content-Type": "text/plain"}).status == 415


def test_the_gateway_is_well_after_all_that(gateway, key, everything):
    with ModernClient(everything, headers=bearer(key)).connect() as client:
        assert client.tool("echo", {"message": "still here"}).result["content"][0]["text"] == "Echo: still here"
    assert gateway.process.poll() is None
