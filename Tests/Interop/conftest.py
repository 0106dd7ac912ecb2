"""Fixtures: a gateway per module, on SQLite and, where PORTICO_TEST_POSTGRES names a server, on PostgreSQL too."""

import os
import subprocess
import uuid

import pytest

from portico import Portico
from upstream import Upstream


def pytest_collection_modifyitems(items):
    """Beside each run on SQLite, one on PostgreSQL is visible as skipped where there is no server."""
    for item in items:
        call = getattr(item, "callspec", None)
        if call and call.params.get("engine") == "postgres" and not os.environ.get("PORTICO_TEST_POSTGRES"):
            item.add_marker(pytest.mark.skip(reason="PORTICO_TEST_POSTGRES is not set"))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def engine(request):
    return request.param


@pytest.fixture(scope="module")
def dsn(engine):
    """An empty database of its own."""
    if engine == "sqlite":
        yield ""
        return
    server, name = os.environ["PORTICO_TEST_POSTGRES"], "interop_" + uuid.uuid4().hex[:12]
    execute = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", server, "-c"]
    subprocess.run([*execute, f'CREATE DATABASE "{name}"'], check=True, timeout=30)
    yield server.rsplit("/", 1)[0] + "/" + name
    subprocess.run([*execute, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'], check=False, timeout=30)


@pytest.fixture(scope="module")
def gateway(dsn, tmp_path_factory):
    """A started gateway with nothing in it."""
    portico = Portico(tmp_path_factory.mktemp("portico"), dsn).start()
    yield portico
    status = portico.stop()
    assert status == 0, f"SIGTERM ended portico with {status}:\n{portico.tail()}"


@pytest.fixture(scope="module")
def key(gateway):
    """The key of a token in the group `interop`, which has the model `fake-model` and the server `time`."""
    return gateway.furnish()


@pytest.fixture
def upstream():
    """A model provider that behaves as badly as the test asks."""
    with Upstream() as stub:
        yield stub
