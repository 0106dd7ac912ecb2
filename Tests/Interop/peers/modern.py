"""2026-07-28: every request says all of itself, nothing is kept, questions are part of a result."""

import queue

from calls import Call, Cancelled, NeedsInput, PeerError, RawError
from documents import REVISIONS, encode

META = "io.modelcontextprotocol/"
LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]
MODERN = REVISIONS[-1]


class Stateless:
    """Serves requests; `port` has `send(text)`, `gone()` and `status(code)` for an answer that is no stream yet."""

    def __init__(self, features):
        self.features = features
        self.listens = {}
        self.calls = {}
        features.broadcast = self.broadcast

    def receive(self, message, port):
        self.features.journal.note("in", message=message)
        if "id" not in message:
            if message.get("method") == "notifications/cancelled":
                identifier = message["params"]["requestId"]
                if identifier in self.calls:
                    self.calls[identifier].cancelled.set()
                self.end_listen(identifier)
            return
        try:
            call = self.checked(message, port)
            if message["method"] == "subscriptions/listen":
                return self.listen(call, port)
            self.calls[message["id"]] = call
            result = self.discover() if message["method"] == "server/discover" else self.features.serve(call)
            answer = {"result": result}
        except Cancelled:
            return
        except NeedsInput as needs:
            result = {"resultType": "input_required", "inputRequests": needs.requests, "requestState": needs.state}
            answer = {"result": result | {"_meta": {META + "serverInfo": {"name": "peer", "version": "1"}}}}
        except (PeerError, RawError) as failure:
            answer = {"error": failure.error}
            code = failure.error["code"] if isinstance(failure.error, dict) else 0
            port.status(404 if code == -32601 else 400 if code in (-32020, -32021, -32022) else 200)
        finally:
            self.calls.pop(message["id"], None)
        self.out({"jsonrpc": "2.0", "id": message["id"], **answer}, port)

    def out(self, message, port):
        text = encode(message)
        self.features.journal.note("out", text=text)
        port.write(text)

    def checked(self, message, port):
        meta = (message.get("params") or {}).get("_meta") or {}
        version = meta.get(META + "protocolVersion")
        if message.get("method") == "initialize" and version is None:
            raise PeerError(-32022, "Only 2026-07-28 is served", {"supported": [MODERN], "requested": str(message["params"].get("protocolVersion"))})
        if not isinstance(version, str) or not isinstance(meta.get(META + "clientCapabilities"), dict):
            port.status(400)
            raise PeerError(-32602, "params._meta lacks the version or the capabilities")
        headers = port.headers
        if headers is not None:
            params = message["params"]
            name = params.get("uri") if message["method"] == "resources/read" else params.get("name")
            wanted = {"MCP-Protocol-Version": version, "Mcp-Method": message["method"]}
            if message["method"] in ("tools/call", "prompts/get", "resources/read"):
                wanted["Mcp-Name"] = name
            for header, value in wanted.items():
                if headers.get(header) != value:
                    raise PeerError(-32020, f"The header {header} is {headers.get(header)!r}, not {value!r}")
        if version != MODERN:
            raise PeerError(-32022, "Another version", {"supported": [MODERN], "requested": version})
        return Call(self.features, message, StatelessPort(self, port), meta[META + "clientCapabilities"])

    def discover(self):
        return self.features.finished(
            {"supportedVersions": [MODERN], "capabilities": self.features.capabilities(), "instructions": "Peer instructions"}, "server/discover")

    # Subscriptions

    def listen(self, call, port):
        identifier = call.request["id"]
        wanted = call.params["notifications"]
        box = queue.Queue()
        # Two clients may use the same id: each has a connection of its own over HTTP.
        key = identifier if port.headers is None else object()
        self.listens[key] = (box, wanted, identifier)
        self.features.journal.note("listening", filter=wanted)
        params = {"notifications": wanted, "_meta": {META + "subscriptionId": identifier}}
        self.out({"jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": params}, port)
        while not port.gone():
            try:
                message = box.get(timeout=0.05)
            except queue.Empty:
                continue
            if message is None:
                break
            self.out(message, port)
        self.listens.pop(key, None)
        self.features.journal.note("listened", filter=wanted)

    def end_listen(self, identifier):
        if identifier in self.listens:
            self.listens[identifier][0].put(None)

    def broadcast(self, message, uri=None):
        member = {"notifications/tools/list_changed": "toolsListChanged", "notifications/prompts/list_changed": "promptsListChanged",
                  "notifications/resources/list_changed": "resourcesListChanged"}.get(message["method"])
        for box, wanted, identifier in list(self.listens.values()):
            if uri in wanted.get("resourceSubscriptions", []) if uri else wanted.get(member):
                params = (message.get("params") or {}) | {"_meta": {META + "subscriptionId": identifier}}
                box.put(message | {"params": params})


class StatelessPort:
    """What a call sends on the way: notifications only."""

    def __init__(self, server, port):
        self.server, self.port = server, port

    def send(self, message):
        self.server.out(message, self.port)

    def wants(self, level, call):
        chosen = call.meta.get(META + "logLevel")
        return chosen is not None and LEVELS.index(level) >= LEVELS.index(chosen)

    def gone(self):
        return self.port.gone()
