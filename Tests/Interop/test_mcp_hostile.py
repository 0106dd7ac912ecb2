"""Addresses that a tenant's MCP server must not lead to: however they are spelled, by a redirect, and by a name that leads elsewhere
the second time. The gateway refuses them at once and says why; nobody connects."""

import json
import subprocess
import threading
import time
import uuid

import pytest

import upstream as behaviour
from mcp_pairs import Peer, kind
from portico import Portico, request
from upstream import Upstream, read_request

CLIENT = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
TYPES = pytest.mark.parametrize("type_name", ["proxy_streamable", "proxy_sse"])


def furnished(gateway):
    """The gateway, started, with a group and the key of a token."""
    gateway.start()
    gateway.admin.call("POST", "/api/group/interop", {})
    gateway.key = gateway.token("interop")
    return gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    portico = furnished(Portico(tmp_path_factory.mktemp("portico")))
    yield portico
    assert portico.stop() == 0


@pytest.fixture(scope="module")
def indulgent(tmp_path_factory):
    """A gateway whose operator lets tenants have servers at this one address, and at none beside it."""
    portico = furnished(Portico(tmp_path_factory.mktemp("portico"), environment={"PORTICO_ALLOWED_NETWORKS": "127.0.0.1/32"}))
    yield portico
    assert portico.stop() == 0


def group_server(gateway, type_name, url):
    """Creates a server of the group; its id, or None where the gateway does not take it."""
    server = "s" + uuid.uuid4().hex[:8]
    body = {"id": server, "name": server, "type": type_name, "status": 1, "proxy_config": {"url": url}}
    headers = {"Authorization": "Bearer " + gateway.admin.key}
    created = request(gateway.port, "POST", "/api/mcp/group/interop", headers, body)
    if created.status < 400 and created.json().get("success"):
        return server
    assert created.status < 500
    return None


