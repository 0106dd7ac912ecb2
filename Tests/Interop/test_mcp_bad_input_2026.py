"""What bad input gets over MCP at 2026-07-28: codes, statuses and headers; and what a state is refused for that was changed, or is another's."""

import uuid

import pytest

from mcp_bad_input import FRAMES, bearer, call, engine, error_of, everything, post  # noqa: F401 - two of them are fixtures
from mcp_clients import META
from mcp_schema import MODERN, violations
from mcp_transports import ModernClient
from portico import request


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
