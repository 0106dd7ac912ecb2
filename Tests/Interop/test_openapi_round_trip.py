"""The request that arrives is the one that the description says: operations of real descriptions with generated arguments, judged by
openapi-core. A few calls of each here; `scripts/drill openapi` makes all of them."""

import os

import pytest

import openapi_documents as documents
from openapi_round_trip import run

CHECKED = [
    "box-3.0.json",
    "discord-3.1.json",
    "openai-3.1.yaml",
    "qdrant-3.0.json",
    "twilio-api-3.0.json",
    "oas-examples/3.0/parameters-style.json",
    "oas-examples/3.1/parameters-style.json",
    "oas-examples/3.0/schema-encoding-style.json",
    "oas-examples/3.1/schema-encoding-style.json",
]
SEED = int(os.environ.get("OPENAPI_SEED", "1"))
ROUNDS = int(os.environ.get("OPENAPI_ROUNDS", "1"))
LIMIT = int(os.environ.get("OPENAPI_LIMIT", "40")) or None


@pytest.mark.skipif(not documents.SPECS.is_dir(), reason="there are no real descriptions here")
@pytest.mark.parametrize("name", CHECKED)
def test_every_operation_arrives(name):
    rounds = ROUNDS if "oas-examples" not in name else ROUNDS * 10
    tally = run(documents.SPECS / name, SEED, rounds, LIMIT)
    print(f"{name}: {tally.calls} calls, {len(tally.without_arguments)} without arguments that fit, {len(tally.unjudged)} unjudged")
    assert tally.calls > 0
    assert not tally.faults, f"{len(tally.faults)} of {tally.calls}:\n" + "\n".join(tally.faults[:20])
    assert len(tally.without_arguments) <= tally.calls * 0.05, tally.without_arguments
