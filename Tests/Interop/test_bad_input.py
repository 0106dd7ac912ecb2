"""What bad input gets: the status and the dialect of the path, in time, and always with the id of the request."""

import re
import time

import pytest

import upstream as behaviour
from portico import free_port, request

CHAT = {"model": "fake-model", "messages": [{"role": "user", "content": "Hello"}]}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def bearer(key):
    return {"Authorization": "Bearer " + key}


@pytest.mark.parametrize("headers", [{}, bearer("sk-wrong"), bearer("")], ids=["none", "wrong", "empty"])
class TestUnauthorized:
    def test_models_get_an_openai_error_object(self, gateway, headers):
        answer = request(gateway.port, "POST", "/v1/chat/completions", headers, CHAT)
        assert answer.status == 401
        assert answer.json()["error"]["message"] and "type" in answer.json()["error"]

    def test_tools_get_a_challenge(self, gateway, headers):
        answer = request(gateway.port, "POST", "/mcp/public/time", headers, PING)
        assert answer.status == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_operators_get_the_envelope(self, gateway, headers):
        answer = request(gateway.port, "GET", "/api/groups/?page=1&per_page=10", headers)
        assert answer.status == 401
        assert answer.json()["success"] is False and answer.json()["message"]


def test_a_token_is_no_admin_key(gateway, key):
    assert request(gateway.port, "GET", "/api/groups/?page=1&per_page=10", bearer(key)).status == 401


def test_an_unknown_model_is_404_and_lists_what_the_token_may_use(gateway, key):
    answer = request(gateway.port, "POST", "/v1/chat/completions", bearer(key), CHAT | {"model": "nope"})
    assert answer.status == 404 and "fake-model" in answer.json()["error"]["message"]


def test_a_body_too_large_is_413_with_the_limit(gateway, key):
    headers = bearer(key) | {"Content-Type": "application/json", "Content-Length": str(1 << 40)}
    answer = request(gateway.port, "POST", "/v1/chat/completions", headers, b"")
    assert answer.status == 413 and re.search(r"\d{4,}|\d+ ?[MK]i?B", answer.json()["error"]["message"])


@pytest.mark.parametrize(
    ("body", "offset"),
    [
        (b'{"model":"fake-model","messages":[}', 34),
        (b'{"model":"fake-model",}', 22),
        (b'{"model":"fake-model"', 21),
        (b"", 0),
        (b"not json", 0),
        (b'{"model":"fake-model"} trailing', 23),
    ],
    ids=["no value", "trailing comma", "cut", "empty", "no JSON", "trailing bytes"],
)
def test_broken_json_is_400_with_the_offset(gateway, key, body, offset):
    answer = request(gateway.port, "POST", "/v1/chat/completions", bearer(key), body)
    message = answer.json()["error"]["message"]
    assert answer.status == 400 and "offset" in message
    assert abs(int(re.search(r"offset (\d+)", message).group(1)) - offset) <= 1


def test_a_member_that_occurs_twice_is_never_read_one_way_here_and_another_upstream(gateway, key):
    body = b'{"model":"fake-model","messages":[],"model":"other"}'
    assert request(gateway.port, "POST", "/v1/chat/completions", bearer(key), body).status == 400


def test_broken_json_over_mcp_is_a_parse_error(gateway, key):
    headers = bearer(key) | {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    answer = request(gateway.port, "POST", "/mcp/public/time", headers, b"{")
    assert answer.status == 400 and answer.json()["error"]["code"] == -32700


def test_an_unknown_path_is_404_in_the_dialect_of_its_prefix(gateway, key):
    assert request(gateway.port, "GET", "/v1/nothing-here", bearer(key)).json()["error"]["message"]
    assert request(gateway.port, "GET", "/api/nothing-here", bearer("x")).json()["success"] is False
    assert request(gateway.port, "POST", "/mcp/public/nothing-here", bearer(key), PING).status == 404


class TestUpstream:
    """A failing provider is 502 or 504 with the request id, and a row in the log; never a hang."""

    SECONDS = 25

    def ask(self, gateway, key, name, base_url, **more):
        gateway.channel(name, 1, base_url=base_url)
        gateway.price(name, timeout_config={"request_timeout": 2, "stream_request_timeout": 2}, retry_times=0)
        began = time.monotonic()
        answer = request(
            gateway.port, "POST", "/v1/chat/completions", bearer(key), CHAT | {"model": name} | more, timeout=self.SECONDS
        )
        assert time.monotonic() - began < self.SECONDS
        identifier = answer.headers["X-Request-Id"]
        assert identifier and identifier in answer.text, "the error names the request"
        assert answer.json()["error"]["message"]
        (row,) = gateway.log_rows_of([identifier])
        assert row["code"] == answer.status and row["amount"].get("used_amount", 0) == 0
        return answer

    def test_refused(self, gateway, key):
        assert self.ask(gateway, key, "refused", f"http://127.0.0.1:{free_port()}/v1").status == 502

    @pytest.mark.parametrize("stream", [False, True])
    def test_reset(self, gateway, key, upstream, stream):
        upstream.behave = behaviour.reset
        assert self.ask(gateway, key, f"reset-{stream}", upstream.url, stream=stream).status == 502

    @pytest.mark.parametrize("stream", [False, True])
    def test_silent(self, gateway, key, upstream, stream):
        upstream.behave = behaviour.silence
        assert self.ask(gateway, key, f"silent-{stream}", upstream.url, stream=stream).status == 504

    def test_not_http(self, gateway, key, upstream):
        upstream.behave = behaviour.nonsense
        assert self.ask(gateway, key, "nonsense", upstream.url).status == 502

    def test_an_error_of_the_provider_keeps_its_status_where_it_is_the_clients_fault(self, gateway, key, upstream):
        upstream.behave = behaviour.answers(400, b'{"error":{"message":"bad temperature","type":"invalid_request_error"}}')
        answer = self.ask(gateway, key, "bad-request", upstream.url)
        assert answer.status == 400 and "bad temperature" in answer.text


def test_the_gateway_is_well_after_all_that(gateway, key):
    assert request(gateway.port, "POST", "/v1/chat/completions", bearer(key), CHAT).status == 200
    assert gateway.process.poll() is None
