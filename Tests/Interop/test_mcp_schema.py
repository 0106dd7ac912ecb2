"""Every message that leaves Portico is valid against the schema of the revision it leaves at: the server `everything` through each
face, each message judged by the definition of its method, or of the method that it answers."""

import copy
import json

import pytest

from mcp_everything import walk
from mcp_pairs import answers
from mcp_schema import LEGACY, MODERN, available, violations
from mcp_transports import EventStreamClient, LineClient, ModernClient, StreamableClient
from portico import binary

needs_schemas = pytest.mark.skipif(not available(), reason="the published schemas are absent (PORTICO_SHARED)")


@pytest.fixture(scope="module")
def engine():
    """The database makes no difference here."""
    return "sqlite"


@pytest.fixture(scope="module")
def everything(gateway, key):
    server = {"id": "everything", "name": "Everything", "type": "mcp_embed", "status": 1, "embed_config": {"init": {"page_size": "20"}}}
    gateway.admin.call("POST", "/api/mcp/public/", server)
    return gateway.url + "/mcp/public/everything"


@pytest.fixture
def headers(gateway, request):
    """A token of its own for each test: `everything` counts for each principal alone."""
    return {"Authorization": "Bearer " + gateway.token("interop", "t" + str(abs(hash(request.node.name)))[:12])}


def judge(client, problems, floor=90):
    faults = client.recorder.faults
    assert not faults, f"{len(faults)} messages are not of {client.revision}:\n{client.recorder.report()}"
    assert not problems, f"{len(problems)} answers are not as they should be:\n" + "\n".join(problems)
    assert len(client.recorder.messages) >= floor, f"only {len(client.recorder.messages)} messages were seen"
    seen = client.recorder.seen()
    wanted = {"result of tools/call", "result of tools/list", "result of resources/read", "result of prompts/get", "error",
              "result of completion/complete", "notifications/progress", "notifications/message", "notifications/resources/updated",
              "notifications/tools/list_changed"}
    wanted |= {"notifications/subscriptions/acknowledged", "result of server/discover"} if client.is_modern else {
        "sampling/createMessage", "roots/list", "result of initialize", "result of ping", "result of logging/setLevel"}
    if LEGACY[2] <= client.revision <= LEGACY[3]:
        wanted.add("elicitation/create")
    assert wanted <= seen, f"never seen: {wanted - seen}"


@pytest.mark.parametrize("revision", LEGACY)
def test_streamable_http_of_a_legacy_revision(everything, headers, revision):
    with StreamableClient(everything, revision, headers=headers, answer=answers).connect() as client:
        judge(client, walk(client))


@pytest.mark.parametrize("revision", LEGACY)
def test_http_with_an_event_stream(everything, headers, revision):
    with EventStreamClient(everything + "/sse", revision, headers=headers, answer=answers).connect() as client:
        judge(client, walk(client))


def test_http_of_2026(everything, headers):
    with ModernClient(everything, headers=headers, answer=answers).connect() as client:
        judge(client, walk(client))


@pytest.mark.parametrize("revision", [*LEGACY, MODERN])
def test_standard_streams(gateway, everything, headers, revision):
    environment = {"PORTICO_URL": gateway.url, "PORTICO_KEY": headers["Authorization"].removeprefix("Bearer ")}
    command = [binary(), "stdio", "--server", "everything"]
    with LineClient(command, revision, environment, answer=answers).connect() as client:
        judge(client, walk(client))
        assert not client.garbage, f"lines that are no messages: {client.garbage[:5]}"


# The judge itself

RESULT = {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "x"}]}}
MODERN_RESULT = {"jsonrpc": "2.0", "id": 1, "result": RESULT["result"] | {"resultType": "complete"}}


def broken(message, *path, value=None):
    """A copy with one member taken out, or replaced."""
    changed = copy.deepcopy(message)
    place = changed
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


AUDIO = {"type": "audio", "data": "AAAA", "mimeType": "audio/wav"}
LINK = {"type": "resource_link", "uri": "a:b", "name": "n"}

# By the rules that are written here: they hold where the published schemas are absent too.
BROKEN = [
    ("2024-11-05", "tools/call", broken(RESULT, "jsonrpc")),
    ("2024-11-05", "tools/call", broken(RESULT, "result", "content")),
    ("2024-11-05", "tools/call", broken(RESULT, "result", "content", value=[AUDIO])),
    ("2025-03-26", "tools/call", broken(RESULT, "result", "content", value=[LINK])),
    ("2025-11-25", "tools/call", broken(RESULT, "result", "structuredContent", value=[1])),
    ("2025-11-25", "ping", {"jsonrpc": "2.0", "id": 1, "result": {"x": 1}}),
    ("2025-11-25", "tools/call", MODERN_RESULT),
    ("2025-06-18", "tools/call", {"jsonrpc": "2.0", "error": {"code": -32700, "message": "x"}}),
    ("2025-06-18", "tools/call", {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "x"}}),
    (MODERN, "tools/call", RESULT),
    (MODERN, "tools/list", {"jsonrpc": "2.0", "id": 1, "result": {"resultType": "complete", "tools": []}}),
    (MODERN, "tools/list", {"jsonrpc": "2.0", "id": 1, "result": {"resultType": "input_required", "requestState": "s"}}),
    (MODERN, "resources/read", {"jsonrpc": "2.0", "id": 1, "error": {"code": -32002, "message": "x"}}),
    (MODERN, None, {"jsonrpc": "2.0", "id": 1, "method": "roots/list"}),
]

# Only the published schemas tell.
BROKEN_BY_SCHEMA = [
    ("2024-11-05", None, {"jsonrpc": "2.0", "id": 1, "method": "elicitation/create", "params": {"message": "x", "requestedSchema": {}}}),
    ("2024-11-05", None, {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": 1}}),
    ("2025-06-18", "tools/list", {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "x"}]}}),
    ("2025-11-25", "tools/list", {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "x", "inputSchema": {"type": "array"}}]}}),
    ("2025-11-25", None, {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "loud", "data": 1}}),
    ("2025-11-25", "tools/call", {"jsonrpc": "2.0", "id": 1, "error": {"code": -32042, "message": "x", "data": {}}}),
    (MODERN, "tools/call", {"jsonrpc": "2.0", "id": 1, "error": {"code": -32022, "message": "x", "data": {"supported": []}}}),
    (MODERN, "server/discover", {"jsonrpc": "2.0", "id": 1, "result": {"resultType": "complete", "ttlMs": 0, "cacheScope": "public"}}),
    (MODERN, None, {"jsonrpc": "2.0", "method": "notifications/roots/list_changed"}),
]


@pytest.mark.parametrize(("revision", "answered", "message"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_message_fails(revision, answered, message):
    assert violations(message, revision, answered), json.dumps(message)


@needs_schemas
@pytest.mark.parametrize(("revision", "answered", "message"), BROKEN_BY_SCHEMA, ids=range(len(BROKEN_BY_SCHEMA)))
def test_a_message_that_only_the_schema_refuses_fails(revision, answered, message):
    assert violations(message, revision, answered), json.dumps(message)


@pytest.mark.parametrize("revision", [*LEGACY, MODERN])
def test_a_good_message_passes(revision):
    assert violations(MODERN_RESULT if revision == MODERN else RESULT, revision, "tools/call") == []
