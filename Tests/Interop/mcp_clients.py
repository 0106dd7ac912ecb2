"""What raw clients of every revision share: threads and no SDK, so that what goes over the wire is exact. Their transports are in
mcp_transports.py.

All have the same face. `call` carries a request to its result, with whatever is asked on the way answered by `answer`; `start` sends
one and gives a `Pending`; `watch` asks for updates and changes; `notifications` has all that came. Each message that comes is kept by
`recorder`, which checks it against its revision.
"""

import json
import threading
import time

from mcp_schema import MODERN, Recorder

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
    declared = {"sampling": {}, "roots": {} if revision == MODERN else {"listChanged": True}}
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
