"""Sets up a demo on a running Portico through its admin API, and prints the lines to try it with.

Safe to run again: what is there already is left as it is. With --check the printed lines are run instead, each in a
shell of its own as a person would, and the answer is looked at. Standard library only.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

GROUP = "demo"
MODEL = "fake-model"
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "curl", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class AdminError(Exception):
    """The admin API refused, with its status and message."""


class Admin:
    """The few calls of the admin API that the demo needs."""

    def __init__(self, url, key):
        self.url, self.key = url, key

    def call(self, method, path, body=None):
        """The `data` member of the answer; AdminError where the envelope or the status says no."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.key, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AdminError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')[:300]}") from None
        envelope = json.loads(text) if text else {"success": True, "data": None}
        if not envelope.get("success"):
            raise AdminError(f"{method} {path}: {envelope.get('message')}")
        return envelope.get("data")

    def exists(self, path):
        try:
            return self.call("GET", path) is not None
        except AdminError:
            return False


def items(data, name):
    """The list in a page: some operations wrap it (`{"tokens": [...], "total": 1}`), some give it bare."""
    return (data.get(name) or []) if isinstance(data, dict) else (data or [])


def set_up(admin):
    """Group, channel, model price and public MCP server; each only where it is missing."""
    if not admin.exists(f"/api/group/{GROUP}"):
        admin.call("POST", f"/api/group/{GROUP}", {})
    channels = items(admin.call("GET", "/api/channels/?page=1&per_page=100&name=demo"), "channels")
    if not any(channel["name"] == "demo" for channel in channels):
        admin.call(
            "POST",
            "/api/channel/",
            {
                "type": 53,
                "name": "demo",
                "key": "none",
                "models": [MODEL],
                "configs": {"static_text": "Hello from Portico: this answer was made without a provider."},
            },
        )
    if not admin.exists(f"/api/model_config/{MODEL}"):
        price = {"input_price": 0.001, "output_price": 0.002, "per_request_price": 0}
        admin.call("POST", f"/api/model_config/{MODEL}", {"model": MODEL, "type": 1, "price": price})
    if not admin.exists("/api/mcp/public/time"):
        server = {"id": "time", "name": "Time", "type": "mcp_embed", "status": 1}
        admin.call("POST", "/api/mcp/public/", server | {"price": {"default_tools_call_price": 0.01}})


def token(admin, key_file):
    """The demo token's key. It is shown in full only when it is made, so it is kept in a file of the owner's."""
    try:
        with open(key_file, encoding="ascii") as file:
            key = file.read().strip()
        if key and accepted(admin.url, key):
            return key
    except FileNotFoundError:
        pass
    for known in items(admin.call("GET", f"/api/tokens/{GROUP}?page=1&per_page=100"), "tokens"):
        if known["name"] == "demo":
            admin.call("DELETE", f"/api/token/{GROUP}/{known['id']}")
    key = "sk-" + admin.call("POST", f"/api/token/{GROUP}?auto_create_group=true", {"name": "demo"})["key"].removeprefix("sk-")
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
    return key


def accepted(url, key):
    request = urllib.request.Request(url + "/v1/models", headers={"Authorization": "Bearer " + key})
    try:
        with urllib.request.urlopen(request, timeout=10):
            return True
    except urllib.error.HTTPError:
        return False


def curl(url, key, headers=(), body=None, options=""):
    """One command line that works when pasted into a POSIX shell."""
    parts = [f"curl -sS {options}'{url}'".replace("  ", " "), f"-H 'Authorization: Bearer {key}'"]
    if body is not None:
        parts += ["-H 'Content-Type: application/json'"]
    parts += [f"-H '{header}'" for header in headers]
    if body is not None:
        parts += ["-d '" + json.dumps(body, separators=(",", ":")) + "'"]
    return " ".join(parts)


def lines(url, key, admin_key):
    """(title, command line, what its output must contain) of everything that is printed."""
    chat = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
    streamed = chat | {"stream": True, "stream_options": {"include_usage": True}}
    call = {"name": "get_current_time", "arguments": {"timezone": "Europe/Paris"}, "_meta": META}
    modern = [
        "Accept: application/json, text/event-stream",
        "MCP-Protocol-Version: 2026-07-28",
        "Mcp-Method: tools/call",
        "Mcp-Name: get_current_time",
    ]
    return [
        ("The models that the token may use", curl(url + "/v1/models", key), [MODEL]),
        ("An answer", curl(url + "/v1/chat/completions", key, body=chat), ["Hello from Portico", '"usage"']),
        ("The same, streamed", curl(url + "/v1/chat/completions", key, body=streamed, options="-N "), ["data: [DONE]"]),
        (
            "A tool call over MCP, by the same key",
            curl(url + "/mcp/public/time", key, modern, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}),
            ["Europe/Paris"],
        ),
        (
            "Both, logged and charged (this line takes the admin key)",
            curl(url + "/api/logs/?page=1&per_page=10", admin_key),
            [MODEL, "used_amount"],
        ),
    ]


def clients(url, key):
    """What a client is configured with."""
    server = {"url": url + "/mcp/public/time", "headers": {"Authorization": "Bearer " + key}}
    return [
        ("For OpenAI clients", f"export OPENAI_BASE_URL={url}/v1 OPENAI_API_KEY={key}"),
        ("For MCP clients", json.dumps({"mcpServers": {"time": {"type": "http", **server}}})),
    ]


def holds(command, expected, seconds=10):
    """Runs a printed line; logs reach the database a moment after the answer, so it is tried until its deadline."""
    deadline = time.monotonic() + seconds
    while True:
        run = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30)
        missing = [part for part in expected if part not in run.stdout]
        if run.returncode == 0 and not missing:
            return None
        if time.monotonic() > deadline:
            return f"exit {run.returncode}, missing {missing}: {(run.stdout + run.stderr)[:500]}"
        time.sleep(0.3)


def check_clients(url, key):
    """The client lines are data: they are read back and used as a client would use them."""
    exported, configured = (line for _, line in clients(url, key))
    environment = dict(part.split("=", 1) for part in exported.split()[1:])
    command = curl(environment["OPENAI_BASE_URL"] + "/models", environment["OPENAI_API_KEY"])
    server = json.loads(configured)["mcpServers"]["time"]
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "curl", "version": "1"}}
    greeting = curl(
        server["url"],
        server["headers"]["Authorization"].removeprefix("Bearer "),
        ["Accept: application/json, text/event-stream"],
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
    )
    return [("For OpenAI clients", command, [MODEL]), ("For MCP clients", greeting, ["serverInfo"])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--key-file", required=True)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    admin = Admin(options.url, os.environ["ADMIN_KEY"])
    try:
        set_up(admin)
        key = token(admin, options.key_file)
    except (AdminError, OSError) as error:
        sys.exit(f"error: the demo could not be set up: {error}")
    printed = lines(options.url, key, admin.key)
    if not options.check:
        for title, line, *_ in printed + clients(options.url, key):
            print(f"\n# {title}\n{line}")
        sys.stdout.flush()
        return
    failed = 0
    for title, command, expected in printed + check_clients(options.url, key):
        problem = holds(command, expected)
        failed += problem is not None
        print(f"failed: {title}\n  {problem}" if problem else f"ok: {title}")
    print(f"{len(printed) + 2 - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
