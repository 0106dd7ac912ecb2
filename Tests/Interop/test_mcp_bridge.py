"""Every pair: a client of each kind reaches an upstream of each kind through Portico, and gets what docs/mcp-bridge.md says.

The table there drives the test: each feature is tried in each of the 49 cells. What Portico says to either side is judged by the
schema of the revision of that side.
"""

import json
import pathlib
import uuid

import pytest

import mcp_clients
import mcp_features
import mcp_questions  # noqa: F401 - its features come after those of mcp_features
from mcp_pairs import KINDS, Bridge, connect
from mcp_schema import REVISIONS, available

TABLE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "mcp-bridge.md"
KEYWORDS = ("any", "legacy", *REVISIONS)


def rows():
    """The rows of the table: (feature, client, upstream, outcome)."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == ["feature", "client", "upstream", "outcome", "why"], cells[0]
    return [tuple(row[:4]) for row in cells[2:]]


def fits(words, revision):
    if words == "any":
        return True
    if words == "legacy":
        return revision != REVISIONS[-1]
    *how, bound = words.split()
    assert bound in REVISIONS and how in ([], ["up", "to"], ["from"]), words
    return revision <= bound if how == ["up", "to"] else revision >= bound if how else revision == bound


def expected(feature, client, upstream):
    """The outcome that the table promises."""
    return next(row[3] for row in ROWS if row[0] == feature and fits(row[1], client.revision) and fits(row[2], upstream.revision))


ROWS = rows()


def test_the_table_and_the_features_are_the_same():
    assert list(dict.fromkeys(row[0] for row in ROWS)) == list(mcp_features.FEATURES)
    for feature in mcp_features.FEATURES:
        for client in KINDS:
            for upstream in KINDS:
                expected(feature, client, upstream)


@pytest.fixture(scope="module")
def bridge(tmp_path_factory):
    with Bridge(tmp_path_factory.mktemp("bridge")) as bridge:
        yield bridge.gateway, bridge.upstreams


ANSWER_SECONDS = 8
PAIRS = [(client, upstream) for upstream in KINDS for client in KINDS]


class BridgeCell(mcp_features.Cell):
    """A client that is connected anew after a failure, so that one does not bring down the features that follow."""

    def __init__(self, gateway, key, kind, upstream):
        super().__init__(None, upstream)
        self.gateway, self.key, self.kind = gateway, key, kind
        self.is_relayed = kind.transport == "stdio"
        self.since, self.clients = len(upstream.entries()), []
        self.reconnect()

    def reconnect(self):
        if self.client is not None:
            self.client.close()
        self.client = connect(self.kind, self.gateway.url, self.key, self.upstream.kind.id)
        self.clients.append(self.client)


@pytest.fixture(scope="module", params=PAIRS, ids=lambda pair: f"{pair[0].id}_to_{pair[1].id}")
def cell(request, bridge):
    gateway, upstreams = bridge
    kind, upstream = request.param
    # A token for each cell: sessions with upstreams are never shared between principals.
    key = gateway.token("interop", uuid.uuid4().hex[:16])
    cell = BridgeCell(gateway, key, kind, upstreams[upstream])
    yield cell
    cell.client.close()


@pytest.mark.parametrize("feature", mcp_features.FEATURES)
def test_the_client_gets_what_the_table_says(cell, feature, monkeypatch):
    monkeypatch.setattr(mcp_clients, "ANSWER_SECONDS", ANSWER_SECONDS)
    promised = expected(feature, cell.kind, cell.upstream.kind)
    try:
        outcome = mcp_features.FEATURES[feature](cell)
    except Exception:
        cell.reconnect()
        raise
    assert outcome in promised.split(" or ")


def test_what_portico_says_is_of_the_revision_of_either_side(cell):
    if len(cell.client.recorder.messages) < 20:
        for feature in ["text", "progress", "resources", "prompts"] * 3:
            mcp_features.FEATURES[feature](cell)
    came, went = cell.upstream.check(cell.since)
    assert not went.faults, "the peer's own fault: " + went.report()
    assert not came.faults, f"{len(came.faults)} to the upstream:\n{came.report()}"
    faults = [fault for client in cell.clients for fault in client.recorder.faults]
    report = "\n".join(client.recorder.report() for client in cell.clients)
    assert not faults, f"{len(faults)} to the client:\n{report}"
    if not available():
        pytest.skip("the published schemas are absent: only the rules of mcp_schema.py were checked")


def test_the_clients_key_never_reaches_the_upstream(cell):
    entries = cell.upstream.entries()[cell.since:]
    assert cell.key.removeprefix("sk-") not in json.dumps(entries)
    assert not [entry for entry in entries if entry["kind"] == "request" and "authorization" in entry["headers"]]
