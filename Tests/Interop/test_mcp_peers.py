"""The peers and clients of the pair matrix against one another, with nothing between: what they say is of their revision, and each
feature works. What fails here is no fault of the gateway's."""

import pytest

import mcp_features
import mcp_questions  # noqa: F401 - its features come after those of mcp_features
from mcp_pairs import KINDS, Peer, connect_directly
from mcp_schema import MODERN, available


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.id)
def cell(request, tmp_path_factory):
    peer = Peer(request.param, tmp_path_factory.mktemp("peer")).start()
    try:
        with connect_directly(peer) as client:
            yield mcp_features.Cell(client, peer)
    finally:
        peer.stop()


@pytest.mark.parametrize("name", mcp_features.FEATURES)
def test_each_feature_works_without_a_gateway(cell, name):
    if name == "ping" and cell.upstream.kind.revision == MODERN:
        pytest.skip("the revision has no ping")
    outcome = mcp_features.FEATURES[name](cell)
    if name == "sampling refused":
        assert outcome in ("error", "no way to say it")
    elif name in ("end of a visit", "roots changed"):
        assert outcome in ("works", "not offered") or (cell.upstream.kind.revision == MODERN and outcome == "no way to say it")
    else:
        assert outcome in ("works", "not offered")


def test_what_both_say_is_of_their_revision(cell):
    if len(cell.upstream.entries("out")) < 40:
        for name in ["text", "sampling", "progress", "resources"] * 4:
            mcp_features.FEATURES[name](cell)
    came, went = cell.upstream.check()
    assert len(came.messages) > 40 and len(went.messages) > 40
    assert not came.faults, came.report()
    assert not went.faults, went.report()
    assert not cell.client.recorder.faults, cell.client.recorder.report()
    if not available():
        pytest.skip("the published schemas are absent: only the rules of mcp_schema.py were checked")
