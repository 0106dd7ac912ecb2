"""What the benchmarks share: starting the peers, measuring them in rotated rounds, and keeping what came out."""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import peers
import report
from measure import measure
from peer import Unavailable
from portico import free_port

RESULTS = pathlib.Path(__file__).with_name("results")


def numbers(text):
    return [int(part) for part in text.split(",")]


def words(text):
    return text.split(",")


def arguments(kinds, program, description, connections, scenarios, seconds=3, more=()):
    """The options that every benchmark takes, and `more` of its own; `kinds` are its peers.

    `connections` has the numbers for each scenario, and so has the option's value.
    """
    names = [kind.name for kind in kinds]
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument("--seconds", type=int, default=seconds, help=f"length of one measurement ({seconds})")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each kind; the median counts (3)")
    usual = "; ".join(dict.fromkeys(",".join(map(str, counts)) for counts in connections.values()))
    parser.add_argument("--connections", type=numbers, help=f"the same for every scenario ({usual})")
    parser.add_argument("--scenarios", type=words, default=list(scenarios), help=",".join(scenarios))
    parser.add_argument("--only", type=words, default=names, help=",".join(names))
    parser.add_argument("--workers", type=int, default=1, help="event loops, workers or threads of each peer (1)")
    parser.add_argument("--portico-bin", default=str(report.ROOT / ".build" / "release" / "portico"))
    parser.add_argument("--no-save", action="store_true", help="print only, keep nothing in bench/results")
    for flag, settings in more:
        parser.add_argument(flag, **settings)
    options = parser.parse_args()
    options.connections = dict.fromkeys(scenarios, options.connections) if options.connections else connections
    return options


def start_all(kinds, options, folder, running):
    """Adds the peers that start to `running`; a sentence for each that does not. The upstream always runs: the others need it."""
    missing = []
    upstream_port = free_port()
    peers.PorticoPeer.binary = pathlib.Path(options.portico_bin).resolve()
    for kind in kinds:
        if kind.name not in options.only and not issubclass(kind, peers.Upstream):
            continue
        peer = kind(folder, upstream_port, options.workers)
        running.append(peer)
        try:
            peer.start()
        except (Unavailable, OSError) as error:
            missing.append(f"{kind.name}: not measured: {' '.join(str(error).split())}")
            print(missing[-1], file=sys.stderr)
            running.remove(peer)
            peer.stop()
            if isinstance(peer, peers.Upstream):
                sys.exit(1)
    return missing


def rounds(options, measured):
    """Every figure, in rounds whose order of peers rotates, so that drift of the machine falls on all of them.

    And a sentence for each that could not be taken.
    """
    figures, troubles, turn = [], [], 0
    for number in range(options.rounds):
        for scenario in options.scenarios:
            able = [peer for peer in measured if scenario in peer.scenarios and scenario not in peer.unable]
            for connections in options.connections[scenario]:
                turn += 1
                at = turn % max(1, len(able))
                for peer in able[at:] + able[:at]:
                    try:
                        figure = measure(peer, scenario, connections, options.seconds) | {"round": number + 1}
                    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                        troubles.append(f"{peer.name}, {scenario}, {connections} connections, round {number + 1}: no figure: {error}")
                        print(troubles[-1], file=sys.stderr)
                        continue
                    figures.append(figure)
                    print(f"round {number + 1} {line(figure)}", file=sys.stderr, flush=True)
    return figures, troubles


def line(figure):
    """A figure for somebody who waits for the end."""
    start = f"{figure['scenario']} {figure['connections']:4d} {figure['peer']:9s}"
    if not figure["requests"]:
        return f"{start} answered nothing in {figure['seconds']:.0f} s"
    times = f"p50 {figure['p50']:8.2f} p99 {figure['p99']:8.2f} ms  cpu {figure['cpu_microseconds']:.1f} µs"
    return f"{start} {figure['requests_per_second']:9.0f}/s {times}"


def recorded(measured, figures):
    """Whether everything was really on: each request of Portico has a row in its log."""
    for peer in measured:
        if peer.name == "portico":
            counts = [figure["requests"] + figure["warm_up_requests"] for figure in figures if figure["peer"] == "portico"]
            return [f"portico wrote {peer.rows(sum(counts)):,} log rows for {sum(counts):,} answers; wrk does not count those in flight at its end"]
    return []


def run(kinds, options, shape, suffix=""):
    """The whole benchmark: starts, measures, prints the tables of this shape, and keeps them unless told not to."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="portico-bench-")
    os.chmod(folder, 0o755)
    load_before = os.getloadavg()[0]
    running = []
    try:
        missing = start_all(kinds, options, folder, running)
        measured = [peer for peer in running if peer.name in options.only]
        figures, troubles = rounds(options, measured)
        lacking = [
            f"{peer.name}, {scenario}: measured, though {peer.lacking[scenario]}"
            for peer in measured
            for scenario in options.scenarios
            if scenario in peer.lacking
        ]
        notes = lacking + troubles + recorded(measured, figures)
    finally:
        for peer in reversed(running):
            peer.stop()
        shutil.rmtree(folder, ignore_errors=True)
    facts = {
        "date": datetime.date.today().isoformat(),
        "commit": report.commit(),
        "machine": report.machine(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "workers": options.workers,
        "load_before": round(load_before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "peers": {peer.name: peer.describe() for peer in measured},
        "unable": {
            peer.name: {scenario: text for scenario, text in peer.unable.items() if scenario in options.scenarios} for peer in measured
        },
        "missing": missing,
        "notes": notes,
    }
    rows = report.summarise(figures, shape)
    text = report.markdown(rows, facts, shape)
    print(text)
    if not options.no_save:
        RESULTS.mkdir(exist_ok=True)
        name = RESULTS / f"{facts['date']}-{facts['commit']}{suffix}"
        name.with_suffix(".md").write_text(text)
        name.with_suffix(".json").write_text(json.dumps(facts | {"summary": rows, "figures": figures}, indent=1) + "\n")
