"""Descriptions that are made to hurt, and arguments that are: refused with the reason, in bounded time and memory; and nothing that a model
says leads anywhere but to the operation that it calls."""

import json
import os
import subprocess
import threading
import uuid

import pytest

from openapi_documents import SECONDS
from openapi_echo import Echo
from openapi_stdio import Served
from portico import Portico, binary, request

MEBIBYTE = 1 << 20
HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
PATHS = "paths: {/a: {get: {operationId: a, responses: {'200': {description: d}}}}}\n"
CLIENT = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}


def checked(path, most=1024 * MEBIBYTE):
    """The report about a document, made within the time and memory that it may take."""
    with open(path.with_suffix(".report"), "w+b") as report:
        process = subprocess.Popen(
            [binary(), "openapi", "check", "--json", str(path)],
            stdin=subprocess.DEVNULL,
            stdout=report,
            stderr=subprocess.DEVNULL,
        )
        watch = threading.Timer(SECONDS, process.kill)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode in (0, 1), f"ended with {process.returncode}"
        assert usage.ru_maxrss * 1024 < most, f"{usage.ru_maxrss // 1024} MiB"
        report.seek(0)
        return json.load(report)


def errors(report):
    return [entry for entry in report["diagnostics"] if entry["severity"] == "error"]


def refused(report, code):
    """The message of the error with that code; there is no tool."""
    found = [entry for entry in errors(report) if entry["code"] == code]
    assert found, report["diagnostics"][:5]
    assert report["coverage"]["compiled"] == 0
    return found[0]["message"]


def document(folder, text, name="api.yaml"):
    path = folder / name
    path.write_text(text)
    return path


# Documents


