"""Every real API description compiles, and what comes out is good: each operation is a tool or has an error that names its defect; names are
valid and unique; schemas are JSON Schema 2020-12 by an independent validator, with no reference that leads nowhere; the list is no larger than
the document; and the same document gives the same bytes, whoever compiles it and wherever."""

import json
import os
import re

import jsonschema
import pytest

import openapi_documents as documents

FIXTURES = sorted(documents.FIXTURES.glob("*.yaml"))
ENTRIES = documents.entries() or [pytest.param(None, marks=pytest.mark.skip(reason="there are no real descriptions here"))]

# As for the calls, `scripts/drill openapi` asks for all there is.
WHOLE = os.environ.get("OPENAPI_LIMIT") == "0"


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for element in value:
            yield from references(element)


def without_operation(tool):
    return {name: value for name, value in tool.items() if name != "operation"}


def judge(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    for reference in references(schema):
        assert reference.startswith("#/$defs/"), reference
        assert reference.removeprefix("#/$defs/") in schema["$defs"], reference


@pytest.mark.parametrize("path", FIXTURES + ENTRIES, ids=lambda path: path and documents.name(path))
def test_document(path, tmp_path):
    text = documents.compile(path, cwd=tmp_path)
    tools, report = json.loads(text)["tools"], documents.check(path)
    # Two processes, two folders: the same members in the same order; and the very bytes, where that costs little time.
    assert json.dumps(tools) == json.dumps([without_operation(tool) for tool in report["tools"]])
    if WHOLE or path.stat().st_size < 100_000:
        assert documents.compile(path) == text
    coverage = report["coverage"]
    assert coverage["operations"] == coverage["compiled"] + coverage["refused"] + coverage["filtered"]
    assert len(tools) == coverage["compiled"]

    errors = [entry for entry in report["diagnostics"] if entry["severity"] == "error"]
    assert len({entry["pointer"] for entry in errors}) >= coverage["refused"], "who is refused is told why"
    for entry in report["diagnostics"]:
        assert entry["message"] and entry["code"] and entry["line"] >= 1, entry

    names = [tool["name"] for tool in tools]
    assert len(set(names)) == len(names)
    for tool in tools:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", tool["name"])
        assert tool["description"]
        judge(tool["inputSchema"])
        for argument in tool["inputSchema"].get("properties", {}):
            assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", argument), argument
        if "outputSchema" in tool:
            judge(tool["outputSchema"])
    if path.stat().st_size >= 20_000:
        size = documents.size(path)
        assert len(text) <= size, f"a list of {len(text)} bytes from a document of {size}"
