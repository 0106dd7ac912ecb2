"""What bad input gets over MCP: the code, the HTTP status and the data that the client's own revision prescribes. The session and its
other calls live on."""

import json
import uuid

import pytest

from mcp_clients import META, EventStreamClient, ModernClient, StreamableClient
from mcp_pairs import answers
from mcp_schema import LEGACY, MODERN, violations
from portico import request

DEEP = b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":' + b"[" * 2000 + b"]" * 2000 + b"}}"


@pytest.fixture(scope="module")
def engine():
    """The database makes no difference here."""
    return "sqlite"


@pytest.fixture(scope="module")
def everything(gateway, key):
    gateway.admin.call("POST", "/api/mcp/public/", {"id": "everything", "name": "Everything", "type": "mcp_embed", "status": 1})
    return gateway.url + "/mcp/public/everything"


def bearer(key):
    return {"Authorization": "Bearer " + key}


def post(gateway, key, body, **headers):
    """One POST on the server's URL; headers of the value None are left out."""
    plain = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"} | bearer(key)
    plain |= {name.replace("_", "-"): value for name, value in headers.items()}
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request(gateway.port, "POST", "/mcp/public/everything", {name: value for name, value in plain.items() if value is not None}, body)


def error_of(answer):
    """The error in an answer, whether it is a document or a stream."""
    text = answer.text
    if answer.headers.get_content_type() == "text/event-stream":
        text = next(line[5:] for line in text.splitlines() if line.startswith("data:") and "jsonrpc" in line)
    return json.loads(text)


def call(name="echo", arguments=None, identifier=1):
    return {"jsonrpc": "2.0", "id": identifier, "method": "tools/call", "params": {"name": name, "arguments": arguments or {"message": "x"}}}


# Legacy: (id, body, headers beside the session, status, code; None = a body that is no JSON-RPC)

