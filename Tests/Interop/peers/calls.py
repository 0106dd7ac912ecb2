"""One request being served: what it says and asks on the way, and how it ends."""

import base64
import hashlib
import hmac
import json
import threading
import time

from documents import Raw


class PeerError(Exception):
    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.error = {"code": code, "message": message} | ({} if data is None else {"data": data})


class RawError(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.error = Raw(text)


class NeedsInput(Exception):
    """2026-07-28: the call ends here, with questions."""

    def __init__(self, requests, state):
        super().__init__("input required")
        self.requests, self.state = requests, state


class Cancelled(Exception):
    pass


class Call:
    """One request being served. `port` is what its messages go out on."""

    def __init__(self, features, request, port, capabilities, session=None):
        self.features, self.request, self.port, self.session = features, request, port, session
        self.params = request.get("params") or {}
        self.meta = self.params.get("_meta") or {}
        self.capabilities = capabilities
        self.cancelled = threading.Event()
        self._given = None

    @property
    def arguments(self):
        return self.params.get("arguments") or {}

    def progress(self, value, total, message):
        token = self.meta.get("progressToken")
        if token is not None:
            params = {"progressToken": token, "progress": value, "total": total}
            if self.features.since("2025-03-26"):
                params["message"] = message
            self.port.send({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})

    def log(self, level, data):
        if self.port.wants(level, self):
            params = {"level": level, "logger": "peer", "data": data}
            self.port.send({"jsonrpc": "2.0", "method": "notifications/message", "params": params})

    def can(self, *path):
        place = self.capabilities
        for name in path:
            place = place.get(name) if isinstance(place, dict) else None
        return place is not None

    def ask(self, questions):
        """The answers to questions, by key: `{key: (method, params)}`."""
        if self.features.is_modern:
            return self._ask_by_value(questions)
        return self.port.ask(questions, self)

    def _ask_by_value(self, questions):
        if self._given is None:
            state = self.params.get("requestState")
            self._given = unseal(state, self.params) if state is not None else {}
            self._given |= self.params.get("inputResponses") or {} if state is not None else {}
        missing = {key: question for key, question in questions.items() if key not in self._given}
        if missing:
            requests = {key: {"method": method} | ({} if params is None else {"params": params}) for key, (method, params) in missing.items()}
            raise NeedsInput(requests, seal(self._given, self.params))
        return {key: self._given[key] for key in questions}

    def pause(self, seconds):
        """Waits, and ends where the client has gone or has cancelled."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.cancelled.is_set() or self.port.gone():
                raise Cancelled
            time.sleep(min(0.02, max(0, deadline - time.monotonic())))


KEY = b"the peer's own"


def bound(params):
    return json.dumps({name: params.get(name) for name in ("name", "uri", "arguments")}, sort_keys=True)


def seal(given, params):
    text = json.dumps({"given": given, "bound": bound(params)})
    return base64.urlsafe_b64encode(hmac.new(KEY, text.encode(), hashlib.sha256).digest() + text.encode()).decode()


def unseal(state, params):
    try:
        data = base64.urlsafe_b64decode(state)
    except ValueError:
        data = b""
    if not hmac.compare_digest(hmac.new(KEY, data[32:], hashlib.sha256).digest(), data[:32]):
        raise PeerError(-32602, "The state is not one of mine")
    opened = json.loads(data[32:])
    if opened["bound"] != bound(params):
        raise PeerError(-32602, "The state is that of another call")
    return opened["given"]
