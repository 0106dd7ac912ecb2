"""The judges of requests can tell: for each way of writing a value, what is right passes, and what is nearly right does not."""

import pytest
from openapi_core.exceptions import OpenAPIError

import openapi_documents as documents
from openapi_decoder import Operation, differences
from openapi_judge import Judge, load

DOCUMENT = documents.FIXTURES / "styles-3.1.yaml"
FORM = [("Content-Type", "application/x-www-form-urlencoded")]
JSON = [("Content-Type", "application/json")]

# Operation, arguments, then what is right, then what is not: target, header fields, body.
PAIRS = [
    ("GET /query", {"text": "a b"}, ("/query?text=a%20b", [], b""), ("/query?text=a%2520b", [], b"")),
    ("GET /query", {"text": "a"}, ("/query?text=a", [], b""), ("/query?text=a&flag=true", [], b"")),
    ("GET /query", {"list": ["a", "b"]}, ("/query?list=a&list=b", [], b""), ("/query?list=a,b", [], b"")),
    ("GET /query", {"joined": ["a,b"]}, ("/query?joined=a%2Cb", [], b""), ("/query?joined=a,b", [], b"")),
    ("GET /query", {"members": {"given": "x"}}, ("/query?members=given,x", [], b""), ("/query?given=x", [], b"")),
    ("GET /query", {"exact": {"name": None}}, ("/query?exact=%7B%22name%22%3Anull%7D", [], b""), ("/query?exact=%7B%7D", [], b"")),
    ("GET /exploded", {"members": {"given": "x"}}, ("/exploded?given=x", [], b""), ("/exploded?members=given,x", [], b"")),
    ("GET /delimited", {"bars": ["a", "b"]}, ("/delimited?bars=a%7Cb", [], b""), ("/delimited?bars=a,b", [], b"")),
    ("GET /deep", {"flat": {"given": "x"}}, ("/deep?flat%5Bgiven%5D=x", [], b""), ("/deep?flat.given=x", [], b"")),
    ("GET /headers", {"X-List": ["a", "b"]}, ("/headers", [("X-List", "a,b")], b""), ("/headers", [("X-List", "b,a")], b"")),
    ("GET /cookies", {"text": "a"}, ("/cookies", [("Cookie", "text=a")], b""), ("/cookies", [], b"")),
    ("POST /json", {"body": {"name": "a"}}, ("/json", JSON, b'{"name":"a"}'), ("/json", JSON, b'{"name":"a","list":[]}')),
    ("POST /form", {"text": "a", "number": 1}, ("/form", FORM, b"text=a&number=1"), ("/form", FORM, b"text=a&number=1&list=x")),
]


@pytest.fixture(scope="module")
def engine():
    """The database makes no difference here."""
    return "sqlite"


@pytest.fixture(scope="module")
def document():
    return load(DOCUMENT)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]} {pair[3][0]}")
def test_decoder(document, pair):
    line, arguments, right, wrong = pair
    operation = Operation(document, line)
    tool = {"inputSchema": {"properties": {name: {} for name in arguments}}}
    assert not list(differences(operation, tool, arguments, *right))
    assert list(differences(operation, tool, arguments, *wrong))


@pytest.mark.parametrize(
    ("method", "key", "target", "headers", "body"),
    [
        ("GET", "/query", "/query?number=x", [], b""),
        ("GET", "/query", "/query?text=", [], b""),
        ("GET", "/query", "/query?free=A", [], b""),
        ("GET", "/query", "/elsewhere", [], b""),
        ("POST", "/json", "/json", [("Content-Type", "text/plain")], b"{}"),
        ("POST", "/json", "/json", JSON, b"{}"),
        ("POST", "/form", "/form", FORM, b"text=a"),
        ("PUT", "/clashes/{id}", "/clashes/1", JSON, b'{"id":1}'),
        ("PATCH", "/patch", "/patch", [("Content-Type", "application/json-patch+json")], b"[]"),
        ("POST", "/form", "/form", JSON, b"{}"),
    ],
)
def test_core_refuses(method, key, target, headers, body):
    judge = Judge(DOCUMENT, "http://127.0.0.1:1")
    operation = Operation(judge.original, f"{method} {key}")
    with pytest.raises(OpenAPIError):
        judge.judge(operation, method, target, headers, body)