FRAMES = [
    ("no JSON", b"{", 400, -32700),
    ("not UTF-8", b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', 400, -32700),
    ("a number", b"7", 400, -32600),
    ("no jsonrpc", {"id": 1, "method": "ping"}, 400, -32600),
    ("jsonrpc 1.0", {"jsonrpc": "1.0", "id": 1, "method": "ping"}, 400, -32600),
    ("jsonrpc as a number", b'{"jsonrpc":2.0,"id":1,"method":"ping"}', 400, -32600),
    ("id null", {"jsonrpc": "2.0", "id": None, "method": "ping"}, 400, -32600),
    ("id with a fraction", b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', 400, -32600),
    ("id an object", {"jsonrpc": "2.0", "id": {}, "method": "ping"}, 400, -32600),
    ("method a number", {"jsonrpc": "2.0", "id": 1, "method": 7}, 400, -32600),
    ("params an array", {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}, 400, -32600),
    ("result and error", {"jsonrpc": "2.0", "id": 1, "result": {}, "error": {"code": 1, "message": "x"}}, 400, -32600),
    ("method and result", {"jsonrpc": "2.0", "id": 1, "method": "ping", "result": {}}, 400, -32600),
    ("neither method nor result", {"jsonrpc": "2.0", "id": 1}, 400, -32600),
    ("too deep", DEEP, 400, -32700),
    ("a member twice", b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}', 400, -32700),
]


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


# 2026-07-28

WHOLE = {META + "protocolVersion": MODERN, META + "clientCapabilities": {}, META + "clientInfo": {"name": "raw", "version": "1"}}


def modern(method, params=None, meta=WHOLE, identifier=11):
    return {"jsonrpc": "2.0", "id": identifier, "method": method, "params": (params or {}) | ({} if meta is None else {"_meta": meta})}


def without(key):
    return {name: value for name, value in WHOLE.items() if name != META + key}


def headers_for(message, **changed):
    params = message.get("params", {})
    name = params.get("uri") if message["method"] == "resources/read" else params.get("name")
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": message["method"]}
    if message["method"] in ("tools/call", "prompts/get", "resources/read") and isinstance(name, str):
        headers["Mcp-Name"] = name
    return headers | changed


ECHO = modern("tools/call", {"name": "echo", "arguments": {"message": "x"}})
LIST = modern("tools/list")
UNKNOWN_VERSION = WHOLE | {META + "protocolVersion": "v999.0.0"}

# (what is wrong, message, headers that differ, status, code)
MODERN_CASES = [
    ("no _meta", modern("tools/list", meta=None), {}, 400, -32602),
    ("no version in _meta", modern("tools/list", meta=without("protocolVersion")), {}, 400, -32602),
    ("no capabilities in _meta", modern("tools/list", meta=without("clientCapabilities")), {}, 400, -32602),
    ("version a number", modern("tools/list", meta=WHOLE | {META + "protocolVersion": 7}), {}, 400, -32602),
    ("capabilities an array", modern("tools/list", meta=WHOLE | {META + "clientCapabilities": []}), {}, 400, -32602),
    ("bad log level", modern("tools/list", meta=WHOLE | {META + "logLevel": "loud"}), {}, 400, -32602),
    ("no version header", LIST, {"MCP-Protocol-Version": None}, 400, -32020),
    ("another version in the header", LIST, {"MCP-Protocol-Version": "2025-11-25"}, 400, -32020),
    ("version unknown in the body only", modern("tools/list", meta=UNKNOWN_VERSION), {}, 400, -32020),
    ("version unknown", modern("tools/list", meta=UNKNOWN_VERSION), {"MCP-Protocol-Version": "v999.0.0"}, 400, -32022),
    ("a legacy version", modern("tools/list", meta=WHOLE | {META + "protocolVersion": "2025-11-25"}), {"MCP-Protocol-Version": "2025-11-25"}, 400, -32022),
    ("no method header", LIST, {"Mcp-Method": None}, 400, -32020),
    ("another method in the header", LIST, {"Mcp-Method": "prompts/list"}, 400, -32020),
    ("the method in capitals", LIST, {"Mcp-Method": "TOOLS/LIST"}, 400, -32020),
    ("no name header", ECHO, {"Mcp-Name": None}, 400, -32020),
    ("another name in the header", ECHO, {"Mcp-Name": "add"}, 400, -32020),
    ("a name in broken base64", ECHO, {"Mcp-Name": "=?base64?ZWNobw?="}, 400, -32020),
    ("unknown method", modern("no/such/method"), {}, 404, -32601),
    ("ping", modern("ping"), {}, 404, -32601),
    ("initialize", modern("initialize"), {}, 404, -32601),
    ("logging/setLevel", modern("logging/setLevel", {"level": "info"}), {}, 404, -32601),
    ("resources/subscribe", modern("resources/subscribe", {"uri": "test://static-text"}), {}, 404, -32601),
    ("unknown tool", modern("tools/call", {"name": "no_such_tool"}), {}, 200, -32602),
    ("arguments an array", modern("tools/call", {"name": "echo", "arguments": []}), {}, None, -32602),
    ("unknown prompt", modern("prompts/get", {"name": "nothing"}), {}, 200, -32602),
    ("resource that is not there", modern("resources/read", {"uri": "test://nothing"}), {}, 200, -32602),
    ("forged cursor", modern("tools/list", {"cursor": "Zm9yZ2Vk"}), {}, 200, -32602),
    ("forged state", modern("tools/call", {"name": "test_input_required_result_request_state", "requestState": "forged",
                                           "inputResponses": {"confirm": {"action": "accept", "content": {"ok": True}}}}), {}, 400, -32602),
    ("a capability that is not declared", modern("tools/call", {"name": "test_missing_capability"}), {}, 400, -32021),
    ("a filter that is none", modern("subscriptions/listen", {"notifications": 7}), {}, None, -32602),
    ("a parameter without its header", modern("tools/call", {"name": "test_x_mcp_header", "arguments": {"region": "eu"}}), {}, 400, -32020),
    ("a parameter with another header", modern("tools/call", {"name": "test_x_mcp_header", "arguments": {"region": "eu"}}),
     {"Mcp-Param-Region": "us"}, 400, -32020),
    ("jsonrpc 1.0", LIST | {"jsonrpc": "1.0"}, {}, 400, -32600),
    ("id null", LIST | {"id": None}, {}, 400, -32600),
    ("params an array", LIST | {"params": []}, {}, 400, -32600),
]


@pytest.mark.parametrize(("message", "changed", "status", "code"), [case[1:] for case in MODERN_CASES], ids=[case[0] for case in MODERN_CASES])
def test_bad_input_at_2026(gateway, key, everything, message, changed, status, code):
    params = message["params"] if isinstance(message["params"], dict) else {}
    answer = post(gateway, key, message, **headers_for(message | {"params": params}, **changed))
    found = error_of(answer)
    assert found.get("error", {}).get("code") == code, (answer.status, found)
    if status is not None:
        assert answer.status == status, (answer.status, found)
    if message["id"] is not None:
        assert found["id"] == message["id"], "every error repeats the id of its request"
    assert not violations(found, MODERN), violations(found, MODERN)
    data = found["error"].get("data") or {}
    if code == -32022:
        assert MODERN in data["supported"] and data["requested"] == params["_meta"][META + "protocolVersion"], data
    if code == -32021:
        assert data["requiredCapabilities"] == {"sampling": {}}, data
    if params.get("uri") == "test://nothing":
        assert data["uri"] == "test://nothing"


@pytest.mark.parametrize(("body", "status", "code"), [frame[1:] for frame in FRAMES], ids=[frame[0] for frame in FRAMES])
def test_a_broken_frame_at_2026(gateway, key, everything, body, status, code):
    answer = post(gateway, key, body, **{"MCP-Protocol-Version": MODERN, "Mcp-Method": "ping"})
    assert answer.status == status and error_of(answer)["error"]["code"] == code, answer.text
    assert not violations(error_of(answer), MODERN)


def test_arguments_that_break_the_schema_are_a_result_at_2026(gateway, key, everything):
    message = modern("tools/call", {"name": "add", "arguments": {"a": "two", "b": 3}})
    found = error_of(post(gateway, key, message, **headers_for(message)))
    assert found["result"]["isError"] and "a" in found["result"]["content"][0]["text"], found


def test_a_notification_at_2026_is_dropped(gateway, key, everything):
    message = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1, "_meta": WHOLE}}
    assert post(gateway, key, message, **{"MCP-Protocol-Version": MODERN}).status == 202


