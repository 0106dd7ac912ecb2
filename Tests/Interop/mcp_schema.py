"""Whether a message is one of its revision: by the definition of its method, of the method answered, or of an error.

The published schemas are read in place (PORTICO_SHARED, else ../shared beside the repository). Where they are absent `Schemas` is
None-like (`available` is False) and only the rules that stand here are checked, which no schema can express or which are the ones
that break first.
"""

import functools
import json
import os
import pathlib

import jsonschema
import referencing
import referencing.jsonschema

REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
LEGACY = REVISIONS[:4]
MODERN = "2026-07-28"

FOLDER = pathlib.Path(os.environ.get("PORTICO_SHARED") or pathlib.Path(__file__).resolve().parents[3] / "shared") / "mcp" / "schema"

# Errors whose form is typed, by revision and code.
TYPED_ERRORS = {
    ("2025-11-25", -32042): "URLElicitationRequiredError",
    (MODERN, -32020): "HeaderMismatchError",
    (MODERN, -32021): "MissingRequiredClientCapabilityError",
    (MODERN, -32022): "UnsupportedProtocolVersionError",
}

# What a content block may be, from which revision on.
BLOCKS = {"text": 0, "image": 0, "resource": 0, "audio": 1, "resource_link": 2, "tool_use": 3, "tool_result": 3}

# Results that have no members in any legacy revision: clients check it strictly.
EMPTY = {"ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"}

CACHEABLE = {"tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read", "server/discover"}


def available():
    return FOLDER.is_dir()


class Schemas:
    """The schema of one revision."""

    def __init__(self, revision):
        self.revision = revision
        root = json.loads((FOLDER / f"{revision}.json").read_text())
        self.prefix = "$defs" if "$defs" in root else "definitions"
        self.definitions = root[self.prefix]
        is_2020 = "2020-12" in root["$schema"]
        specification = referencing.jsonschema.DRAFT202012 if is_2020 else referencing.jsonschema.DRAFT7
        self.validator = jsonschema.Draft202012Validator if is_2020 else jsonschema.Draft7Validator
        self.registry = referencing.Registry().with_resource("urn:mcp", referencing.Resource.from_contents(root, specification))
        self.by_method = {}
        for name, definition in self.definitions.items():
            method = definition.get("properties", {}).get("method", {}).get("const")
            if method:
                self.by_method[method] = name

    @functools.lru_cache(maxsize=None)
    def of(self, definition):
        return self.validator({"$ref": f"urn:mcp#/{self.prefix}/{definition}"}, registry=self.registry)

    def definition_of(self, message, answered):
        """The name of the definition that this message must fit; None for a method that the revision has not."""
        if "method" in message:
            name = self.by_method.get(message["method"])
            if name is None or name.endswith("Request") != ("id" in message):
                return None
            # 2026-07-28 defines questions too, but they are no messages: nothing is asked on its streams.
            if self.revision == MODERN and "id" in message and "id" not in self.definitions[name]["properties"]:
                return None
            return name
        if "error" in message:
            code = message["error"].get("code") if isinstance(message["error"], dict) else None
            general = "JSONRPCErrorResponse" if "JSONRPCErrorResponse" in self.definitions else "JSONRPCError"
            return TYPED_ERRORS.get((self.revision, code), general)
        general = "JSONRPCResultResponse" if "JSONRPCResultResponse" in self.definitions else "JSONRPCResponse"
        name = self.by_method.get(answered, "")
        response = name.removesuffix("Request") + "ResultResponse"
        return response if response in self.definitions else general

    def errors(self, message, answered):
        definition = self.definition_of(message, answered)
        if definition is None:
            return [("(none)", f"the revision has no message {message.get('method')!r} of this form")]
        found = [(definition, explain(error)) for error in self.of(definition).iter_errors(message)]
        if "method" in message:
            # Up to 2025-06-18 the definition of a method leaves the envelope to a general one.
            envelope = "JSONRPCRequest" if "id" in message else "JSONRPCNotification"
            found += [(envelope, explain(error)) for error in self.of(envelope).iter_errors(message)]
        if "result" in message and definition.endswith(("JSONRPCResponse", "JSONRPCResultResponse")):
            name = self.by_method.get(answered, "").removesuffix("Request") + "Result"
            name = name if name in self.definitions else "EmptyResult"
            found += [(name, explain(error)) for error in self.of(name).iter_errors(message["result"])]
        return found


def explain(error):
    """One line: where, and what; of alternatives the one that came nearest."""
    best = jsonschema.exceptions.best_match([error]) or error
    return f"{'/'.join(map(str, best.absolute_path))}: {best.message[:300]}"


@functools.lru_cache(maxsize=None)
def schemas(revision):
    return Schemas(revision) if available() else None


