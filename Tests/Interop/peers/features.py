"""What the peer offers, the same for every transport: tools, resources, prompts. Nothing here is newer than its revision."""

import base64
import hashlib
import hmac
import json
import threading
import time

REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
WATCHED = "peer://watched"
PAGE = 7

# Documents with members that no revision knows, at every level, and numbers and texts that re-writing changes.
UNKNOWN_VALUE = '{"number":1.0e2,"big":12345678901234567890,"zero":-0.0,"text":"caf\\u00e9 \\/ \\ud83d\\ude00","nested":{"list":[[],{}]},"null":null}'
SPACED_VALUE = UNKNOWN_VALUE.replace(",", " ,  ").replace(":{", ": {").replace("[]", "[ ]")


def own_members(is_modern, *more):
    """What a result of 2026-07-28 must have, so that nothing is to be added to it on the way."""
    if not is_modern:
        return ""
    return ',"resultType":"complete"' + "".join(more) + ',"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"peer","version":"1"}}'


def unknown_result(is_modern, value=UNKNOWN_VALUE):
    """A tool's result with members that no revision knows, at every level."""
    return "{" + RESULT_MEMBERS.replace("V", value) + own_members(is_modern) + "}"


def unknown_contents(is_modern):
    """The same for what a resource holds."""
    contents = '{"contents":[{"x-contents":V,"uri":"peer://unknown","text":"unknown"}],"x-result":V'.replace("V", UNKNOWN_VALUE)
    return contents + own_members(is_modern, ',"ttlMs":0,"cacheScope":"private"') + "}"


RESULT_MEMBERS = (
    '"content":[{"x-block":V,"text":"unknown","type":"text"},{"type":"resource","x-block":V,'
    '"resource":{"x-contents":V,"uri":"peer://unknown","text":"unknown"}}],"x-result":V'
)
UNKNOWN_ERROR = '{"code":4711,"x-error":V,"message":"An error with data of its own","data":{"x-data":V}}'.replace("V", UNKNOWN_VALUE)
UNKNOWN_TOOL = (
    '{"x-tool":V,"name":"unknown_members","description":"Has members that no revision knows",'
    '"inputSchema":{"x-schema":V,"type":"object","properties":{"as_error":{"x-property":V,"type":"boolean"}}},'
    '"annotations":{"readOnlyHint":true,"x-annotation":V}}'
).replace("V", UNKNOWN_VALUE)


class Raw:
    """JSON text that goes out as it stands."""

    def __init__(self, text):
        self.text = text


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


def text(value, **more):
    return {"content": [{"type": "text", "text": value}], **more}


def failure(value):
    return text(value, isError=True)


FORM = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Name", "minLength": 1},
        "email": {"type": "string", "format": "email"},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "score": {"type": "number"},
        "agrees": {"type": "boolean", "default": False},
        "colour": {"type": "string", "enum": ["red", "green"]},
        "size": {"type": "string", "enum": ["s", "l"], "enumNames": ["Small", "Large"]},
    },
    "required": ["name", "age", "agrees", "colour", "size"],
}
TITLED = {
    "type": "object",
    "properties": {"planet": {"type": "string", "oneOf": [{"const": "p1", "title": "Mercury"}, {"const": "p2", "title": "Venus"}]}},
    "required": ["planet"],
}
MULTIPLE = {
    "type": "object",
    "properties": {
        "plain": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "minItems": 1},
        "titled": {"type": "array", "items": {"anyOf": [{"const": "x", "title": "Ex"}, {"const": "y", "title": "Why"}]}},
    },
    "required": ["plain", "titled"],
}


def sample(prompt):
    return ("sampling/createMessage", {"messages": [{"role": "user", "content": {"type": "text", "text": prompt}}], "maxTokens": 50})


