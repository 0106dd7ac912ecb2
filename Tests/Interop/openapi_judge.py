"""An independent judge of requests: does this one fit the description? By openapi-core, which knows version 3."""

import json
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlsplit

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


class CoreLoader(yaml.SafeLoader):
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


class Request:
    """A request as it arrived."""

    def __init__(self, origin, method, target, headers, body):
        parts = urlsplit(target)
        self.host_url, self.path, self.method = origin, parts.path, method.lower()
        fields = Headers(headers)
        self.content_type, self.body = fields.get("Content-Type", ""), body or None
        cookie = SimpleCookie(fields.get("Cookie", ""))
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True)),
            header=fields,
            cookie=ImmutableMultiDict({name: morsel.value for name, morsel in cookie.items()}),
        )


class Judge:
    def __init__(self, path, origin):
        self.document, self.origin = load(path), origin
        self.document["servers"] = [{"url": origin}]
        self.document.pop("security", None)
        for item in self.document["paths"].values():
            item.pop("servers", None)
            for method, operation in item.items():
                if method in METHODS:
                    operation.pop("servers", None)
                    operation.pop("security", None)
        self.api = OpenAPI.from_dict(self.document, config=Config(spec_validator_cls=None))

    def unmarshalled(self, method, target, headers, body):
        """What the request says, by the description.

        Raises where it does not fit.
        """
        result = self.api.unmarshal_request(Request(self.origin, method, target, headers, body))
        result.raise_for_errors()
        return result