def violations(message, revision, answered=None):
    """What is wrong with a message that leaves at that revision; `answered` is the method that a response answers.

    Each is a pair of the definition and what it says.
    """
    if isinstance(message, list):
        if revision != "2025-03-26":
            return [("JSONRPCBatch", "the revision has no batches")]
        return [fault for part in message for fault in violations(part, revision, answered)]
    if not isinstance(message, dict):
        return [("JSONRPCMessage", "no object")]
    found = rules(message, revision, answered)
    published = schemas(revision)
    return found + (published.errors(message, answered) if published else [])


def rules(message, revision, answered):
    """The rules that are ours to check: they hold with or without the schemas."""
    found = []

    def fault(what):
        found.append(("(rule)", what))

    index = REVISIONS.index(revision)
    if message.get("jsonrpc") != "2.0":
        fault("jsonrpc is not 2.0")
    if sum(member in message for member in ("method", "result", "error")) != 1:
        fault("it is none, or several, of request, result and error")
    if "id" in message and (message["id"] is None or isinstance(message["id"], (bool, float, list, dict))):
        fault("the id is no string or integer")
    if revision == MODERN and "method" in message and "id" in message and not is_client_method(message["method"]):
        fault("a question on a stream")
    result = message.get("result")
    if "result" in message and not isinstance(result, dict):
        fault("the result is no object")
    if isinstance(result, dict):
        if revision == MODERN:
            if "resultType" not in result:
                fault("resultType is missing")
            if result.get("resultType") == "complete" and answered in CACHEABLE:
                if not isinstance(result.get("ttlMs"), int) or result.get("cacheScope") not in ("public", "private"):
                    fault("ttlMs or cacheScope is missing")
            if result.get("resultType") == "input_required":
                if answered not in ("tools/call", "prompts/get", "resources/read"):
                    fault(f"{answered} may not ask")
                if not result.get("inputRequests") and not result.get("requestState"):
                    fault("input_required without requests and state")
                for request in (result.get("inputRequests") or {}).values():
                    if set(request) - {"method", "params"}:
                        fault("a question with more than method and params")
        else:
            for member in ("resultType", "ttlMs", "cacheScope", "inputRequests", "requestState"):
                if member in result:
                    fault(f"{member} at a legacy revision")
            if answered in EMPTY and result != {}:
                fault("an empty result that is not {}")
            if any(key.startswith("io.modelcontextprotocol/") and key.endswith(("serverInfo", "subscriptionId")) for key in result.get("_meta") or {}):
                fault("a key of 2026-07-28 in _meta")
        if answered == "tools/call" and result.get("resultType", "complete") == "complete":
            if not isinstance(result.get("content"), list):
                fault("a tool's result without content")
            structured = result.get("structuredContent", {})
            if revision != MODERN and not isinstance(structured, dict):
                fault("structured content that is no object")
    for block in blocks(message, answered):
        if isinstance(block, dict) and BLOCKS.get(block.get("type"), 9) > index:
            fault(f"a block of the kind {block.get('type')!r}")
    error = message.get("error")
    if error is not None:
        if not isinstance(error, dict) or type(error.get("code")) is not int or not isinstance(error.get("message"), str):
            fault("an error without code and message")
        else:
            code = error["code"]
            if revision == MODERN and (code in (-32002, -32042) or (-32099 <= code <= -32020 and code not in (-32020, -32021, -32022))):
                fault(f"code {code} must not leave")
            if revision in LEGACY and code in (-32020, -32021):
                fault(f"code {code} at a legacy revision")
        if "id" not in message and index < 3:
            fault("an error without an id")
    return found


def is_client_method(method):
    return method not in ("sampling/createMessage", "elicitation/create", "roots/list", "ping")


def blocks(message, answered):
    """The content blocks of a message, wherever they may stand."""
    result = message.get("result")
    if isinstance(result, dict):
        if answered == "tools/call" and isinstance(result.get("content"), list):
            yield from result["content"]
        if answered == "prompts/get":
            for entry in result.get("messages") or []:
                yield entry.get("content")
    if message.get("method") == "sampling/createMessage":
        for entry in (message.get("params") or {}).get("messages") or []:
            content = entry.get("content")
            yield from content if isinstance(content, list) else [content]


class Recorder:
    """Every message of one side, each checked as it comes."""

    def __init__(self, revision):
        self.revision, self.messages, self.faults = revision, [], []

    def take(self, message, answered=None):
        for part in message if isinstance(message, list) and self.revision == "2025-03-26" else [message]:
            self.messages.append((part, answered))
            self.faults += [(part, *fault) for fault in violations(part, self.revision, answered)]

    def seen(self):
        """The methods, and the methods answered, that were recorded."""
        return {message.get("method") or ("error" if "error" in message else f"result of {answered}") for message, answered in self.messages}

    def report(self):
        return "\n".join(f"{definition}: {what}\n    {json.dumps(message)[:600]}" for message, definition, what in self.faults)
