"""The kinds of peer of the pair matrix: how each is started as an upstream, and how a client of each kind is connected."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from mcp_clients import Refusal
from mcp_schema import MODERN, Recorder
from mcp_transports import EventStreamClient, LineClient, ModernClient, StreamableClient
from portico import Portico, binary, free_port

PEERS = pathlib.Path(__file__).with_name("peers")


class Kind:
    """One kind of peer: a transport and a revision."""

    def __init__(self, name, transport, revision):
        self.name, self.transport, self.revision = name, transport, revision
        self.id = name.replace(" ", "-").replace("/", "-").lower()

    @property
    def era(self):
        return "modern" if self.revision == MODERN else "legacy"

    def __repr__(self):
        return self.name


KINDS = [
    Kind("SSE 2024-11-05", "sse", "2024-11-05"),
    Kind("Streamable 2025-03-26", "streamable", "2025-03-26"),
    Kind("Streamable 2025-06-18", "streamable", "2025-06-18"),
    Kind("Streamable 2025-11-25", "streamable", "2025-11-25"),
    Kind("stdio 2025-11-25", "stdio", "2025-11-25"),
    Kind("HTTP 2026-07-28", "http", "2026-07-28"),
    Kind("stdio 2026-07-28", "stdio", "2026-07-28"),
]


class Peer:
    """An upstream of our own: a process where it is reached over HTTP, a command line where Portico starts it."""

    def __init__(self, kind, folder):
        self.kind = kind
        self.journal = folder / f"{kind.id}.journal"
        self.journal.touch()
        self.port, self.process = free_port(), None
        self._read, self._entries = 0, []

    @property
    def command(self):
        command = [sys.executable, str(PEERS), "--transport", self.kind.transport, "--revision", self.kind.revision]
        return command + ["--journal", str(self.journal)]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}" + ("/sse" if self.kind.transport == "sse" else "/mcp")

    def start(self):
        if self.kind.transport != "stdio":
            command = [*self.command, "--port", str(self.port)]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
            assert self.process.stdout.readline().strip() == str(self.port).encode()
        return self

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process.stdout.close()
            self.process = None

    def kill(self):
        """As a crash would: the process that serves, whoever started it."""
        if self.process is not None:
            return self.stop()
        for pid in {entry["pid"] for entry in self.entries("started")}:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return None

    def entries(self, kind=None):
        """What happened so far; the journal is read on from where it was left."""
        with open(self.journal, "rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        if whole:
            self._read += len(whole) + 1
            self._entries += [json.loads(line) for line in whole.split(b"\n")]
        return self._entries if kind is None else [entry for entry in self._entries if entry["kind"] == kind]

    def wait_for(self, kind, seconds=5.0, **members):
        """The first entry of the journal that fits; None where none comes in time."""
        deadline = time.monotonic() + seconds
        while True:
            for entry in self.entries(kind):
                if all(entry.get(name) == value for name, value in members.items()):
                    return entry
            if time.monotonic() > deadline:
                return None
            time.sleep(0.02)

    def check(self, since=0):
        """The faults of what came in and of what went out, from that entry on, as two recorders."""
        came, went = Recorder(self.kind.revision), Recorder(self.kind.revision)
        asked, answered = {}, {}
        for index, entry in enumerate(self.entries()):
            session = (entry["pid"], entry.get("session"))
            if entry["kind"] == "in":
                message = entry["message"]
                if "method" in message and "id" in message:
                    asked[session, message["id"]] = message["method"]
                if message.get("method") in ("server/discover", "initialize") and not self._is_own(message):
                    continue  # a question about the era: the revision of the server is what it wants to know
                if index >= since:
                    came.take(message, answered.get((session, message.get("id"))) if "method" not in message else None)
            elif entry["kind"] == "out":
                message = json.loads(entry["text"])
                if "method" in message and "id" in message:
                    answered[session, message["id"]] = message["method"]
                method = asked.get((session, message.get("id"))) if "method" not in message else None
                if index >= since:
                    went.take(message, method)
        return came, went

    def _is_own(self, message):
        return (message["method"] == "server/discover") == (self.kind.revision == MODERN)


class Bridge:
    """A gateway with a public server for each kind of upstream, of which each runs. `environment` goes to the gateway."""

    def __init__(self, folder, environment=None):
        self.folder = folder
        self.upstreams = {kind: Peer(kind, folder) for kind in KINDS}
        lines = [peer for peer in self.upstreams.values() if peer.kind.transport == "stdio"]
        servers = {peer.kind.id: {"command": peer.command[0], "args": peer.command[1:]} for peer in lines}
        configuration = folder / "config.yaml"
        configuration.write_text(json.dumps({"stdio": servers}))
        self.gateway = Portico(folder, environment={"CONFIG_FILE_PATH": str(configuration)} | (environment or {}))

    def __enter__(self):
        try:
            for peer in self.upstreams.values():
                peer.start()
            self.gateway.start()
            self.gateway.admin.call("POST", "/api/group/interop", {})
            for peer in self.upstreams.values():
                if peer.kind.transport != "stdio":
                    kind = "mcp_proxy_sse" if peer.kind.transport == "sse" else "mcp_proxy_streamable"
                    server = {"id": peer.kind.id, "name": peer.kind.name, "type": kind, "status": 1, "proxy_config": {"url": peer.url}}
                    self.gateway.admin.call("POST", "/api/mcp/public/", server)
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        if self.gateway.process is not None and self.gateway.process.poll() is None:
            self.gateway.stop()
        for peer in self.upstreams.values():
            peer.stop()

    def upstream(self, name):
        return next(peer for kind, peer in self.upstreams.items() if kind.id == name)


def kind(name):
    return next(kind for kind in KINDS if kind.id == name)


def answers(method, params):
    """What our clients answer to every question."""
    if method == "roots/list":
        return {"roots": [{"uri": "file:///home/user/project", "name": "project"}]}
    if method == "sampling/createMessage":
        return sampled(params)
    if method == "elicitation/create":
        if params.get("mode") == "url":
            return {"action": "accept"}
        if "Decline" in params.get("message", ""):
            return {"action": "decline"}
        return {"action": "accept", "content": filled(params["requestedSchema"])}
    raise Refusal(-32601, f"unknown question {method}")


def sampled(params):
    """A model that uses a tool once where it has one, and otherwise repeats the question."""
    last = params["messages"][-1]["content"]
    blocks = last if isinstance(last, list) else [last]
    answer = {"role": "assistant", "model": "test-model", "stopReason": "endTurn"}
    if params.get("tools") and not any(block["type"] == "tool_result" for block in blocks):
        use = {"type": "tool_use", "id": "use-1", "name": params["tools"][0]["name"], "input": {"a": 2, "b": 3}}
        return answer | {"content": [use], "stopReason": "toolUse"}
    texts = [block["text"] for block in blocks if block["type"] == "text"]
    return answer | {"content": {"type": "text", "text": f"<{' '.join(texts) or 'done'}>"}}


def filled(schema):
    """Content that fits a form: each field, by its kind."""
    return {name: field(definition) for name, definition in schema["properties"].items()}


def field(definition):
    if definition.get("enum"):
        return definition["enum"][-1]
    choices = definition.get("oneOf") or definition.get("anyOf")
    if choices:
        return choices[-1]["const"]
    kind = definition.get("type")
    if kind == "array":
        return [field(definition["items"])]
    if kind == "string":
        formats = {"email": "user@example.com", "uri": "https://example.com/", "date": "2026-11-23", "date-time": "2026-11-23T10:00:00Z"}
        return formats.get(definition.get("format"), "Ada")
    if kind == "boolean":
        return True
    # No fraction: the published schemas take only integers for numbers that a user gives.
    return min(30 if kind == "integer" else 95, definition.get("maximum", 1000))


def connect(kind, url, key, server, answer=answers, capabilities=None):
    """A connected client of a kind. `url` is the gateway's; `server` the id of the public server."""
    headers = {"Authorization": "Bearer " + key}
    more = {"answer": answer, "capabilities": capabilities}
    place = f"{url}/mcp/public/{server}"
    if kind.transport == "sse":
        return EventStreamClient(place + "/sse", kind.revision, headers=headers, **more).connect()
    if kind.transport == "streamable":
        return StreamableClient(place, kind.revision, headers=headers, **more).connect()
    if kind.transport == "http":
        return ModernClient(place, headers=headers, **more).connect()
    command = [binary(), "stdio", "--server", server]
    return LineClient(command, kind.revision, {"PORTICO_URL": url, "PORTICO_KEY": key}, **more).connect()


def connect_directly(peer, answer=answers, capabilities=None):
    """A client of the peer's own kind, with nothing between."""
    more = {"answer": answer, "capabilities": capabilities}
    if peer.kind.transport == "stdio":
        return LineClient(peer.command, peer.kind.revision, **more).connect()
    client = {"sse": EventStreamClient, "streamable": StreamableClient, "http": ModernClient}[peer.kind.transport]
    return client(peer.url, peer.kind.revision, **more).connect()
