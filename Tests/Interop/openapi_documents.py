"""The API descriptions that tests compile: real ones, published by their owners, where PORTICO_SHARED or ../shared has them."""

import json
import os
import pathlib
import subprocess

from portico import ROOT, binary

SPECS = pathlib.Path(os.environ.get("PORTICO_SHARED") or ROOT.parent / "shared") / "openapi" / "specs"
FIXTURES = ROOT / "Tests" / "Fixtures" / "openapi"
SECONDS = 120


def entries():
    """The documents, without the files that they refer to."""
    if not SPECS.is_dir():
        return []
    found = [path for path in SPECS.iterdir() if path.is_file()]
    found += (SPECS / "oas-examples").rglob("*.json")
    found += [SPECS / "lob-external-refs-3.0" / "lob-api-public.yml"]
    return sorted(found)


def name(path):
    return str(path.relative_to(FIXTURES if path.parent == FIXTURES else SPECS))


def run(*arguments, cwd=None, status=(0, 1)):
    done = subprocess.run(
        [binary(), "openapi", *map(str, arguments)], cwd=cwd, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL
    )
    assert done.returncode in status, f"{arguments} ended with {done.returncode}:\n{done.stderr.decode()[-2000:]}"
    return done


def compile(path, *options, cwd=None):
    """The bytes of the tools."""
    return run("compile", "--compact", path, *options, cwd=cwd).stdout


def check(path, *options):
    """The report: coverage, diagnostics, tools."""
    return json.loads(run("check", "--json", path, *options).stdout)


def size(path):
    """The bytes of a document, with the files that it refers to."""
    if path.name == "lob-api-public.yml":
        return sum(file.stat().st_size for file in path.parent.rglob("*.yml"))
    return path.stat().st_size