def test_alias_bomb(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    report = checked(document(tmp_path, HEAD + "x-bomb:\n  " + "\n  ".join(lines) + "\n" + PATHS))
    assert errors(report) and report["coverage"]["compiled"] == 0
    assert "alias" in json.dumps(errors(report)) or "values" in json.dumps(errors(report))


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_deep_nesting(tmp_path, opening, closing):
    deep = opening * 1_000_000 + "1" + closing * 1_000_000
    text = '{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}, "x-deep": %s}' % deep
    report = checked(document(tmp_path, text, "api.json"))
    assert errors(report) and "deep" in errors(report)[0]["message"] or "nest" in errors(report)[0]["message"]


def test_deep_schema(tmp_path):
    """Deeper than any schema is read, and not so deep that the text is refused: the tool is there, with a warning."""
    schema = '{"type": "object", "properties": {"p": ' * 150 + "true" + "}}" * 150
    text = HEAD + (
        "paths: {/a: {post: {requestBody: {content: {application/json: {schema: %s}}}, responses: {'200': {description: d}}}}}\n"
        % schema
    )
    assert checked(document(tmp_path, text))["coverage"]["operations"] == 1


def test_large_file(tmp_path):
    path = tmp_path / "api.json"
    with open(path, "wb") as file:
        file.write(b'{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}, "x-large": "')
        for _ in range(200):
            file.write(b"x" * MEBIBYTE)
        file.write(b'"}')
    report = checked(path, most=300 * MEBIBYTE)
    assert "bytes" in refused(report, "too-large")


def test_million_parameters(tmp_path):
    parameters = ",".join('{"name":"p%d","in":"query"}' % number for number in range(1_000_000))
    text = '{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"parameters":[%s]}}}}' % parameters
    report = checked(document(tmp_path, text, "api.json"), most=2048 * MEBIBYTE)
    assert report["coverage"]["compiled"] == 0 and errors(report)


def test_cyclic_path_references(tmp_path):
    report = checked(document(tmp_path, HEAD + "paths: {/a: {$ref: '#/paths/~1b'}, /b: {$ref: '#/paths/~1a'}}\n"))
    assert "circle" in refused(report, "cyclic-reference")


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_schemas_of_many_ways(tmp_path, keyword):
    """Thirty levels, each with the next ten times over: ten to the thirtieth ways through them."""
    levels = "".join(
        "    S%d: {%s: [%s]}\n" % (n, keyword, ", ".join(["{$ref: '#/components/schemas/S%d'}" % (n + 1)] * 10)) for n in range(30)
    )
    text = HEAD + (
        "paths: {/a: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}, "
        "responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}}}}}\n"
        "components:\n  schemas:\n" + levels + "    S30: {type: object, properties: {a: {type: string}}}\n"
    )
    assert checked(document(tmp_path, text))["coverage"]["compiled"] == 1


@pytest.mark.parametrize("reference", ["file:///etc/passwd", "/etc/passwd", "../../../../../../etc/passwd", "linked.yaml"])
def test_references_to_files(tmp_path, reference):
    """What is outside of the document's folder is not read, by no name."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "linked.yaml").symlink_to("/etc/passwd")
    report = checked(document(folder, HEAD + f"paths: {{/a: {{$ref: '{reference}'}}}}\n"))
    assert errors(report) and report["coverage"]["compiled"] == 0
    assert "root:" not in json.dumps(report)
    assert "folder" in json.dumps(errors(report)), errors(report)


def test_server_template_that_changes_the_host(tmp_path):
    template = "https://{tenant}.example.com/v1"
    text = HEAD + f"servers: [{{url: '{template}', variables: {{tenant: {{default: 'evil.example/'}}}}}}]\n" + PATHS
    report = checked(document(tmp_path, text))
    assert any("would change the host" in entry["message"] for entry in report["diagnostics"])


# A tenant's documents


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    portico = Portico(tmp_path_factory.mktemp("portico")).start()
    portico.admin.call("POST", "/api/group/interop", {})
    portico.key = portico.token("interop")
    yield portico
    assert portico.stop() == 0


def group_server(gateway, configuration):
    server = "s" + uuid.uuid4().hex[:8]
    body = {"id": server, "name": server, "type": "mcp_openapi", "status": 1, "openapi_config": configuration}
    headers = {"Authorization": "Bearer " + gateway.admin.key}
    created = request(gateway.port, "POST", "/api/mcp/group/interop", headers, body)
    assert created.status < 400, created.text
    return server


def asked(gateway, server, method, params, session=None, number=None):
    """The answer to a request, or to a notification, which has no number; and the session."""
    headers = {"Authorization": "Bearer " + gateway.key, "Accept": "application/json, text/event-stream"}
    if session:
        headers |= {"Mcp-Session-Id": session, "MCP-Protocol-Version": CLIENT["protocolVersion"]}
    message = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if number is None else {"id": number})
    answer = request(gateway.port, "POST", f"/mcp/group/{server}", headers, message, timeout=30)
    text = answer.text or "{}"
    if text.startswith(("event:", "data:", "id:", ":")):
        text = [line for line in text.splitlines() if line.startswith("data:") and len(line) > 6][-1][5:]
    return json.loads(text), answer.headers.get("Mcp-Session-Id")


def outcome(gateway, server, method="tools/list", params=None):
    """What a client is answered, whichever request it is that fails."""
    greeting, session = asked(gateway, server, "initialize", CLIENT, number=1)
    if "error" in greeting:
        return greeting
    asked(gateway, server, "notifications/initialized", {}, session)
    return asked(gateway, server, method, params or {}, session, 2)[0]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/api.yaml", "http://localhost:{port}/api.yaml", "http://2130706433:{port}/api.yaml",
     "http://[::ffff:127.0.0.1]:{port}/api.yaml", "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/x"],
)
def test_a_tenants_document_is_not_read_from_inside(gateway, url):
    with Echo((HEAD + PATHS).encode(), "application/yaml") as inside:
        server = group_server(gateway, {"openapi_spec": url.format(port=inside.server.server_port)})
        answer = outcome(gateway, server)
        assert "error" in answer and "tools" not in json.dumps(answer.get("result", {})), answer
        assert "can't be" in answer["error"]["message"] or "not allowed" in answer["error"]["message"], answer
        assert inside.requests == []


@pytest.mark.parametrize("reference", ["http://127.0.0.1:{port}/x.yaml", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd"])
def test_a_tenants_document_refers_to_nothing_inside(gateway, reference):
    with Echo(b"get: {}", "application/yaml") as inside:
        target = reference.format(port=inside.server.server_port)
        text = HEAD + f"paths: {{/a: {{$ref: '{target}'}}}}\n"
        answer = outcome(gateway, group_server(gateway, {"openapi_content": text}))
        message = answer["error"]["message"]
        assert target in message and "refused-reference" in message, message
        assert inside.requests == [] and "root:" not in message


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://169.254.169.254"])
def test_a_tenants_document_calls_nothing_inside(gateway, address):
    with Echo() as inside:
        text = HEAD + f"servers: [{{url: '{address.format(port=inside.server.server_port)}'}}]\n" + PATHS
        answer = outcome(gateway, group_server(gateway, {"openapi_content": text}), "tools/call", {"name": "a", "arguments": {}})
        text = json.dumps(answer)
        assert "error" in answer or answer["result"].get("isError") is True, text
        assert "could not be called" in text and inside.requests == []


# Arguments

API = HEAD + """
paths:
  /base/{id}/end:
    get:
      operationId: get
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: q, in: query, schema: {type: string}}
        - {name: X-H, in: header, schema: {type: string}}
        - {name: c, in: cookie, schema: {type: string}}
      responses: {'200': {description: d}}