def greeted(gateway, server):
    """What a client's `initialize` is answered."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": CLIENT}
    headers = {"Authorization": "Bearer " + gateway.key, "Accept": "application/json, text/event-stream"}
    answer = request(gateway.port, "POST", f"/mcp/group/{server}", headers, message, timeout=20)
    return json.loads(answer.text.removeprefix("event: message\n").removeprefix("data:"))


def refused(gateway, server):
    """The message of the error that `initialize` is answered; it comes at once."""
    began = time.monotonic()
    answer = greeted(gateway, server)
    assert time.monotonic() - began < 5, "refused, not timed out"
    assert answer.get("error", {}).get("code") == -32603 and "result" not in answer, answer
    return answer["error"]["message"]


HOSTILE = [
    "http://127.0.0.1:{port}/mcp", "http://localhost:{port}/mcp", "http://LOCALHOST.:{port}/mcp", "http://2130706433:{port}/mcp",
    "http://0177.0.0.1:{port}/mcp", "http://0x7f000001:{port}/mcp", "http://0x7f.1:{port}/mcp", "http://127.1:{port}/mcp",
    "http://0.0.0.0:{port}/mcp", "http://0:{port}/mcp", "http://[::1]:{port}/mcp", "http://[::]:{port}/mcp",
    "http://[::ffff:127.0.0.1]:{port}/mcp", "http://[::ffff:7f00:1]:{port}/mcp", "http://[64:ff9b::7f00:1]:{port}/mcp",
    "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/", "http://100.64.0.1:{port}/mcp",
    "http://10.0.0.1:{port}/mcp", "http://192.168.0.1:{port}/mcp", "http://172.16.0.1:{port}/mcp", "http://[fe80::1]:{port}/mcp",
    "http://[fd00::1]:{port}/mcp", "http://[fec0::1]:{port}/mcp", "http://user:password@127.0.0.1:{port}/mcp",
    "http://127.0.0.1:{port}#@example.com/", "http://example.com@127.0.0.1:{port}/mcp", "file:///etc/passwd", "gopher://127.0.0.1:{port}/",
]


@pytest.mark.parametrize("url", HOSTILE)
@TYPES
def test_a_groups_server_at_a_hostile_address_is_never_reached(gateway, url, type_name):
    with Upstream() as stub:
        stub.behave = behaviour.answers(200, b"{}")
        server = group_server(gateway, type_name, url.format(port=stub.port))
        if server is not None:
            message = refused(gateway, server)
            assert "may not be called" in message, message
        assert stub.connections == 0


# Where an allowed address leads: by each way that a status and a header can say it.
REDIRECTS = [
    (302, "http://127.0.0.2:{port}/mcp"), (307, "http://localhost:{port}/mcp"), (308, "http://169.254.169.254/latest/meta-data/"),
    (301, "http://metadata.google.internal/"), (303, "http://[::1]:{port}/mcp"), (302, "//127.0.0.2:{port}/mcp"),
    (307, "http://127.0.0.1:{port}/mcp"), (302, "file:///etc/passwd"), (302, ""),
]


def redirecting(status, location):
    def behave(connection):
        while read_request(connection):
            head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
            connection.sendall(head.encode())

    return behave


@pytest.mark.parametrize(("status", "location"), REDIRECTS)
@TYPES
def test_a_redirect_of_a_groups_server_is_not_followed(indulgent, status, location, type_name):
    with Upstream() as trap, Upstream() as front:
        trap.behave = behaviour.answers(200, b"{}")
        front.behave = redirecting(status, location.format(port=trap.port))
        server = group_server(indulgent, type_name, f"http://127.0.0.1:{front.port}/mcp")
        message = refused(indulgent, server)
        assert "redirects" in message, message
        assert front.connections > 0 and trap.connections == 0
        # Neither the client nor the log of the operator is told where to.
        assert not location or location.format(port=trap.port) not in message


class Hosts:
    """Names of the test's own for one gateway: the file of names that it sees is this one, in a mount namespace. No line of the gateway
    knows of it; its resolver is the system's. In the user namespace that this takes, the gateway has no privilege outside of it, as where an
    account of its own runs it."""

    NAMES = [f"rebind-{number}.test" for number in range(24)]
    GOOD, FRESH = "good-at-first.test", "bad-at-once.test"

    def __init__(self, path):
        self.path = path
        self.lead_to("127.0.0.1")

    def lead_to(self, address):
        # In place and of one length, so that no reader sees half of it.
        assert len(address) == len("127.0.0.1")
        text = (f"{address} {' '.join([*self.NAMES, self.GOOD, self.FRESH])}\n").encode()
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:
            file.write(text)

    @property
    def within(self):
        mount = 'mount --bind "$0" /etc/hosts && exec "$@"'
        return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, str(self.path)]


@pytest.fixture(scope="module")
def rebinding(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portico")
    hosts = Hosts(folder / "hosts")
    try:
        found = subprocess.run([*hosts.within, "getent", "hosts", hosts.NAMES[0]], capture_output=True, text=True, timeout=10)
    except OSError as failure:
        pytest.skip(f"no namespace for names of our own: {failure}")
    if not found.stdout.startswith("127.0.0.1"):
        pytest.skip(f"no namespace for names of our own: {found.stderr}")
    portico = furnished(Portico(folder, environment={"PORTICO_ALLOWED_NETWORKS": "127.0.0.1/32"}, within=hosts.within))
    portico.hosts = hosts
    yield portico
    assert portico.stop() == 0


@pytest.fixture
def peer(tmp_path):
    peer = Peer(kind("streamable-2025-06-18"), tmp_path).start()
    yield peer
    peer.stop()


def test_a_name_that_leads_elsewhere_later_is_connected_to_where_it_was_checked(rebinding, peer):
    """The name changes all the time while many look it up: whatever the check saw is what is connected to, or nothing."""
    with Trap(peer.port) as trap:
        done = threading.Event()

        def flip():
            while not done.is_set():
                for address in ("127.0.0.1", "127.0.0.2"):
                    rebinding.hosts.lead_to(address)
                    time.sleep(0.0005)

        flipping = threading.Thread(target=flip)
        flipping.start()
        outcomes = {"reached": 0, "refused": 0}
        try:
            for name in Hosts.NAMES:
                server = group_server(rebinding, "proxy_streamable", f"http://{name}:{peer.port}/mcp")
                answer = greeted(rebinding, server)
                if "result" in answer:
                    assert answer["result"]["serverInfo"]["name"] == "peer"
                    outcomes["reached"] += 1
                else:
                    assert "may not be called" in answer["error"]["message"], answer
                    outcomes["refused"] += 1
        finally:
            done.set()
            flipping.join(5)
            rebinding.hosts.lead_to("127.0.0.1")
        assert trap.connections == 0, outcomes
        assert min(outcomes.values()) > 0, outcomes


def test_a_name_that_was_good_and_leads_to_a_refused_address_reaches_nobody_there(rebinding, peer):
    with Trap(peer.port) as trap:
        server = group_server(rebinding, "proxy_streamable", f"http://{Hosts.GOOD}:{peer.port}/mcp")
        assert "result" in greeted(rebinding, server)
        rebinding.hosts.lead_to("127.0.0.2")
        try:
            for _ in range(5):
                answer = greeted(rebinding, server)
                # The address that was checked before is good for as long as the lookup is; then the new one is refused.
                assert "result" in answer or "may not be called" in answer["error"]["message"], answer
            fresh = group_server(rebinding, "proxy_streamable", f"http://{Hosts.FRESH.upper()}.:{peer.port}/mcp")
            assert "may not be called" in refused(rebinding, fresh)
        finally:
            rebinding.hosts.lead_to("127.0.0.1")
        assert trap.connections == 0


class Trap(Upstream):
    """Listens at the refused address, at the port where the good server is."""

    def __init__(self, port):
        super().__init__("127.0.0.2", port)
        self.behave = behaviour.answers(200, b"{}")
