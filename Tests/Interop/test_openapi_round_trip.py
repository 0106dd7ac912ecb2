"""The request that arrives is the one that the description says, with the values that were given: operations of real descriptions, and of a
fixture with every style, with generated arguments. Here a few of each, with a seed that stays; `scripts/drill openapi` makes all of them."""

import os

import pytest

import openapi_documents as documents
from openapi_round_trip import run

REAL = [
    "box-3.0.json",
    "discord-3.1.json",
    "openai-3.1.yaml",
    "qdrant-3.0.json",
    "twilio-api-3.0.json",
]
# Every style and explode: few operations, so that each is called more often.
STYLES = [
    "oas-examples/3.0/parameters-style.json",
    "oas-examples/3.1/parameters-style.json",
    "oas-examples/3.0/schema-encoding-style.json",
    "oas-examples/3.1/schema-encoding-style.json",
]
SEED = int(os.environ.get("OPENAPI_SEED", "1"))
ROUNDS = int(os.environ.get("OPENAPI_ROUNDS", "1"))
# The most operations of a real description; 0 for all.
LIMIT = int(os.environ.get("OPENAPI_LIMIT", "12")) or None


@pytest.fixture(scope="module")
def engine():
    """The database makes no difference here."""
    return "sqlite"


@pytest.mark.skipif(not documents.SPECS.is_dir(), reason="there are no real descriptions here")
@pytest.mark.parametrize("name", REAL + STYLES)
def test_real_operations_arrive(name):
    judge(name, run(documents.SPECS / name, SEED, ROUNDS * (2 if name in STYLES else 1), LIMIT if name in REAL else None))


def test_every_style_arrives():
    tally = run(documents.FIXTURES / "styles-3.1.yaml", SEED, ROUNDS * 3)
    judge("styles-3.1.yaml", tally)
    assert tally.calls - sum(tally.gaps.values()) > tally.calls / 2, "openapi-core has judged most of them"


def judge(name, tally):
    print(f"{name}: {tally}")
    assert tally.calls > 0
    assert not tally.faults, f"{len(tally.faults)} of {tally.calls}:\n" + "\n".join(tally.faults[:20])
    assert len(tally.without_arguments) <= tally.calls * 0.02, tally.without_arguments
