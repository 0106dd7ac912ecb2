"""An independent judge of requests: does this one fit the description? By openapi-core, which knows version 3."""

import copy
import json
import re
from urllib.parse import parse_qsl, unquote

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

FORMATS = {"int32", "int64", "float", "double", "date", "date-time", "uuid", "byte", "binary", "password"}
CONFIG = Config(
    spec_validator_cls=None,
    extra_media_type_deserializers={
        "application/json-patch+json": json.loads,
        "application/merge-patch+json": json.loads,
    },
)
PREFIXES = {"label": ".", "matrix": ";"}
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


class CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Dates are text, as JSON has them."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def texts(value):
    """Keys are texts, as in JSON: an unquoted status is a number in YAML."""
    if isinstance(value, dict):
        return {str(name): texts(member) for name, member in value.items()}
    return [texts(element) for element in value] if isinstance(value, list) else value


def load(path):
    text = path.read_text()
    return json.loads(text) if path.suffix == ".json" else texts(yaml.load(text, Loader=CoreLoader))


# A value's encoded delimiters, which openapi-core would take for delimiters once they are decoded: moved out of their way.
MOVED = {f"%{ord(letter):02X}": chr(0xE000 + ord(letter)) for letter in "/?#,;=+%{}"}


def bare(key):
    """A path as its key has it, without the query or fragment by which some documents tell operations of one path apart."""
    return re.split(r"[?#]", key)[0]


def path(target):
    """The path as openapi-core takes it: it decodes nothing in a path, so that is done before, but for what would end a value."""
    return unquote(re.sub("%[0-9A-F]{2}", lambda triple: MOVED.get(triple[0], triple[0]), target))


class Request:
    """A request as it arrived."""

    def __init__(self, origin, method, target, headers, body):
        target, _, query = target.partition("?")
        self.host_url, self.path, self.method = origin, path(target), method.lower()
        fields = Headers(headers)
        self.content_type, self.body = fields.get("Content-Type", ""), body or None
        cookies = [pair.partition("=")[::2] for pair in fields.get("Cookie", "").split("; ") if pair]
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(query, keep_blank_values=True)),
            header=fields,
            cookie=ImmutableMultiDict([(unquote(name), unquote(value)) for name, value in cookies]),
        )


def readable(schema, version):
    """A document as it is to be judged: without what openapi-core reads otherwise than the specification, or than authors mean it.

    - A format that it does not know, it refuses; for JSON Schema it says nothing.
    - A discriminator without a mapping, it takes for the name of a schema, and refuses others; for the specification it is a hint that
      changes no validation (3.1.1 section 4.8.25).
    - Defaults it fills in, and refuses those that are `null` and may not be.
    - `nullable` also counts in 3.1 and beside an `enum` without `null`: authors who write it mean it, and so it is compiled.
    - An empty `enum`, which no value fits, is a slip; it is compiled as if it were not there, with a diagnostic.
    """
    todo = [schema]
    while todo:
        value = todo.pop()
        if isinstance(value, list):
            todo += value
        elif isinstance(value, dict):
            if isinstance(value.get("format"), str) and value["format"] not in FORMATS:
                del value["format"]
            if isinstance(value.get("discriminator"), dict):
                del value["discriminator"]
            if not isinstance(value.get("default", {}), dict):
                del value["default"]
            if value.get("enum") == []:
                del value["enum"]
            if value.get("nullable") is True:
                allow_null(value, version)
            todo += value.values()


def allow_null(schema, version):
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if version.startswith("3.1"):
        del schema["nullable"]
        inner = dict(schema)
        schema.clear()
        schema["anyOf"] = [inner, {"type": "null"}]


class Judge:
    """Says whether requests fit a description, by openapi-core."""

    def __init__(self, path, origin):
        self.original, self.origin = load(path), origin
        document = copy.deepcopy(self.original)
        schemes = document.get("components", {}).get("securitySchemes", {}).values()
        self.credentials = {scheme["name"] for scheme in schemes if scheme.get("in") == "query"}
        document["servers"] = [{"url": origin}]
        document.pop("security", None)
        for item in document["paths"].values():
            item.pop("servers", None)
            for method, operation in item.items():
                if method in METHODS:
                    operation.pop("servers", None)
                    operation.pop("security", None)
        readable(document, document["openapi"])
        self.document, self.apis = document, {}

    def api(self, key, parameters):
        """The description; with one path alone, under another key, where openapi-core could not find it or its parameters otherwise."""
        template = bare(key)
        for parameter in parameters:
            if parameter["in"] == "path" and parameter.get("style") in PREFIXES:
                # It wants the template of RFC 6570 that the style is, where the specification has the name alone.
                expression = PREFIXES[parameter["style"]] + parameter["name"] + "*" * parameter.get("explode", False)
                template = template.replace("{" + parameter["name"] + "}", "{" + expression + "}")
        key = (key, template) if template != key else None
        if key not in self.apis:
            document = self.document
            if key:
                document = document | {"paths": {template: document["paths"][key[0]]}}
            self.apis[key] = OpenAPI.from_dict(document, config=CONFIG)
        return self.apis[key]

    def judge(self, operation, method, target, headers, body):
        """Raises where the request does not fit the operation."""
        self.api(operation.key, operation.parameters).unmarshal_request(Request(self.origin, method, target, headers, body)).raise_for_errors()