class Features:
    """The tools, resources and prompts of one revision, and the counts of this process."""

    def __init__(self, revision, journal):
        self.revision, self.journal = revision, journal
        self.is_modern = revision == REVISIONS[-1]
        self.broadcast = lambda message, uri=None: None
        self.visited = set()
        self._lock, self.counts = threading.Lock(), {}
        self.tools = self._tools()

    def since(self, revision):
        return self.revision >= revision

    def count(self, name):
        with self._lock:
            self.counts[name] = self.counts.get(name, 0) + 1
            return self.counts[name]

    def _tools(self):
        tools = {
            "text": self.text, "image": self.image, "embedded": self.embedded, "tool_error": self.tool_error,
            "protocol_error": self.protocol_error, "progress": self.progress, "log": self.log, "wait": self.wait,
            "count": self.count_up, "slow_count": self.slow_count, "touch": self.touch, "change_lists": self.change_lists,
            "sample": self.sample, "two_rounds": self.two_rounds, "two_questions": self.two_questions, "roots": self.roots,
            "unknown_members": self.unknown_members, "echo": self.echo,
        }
        if self.since("2025-03-26"):
            tools["audio"] = self.audio
        if self.since("2025-06-18"):
            tools |= {"link": self.link, "structured": self.structured, "elicit": self.elicit}
        if self.since("2025-11-25"):
            tools |= {
                "elicit_titled": self.elicit_titled, "elicit_multiple": self.elicit_multiple, "elicit_url": self.elicit_url,
                "sample_with_tools": self.sample_with_tools,
            }
        if self.revision == "2025-11-25":
            tools["url_error"] = self.url_error
        if self.is_modern:
            tools["structured_list"] = self.structured_list
        return tools

    # Tools

    def text(self, call):
        return text("plain text")

    def echo(self, call):
        return text(json.dumps(call.arguments, sort_keys=True, ensure_ascii=False))

    def image(self, call):
        return {"content": [{"type": "image", "data": PNG, "mimeType": "image/png"}]}

    def audio(self, call):
        return {"content": [{"type": "audio", "data": WAV, "mimeType": "audio/wav"}]}

    def embedded(self, call):
        resource = {"uri": "peer://embedded", "mimeType": "text/plain", "text": "embedded"}
        return {"content": [{"type": "resource", "resource": resource}]}

    def link(self, call):
        return {"content": [{"type": "resource_link", "uri": "peer://text", "name": "linked", "description": "A link"}]}

    def structured(self, call):
        return text("see the structured content", structuredContent={"city": "Oslo", "degrees": 7})

    def structured_list(self, call):
        return text("see the structured content", structuredContent=[1, 4, 9])

    def tool_error(self, call):
        return failure("this tool failed")

    def protocol_error(self, call):
        raise PeerError(4711, "This error was asked for", {"reason": "asked"})

    def unknown_members(self, call):
        if call.arguments.get("as_error"):
            raise RawError(UNKNOWN_ERROR)
        value = SPACED_VALUE if call.arguments.get("spaced") else UNKNOWN_VALUE
        return Raw(unknown_result(self.is_modern, value))

    def progress(self, call):
        for step in (1, 2, 3):
            call.progress(step, 3, f"step {step}")
            call.pause(0.01)
        return text("progressed")

    def log(self, call):
        call.log("debug", "a debug entry")
        call.log("warning", {"what": "a warning entry"})
        return text("logged")

    def wait(self, call):
        """Until it is cancelled; the journal says so."""
        self.journal.note("waiting", tag=call.arguments.get("tag"))
        try:
            call.pause(float(call.arguments.get("seconds", 15)))
        except Cancelled:
            self.journal.note("cancelled", tag=call.arguments.get("tag"))
            raise
        return text("nobody cancelled")

    def count_up(self, call):
        """Asks nothing, and must run once a call."""
        self.journal.note("executed", tag=call.arguments.get("tag"))
        return text(str(self.count("count")))

    def slow_count(self, call):
        self.journal.note("executed", tag=call.arguments.get("tag"))
        call.pause(float(call.arguments.get("seconds", 2)))
        return text("slowly counted")

    def touch(self, call):
        self.broadcast({"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": {"uri": WATCHED}}, uri=WATCHED)
        return text("touched")

    def change_lists(self, call):
        for name in ("tools", "prompts", "resources"):
            self.broadcast({"jsonrpc": "2.0", "method": f"notifications/{name}/list_changed"})
        return text("changed")

    # Questions

    def sample(self, call):
        if not call.can("sampling"):
            return failure("this client has no sampling")
        answer = call.ask({"sample": sample(call.arguments.get("prompt", "Why?"))})["sample"]
        return text(f"model said: {said(answer)}")

    def sample_with_tools(self, call):
        if not call.can("sampling", "tools"):
            return failure("this client has no tools in sampling")
        adder = {"name": "add", "inputSchema": {"type": "object", "properties": {"a": {"type": "number"}}}}
        method, params = sample("Use the tool")
        first = call.ask({"first": (method, params | {"tools": [adder], "toolChoice": {"mode": "auto"}})})["first"]
        blocks = first["content"] if isinstance(first["content"], list) else [first["content"]]
        uses = [block for block in blocks if block["type"] == "tool_use"]
        if not uses:
            return text(f"model said: {said(first)}")
        results = [{"type": "tool_result", "toolUseId": use["id"], "content": [{"type": "text", "text": "5"}]} for use in uses]
        messages = params["messages"] + [{"role": "assistant", "content": blocks}, {"role": "user", "content": results}]
        second = call.ask({"second": (method, params | {"messages": messages, "tools": [adder]})})["second"]
        return text(f"model said after {len(uses)} use of {uses[0]['name']}: {said(second)}")

    def two_rounds(self, call):
        if not call.can("sampling"):
            return failure("this client has no sampling")
        first = said(call.ask({"first": sample("first")})["first"])
        second = said(call.ask({"second": sample(f"second after {first}")})["second"])
        self.journal.note("executed", tag=call.arguments.get("tag"))
        return text(f"{first}, {second}")

    def two_questions(self, call):
        if not call.can("sampling") or not call.can("roots"):
            return failure("this client lacks sampling or roots")
        answers = call.ask({"model": sample("both"), "roots": ("roots/list", None)})
        return text(f"{said(answers['model'])} and {answers['roots']['roots'][0]['uri']}")

    def roots(self, call):
        if not call.can("roots"):
            return failure("this client has no roots")
        return text("roots: " + ", ".join(root["uri"] for root in call.ask({"roots": ("roots/list", None)})["roots"]["roots"]))

    def _elicit(self, call, schema):
        if not call.can("elicitation"):
            return failure("this client has no elicitation")
        params = {"message": "Please fill this in", "requestedSchema": schema}
        return text(json.dumps(call.ask({"form": ("elicitation/create", params)})["form"], sort_keys=True))

    def elicit(self, call):
        schema = dict(FORM)
        if not self.since("2025-06-18"):
            schema = {}
        return self._elicit(call, schema)

    def elicit_titled(self, call):
        return self._elicit(call, TITLED)

    def elicit_multiple(self, call):
        return self._elicit(call, MULTIPLE)

    def elicit_url(self, call):
        if not call.can("elicitation", "url"):
            return failure("this client visits no pages")
        params = {"mode": "url", "message": "Please visit", "url": "https://example.com/visit?secret=1"}
        if not self.is_modern:
            params["elicitationId"] = "visit-1"
        answer = call.ask({"visit": ("elicitation/create", params)})["visit"]
        return text(f"visit: {answer['action']}")

    def url_error(self, call):
        """Answers the first call by an error with a page to visit; once it is visited, by a result."""
        tag = str(call.arguments.get("tag"))
        if tag in self.visited:
            self.journal.note("executed", tag=tag)
            return text("thank you for visiting")
        self.visited.add(tag)
        elicitation = {"mode": "url", "elicitationId": tag, "message": "Visit", "url": "https://example.com/visit?secret=1"}
        complete = {"jsonrpc": "2.0", "method": "notifications/elicitation/complete", "params": {"elicitationId": tag}}
        threading.Timer(0.3, lambda: call.port.later(complete, call)).start()
        raise PeerError(-32042, "Visit a page first", {"elicitations": [elicitation]})

    # Resources, prompts, completion

    RESOURCES = {
        "peer://text": {"mimeType": "text/plain", "text": "a text"},
        "peer://bytes": {"mimeType": "image/png", "blob": PNG},
        WATCHED: {"mimeType": "text/plain", "text": "watched"},
    }

    def read(self, call):
        uri = call.params.get("uri")
        if uri in self.RESOURCES:
            return {"contents": [{"uri": uri} | self.RESOURCES[uri]]}
        if isinstance(uri, str) and uri.startswith("peer://item/"):
            return {"contents": [{"uri": uri, "mimeType": "text/plain", "text": f"item {uri[12:]}"}]}
        if uri == "peer://unknown":
            return Raw(unknown_contents(self.is_modern))
        if uri == "peer://greeting":
            return {"contents": [{"uri": uri, "text": said(call.ask({"name": sample("your name")})["name"])}]}
        raise PeerError(-32602 if self.is_modern else -32002, "No such resource", {"uri": uri})

    def get_prompt(self, call):
        name = call.params.get("name")
        if name == "simple":
            return {"messages": [{"role": "user", "content": {"type": "text", "text": "a prompt"}}]}
        if name == "arguments":
            told = f"about {call.arguments.get('topic')}"
            return {"description": "With an argument", "messages": [{"role": "user", "content": {"type": "text", "text": told}}]}
        if name == "asking":
            answer = said(call.ask({"name": sample("your name")})["name"])
            return {"messages": [{"role": "user", "content": {"type": "text", "text": f"prompt for {answer}"}}]}
        raise PeerError(-32602, f"No prompt {name}")

    def complete(self, call):
        value = call.params["argument"]["value"]
        context = (call.params.get("context") or {}).get("arguments") or {}
        candidates = ["beech", "birch", "oak"] + [f"{value}-{context['kind']}"] * bool(context.get("kind"))
        values = [candidate for candidate in candidates if candidate.startswith(value)]
        return {"completion": {"values": values, "total": len(values), "hasMore": False}}

    # Lists

    def list_tools(self, call):
        definitions = [
            {"name": name, "description": f"The tool {name}", "inputSchema": {"type": "object", "properties": {"tag": {"type": "string"}}}}
            for name in self.tools if name not in ("unknown_members", "structured_list")
        ]
        if self.is_modern:
            definitions.append(
                {"name": "structured_list", "description": "A list", "inputSchema": {"type": "object", "properties": {"any": True}},
                 "outputSchema": {"type": "array", "items": {"type": "integer"}}})
        definitions.append(Raw(UNKNOWN_TOOL))
        return self.page(call, "tools", definitions)

    def page(self, call, member, entries):
        try:
            start = int(call.params.get("cursor", "0"))
        except ValueError:
            raise PeerError(-32602, "No such cursor") from None
        result = {member: entries[start:start + PAGE]}
        if start + PAGE < len(entries):
            result["nextCursor"] = str(start + PAGE)
        return result

    def capabilities(self):
        declared = {"tools": {"listChanged": True}, "prompts": {"listChanged": True}, "logging": {},
                    "resources": {"subscribe": True, "listChanged": True}}
        if self.since("2025-03-26"):
            declared["completions"] = {}
        return declared

    def serve(self, call):
        """The result of a request."""
        method = call.request["method"]
        if method == "tools/call":
            tool = self.tools.get(call.params.get("name"))
            if tool is None:
                raise PeerError(-32602, f"No tool {call.params.get('name')}")
            return self.finished(tool(call), method)
        served = {
            "tools/list": self.list_tools,
            "prompts/list": lambda call: {"prompts": [
                {"name": "simple", "description": "A prompt"},
                {"name": "arguments", "description": "A prompt with arguments", "arguments": [{"name": "topic", "required": True}]},
                {"name": "asking", "description": "A prompt that asks"}]},
            "prompts/get": self.get_prompt,
            "resources/list": lambda call: {"resources": [{"uri": uri, "name": uri[7:]} for uri in self.RESOURCES]},
            "resources/templates/list": lambda call: {"resourceTemplates": [{"uriTemplate": "peer://item/{id}", "name": "item"}]},
            "resources/read": self.read,
            "completion/complete": self.complete,
        }.get(method)
        if served is None:
            raise PeerError(-32601, f"No method {method}")
        return self.finished(served(call), method)

    CACHEABLE = {"tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read", "server/discover"}

    def finished(self, result, method):
        """With what its revision requires of every result."""
        if self.is_modern and isinstance(result, dict):
            result = {"resultType": "complete"} | result
            result["_meta"] = {"io.modelcontextprotocol/serverInfo": {"name": "peer", "version": "1"}} | result.get("_meta", {})
            if method in self.CACHEABLE:
                result |= {"ttlMs": 0, "cacheScope": "private"}
        return result


def said(answer):
    content = answer["content"]
    blocks = content if isinstance(content, list) else [content]
    return " ".join(block.get("text", "") for block in blocks)


def encode(value):
    """JSON in which `Raw` stands as it is."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(name) + ":" + encode(member) for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(encode(member) for member in value) + "]"
    return json.dumps(value)
