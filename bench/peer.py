"""What the peers of every benchmark have in common: a program that is started, asked until it answers, and stopped."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from measure import tree  # noqa: E402
from portico import free_port  # noqa: E402

KEY = "sk-bench-0123456789abcdef"


def handles(pids):
    """Descriptors of the processes that still run: unlike a number, one never comes to mean another process."""
    found = []
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            found.append(os.pidfd_open(pid))
    return found


class Unavailable(Exception):
    """This peer is not installed or did not start; the message says which."""


class Peer:
    """A running program. `ports` has one per scenario, `key` is what its clients send."""

    name = ""
    key = KEY
    scenarios = ()
    # The script that wrk runs; it reads what `clients` yields from its environment.
    script = None

    def __init__(self, folder, upstream_port, workers):
        self.folder = pathlib.Path(folder) / self.name
        self.folder.mkdir(parents=True)
        self.upstream_port, self.workers = upstream_port, workers
        self.ports = dict.fromkeys(self.scenarios, free_port())
        # Why a scenario can't be measured, where the others can.
        self.unable = {}
        # What is missing from the answers of a scenario that is measured all the same.
        self.lacking = {}
        self.process = None

    def start(self):
        raise NotImplementedError

    def problem(self, scenario):
        """What is wrong with its answers in this scenario; empty when they are as they should be."""
        raise NotImplementedError

    def probe(self):
        """Tries every scenario: empty as soon as one works, and `unable` says what is wrong with the others."""
        wrong = {scenario: self.problem(scenario) for scenario in self.scenarios}
        self.unable = {scenario: text for scenario, text in wrong.items() if text}
        return "" if len(self.unable) < len(self.scenarios) else "; ".join(f"{scenario}: {text}" for scenario, text in self.unable.items())

    @contextlib.contextmanager
    def clients(self, scenario, connections):
        """The environment of the load's script, for as long as the load runs."""
        yield {}

    def answered(self):
        """How many requests the upstream has answered so far, whoever sent them; None where it does not count them."""
        return None

    def run(self, command, **environment):
        log = open(self.folder / "log", "wb")
        with log:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                env=os.environ | {"NO_PROXY": "127.0.0.1"} | {name: str(value) for name, value in environment.items()},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, seconds=60):
        """Until it works; the first answer may come while the rest is still starting, so what failed is tried again."""
        self.wait_for_one(seconds)
        for _ in range(3):
            if self.unable:
                time.sleep(0.5)
                self.probe()

    def wait_for_one(self, seconds):
        deadline, last = time.monotonic() + seconds, ""
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Unavailable(f"{self.name} ended with {self.process.returncode}: {self.tail()}")
            try:
                last = self.probe()
                if not last:
                    return
            except OSError as error:
                last = str(error)
            time.sleep(0.2)
        raise Unavailable(f"{self.name} did not answer within {seconds} s ({last}): {self.tail()}")

    def tail(self):
        log = self.folder / "log"
        return log.read_text(errors="replace")[-600:] if log.exists() else ""

    def stop(self):
        """Ends the program and what it started, in its process group and in groups that its children made for themselves."""
        if self.process is None or self.process.poll() is not None:
            return
        children = handles(tree(self.process.pid)[1:])
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(child, signal.SIGKILL)
            os.close(child)

    def describe(self):
        return ""
