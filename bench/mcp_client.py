"""A client for the checks before the load: it calls the tool in one era and looks at every word of the answer."""

import contextlib
import json

from portico import request

MODERN, LEGACY = "2026-07-28", "2025-11-25"
META = "io.modelcontextprotocol/"
INFO = {"name": "bench", "version": "1"}
TEXT = 'a "quoted" sentence, and ünïcode'


class Wrong(RuntimeError):
    """An answer that is not what it should be."""


def messages(answer):
    """The JSON-RPC messages of a JSON answer or of an event stream."""
    if not answer.headers.get_content_type() == "text/event-stream":
        return [answer.json()] if answer.body else []
    events = answer.text.replace("\r\n", "\n").split("\n\n")
    data = ["".join(line[5:].strip() for line in event.split("\n") if line.startswith("data:")) for event in events]
    return [json.loads(text) for text in data if text]


class MCPClient:
    """One peer's endpoint, spoken to in one era."""

    def __init__(self, port, path, key, modern):
        self.port, self.path, self.modern = port, path, modern
        self.headers = {"Accept": "application/json, text/event-stream", "Authorization": "Bearer " + key}
        self.revision = MODERN if modern else LEGACY
        self.session = None

    def send(self, method, params, id=None):
        """The result of a request, or None for a notification."""
        message, headers = {"jsonrpc": "2.0", "method": method}, dict(self.headers)
        if id is not None:
            message["id"] = id
        if self.modern:
            meta = {META + "protocolVersion": self.revision, META + "clientInfo": INFO, META + "clientCapabilities": {}}
            params = {"_meta": meta} | params
            headers |= {"Mcp-Method": method} | ({"Mcp-Name": params["name"]} if "name" in params else {})
        if self.modern or self.session is not None:
            headers["MCP-Protocol-Version"] = self.revision
        if self.session is not None:
            headers["Mcp-Session-Id"] = self.session
        answer = request(self.port, "POST", self.path, headers, message | {"params": params}, timeout=10)
        if not 200 <= answer.status < 300:
            raise Wrong(f"{method}: {answer.status} {answer.text[:200]}")
        if id is None:
            return None
        replies = [reply for reply in messages(answer) if "method" not in reply]
        if len(replies) != 1 or replies[0].get("id") != id or "result" not in replies[0]:
            raise Wrong(f"{method} with the id {id}: {answer.text[:200]}")
        self.session = self.session or (answer.headers.get("Mcp-Session-Id") if method == "initialize" else None)
        return replies[0]["result"]

    def open(self):
        """Opens a session, or asks for the server's revisions in the era that has no sessions."""
        if self.modern:
            versions = self.send("server/discover", {}, 0)["supportedVersions"]
            if self.revision not in versions:
                raise Wrong(f"server/discover: {versions}")
            return
        parameters = {"protocolVersion": self.revision, "capabilities": {}, "clientInfo": INFO}
        self.revision = self.send("initialize", parameters, 0)["protocolVersion"]
        if self.session is None:
            raise Wrong("initialize: no session id")
        self.send("notifications/initialized", {})

    def close(self):
        """Ends the session, for servers that let their clients do that."""
        if self.session is not None:
            headers = self.headers | {"Mcp-Session-Id": self.session, "MCP-Protocol-Version": self.revision}
            with contextlib.suppress(OSError):
                request(self.port, "DELETE", self.path, headers, timeout=10)

    def check(self):
        """Lists the tool and calls it; raises `Wrong` at the first answer that is not as it should be."""
        self.open()
        try:
            tools = [tool["name"] for tool in self.send("tools/list", {}, 1)["tools"]]
            if tools != ["echo"]:
                raise Wrong(f"tools/list: {tools}")
            for id, text in ((2, TEXT), (123456789, "x" * 200), (3, "")):
                result = self.send("tools/call", {"name": "echo", "arguments": {"text": text}}, id)
                if result["content"] != [{"type": "text", "text": text}] or result.get("isError"):
                    raise Wrong(f"tools/call: {json.dumps(result)[:200]}")
                if self.modern and result.get("resultType") != "complete":
                    raise Wrong(f"tools/call: no resultType: {json.dumps(result)[:200]}")
        finally:
            self.close()


def problem(port, path, key, modern):
    """What is wrong with this peer in this era; empty when nothing is."""
    try:
        MCPClient(port, path, key, modern).check()
        return ""
    except Wrong as wrong:
        return " ".join(str(wrong).split())
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
