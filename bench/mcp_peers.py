"""The programs that bench/mcp measures: how each is configured, started and reached."""

import contextlib
import hashlib
import pathlib

import peers
from mcp_client import MODERN, MCPClient, problem
from peer import KEY, ROOT, Peer, Unavailable
from portico import request

ERAS = ("modern", "legacy")


class MCPPeer(Peer):
    """One that passes tool calls on."""

    scenarios = ERAS
    script = pathlib.Path(__file__).with_name("mcp.lua")
    # Of the endpoint, by era.
    paths = dict.fromkeys(ERAS, "/mcp")

    def problem(self, era):
        return problem(self.ports[era], self.paths[era], self.key, era == "modern")

    @contextlib.contextmanager
    def clients(self, scenario, connections):
        """A legacy client has a session for each of its connections."""
        modern, path = scenario == "modern", self.paths[scenario]
        sessions = [MCPClient(self.ports[scenario], path, self.key, modern) for _ in range(0 if modern else connections)]
        try:
            for client in sessions:
                client.open()
            yield {
                "BENCH_SCENARIO": scenario,
                "BENCH_PATH": path,
                "BENCH_KEY": self.key,
                "BENCH_REVISION": MODERN if modern else sessions[0].revision,
                "BENCH_SESSIONS": " ".join(client.session for client in sessions),
            }
        finally:
            for client in sessions:
                client.close()

    def answered(self):
        return request(self.upstream_port, "GET", "/calls").json()


class MCPUpstream(MCPPeer, peers.Upstream):
    """The MCP server itself."""

    program = "mcp-upstream"


class MCPNginx(MCPPeer, peers.Nginx):
    """Passes bytes on, and knows nothing of MCP."""

    def describe(self):
        return "proxy_pass, kept-alive upstream, no log"


class MCPPortico(MCPPeer, peers.PorticoPeer):
    """Two public proxy servers with a price, everything on. Each has an upstream of its client's era, as with the other peers."""

    paths = {era: f"/mcp/public/bench-{era}" for era in ERAS}

    def furnish(self):
        for era, path in {"modern": "/mcp", "legacy": "/legacy"}.items():
            server = {
                "id": f"bench-{era}",
                "name": f"Bench {era}",
                "type": "mcp_proxy_streamable",
                "status": 1,
                "proxy_config": {"url": f"http://127.0.0.1:{self.upstream_port}{path}"},
                "price": {"default_tools_call_price": 0.0001},
            }
            self.gateway.admin.call("POST", "/api/mcp/public/", server)

    def describe(self):
        return "public proxy servers with a price per call: token, limits, ledger, log row and journal on; SQLite"


class EnvoyMCPRouter(MCPPeer, peers.Envoy):
    """Its MCP filters before one cluster: `mcp` parses the message, `mcp_router` takes the place of the router."""

    name = "envoy"

    def filters(self):
        package = "type.googleapis.com/envoy.extensions.filters.http"
        server = {"name": "bench", "mcp_cluster": {"cluster": "upstream", "path": "/mcp", "timeout": "60s"}}
        return {
            "envoy.filters.http.mcp": {"@type": f"{package}.mcp.v3.Mcp"},
            "envoy.filters.http.mcp_router": {"@type": f"{package}.mcp_router.v3.McpRouter", "servers": [server]},
        }

    def describe(self):
        return "the filters mcp and mcp_router with one server, no access log"


class RolterMCP(MCPPeer, peers.Rolter):
    """Its MCP proxy serves only keys and grants of its control plane; the file holds what that would send."""

    paths = dict.fromkeys(ERAS, "/mcp/bench")

    def tables(self):
        digest = hashlib.sha256(f"{peers.PEPPER}\x1f{KEY}".encode()).hexdigest()
        return f"""
[[db_virtual_keys]]
key_hash = "{digest}"
id = "key"
org_id = "bench"
user_id = "bench"

[[mcp_servers]]
id = "bench"
org_id = "bench"
slug = "bench"
url = "http://127.0.0.1:{self.upstream_port}/mcp"
transport = "streamable_http"

[[mcp_oauth_sessions]]
id = "grant"
server_id = "bench"
user_id = "bench"
expires_at = "2100-01-01T00:00:00Z"
access_token = "none"
"""

    def describe(self):
        return "key, server and OAuth grant from a file; passes messages on without parsing them; no database, no log sink"


class MCPProxy(MCPPeer):
    """It turns HTTP into stdio, or stdio into HTTP: to stand before an HTTP server takes two of it, and both are counted."""

    name = "mcp-proxy"

    def start(self):
        program = ROOT / ".venv-bench-mcp-proxy" / "bin" / "mcp-proxy"
        if not program.exists():
            raise Unavailable("mcp-proxy is not installed")
        upstream = [program, "--transport", "streamablehttp", "--log-level", "ERROR", f"http://127.0.0.1:{self.upstream_port}/mcp"]
        self.run([program, "--port", self.ports["legacy"], "--log-level", "ERROR", "--pass-environment", "--", *upstream])
        self.wait()

    def describe(self):
        return "two processes, one from HTTP to stdio and one from stdio to HTTP; one upstream session for all"


class FastMCP(MCPPeer):
    """`fastmcp run URL`: a proxy made by its command line."""

    name = "fastmcp"

    def start(self):
        program = ROOT / ".venv-bench-fastmcp" / "bin" / "fastmcp"
        if not program.exists():
            raise Unavailable("FastMCP is not installed")
        command = [program, "run", f"http://127.0.0.1:{self.upstream_port}/mcp", "--transport", "http"]
        self.run([*command, "--port", self.ports["legacy"], "--no-banner", "--log-level", "ERROR"], FASTMCP_CHECK_FOR_UPDATES="off")
        self.wait()

    def describe(self):
        return "fastmcp run URL, as it comes"


ALL = [MCPUpstream, MCPNginx, MCPPortico, EnvoyMCPRouter, RolterMCP, MCPProxy, FastMCP]
