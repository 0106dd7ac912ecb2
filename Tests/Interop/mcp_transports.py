"""Raw clients of each transport: HTTP+SSE, Streamable HTTP of the legacy revisions, 2026-07-28 over HTTP, and standard streams."""

import base64
import http.client
import json
import os
import signal
import subprocess
import threading
import urllib.parse

from mcp_clients import Client, Gone, Reply
from mcp_schema import MODERN
from peers.documents import encode


def sse_events(response):
    """The events of a stream as (name, data, id), read line by line until it ends."""
    name, data, identifier = "message", [], None
    while True:
        line = response.readline()
        if not line:
            return
        line = line.rstrip(b"\r\n")
        if not line:
            if data or identifier is not None:
                yield name, b"\n".join(data), identifier
            name, data, identifier = "message", [], None
        elif line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif line.startswith(b"event:"):
            name = line[6:].strip().decode()
        elif line.startswith(b"id:"):
            identifier = line[3:].strip().decode()


class HTTPClient(Client):
    """What the HTTP transports share."""

    def __init__(self, url, revision, headers=None, **more):
        super().__init__(revision, **more)
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.headers = {"Accept": "application/json, text/event-stream"} | (headers or {})
        self.session = None

    def open(self, method, path, body=None, headers=None, timeout=60):
        """The connection and the head of its answer."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        connection.request(method, path, body=body, headers=self.headers | (headers or {}))
        return connection, connection.getresponse()

    def own_headers(self, message):
        return {"Content-Type": "application/json"}

    def send(self, message, pending=None, headers=None):
        body = encode(message).encode()
        headers = self.own_headers(message) | (headers or {})
        if pending is None:
            connection, response = self.open("POST", self.path, body, headers)
            text = response.read()
            connection.close()
            if response.status >= 400:
                raise Gone(f"{response.status}: {text[:300]!r}")
            return
        ready = threading.Event()
        threading.Thread(target=self._exchange, args=(pending, body, headers, ready), daemon=True).start()
        ready.wait(5)

    def _exchange(self, pending, body, headers, ready):
        try:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
            connection.connect()
            pending.connection = connection.sock
            connection.request("POST", self.path, body=body, headers=self.headers | headers)
            ready.set()
            response = connection.getresponse()
            self.greeted(pending, response)
            if response.headers.get_content_type() == "text/event-stream":
                for _, data, _ in sse_events(response):
                    if data:
                        self.receive(json.loads(data), data, response.status)
            else:
                text = response.read()
                if response.headers.get_content_type() == "application/json" and text:
                    message = json.loads(text)
                    if "id" not in message:
                        self.recorder.take(message, pending.method)
                        self._pending.pop(pending.id, None)
                        pending.settle(Reply(message, text, response.status))
                    self.receive(message, text, response.status) if "id" in message else None
                else:
                    self.lost(f"status {response.status}: {text[:300]!r}", [pending.id])
            connection.close()
            self.lost("the stream ended without an answer", [pending.id])
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as failure:
            ready.set()
            self.lost(failure, [pending.id])

    def greeted(self, pending, response):
        pass


class StreamableClient(HTTPClient):
    """Streamable HTTP of a legacy revision, with a session and its own stream."""

    stream = None

    def own_headers(self, message):
        headers = {"Content-Type": "application/json"}
        if self.session:
            headers |= {"Mcp-Session-Id": self.session}
        if self.session and self.revision >= "2025-06-18":
            headers["MCP-Protocol-Version"] = self.revision
        return headers

    def greeted(self, pending, response):
        if pending.method == "initialize":
            self.session = response.headers.get("Mcp-Session-Id")

    def negotiated(self):
        pass

    def connect(self, listens=True):
        self.handshake()
        if listens and self.session:
            opened = threading.Event()
            threading.Thread(target=self._listen, args=(opened,), daemon=True).start()
            opened.wait(5)
        return self

    def _listen(self, opened):
        headers = self.own_headers({}) | {"Accept": "text/event-stream"}
        try:
            self.stream, response = self.open("GET", self.path, headers=headers, timeout=600)
            opened.set()
            if response.status == 200:
                for _, data, _ in sse_events(response):
                    if data:
                        self.receive(json.loads(data), data)
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        opened.set()

    def close(self):
        super().close()
        try:
            self.open("DELETE", self.path, headers=self.own_headers({}), timeout=5)[0].close()
        except OSError:
            pass
        if self.stream is not None:
            hang_up(self.stream.sock)


class EventStreamClient(HTTPClient):
    """HTTP+SSE: one stream for all that comes, and a URL to post to."""

    def connect(self):
        opened = threading.Event()
        threading.Thread(target=self._listen, args=(opened,), daemon=True).start()
        if not opened.wait(10) or self.endpoint is None:
            raise Gone(f"no endpoint event from {self.path}: {self.refused}")
        return self.handshake()

    endpoint = stream = refused = None

    def _listen(self, opened):
        try:
            self.stream, response = self.open("GET", self.path, headers={"Accept": "text/event-stream"}, timeout=600)
            if response.status != 200:
                self.refused = (response.status, response.read()[:300])
                return opened.set()
            for name, data, _ in sse_events(response):
                if name == "endpoint":
                    self.endpoint = urllib.parse.urljoin(f"http://{self.host}:{self.port}{self.path}", data.decode())
                    opened.set()
                elif data:
                    self.receive(json.loads(data), data)
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as failure:
            self.refused = failure
        opened.set()
        self.lost("the event stream has ended")

    def send(self, message, pending=None, headers=None):
        parts = urllib.parse.urlsplit(self.endpoint)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection, response = self.open("POST", path, encode(message).encode(), {"Content-Type": "application/json"} | (headers or {}))
        text = response.read()
        connection.close()
        if response.status >= 400:
            self.lost(f"status {response.status}: {text[:300]!r}", [pending.id] if pending else [])

    def close(self):
        super().close()
        if self.stream is not None:
            hang_up(self.stream.sock)


class ModernClient(HTTPClient):
    """2026-07-28 over HTTP: one POST a request, and nothing kept."""

    def __init__(self, url, revision=MODERN, **more):
        super().__init__(url, MODERN, **more)

    def own_headers(self, message):
        headers = {"Content-Type": "application/json", "MCP-Protocol-Version": MODERN}
        if "method" in message:
            headers["Mcp-Method"] = message["method"]
            params = message.get("params") or {}
            name = params.get("uri") if message["method"] == "resources/read" else params.get("name")
            if message["method"] in ("tools/call", "prompts/get", "resources/read") and isinstance(name, str):
                headers["Mcp-Name"] = header_text(name)
        return headers

    def connect(self):
        return self.discover()

    def cancel(self, pending):
        """A client of this revision cancels by hanging up."""
        hang_up(pending.connection)


class LineClient(Client):
    """A program that speaks over its standard streams, one message a line, in either era."""

    def __init__(self, command, revision, environment=None, **more):
        super().__init__(revision, **more)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", "")} | (environment or {}), start_new_session=True)
        self.garbage, self.complaints = [], []
        self._writing = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._listen_to_complaints, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                self.garbage.append(line)
                continue
            self.receive(message, line.rstrip(b"\r\n"))
        self.lost(f"the program ended: {b''.join(self.complaints)[-1000:]!r}")

    def _listen_to_complaints(self):
        for line in self.process.stderr:
            self.complaints = self.complaints[-50:] + [line]

    def connect(self):
        return self.discover() if self.is_modern else self.handshake()

    def send(self, message, pending=None, headers=None):
        try:
            with self._writing:
                self.process.stdin.write(encode(message).encode() + b"\n")
                self.process.stdin.flush()
        except (OSError, ValueError) as failure:
            self.lost(failure)

    def close(self):
        super().close()
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)


def hang_up(connection):
    """Ends a socket under whoever reads from it."""
    try:
        connection.shutdown(2)
    except (OSError, AttributeError):
        pass


def header_text(text):
    """A name as a header's value: in the base64 form where it is no plain ASCII text."""
    plain = all(0x20 <= ord(character) < 0x7F for character in text) and text == text.strip() and not text.startswith("=?base64?")
    return text if plain else f"=?base64?{base64.b64encode(text.encode()).decode()}?="
