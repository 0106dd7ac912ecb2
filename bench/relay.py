"""bench/relay: what a relay costs. Portico, its upstream directly, nginx, Envoy, rolter and LiteLLM, in rotated rounds on loopback.

Started by bench/relay, which installs what is needed. Prints tables and keeps them in bench/results/.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile

sys.dont_write_bytecode = True

import peers  # noqa: E402
import report  # noqa: E402
from measure import measure  # noqa: E402

RESULTS = pathlib.Path(__file__).with_name("results")


def numbers(text):
    return [int(part) for part in text.split(",")]


def arguments():
    names = [peer.name for peer in peers.ALL]
    parser = argparse.ArgumentParser(prog="bench/relay", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=3, help="length of one measurement (3)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each kind; the median counts (3)")
    parser.add_argument("--connections", type=numbers, default=[1, 16, 64, 256], help="1,16,64,256")
    parser.add_argument("--scenarios", type=lambda text: text.split(","), default=["json", "sse"], help="json,sse")
    parser.add_argument("--only", type=lambda text: text.split(","), default=names, help=",".join(names))
    parser.add_argument("--workers", type=int, default=1, help="event loops, workers or threads of each peer (1)")
    parser.add_argument("--portico-bin", default=str(report.ROOT / ".build" / "release" / "portico"))
    parser.add_argument("--no-save", action="store_true", help="print only, keep nothing in bench/results")
    return parser.parse_args()


def start_all(options, folder):
    """The peers that started; and a sentence for each that did not. The upstream always runs: the others need it."""
    running, missing = [], []
    upstream_port = peers.free_port()
    peers.PorticoPeer.binary = pathlib.Path(options.portico_bin).resolve()
    for kind in peers.ALL:
        if kind.name not in options.only and kind is not peers.Upstream:
            continue
        peer = kind(folder, upstream_port, options.workers)
        try:
            peer.start()
            running.append(peer)
        except (peers.Unavailable, OSError) as error:
            missing.append(f"{kind.name}: not measured: {' '.join(str(error).split())}")
            print(missing[-1], file=sys.stderr)
            peer.stop()
            if kind is peers.Upstream:
                sys.exit(1)
    return running, missing


def rounds(options, measured):
    """Every figure, in rounds whose order of peers rotates, so that drift of the machine falls on all of them."""
    figures, turn = [], 0
    for number in range(options.rounds):
        for scenario in options.scenarios:
            for connections in options.connections:
                turn += 1
                at = turn % len(measured)
                for peer in measured[at:] + measured[:at]:
                    figure = measure(peer, scenario, connections, options.seconds) | {"round": number + 1}
                    figures.append(figure)
                    cpu = figure["cpu_microseconds"]
                    print(
                        f"round {number + 1} {scenario} {connections:4d} {peer.name:9s} {figure['requests_per_second']:9.0f}/s "
                        f"p50 {figure['p50']:8.2f} p99 {figure['p99']:8.2f} ms  cpu {'-' if cpu is None else f'{cpu:.1f}'} µs",
                        file=sys.stderr,
                        flush=True,
                    )
    return figures


def recorded(measured, figures):
    """Whether everything was really on: each request of Portico has a row in its log."""
    for peer in measured:
        if peer.name == "portico":
            counts = [figure["requests"] + figure["warm_up_requests"] for figure in figures if figure["peer"] == "portico"]
            return [f"portico wrote {peer.rows(sum(counts)):,} log rows for {sum(counts):,} answers; wrk does not count those in flight at its end"]
    return []


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="portico-bench-")
    os.chmod(folder, 0o755)
    load_before = os.getloadavg()[0]
    running = []
    try:
        running, missing = start_all(options, folder)
        measured = [peer for peer in running if peer.name in options.only]
        figures = rounds(options, measured)
        notes = recorded(measured, figures)
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
        "missing": missing,
        "notes": notes,
    }
    rows = report.summarise(figures)
    text = report.markdown(rows, facts)
    print(text)
    if not options.no_save:
        RESULTS.mkdir(exist_ok=True)
        name = RESULTS / f"{facts['date']}-{facts['commit']}"
        name.with_suffix(".md").write_text(text)
        name.with_suffix(".json").write_text(json.dumps(facts | {"summary": rows, "figures": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
