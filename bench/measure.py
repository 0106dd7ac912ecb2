"""One measurement: wrk against one peer, and what its process tree used meanwhile."""

import json
import os
import pathlib
import subprocess
import time

TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")


def tree(pid):
    """The process and everything below it."""
    found, queue = [], [pid]
    while queue:
        current = queue.pop()
        found.append(current)
        for task in pathlib.Path(f"/proc/{current}/task").glob("*/children"):
            try:
                queue += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def processor_microseconds(pid):
    """User and system time of the tree, with the children that have ended and were waited for."""
    total = 0
    for process in tree(pid):
        try:
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])
    return total * TICK


def resident_kibibytes(pid):
    total = 0
    for process in tree(pid):
        try:
            lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return total


def load(peer, scenario, connections, seconds, environment):
    """Drives the peer for so long; what wrk counted, times in milliseconds."""
    address = f"http://127.0.0.1:{peer.ports[scenario]}"
    run = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(peer.script), address],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=seconds + 30,
    )
    line = next((line for line in run.stdout.splitlines() if line.startswith("result: ")), None)
    if line is None:
        raise RuntimeError(f"wrk gave no result: {run.stdout[-300:]} {run.stderr[-300:]}")
    return json.loads(line.removeprefix("result: "))


def settle(pid, seconds=20):
    """Until the tree rests, so that what it still has to do for calls that the load gave up falls on nobody else's figures."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = processor_microseconds(pid)
        time.sleep(0.1)
        if processor_microseconds(pid) - before <= TICK:
            return


def measure(peer, scenario, connections, seconds):
    """One figure of one peer, after a short warm-up at the same concurrency."""
    with peer.clients(scenario, connections) as environment:
        warm = load(peer, scenario, connections, 1, environment)
    with peer.clients(scenario, connections) as environment:
        answered = peer.answered()
        before = processor_microseconds(peer.process.pid)
        result = load(peer, scenario, connections, seconds, environment)
        used = processor_microseconds(peer.process.pid) - before
        resident = resident_kibibytes(peer.process.pid)
    settle(peer.process.pid)
    requests = result["requests"]
    if not requests:
        result["p50"] = result["p99"] = None
    if answered is not None:
        # An answer whose request did not reach the upstream is an error that came with a good status.
        result["refused"] += max(0, requests - result["refused"] - (peer.answered() - answered))
    return result | {
        "peer": peer.name,
        "scenario": scenario,
        "connections": connections,
        "warm_up_requests": warm["requests"],
        "requests_per_second": requests / result["seconds"],
        "cpu_microseconds": used / requests if requests else None,
        "resident_kibibytes": resident,
        "lacking": scenario in peer.lacking,
    }
