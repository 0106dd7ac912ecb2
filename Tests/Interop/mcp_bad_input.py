"""What the tests of bad input share: the server that they spoil, and frames that are no message in either era."""

import json

import pytest

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


# What is no message, in either era: (what is wrong, body, status, code)

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
