"""Raw clients of every revision and transport: threads and sockets, no SDK, so that what goes over the wire is exact.

All have the same face. `call` carries a request to its result, with whatever is asked on the way answered by `answer`; `start` sends
one and gives a `Pending`; `watch` asks for updates and changes; `notifications` has all that came. Each message that comes is kept by
`recorder`, which checks it against its revision.
"""

import base64
import http.client
import json
import os
import signal
import subprocess
import threading
import time
import urllib.parse

from mcp_schema import MODERN, Recorder
from peers.features import encode

META = "io.modelcontextprotocol/"
ANSWER_SECONDS = 20
FULL = {"sampling": {}, "elicitation": {}, "roots": {}}


class Gone(Exception):
    """The connection ended before the answer."""


class Refusal(Exception):
    """Raised by an `answer` function: the client refuses, with an error where it is asked live."""

    def __init__(self, code=-1, message="The user refused"):
        super().__init__(message)
        self.code, self.message = code, message


class RPCError(Exception):
    def __init__(self, error):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.error, self.code, self.data = error, error.get("code"), error.get("data")


class Reply:
    """The answer to a request: its message, the bytes it came in, and over HTTP its status."""

    def __init__(self, message, raw=b"", status=None):
        self.message, self.raw, self.status = message, raw, status

    @property
    def error(self):
        return self.message.get("error")

    @property
    def result(self):
        if self.error is not None:
            raise RPCError(self.error)
        return self.message["result"]


class Pending:
    def __init__(self, identifier, method):
        self.id, self.method = identifier, method
        self.reply, self.failure, self.connection = None, None, None
        self._done = threading.Event()

    def settle(self, reply=None, failure=None):
        if not self._done.is_set():
            self.reply, self.failure = reply, failure
            self._done.set()

    def wait(self, seconds=None):
        seconds = seconds or ANSWER_SECONDS
        if not self._done.wait(seconds):
            raise TimeoutError(f"no answer to {self.method} within {seconds} s")
        if self.failure is not None:
            raise Gone(str(self.failure))
        return self.reply

    @property
    def done(self):
        return self._done.is_set()


def capabilities_of(revision, more=None):
    """Everything that a client of the revision can declare."""
    declared = {"sampling": {}, "roots": {}}
    if revision == "2025-06-18":
        declared["elicitation"] = {}
    if revision >= "2025-11-25":
        declared |= {"sampling": {"tools": {}}, "elicitation": {"form": {}, "url": {}}}
    return declared | (more or {})


