"""Requests of descriptions in OpenAPI 2.0, which openapi-core does not know, against tables that were written by hand from their texts."""

import email
import email.policy
import json
from urllib.parse import urlsplit

import pytest

import openapi_documents as documents
import openapi_harbor_table
import openapi_version2_table
from openapi_echo import Echo
from openapi_stdio import Served
from openapi_version2_table import Form, Parts

HARBOR = documents.SPECS / "harbor-2.0.yaml"
AUTHORIZATION = "Basic YWxpY2U6YSBzZWNyZXQ="


@pytest.fixture(scope="module")
def engine():
    """The database makes no difference here."""
    return "sqlite"


def serving(path, base, environment=None):
    with Echo() as echo, Served(path, "--server-url", echo.url + base, environment=environment) as served:
        yield echo, served, {tool["name"]: tool["inputSchema"]["properties"] for tool in served.tools()}


@pytest.fixture(scope="module")
def harbor():
    if not HARBOR.is_file():
        pytest.skip("there are no real descriptions here")
    yield from serving(HARBOR, "/api/v2.0", {"PORTICO_API_AUTHORIZATION": AUTHORIZATION})


@pytest.fixture(scope="module")
def version2():
    yield from serving(documents.FIXTURES / "version-2.0.yaml", "/base")


@pytest.mark.parametrize("row", openapi_harbor_table.REQUESTS, ids=lambda row: row[0])
def test_harbor(harbor, row):
    assert call(harbor, row)["authorization"] == AUTHORIZATION


@pytest.mark.parametrize("row", openapi_version2_table.REQUESTS, ids=lambda row: row[0])
def test_version2(version2, row):
    assert "authorization" not in call(version2, row)


def call(api, row):
    """Makes the call, judges the request, and gives its header fields."""
    echo, served, tools = api
    name, parameters, body, method, target, fields = row
    arguments = dict(parameters)
    if isinstance(body, dict):
        arguments |= {"body": body} if "body" in tools[name] else body
    assert set(arguments) <= set(tools[name])
    result = served.call(name, arguments)
    assert echo.requests, result
    arrived_method, arrived_target, arrived_fields, arrived_body = echo.taken()
    assert (arrived_method, pairs(arrived_target)) == (method, pairs(target))

    arrived = {field.lower(): value for field, value in arrived_fields}
    assert len(arrived) == len(arrived_fields), "no field comes twice"
    # An operation without a described answer takes any.
    assert fields.get("accept", "application/json") in arrived["accept"] or ("accept" not in fields and arrived["accept"] == "*/*")
    for field, value in fields.items():
        assert field == "accept" or arrived[field] == value
    assert extensions(arrived) == extensions(fields)
    assert said(body, arrived.get("content-type"), arrived_body) == body
    return arrived


def pairs(target):
    """A target as it compares: the order of the query's pairs is no part of what the description says."""
    parts = urlsplit(target)
    return parts.path, sorted(parts.query.split("&"))


def extensions(fields):
    return {field for field in fields if field.startswith("x-")}


def said(expected, content_type, body):
    """The body as it compares with the expected one."""
    if expected is None:
        assert content_type is None
        return body or None
    if isinstance(expected, Form):
        return body.decode()
    if isinstance(expected, Parts):
        assert content_type.startswith("multipart/form-data")
        message = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=email.policy.HTTP)
        return [
            (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_payload(decode=True))
            for part in message.iter_parts()
        ]
    return json.loads(body)
