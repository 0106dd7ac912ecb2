"""What is tried in each cell of the pair matrix. Each function makes one feature of the peer happen and says what the client got:
`works`, or the word that docs/mcp-bridge.md uses for a substitute. Anything else is a failure that says what came instead.

What the upstream asks its client is in mcp_questions.py.
"""

import json
import time
import uuid

from peers import documents as peer

QUIET_SECONDS = 0.4
FEATURES = {}


def feature(name):
    def register(function):
        FEATURES[name] = function
        return function

    return register


class Cell:
    """A client, and the peer that it reaches."""

    # Whether the client is one of `portico stdio`, which speaks another revision to the gateway.
    is_relayed = False

    def __init__(self, client, upstream):
        self.client, self.upstream = client, upstream

    def offers(self, tool):
        names = getattr(self.client, "tool_names", None)
        if names is None:
            names = self.client.tool_names = [entry["name"] for entry in self.client.everything_in("tools/list", "tools")]
        return tool in names


class Unexpected(AssertionError):
    pass


def tag():
    return uuid.uuid4().hex[:12]


def block(result, index=0):
    return result["content"][index]


def told(result):
    return "\n".join(entry.get("text", "") for entry in result["content"])


def failed_result(result):
    return result.get("isError") is True


def expect(condition, what):
    if not condition:
        raise Unexpected(json.dumps(what, default=str)[:1500])


def offered(tool):
    """For features that the peer's revision may not have."""

    def wrap(function):
        def run(cell):
            return function(cell) if cell.offers(tool) else "not offered"

        return run

    return wrap


@feature("initialize or discover")
def _hello(cell):
    server = cell.client.server
    expect(server.get("instructions") == "Peer instructions", server)
    expect(server["capabilities"].get("tools") is not None and server["capabilities"].get("resources") is not None, server)
    expect(server["capabilities"].get("prompts") is not None, server)
    return "works"


@feature("ping")
def _ping(cell):
    if not cell.client.is_modern:
        expect(cell.client.call("ping").result == {}, "not {}")
        return "works"
    reply = cell.client.call("ping")
    expect(reply.error and reply.error["code"] == -32601, reply.message)
    return "no such method"


@feature("lists, page by page")
def _lists(cell):
    tools = cell.client.everything_in("tools/list", "tools")
    names = [tool["name"] for tool in tools]
    expect(len(names) > peer.PAGE and len(set(names)) == len(names) and names[-1] == "unknown_members", names)
    resources = [entry["uri"] for entry in cell.client.everything_in("resources/list", "resources")]
    expect(resources == list(peer.RESOURCES), resources)
    templates = cell.client.everything_in("resources/templates/list", "resourceTemplates")
    expect([entry["uriTemplate"] for entry in templates] == ["peer://item/{id}"], templates)
    prompts = [entry["name"] for entry in cell.client.everything_in("prompts/list", "prompts")]
    expect(prompts == ["simple", "arguments", "asking"], prompts)
    return "works"


@feature("text")
def _text(cell):
    expect(block(cell.client.tool("text").result) == {"type": "text", "text": "plain text"}, "no text")
    arguments = {"unicode": "caf\u00e9 \U0001F600", "nested": {"list": [1, 2.5, None, True]}}
    came = json.loads(told(cell.client.tool("echo", arguments).result))
    expect(came == arguments, came)
    return "works"


@feature("image")
def _image(cell):
    expect(block(cell.client.tool("image").result) == {"type": "image", "data": peer.PNG, "mimeType": "image/png"}, "no image")
    return "works"


@feature("audio")
@offered("audio")
def _audio(cell):
    found = block(cell.client.tool("audio").result)
    if found == {"type": "audio", "data": peer.WAV, "mimeType": "audio/wav"}:
        return "works"
    expect(found["type"] == "resource" and found["resource"]["blob"] == peer.WAV, found)
    expect(found["resource"]["mimeType"] == "audio/wav" and found["resource"]["uri"], found)
    return "resource"


@feature("embedded resource")
def _embedded(cell):
    found = block(cell.client.tool("embedded").result)
    expect(found["type"] == "resource" and found["resource"]["uri"] == "peer://embedded", found)
    expect(found["resource"]["text"] == "embedded", found)
    return "works"


