"""Mistakes in the configuration are one line that names the place, and exit code 78; SQLite files have one owner."""

import subprocess

import pytest

from portico import Portico, binary


def serve(folder, **environment):
    """Runs `portico serve` that is expected to end by itself; (exit code, lines of standard error)."""
    portico = Portico(folder)
    run = subprocess.run(
        [binary(), "serve"], env=portico.environment | environment, cwd=folder, capture_output=True, text=True, timeout=20
    )
    return run.returncode, [line for line in run.stderr.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LISTEN", "127.0.0.1:99999"),
        ("LOG_LEVEL", "shouting"),
        ("LOG_FORMAT", "xml"),
        ("SQL_DSN", "mysql://somewhere/else"),
        ("GROUP_MAX_TOKEN_NUM", "many"),
        ("CONFIG_FILE_PATH", "no-such-file.yaml"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_variable(tmp_path, variable, value):
    code, lines = serve(tmp_path, **{variable: value})
    assert code == 78 and len(lines) == 1, lines
    assert variable in lines[0]


def test_a_mistake_in_the_file_names_file_and_line(tmp_path):
    (tmp_path / "portico.yaml").write_text("limits:\n  body: lots\n")
    code, lines = serve(tmp_path, CONFIG_FILE_PATH=str(tmp_path / "portico.yaml"))
    assert code == 78 and len(lines) == 1, lines
    assert "portico.yaml:2" in lines[0]


def test_no_secret_in_an_error(tmp_path):
    code, lines = serve(tmp_path, SQL_DSN="postgres://someone:topsecret@127.0.0.1:1/none?nonsense=1")
    assert code != 0 and lines and not any("topsecret" in line for line in lines)


def test_a_second_serve_on_the_same_file_says_so_and_stops(tmp_path):
    first = Portico(tmp_path).start()
    try:
        code, lines = serve(tmp_path)
        assert code not in (0, -6, -11) and any("portico.db" in line for line in lines), lines
        assert first.process.poll() is None
        assert first.admin.call("GET", "/api/status") is not None
    finally:
        assert first.stop() == 0
    again = Portico(tmp_path).start()
    assert again.stop() == 0


def test_what_was_saved_is_there_after_a_restart(tmp_path):
    portico = Portico(tmp_path).start()
    key = portico.furnish()
    assert portico.stop() == 0
    portico.start()
    try:
        assert portico.token_record("interop")["name"] == "interop"
        assert portico.admin.call("GET", "/api/mcp/public/time")["id"] == "time"
        assert key
    finally:
        assert portico.stop() == 0