class Client:
    """What the clients share: correlation, questions, notifications."""

    def __init__(self, revision, answer=None, capabilities=None):
        self.revision = revision
        self.answer = answer or (lambda method, params: (_ for _ in ()).throw(Refusal()))
        self.capabilities = capabilities_of(revision) if capabilities is None else capabilities
        self.recorder = Recorder(revision)
        self.notifications, self.asked = [], []
        self.closed = False
        self.level = None
        self._last_id, self._pending, self._changed = 0, {}, threading.Condition()

    @property
    def is_modern(self):
        return self.revision == MODERN

    # What comes

    def receive(self, message, raw=b"", status=None):
        """A message from the server."""
        if isinstance(message, list):
            for part in message:
                self.receive(part, json.dumps(part).encode(), status)
            return
        if "method" in message:
            self.recorder.take(message)
            if "id" in message:
                threading.Thread(target=self._be_asked, args=(message,), daemon=True).start()
            else:
                with self._changed:
                    self.notifications.append(message)
                    self._changed.notify_all()
            return
        pending = self._pending.pop(message.get("id"), None)
        self.recorder.take(message, pending.method if pending else None)
        if pending:
            pending.settle(Reply(message, raw, status))

    def _be_asked(self, message):
        if message["method"] == "ping":
            return self.send({"jsonrpc": "2.0", "id": message["id"], "result": {}})
        try:
            answer = {"result": self.ask_me(message["method"], message.get("params") or {})}
        except Refusal as refusal:
            answer = {"error": {"code": refusal.code, "message": refusal.message}}
        try:
            self.send({"jsonrpc": "2.0", "id": message["id"], **answer})
        except (OSError, Gone):
            pass

    def ask_me(self, method, params):
        self.asked.append((method, params))
        return self.answer(method, params)

    def lost(self, failure, identifiers=None):
        """The connection has ended: nobody waits any longer."""
        for identifier in list(self._pending) if identifiers is None else identifiers:
            pending = self._pending.pop(identifier, None)
            if pending:
                pending.settle(failure=failure)
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, what, seconds=5.0):
        """The first notification that fits; None where none comes in time."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for message in self.notifications:
                    if what(message):
                        return message
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return next((message for message in self.notifications if what(message)), None)

    def heard(self, method, since=0):
        return [message for message in self.notifications[since:] if message["method"] == method]

    # What goes

    def start(self, method, params=None, headers=None, **meta):
        self._last_id += 1
        pending = Pending(self._last_id, method)
        message = {"jsonrpc": "2.0", "id": pending.id, "method": method}
        params = self.with_meta(params, meta)
        if params is not None:
            message["params"] = params
        self._pending[pending.id] = pending
        self.send(message, pending, headers)
        return pending

    def with_meta(self, params, meta):
        if not self.is_modern:
            if not meta:
                return params
            return (params or {}) | {"_meta": ((params or {}).get("_meta") or {}) | meta}
        own = {META + "protocolVersion": MODERN, META + "clientCapabilities": self.capabilities,
               META + "clientInfo": {"name": "raw", "version": "1"}}
        if self.level:
            own[META + "logLevel"] = self.level
        return (params or {}) | {"_meta": ((params or {}).get("_meta") or {}) | own | meta}

    def call(self, method, params=None, seconds=None, rounds=16, **more):
        """The final reply; questions that come as a value are answered, and the call repeated."""
        reply = self.start(method, params, **more).wait(seconds)
        for _ in range(rounds):
            result = reply.message.get("result")
            if not self.is_modern or not isinstance(result, dict) or result.get("resultType") != "input_required":
                return reply
            answers = {}
            for key, asked in (result.get("inputRequests") or {}).items():
                try:
                    answers[key] = self.ask_me(asked["method"], asked.get("params") or {})
                except Refusal:
                    if asked["method"] == "elicitation/create":
                        answers[key] = {"action": "cancel"}
                    else:
                        raise
            again = dict(params or {})
            if answers:
                again["inputResponses"] = answers
            if "requestState" in result:
                again["requestState"] = result["requestState"]
            reply = self.start(method, again, **more).wait(seconds)
        raise TimeoutError(f"{method} asked more than {rounds} times")

    def tool(self, name, arguments=None, **more):
        return self.call("tools/call", {"name": name} | ({} if arguments is None else {"arguments": arguments}), **more)

    def everything_in(self, method, member, **params):
        """All entries of a list, page by page."""
        entries, cursor = [], None
        for _ in range(100):
            result = self.call(method, params | ({} if cursor is None else {"cursor": cursor})).result
            entries += result[member]
            cursor = result.get("nextCursor")
            if cursor is None:
                return entries
        raise AssertionError(f"{method} never ends")

    def set_level(self, level):
        self.level = level
        if not self.is_modern:
            return self.call("logging/setLevel", {"level": level})
        return None

    def watch(self, uris=(), lists=("tools", "prompts", "resources")):
        """Asks for updates of resources and changes of lists; what is given back ends it when it is closed."""
        if self.is_modern:
            return Listen(self, uris, lists)
        for uri in uris:
            self.call("resources/subscribe", {"uri": uri}).result
        return LegacyWatch(self, uris)

    def notify(self, method, params=None):
        self.send({"jsonrpc": "2.0", "method": method} | ({} if params is None else {"params": params}))

    def cancel(self, pending):
        self.notify("notifications/cancelled", {"requestId": pending.id, "reason": "The user is tired of waiting"})

    def handshake(self):
        result = self.call(
            "initialize",
            {"protocolVersion": self.revision, "capabilities": self.capabilities, "clientInfo": {"name": "raw", "version": "1"}},
        ).result
        assert result["protocolVersion"] == self.revision, result
        self.server = result
        self.negotiated()
        self.notify("notifications/initialized")
        return self

    def discover(self):
        self.server = self.call("server/discover").result
        return self

    def negotiated(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.closed = True


class LegacyWatch:
    def __init__(self, client, uris):
        self.client, self.uris = client, uris

    def close(self):
        for uri in self.uris:
            self.client.call("resources/unsubscribe", {"uri": uri}).result


class Listen:
    """`subscriptions/listen`, open until it is closed."""

    def __init__(self, client, uris, lists):
        wanted = {f"{name}ListChanged": True for name in lists}
        if uris:
            wanted["resourceSubscriptions"] = list(uris)
        self.client = client
        self.pending = client.start("subscriptions/listen", {"notifications": wanted})
        self.acknowledged = client.wait_for(self._is_ours)
        if self.acknowledged is None:
            raise AssertionError(f"no acknowledgement; {self.pending.reply and self.pending.reply.message}")

    def _is_ours(self, message):
        meta = message.get("params", {}).get("_meta", {})
        return message["method"] == "notifications/subscriptions/acknowledged" and meta.get(META + "subscriptionId") == self.pending.id

    def close(self):
        self.client.cancel(self.pending)


# Transports


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