@feature("resource link")
@offered("link")
def _link(cell):
    result = cell.client.tool("link").result
    found = block(result)
    if found["type"] == "resource_link":
        expect(found["uri"] == "peer://text" and found["name"] == "linked", found)
        return "works"
    expect(found["type"] == "text" and "peer://text" in found["text"] and "linked" in found["text"], found)
    expect("resource_link" in json.dumps(result.get("_meta", {})), result)
    return "text"


@feature("structured content")
@offered("structured")
def _structured(cell):
    result = cell.client.tool("structured").result
    expect(result.get("structuredContent") == {"city": "Oslo", "degrees": 7}, result)
    texts = [entry.get("text") for entry in result["content"]]
    if len(texts) == 1:
        return "works"
    expect(len(texts) == 2 and json.loads(texts[1]) == {"city": "Oslo", "degrees": 7}, result)
    return "also as text"


@feature("structured list")
@offered("structured_list")
def _structured_list(cell):
    tools = {tool["name"]: tool for tool in cell.client.everything_in("tools/list", "tools")}
    result = cell.client.tool("structured_list").result
    if result.get("structuredContent") == [1, 4, 9]:
        expect(tools["structured_list"]["outputSchema"]["type"] == "array", tools["structured_list"])
        return "works"
    expect("structuredContent" not in result and "outputSchema" not in tools["structured_list"], (result, tools["structured_list"]))
    expect([1, 4, 9] in [json.loads(entry["text"]) for entry in result["content"][1:]], result)
    return "text"


@feature("unknown members")
def _unknown(cell):
    result = cell.client.tool("unknown_members").result
    value = json.loads(peer.UNKNOWN_VALUE)
    expect(result["x-result"] == value and block(result)["x-block"] == value, result)
    expect(block(result, 1)["resource"]["x-contents"] == value, result)
    tool = next(tool for tool in cell.client.everything_in("tools/list", "tools") if tool["name"] == "unknown_members")
    expect(tool["x-tool"] == value and tool["inputSchema"]["x-schema"] == value, tool)
    expect(tool["inputSchema"]["properties"]["as_error"]["x-property"] == value and tool["annotations"]["x-annotation"] == value, tool)
    error = cell.client.tool("unknown_members", {"as_error": True}).error
    expect(error and error["code"] == 4711 and error["data"] == {"x-data": value}, error)
    return "works"


@feature("failure of a tool")
def _tool_error(cell):
    result = cell.client.tool("tool_error").result
    expect(failed_result(result) and told(result) == "this tool failed", result)
    return "works"


@feature("error of the protocol")
def _protocol_error(cell):
    error = cell.client.tool("protocol_error").error
    expect(error == {"code": 4711, "message": "This error was asked for", "data": {"reason": "asked"}}, error)
    return "works"


@feature("unknown tool")
def _unknown_tool(cell):
    error = cell.client.tool("no_such_tool").error
    expect(error and error["code"] == -32602, error)
    return "works"


@feature("one execution a call")
def _one_execution(cell):
    mark = tag()
    cell.client.tool("count", {"tag": mark}).result
    executed = [entry for entry in cell.upstream.entries("executed") if entry["tag"] == mark]
    expect(len(executed) == 1, executed)
    return "works"


@feature("progress")
def _progress(cell):
    token = tag()
    reply = cell.client.call("tools/call", {"name": "progress"}, progressToken=token)
    expect(told(reply.result) == "progressed", reply.message)
    cell.client.wait_for(lambda message: message.get("params", {}).get("progressToken") == token and message["params"]["progress"] == 3)
    came = [m["params"] for m in cell.client.heard("notifications/progress") if m["params"]["progressToken"] == token]
    expect([entry["progress"] for entry in came] == [1, 2, 3] and came[0]["total"] == 3, came)
    return "works"


@feature("logging")
def _logging(cell):
    since = len(cell.client.notifications)
    cell.client.tool("log").result
    time.sleep(QUIET_SECONDS / 2)
    expect(not [m for m in cell.client.heard("notifications/message", since) if m["params"]["level"] == "debug"], "a level nobody asked for")
    cell.client.set_level("warning")
    since = len(cell.client.notifications)
    cell.client.tool("log").result
    found = cell.client.wait_for(lambda m: m["method"] == "notifications/message" and m in cell.client.notifications[since:])
    came = [message["params"] for message in cell.client.heard("notifications/message", since)]
    cell.client.level = None
    expect(found is not None and [entry["level"] for entry in came] == ["warning"], came)
    expect(came[0]["data"] == {"what": "a warning entry"} and came[0]["logger"] == "peer", came)
    return "works"


