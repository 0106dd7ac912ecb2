"""The legacy revisions: sessions, questions as requests, notifications on a stream."""

import queue
import threading

from calls import Call, Cancelled, PeerError, RawError
from documents import encode

LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]
ASK_SECONDS = 30


class Session:
    """One client: what it declared, what it waits for, and its common stream."""

    def __init__(self, features, identifier="the only"):
        self.features, self.id = features, identifier
        self.capabilities, self.initialised, self.level = {}, False, None
        self.subscriptions, self.calls, self.asks = set(), {}, {}
        self.stream = queue.Queue()
        self._lock, self._last_ask = threading.Lock(), 0

    def next_ask(self):
        with self._lock:
            self._last_ask += 1
            return f"ask-{self._last_ask}"

    def receive(self, message, port):
        """One message of the client. A request is answered on the port before this returns."""
        self.features.journal.note("in", message=message, session=self.id)
        if "method" not in message:
            waiting = self.asks.pop(message.get("id"), None)
            if waiting:
                waiting[0].put(message)
            return
        method = message["method"]
        if "id" not in message:
            if method == "notifications/initialized":
                self.initialised = True
            if method == "notifications/roots/list_changed":
                threading.Thread(target=self.ask_for_roots, daemon=True).start()
            if method == "notifications/cancelled":
                call = self.calls.get(message["params"]["requestId"])
                if call:
                    call.cancelled.set()
                for waiting in [box for box, asker in list(self.asks.values()) if asker is call]:
                    waiting.put({"error": {"code": -1, "message": "cancelled"}})
            return
        call = Call(self.features, message, Port(self, port), self.capabilities, self)
        self.calls[message["id"]] = call
        try:
            answer = {"result": self.result(call, method)}
        except Cancelled:
            return port.end()
        except (PeerError, RawError) as failure:
            answer = {"error": failure.error}
        finally:
            self.calls.pop(message["id"], None)
        if call.cancelled.is_set():
            return port.end()
        self.out({"jsonrpc": "2.0", "id": message["id"], **answer}, port)
        port.end()

    def out(self, message, port):
        text = encode(message)
        self.features.journal.note("out", text=text, session=self.id)
        port.write(text)

    def result(self, call, method):
        if method == "initialize":
            self.capabilities = call.params["capabilities"]
            return {"protocolVersion": self.features.revision, "capabilities": self.features.capabilities(),
                    "serverInfo": {"name": "peer", "version": "1"}, "instructions": "Peer instructions"}
        if method == "ping":
            return {}
        if not self.initialised:
            raise PeerError(-32600, f"{method} before notifications/initialized")
        if method == "logging/setLevel":
            self.level = call.params["level"]
            return {}
        if method in ("resources/subscribe", "resources/unsubscribe"):
            change = self.subscriptions.add if method == "resources/subscribe" else self.subscriptions.discard
            change(call.params["uri"])
            return {}
        return self.features.serve(call)

    def ask_for_roots(self):
        """Outside of any call; the journal has the answer."""
        identifier, box = self.next_ask(), queue.Queue()
        self.asks[identifier] = (box, None)
        self.tell({"jsonrpc": "2.0", "id": identifier, "method": "roots/list"})
        try:
            answer = box.get(timeout=ASK_SECONDS)
        except queue.Empty:
            answer = {"error": {"message": "no answer"}}
        roots = answer.get("result", {}).get("roots")
        self.features.journal.note("roots", uris=[root["uri"] for root in roots or []], error=answer.get("error"), session=self.id)

    def tell(self, message, uri=None):
        """Something that belongs to no call."""
        if self.initialised and (uri is None or uri in self.subscriptions):
            text = encode(message)
            self.features.journal.note("out", text=text, session=self.id)
            self.stream.put(text)


class Port:
    """What a call sends on the way."""

    def __init__(self, session, port):
        self.session, self.port = session, port

    def send(self, message):
        self.session.out(message, self.port)

    def wants(self, level, call):
        chosen = self.session.level
        return chosen is not None and LEVELS.index(level) >= LEVELS.index(chosen)

    def gone(self):
        return False

    def later(self, message, call):
        self.session.tell(message)

    def ask(self, questions, call):
        waiting = {}
        for key, (method, params) in questions.items():
            identifier, box = self.session.next_ask(), queue.Queue()
            self.session.asks[identifier] = (box, call)
            waiting[key] = (identifier, box)
            self.send({"jsonrpc": "2.0", "id": identifier, "method": method} | ({} if params is None else {"params": params}))
        answers = {}
        patience = float(call.arguments.get("patience", ASK_SECONDS))
        for key, (identifier, box) in waiting.items():
            try:
                answer = box.get(timeout=patience)
            except queue.Empty:
                raise PeerError(-32603, f"Nobody answered {identifier}") from None
            if call.cancelled.is_set():
                raise Cancelled
            if "error" in answer:
                raise PeerError(4712, f"The client refused: {answer['error'].get('message')}")
            answers[key] = answer["result"]
        return answers
