"""`portico openapi serve` as a child process, spoken to in 2025-11-25 over its standard streams: plain, so that thousands of calls are fast."""

import itertools
import json
import os
import subprocess

from portico import binary


class Served:
    def __init__(self, path, *options, environment=None):
        self.process = subprocess.Popen(
            [binary(), "openapi", "serve", str(path), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | (environment or {}),
        )
        self.ids = itertools.count(1)

    def __enter__(self):
        client = {"name": "test", "version": "1"}
        greeting = self.request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client})
        self.capabilities = greeting["capabilities"]
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        self.process.stdout.close()

    def send(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def request(self, method, params):
        number = next(self.ids)
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        while True:
            line = self.process.stdout.readline()
            assert line, f"the server ended during {method}"
            message = json.loads(line)
            if message.get("id") == number:
                assert "result" in message, message
                return message["result"]

    def tools(self):
        return self.listed("tools")

    def resources(self):
        """The URIs of all resources."""
        return {resource["uri"] for resource in self.listed("resources")}

    def listed(self, kind):
        found, cursor = [], None
        while kind in self.capabilities:
            page = self.request(f"{kind}/list", {"cursor": cursor} if cursor else {})
            found += page[kind]
            cursor = page.get("nextCursor")
            if not cursor:
                break
        return found

    def text(self, uri):
        return self.request("resources/read", {"uri": uri})["contents"][0]["text"]

    def call(self, name, arguments):
        return self.request("tools/call", {"name": name, "arguments": arguments})