@feature("cancellation")
def _cancellation(cell):
    mark = tag()
    pending = cell.client.start("tools/call", {"name": "wait", "arguments": {"tag": mark, "seconds": 12}})
    expect(cell.upstream.wait_for("waiting", tag=mark), "the call never reached the upstream")
    cell.client.cancel(pending)
    expect(cell.upstream.wait_for("cancelled", 5, tag=mark), "the upstream was not told")
    expect(told(cell.client.tool("text").result) == "plain text", "the connection did not survive")
    return "works"


@feature("resources")
def _resources(cell):
    (found,) = cell.client.call("resources/read", {"uri": "peer://text"}).result["contents"]
    expect(found == {"uri": "peer://text", "mimeType": "text/plain", "text": "a text"}, found)
    (found,) = cell.client.call("resources/read", {"uri": "peer://bytes"}).result["contents"]
    expect(found["blob"] == peer.PNG, found)
    (found,) = cell.client.call("resources/read", {"uri": "peer://item/42"}).result["contents"]
    expect(found["text"] == "item 42", found)
    return "works"


@feature("resource that is not there")
def _not_found(cell):
    error = cell.client.call("resources/read", {"uri": "peer://nothing"}).error
    expect(error and error["code"] == (-32602 if cell.client.is_modern else -32002), error)
    expect(error.get("data", {}).get("uri") == "peer://nothing", error)
    return "works"


@feature("resources/updated")
def _updated(cell):
    watch = cell.client.watch([peer.WATCHED], lists=())
    try:
        since = len(cell.client.notifications)
        deadline = time.monotonic() + 5
        came = []
        # The upstream may be told a moment after the client has its answer.
        while not came and time.monotonic() < deadline:
            cell.client.tool("touch").result
            cell.client.wait_for(lambda m: m["method"] == "notifications/resources/updated" and m in cell.client.notifications[since:], 0.5)
            came = cell.client.heard("notifications/resources/updated", since)
        expect(came and came[0]["params"]["uri"] == peer.WATCHED, came or "no update within 5 s")
    finally:
        watch.close()
    time.sleep(QUIET_SECONDS / 2)
    since = len(cell.client.notifications)
    cell.client.tool("touch").result
    time.sleep(QUIET_SECONDS)
    expect(not cell.client.heard("notifications/resources/updated", since), "an update after the end of the subscription")
    return "works"


@feature("list_changed")
def _list_changed(cell):
    watch = cell.client.watch()
    try:
        since = len(cell.client.notifications)
        wanted = {f"notifications/{name}/list_changed" for name in ("tools", "prompts", "resources")}
        deadline = time.monotonic() + 5
        came = set()
        while not wanted <= came and time.monotonic() < deadline:
            cell.client.tool("change_lists").result
            time.sleep(0.1)
            came = {message["method"] for message in cell.client.notifications[since:]}
        expect(wanted <= came, sorted(came))
    finally:
        watch.close()
    return "works"


@feature("prompts")
def _prompts(cell):
    result = cell.client.call("prompts/get", {"name": "simple"}).result
    expect(result["messages"] == [{"role": "user", "content": {"type": "text", "text": "a prompt"}}], result)
    result = cell.client.call("prompts/get", {"name": "arguments", "arguments": {"topic": "cats"}}).result
    expect(result["messages"][0]["content"]["text"] == "about cats" and result["description"] == "With an argument", result)
    expect(cell.client.call("prompts/get", {"name": "nothing"}).error["code"] == -32602, "not -32602")
    return "works"


@feature("completion")
def _completion(cell):
    reference = {"type": "ref/prompt", "name": "arguments"}
    params = {"ref": reference, "argument": {"name": "topic", "value": "b"}, "context": {"arguments": {"kind": "tree"}}}
    values = cell.client.call("completion/complete", params).result["completion"]["values"]
    expect(values[:2] == ["beech", "birch"], values)
    return "works" if "b-tree" in values else "without context"
