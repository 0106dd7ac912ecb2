"""One measurement: wrk against one port, and what the process tree behind it used meanwhile."""

import json
import os
import pathlib
import subprocess

TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")
SCRIPT = pathlib.Path(__file__).with_name("post.lua")


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


def load(port, key, scenario, connections, seconds):
    """Drives the port for so long; what wrk counted, times in milliseconds."""
    environment = os.environ | {"BENCH_KEY": key, "BENCH_STREAM": "true" if scenario == "sse" else "false"}
    run = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT), f"http://127.0.0.1:{port}"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds + 30,
    )
    line = next((line for line in run.stdout.splitlines() if line.startswith("result: ")), None)
    if line is None:
        raise RuntimeError(f"wrk gave no result: {run.stdout[-300:]} {run.stderr[-300:]}")
    return json.loads(line.removeprefix("result: "))


def measure(peer, scenario, connections, seconds):
    """One figure of one peer, after a short warm-up at the same concurrency."""
    port = peer.ports[scenario]
    warm = load(port, peer.key, scenario, connections, 1)
    before = processor_microseconds(peer.process.pid)
    result = load(port, peer.key, scenario, connections, seconds)
    used = processor_microseconds(peer.process.pid) - before
    requests = result["requests"]
    return result | {
        "peer": peer.name,
        "scenario": scenario,
        "connections": connections,
        "warm_up_requests": warm["requests"],
        "requests_per_second": requests / result["seconds"],
        "cpu_microseconds": used / requests if requests else None,
        "resident_kibibytes": resident_kibibytes(peer.process.pid),
    }
