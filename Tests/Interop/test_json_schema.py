"""Our JSON Schema validator and PyPI's `jsonschema` say the same of generated schemas and values.

Where they differ, the reason must be known: `jsonschema` computes with floats, by which 0.3 is no multiple of 0.1. Given
exact decimals instead, it must agree with us.
"""

import decimal
import json
import os
import pathlib
import subprocess

import jsonschema
import pytest
from schema_pairs import Pairs

ROOT = pathlib.Path(__file__).resolve().parents[2]
JUDGE = pathlib.Path(os.environ.get("PORTICO_SCHEMA_JUDGE") or ROOT / ".build" / "debug" / "schema-judge")
PAIRS = int(os.environ.get("PORTICO_SCHEMA_PAIRS") or 5000)
SEED = int(os.environ.get("PORTICO_SCHEMA_SEED") or 20201212)

pytestmark = pytest.mark.skipif(not JUDGE.exists(), reason=f"{JUDGE} is not there: swift build --product schema-judge")

decimal.getcontext().prec = 200


def is_integer(_, value):
    """What has no fraction, decimals included."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float | decimal.Decimal) and value == value // 1)


Plain = jsonschema.Draft202012Validator
Exact = jsonschema.validators.extend(Plain, type_checker=Plain.TYPE_CHECKER.redefine("integer", is_integer))


def ours(pairs):
    """The verdicts of the executable, `true`, `false` or `error` for each pair."""
    lines = "".join(f'{{"schema":{schema},"value":{value}}}\n' for schema, value in pairs)
    done = subprocess.run([str(JUDGE)], input=lines.encode(), stdout=subprocess.PIPE, check=True, timeout=300)
    return done.stdout.decode().split()


def theirs(schema, value, exactly=False):
    read = (lambda text: json.loads(text, parse_float=decimal.Decimal)) if exactly else json.loads
    return str((Exact if exactly else Plain)(read(schema)).is_valid(read(value))).lower()


@pytest.fixture(scope="module")
def pairs():
    generator = Pairs(SEED)
    return [generator.pair() for _ in range(PAIRS)]


def test_what_is_generated_are_schemas(pairs):
    for schema, _ in pairs[::10]:
        Plain.check_schema(json.loads(schema))


def test_the_verdicts_agree_and_what_differs_is_explained(pairs, record_property):
    verdicts = ours(pairs)
    assert len(verdicts) == len(pairs)
    differing = [(s, v, o) for (s, v), o in zip(pairs, verdicts, strict=True) if theirs(s, v) != o]
    unexplained = [(s, v, o) for s, v, o in differing if theirs(s, v, exactly=True) != o]
    record_property("pairs", len(pairs))
    record_property("by_floats", len(differing) - len(unexplained))
    # Both verdicts must be common, or agreement means little.
    assert min(verdicts.count("true"), verdicts.count("false")) > len(pairs) // 5
    print(f"{len(pairs)} pairs, {verdicts.count('true')} valid; {len(differing)} differ, {len(unexplained)} without a reason")
    assert not unexplained, "\n".join(f"{s}\n  {v}\n  ours: {o}" for s, v, o in unexplained[:10])


@pytest.mark.parametrize(
    "schema, value",
    [("0.1", "0.3"), ("0.01", "1.15"), ("1e-7", "0.1234567"), ("0.0001", "0.0075")],
)
def test_multiples_are_those_of_decimal_arithmetic(schema, value):
    assert ours([(f'{{"multipleOf":{schema}}}', value)]) == ["true"]


@pytest.mark.parametrize(
    "schema",
    ['{"$ref":"#"}', '{"$ref":"https://example.com/other"}', '{"type":"text"}', '{"pattern":"(?=a)"}', '{"minimum":"1"}', "7"],
)
def test_what_can_not_be_judged_is_an_error(schema):
    assert ours([(schema, '"a"')]) == ["error"]
