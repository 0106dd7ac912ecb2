"""A Portico of our own for a test or a drill: started on a free loopback port with a data folder of its own, and stopped.

Standard library only, so that the drills need no environment. The admin calls are those of scripts/demo.py.
"""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from demo import Admin, AdminError, items  # noqa: E402

__all__ = ["Admin", "AdminError", "Answer", "Portico", "binary", "free_port", "items", "request"]

ADMIN_KEY = "interop-admin-key-0123456789abcdef"
TOOL_PRICE = 0.01


def binary():
    """The executable under test."""
    path = os.environ.get("PORTICO_BIN") or str(ROOT / ".build" / "release" / "portico")
    return str(pathlib.Path(path).resolve())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Answer:
    """One HTTP answer, read to its end."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


def request(port, method, path, headers=None, body=None, timeout=20):
    """One request on a connection of its own. A dict or list is sent as JSON."""
    headers = dict(headers or {})
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


class Portico:
    """A running gateway. `dsn` is empty for SQLite in the folder, or a postgres:// address of an empty database. `within` is a command
    that becomes the one after it, as `env` does."""

    def __init__(self, folder, dsn="", environment=None, within=()):
        self.folder, self.dsn, self.within = pathlib.Path(folder), dsn, within
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "portico.log"
        self.process = None
        self.admin = Admin(self.url, ADMIN_KEY)
        self.environment = self._environment(environment or {})

    def _environment(self, extra):
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ", "SWIFT_BACKTRACE")}
        kept |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return kept | {
            "LISTEN": f"127.0.0.1:{self.port}",
            "ADMIN_KEY": ADMIN_KEY,
            "SQLITE_PATH": str(self.folder / "portico.db"),
            "PORTICO_DATA": str(self.folder),
            "LOG_LEVEL": "info",
            "LOG_FORMAT": "text",
            "PORTICO_EVENT_LOOPS": "2",
            **({"SQL_DSN": self.dsn} if self.dsn else {}),
            **extra,
        }

    def spawn(self, **extra):
        """Starts the process without waiting for it."""
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                [*self.within, binary(), "serve"],
                env=self.environment | extra,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def start(self, seconds=60):
        self.process = self.spawn()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"portico ended with {self.process.returncode}:\n{self.tail()}")
            try:
                if request(self.port, "GET", "/health", timeout=2).status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"portico did not answer within {seconds} s:\n{self.tail()}")

    def stop(self, seconds=20):
        """SIGTERM; the exit status, or -9 where it had to be killed."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def tail(self, length=3000):
        return self.log.read_text(errors="replace")[-length:] if self.log.exists() else ""

    def resident_bytes(self):
        """VmRSS of the process."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def furnish(self, group="interop", model="fake-model", configs=None):
        """A group with a token, the provider `fake` under one model name, and the time server. The token's key."""
        self.admin.call("POST", f"/api/group/{group}", {})
        self.channel(model, 53, configs=configs or {"static_text": "Hello from the fake provider, in a few words."})
        self.price(model)
        self.admin.call(
            "POST",
            "/api/mcp/public/",
            {"id": "time", "name": "Time", "type": "mcp_embed", "status": 1, "price": {"default_tools_call_price": TOOL_PRICE}},
        )
        return self.token(group)

    def token(self, group, name="interop"):
        key = self.admin.call("POST", f"/api/token/{group}?auto_create_group=true", {"name": name})["key"]
        return "sk-" + key.removeprefix("sk-")

    def channel(self, model, kind, base_url="", configs=None):
        body = {"type": kind, "name": f"channel-{model}", "key": "none", "models": [model], "configs": configs or {}}
        self.admin.call("POST", "/api/channel/", body | ({"base_url": base_url} if base_url else {}))

    def price(self, model, **more):
        price = {"input_price": 0.001, "output_price": 0.002, "per_request_price": 0}
        self.admin.call("POST", f"/api/model_config/{model}", {"model": model, "type": 1, "price": price} | more)

    def token_record(self, group, name="interop"):
        tokens = items(self.admin.call("GET", f"/api/tokens/{group}?page=1&per_page=100"), "tokens")
        return next(token for token in tokens if token["name"] == name)

    def group_record(self, group):
        return self.admin.call("GET", f"/api/group/{group}")

    def log_rows(self, limit=100000):
        """Every row of the log, page by page."""
        rows, page = [], 1
        while len(rows) < limit:
            batch = items(self.admin.call("GET", f"/api/logs/?page={page}&per_page=100&order=created_at-asc"), "logs")
            rows += batch
            if len(batch) < 100:
                break
            page += 1
        return rows

    def log_rows_of(self, request_ids, seconds=15):
        """The rows of these requests, waited for until the journal has carried them all to the database."""
        wanted, deadline = set(request_ids), time.monotonic() + seconds
        while True:
            rows = [row for row in self.log_rows() if row["request_id"] in wanted]
            if {row["request_id"] for row in rows} == wanted or time.monotonic() > deadline:
                return rows
            time.sleep(0.1)
