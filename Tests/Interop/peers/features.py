"""What the peer offers, the same for every transport: tools, resources, prompts. Nothing here is newer than its revision."""

import json
import threading

from calls import Cancelled, PeerError, RawError
from documents import (
    FORM, MULTIPLE, PAGE, PNG, RESOURCES, REVISIONS, SPACED_VALUE, TITLED, UNKNOWN_ERROR, UNKNOWN_TOOL, UNKNOWN_VALUE, WATCHED, WAV, Raw,
    unknown_contents, unknown_result)


def text(value, **more):
    return {"content": [{"type": "text", "text": value}], **more}


def failure(value):
    return text(value, isError=True)


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
            tools |= {"url_error": self.url_error, "end_visit": self.end_visit}
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
            params["elicitationId"] = str(call.arguments.get("tag", "visit-1"))
        answer = call.ask({"visit": ("elicitation/create", params)})["visit"]
        if not self.is_modern and answer["action"] == "accept":
            self.complete_later(params["elicitationId"], call)
        return text(f"visit: {answer['action']}")

    def complete_later(self, identifier, call):
        """The user is done with a page, a while after the call is over."""
        message = {"jsonrpc": "2.0", "method": "notifications/elicitation/complete", "params": {"elicitationId": identifier}}
        threading.Timer(0.3, lambda: call.port.later(message, call)).start()

    def end_visit(self, call):
        """Says of any elicitation that it is over, also of one that nobody was asked."""
        self.complete_later(str(call.arguments.get("tag")), call)
        return text("said")

    def url_error(self, call):
        """Answers the first call by an error with a page to visit; once it is visited, by a result."""
        tag = str(call.arguments.get("tag"))
        if tag in self.visited:
            self.journal.note("executed", tag=tag)
            return text("thank you for visiting")
        self.visited.add(tag)
        elicitation = {"mode": "url", "elicitationId": tag, "message": "Visit", "url": "https://example.com/visit?secret=1"}
        self.complete_later(tag, call)
        raise PeerError(-32042, "Visit a page first", {"elicitations": [elicitation]})

    # Resources, prompts, completion

    def read(self, call):
        uri = call.params.get("uri")
        if uri in RESOURCES:
            return {"contents": [{"uri": uri} | RESOURCES[uri]]}
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
            "resources/list": lambda call: {"resources": [{"uri": uri, "name": uri[7:]} for uri in RESOURCES]},
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