class TestState:
    """The state of a call that asks: sealed, bound to who got it and for what, used once."""

    TOOL = "test_input_required_result_request_state"
    ANSWERS = {"confirm": {"action": "accept", "content": {"ok": True}}}
    CAPABLE = WHOLE | {META + "clientCapabilities": {"elicitation": {}}}

    def send(self, gateway, key, name=TOOL, meta=CAPABLE, **params):
        message = modern("tools/call", {"name": name} | params, meta=meta)
        return error_of(post(gateway, key, message, **headers_for(message)))

    @pytest.fixture
    def state(self, gateway, key, everything):
        result = self.send(gateway, key)["result"]
        assert result["resultType"] == "input_required", result
        return result["requestState"]

    def test_comes_back_and_completes(self, gateway, key, state):
        found = self.send(gateway, key, requestState=state, inputResponses=self.ANSWERS)
        assert "state-ok" in found["result"]["content"][0]["text"], found

    @pytest.mark.parametrize("change", [lambda state: state + "-TAMPERED", lambda state: state[:-3], lambda state: "", lambda state: 7,
                                        lambda state: state[:10] + ("A" if state[10] != "A" else "B") + state[11:]],
                             ids=["longer", "shorter", "empty", "number", "changed"])
    def test_is_refused_when_it_was_changed(self, gateway, key, state, change):
        found = self.send(gateway, key, requestState=change(state), inputResponses=self.ANSWERS)
        assert found.get("error", {}).get("code") == -32602, found

    def test_is_refused_from_another_principal(self, gateway, key, state):
        other = gateway.token("interop", "other" + uuid.uuid4().hex[:6])
        assert self.send(gateway, other, requestState=state, inputResponses=self.ANSWERS)["error"]["code"] == -32602

    def test_is_refused_for_another_tool_or_other_arguments(self, gateway, key, state):
        found = self.send(gateway, key, name="test_input_required_result_elicitation", requestState=state, inputResponses=self.ANSWERS)
        assert found.get("error", {}).get("code") == -32602, found
        found = self.send(gateway, key, requestState=state, inputResponses=self.ANSWERS, arguments={"other": 1})
        assert found.get("error", {}).get("code") == -32602, found

    @pytest.mark.parametrize("responses", [None, 7, [], {"confirm": 7}, {"confirm": {"action": "maybe"}}], ids=str)
    def test_malformed_answers_are_refused_or_asked_again(self, gateway, key, state, responses):
        found = self.send(gateway, key, requestState=state, inputResponses=responses)
        again = found.get("result", {}).get("resultType") == "input_required"
        assert again or found.get("error", {}).get("code") == -32602, found

    def test_nothing_is_asked_that_the_retry_does_not_declare(self, gateway, key, state):
        found = self.send(gateway, key, meta=WHOLE, requestState=state)
        assert "inputRequests" not in found.get("result", {}) and found.get("error", {}).get("code") in (-32021, -32602), found


def test_the_gateway_is_well_after_all_that(gateway, key, everything):
    with ModernClient(everything, headers=bearer(key)).connect() as client:
        assert client.tool("echo", {"message": "still here"}).result["content"][0]["text"] == "Echo: still here"
    assert gateway.process.poll() is None
