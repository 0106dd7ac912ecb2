"""One token, models and tools: both are in the log, both are charged to it, and every sum of the same money agrees."""

import math

import openai
import pytest

from portico import TOOL_PRICE, request

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


def call_tool(gateway, key):
    headers = {
        "Authorization": "Bearer " + key,
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "get_current_time",
    }
    params = {"name": "get_current_time", "arguments": {"timezone": "UTC"}, "_meta": MODERN}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    answer = request(gateway.port, "POST", "/mcp/public/time", headers, body)
    assert answer.status == 200, answer.text
    return answer.headers["X-Request-Id"]


def chat(gateway, key, stream):
    body = {"model": "fake-model", "messages": [{"role": "user", "content": "Hello"}], "stream": stream}
    answer = request(gateway.port, "POST", "/v1/chat/completions", {"Authorization": "Bearer " + key}, body)
    assert answer.status == 200, answer.text
    return answer.headers["X-Request-Id"]


@pytest.fixture(scope="module")
def charged(gateway, key):
    """(request ids of chats, request ids of tool calls) of a token that did nothing else."""
    own = gateway.token("interop", "ledger")
    chats = [chat(gateway, own, stream) for stream in (False, True, False)]
    return chats, [call_tool(gateway, own) for _ in range(2)]


def test_each_call_has_exactly_one_row_of_the_same_token(gateway, charged):
    chats, calls = charged
    rows = gateway.log_rows_of(chats + calls)
    assert sorted(row["request_id"] for row in rows) == sorted(chats + calls)
    assert {(row["group"], row["token_name"]) for row in rows} == {("interop", "ledger")}
    assert {row["code"] for row in rows} == {200}


def test_a_chat_costs_its_tokens_and_a_tool_call_its_price(gateway, charged):
    chats, calls = charged
    rows = {row["request_id"]: row for row in gateway.log_rows_of(chats + calls)}
    for identifier in chats:
        usage = rows[identifier]["usage"]
        price = usage["input_tokens"] * 0.001 / 1000 + usage["output_tokens"] * 0.002 / 1000
        assert usage["output_tokens"] > 0 and math.isclose(rows[identifier]["amount"]["used_amount"], price, abs_tol=1e-9)
    assert [rows[identifier]["amount"]["used_amount"] for identifier in calls] == [TOOL_PRICE] * len(calls)


def test_token_and_group_used_what_the_rows_say(gateway, charged):
    chats, calls = charged
    rows = gateway.log_rows_of(chats + calls)
    spent = sum(row["amount"]["used_amount"] for row in rows)
    token = gateway.token_record("interop", "ledger")
    assert math.isclose(token["used_amount"], spent, abs_tol=1e-8) and token["request_count"] == len(rows)
    everything = sum(row["amount"]["used_amount"] for row in gateway.log_rows() if row["group"] == "interop")
    assert math.isclose(gateway.group_record("interop")["used_amount"], everything, abs_tol=1e-8)


def test_the_official_client_is_charged_to_its_token_too(gateway, key):
    own = gateway.token("interop", "ledger-openai")
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=own, max_retries=0) as client:
        raw = client.chat.completions.with_raw_response.create(
            model="fake-model", messages=[{"role": "user", "content": "Hello"}]
        )
    (row,) = gateway.log_rows_of([raw.request_id])
    assert row["token_name"] == "ledger-openai" and row["amount"]["used_amount"] > 0
    assert row["usage"]["total_tokens"] == raw.parse().usage.total_tokens