"""


@pytest.fixture(scope="module")
def echo():
    with Echo() as echo:
        yield echo


@pytest.fixture(scope="module")
def served(echo, tmp_path_factory):
    path = document(tmp_path_factory.mktemp("api"), API)
    with Served(path, "--server-url", echo.url + "/v1") as served:
        yield served


@pytest.mark.parametrize("value", ["..", ".", "../", "../../admin", "%2e%2e", "%2e%2e/x", "%252e%252e", "..;/x", "..\\x", "x/../y", "a\r\nb", "a\x00"])
def test_steps_through_the_path_are_refused(served, echo, value):
    result = served.call("get", {"id": value})
    assert result["isError"] is True and "id" in result["content"][0]["text"], result
    assert echo.requests == []


@pytest.mark.parametrize(
    "value, sent",
    [("a/b", "a%2Fb"), ("a?b=c", "a%3Fb%3Dc"), ("a#b", "a%23b"), ("a;b=c", "a%3Bb%3Dc"), ("@evil.example", "%40evil.example"),
     ("//evil.example/", "%2F%2Fevil.example%2F"), ("http://evil.example", "http%3A%2F%2Fevil.example"), ("a b&c", "a%20b%26c")],
)
def test_what_would_leave_the_segment_stays_in_it(served, echo, value, sent):
    assert not served.call("get", {"id": value}).get("isError")
    method, path, _, _ = echo.taken()
    assert method == "GET" and path.startswith("/v1/base/") and path.endswith("/end")
    segment = path.removeprefix("/v1/base/").removesuffix("/end")
    assert not set("/?#;\\") & set(segment), segment
    assert segment.upper() == sent.upper() or segment == value


@pytest.mark.parametrize("value", ["a&x=1", "a#b", "a\r\nX-Evil: 1", "?", "a=b;c"])
def test_a_query_value_is_one_pair(served, echo, value):
    served.call("get", {"id": "1", "q": value})
    for _, path, headers, _ in echo.requests:
        assert path.count("?") == 1 and "&" not in path and "#" not in path
        assert "x-evil" not in {name.lower() for name, _ in headers}
    echo.requests.clear()


@pytest.mark.parametrize("member", ["X-H", "c"])
@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\x00b", "a; X-Evil=1"])
def test_no_value_begins_another_field(served, echo, member, value):
    result = served.call("get", {"id": "1", member: value})
    for _, _, headers, _ in echo.requests:
        assert "x-evil" not in {name.lower() for name, _ in headers}
        if member == "c":
            assert not any(name.lower() == "cookie" and ";" in text for name, text in headers)
    assert result.get("isError") or echo.requests
    if "\r" in value or "\n" in value or "\x00" in value:
        assert (result.get("isError") and not echo.requests) or member == "c"
    echo.requests.clear()
