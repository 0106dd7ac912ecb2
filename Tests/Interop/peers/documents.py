"""The documents that the peer gives away, and what tests know of them. Imports nothing of the peer, so that tests may import it."""

import json

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


RESOURCES = {
    "peer://text": {"mimeType": "text/plain", "text": "a text"},
    "peer://bytes": {"mimeType": "image/png", "blob": PNG},
    WATCHED: {"mimeType": "text/plain", "text": "watched"},
}
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


def encode(value):
    """JSON in which `Raw` stands as it is."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(name) + ":" + encode(member) for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(encode(member) for member in value) + "]"
    return json.dumps(value)
