"""bench/openapi: what it costs to load, compile and list real API descriptions. Portico and FastMCP, in alternating rounds.

Started by bench/openapi, which installs what is needed. Prints tables and keeps them in bench/results/.
"""

import argparse
import datetime
import json
import os
import pathlib
import signal
import statistics
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests" / "Interop"))

import openapi_documents as documents  # noqa: E402
import report  # noqa: E402

RESULTS = pathlib.Path(__file__).with_name("results")
FASTMCP = report.ROOT / ".venv-bench-fastmcp" / "bin" / "python"
# Nothing that is compared may go on for longer.
SECONDS = 300
LARGE_BYTES = 500_000
LEAST_CPU_RATIO = 10
LEAST_MEMORY_RATIO = 2


def arguments():
    parser = argparse.ArgumentParser(prog="bench/openapi", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each; the median counts (3)")
    parser.add_argument("--documents", type=lambda text: text.split(","), default=[""], help="only those whose path has one of these in it")
    parser.add_argument("--portico-bin", default=str(report.ROOT / ".build" / "release" / "portico"))
    parser.add_argument("--no-save", action="store_true", help="print only, keep nothing in bench/results")
    return parser.parse_args()


def measure(command):
    """What a program used (user and system time, peak resident memory) and wrote; it is ended when it takes too long."""
    environment = os.environ | {"FASTMCP_CHECK_FOR_UPDATES": "off", "FASTMCP_LOG_LEVEL": "ERROR"}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        files = [(os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)]
        pid = os.posix_spawn(command[0], command, environment, file_actions=files)
        handle = os.pidfd_open(pid)
        deadline = time.monotonic() + SECONDS
        status, used = 0, None
        while used is None:
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                used = usage
            elif time.monotonic() > deadline:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                _, status, used = os.wait4(pid, 0)
            else:
                time.sleep(0.005)
        os.close(handle)
        output.seek(0)
        errors.seek(0)
        return {
            "status": os.waitstatus_to_exitcode(status),
            "cpu_seconds": used.ru_utime + used.ru_stime,
            "peak_kibibytes": used.ru_maxrss,
            "output": output.read(),
            "errors": errors.read().decode(errors="replace"),
        }


def portico(path, options):
    """One compilation by Portico."""
    run = measure([str(pathlib.Path(options.portico_bin).resolve()), "openapi", "compile", "--compact", str(path)])
    output = run.pop("output").rstrip(b"\n")
    if run["status"] in (0, 1) and output:
        run |= {"list_bytes": len(output), "tools": len(json.loads(output)["tools"])}
    return run


def fastmcp(path, _):
    """One by FastMCP."""
    run = measure([str(FASTMCP), str(pathlib.Path(__file__).with_name("fastmcp_list.py")), str(path)])
    output = run.pop("output")
    return run | json.loads(output) if run["status"] == 0 else run


PEERS = {"portico": portico, "fastmcp": fastmcp}


def reason(run):
    """Why a program did not make a list, in a line."""
    if "list_bytes" in run:
        return "the list is empty"
    if run["status"] < 0:
        return f"ended by signal {-run['status']}"
    lines = [line.strip() for line in run["errors"].splitlines() if line.strip()]
    # An exception is told where its class stands; what pydantic says of it comes after, indented.
    told = [index for index, line in enumerate(lines) if line.split(":")[0].split("(")[0].endswith(("Error", "Exception"))]
    text = " ".join(lines[told[-1] :] if told else lines[-1:]) or f"ended with {run['status']}"
    return text if len(text) <= 200 else text[:197] + "..."


def rounds(options, peers, chosen):
    """Every figure, and for each peer the documents that it makes no list of, with the reason. Who comes first changes from one to the next."""
    figures, refused = [], {name: {} for name in peers}
    for number in range(options.rounds):
        for index, path in enumerate(chosen):
            name = documents.name(path)
            for peer in peers if (number + index) % 2 == 0 else reversed(peers):
                if name in refused[peer]:
                    continue
                run = PEERS[peer](path, options)
                if not run.get("tools"):
                    refused[peer][name] = reason(run)
                    print(f"round {number + 1} {name} {peer}: no list: {reason(run)}", file=sys.stderr, flush=True)
                    continue
                # An error about one operation is the document's, and said by its coverage.
                del run["errors"]
                figures.append({"document": name, "peer": peer, "round": number + 1} | run)
                text = f"{run['cpu_seconds']:.2f} s CPU, {run['peak_kibibytes'] / 1024:.0f} MiB, {run['list_bytes']:,} bytes"
                print(f"round {number + 1} {name} {peer}: {text}", file=sys.stderr, flush=True)
    return figures, refused


def summarise(figures, chosen):
    """The medians for each document; for FastMCP also without its start."""
    rows = []
    for path in chosen:
        row = {"document": documents.name(path), "document_bytes": documents.size(path)}
        for peer in PEERS:
            members = [figure for figure in figures if (figure["document"], figure["peer"]) == (row["document"], peer)]
            if not members:
                row[peer] = None
                continue
            row[peer] = {name: statistics.median(member[name] for member in members) for name in ("cpu_seconds", "peak_kibibytes")}
            row[peer] |= {name: members[0][name] for name in ("list_bytes", "tools")}
            if peer == "fastmcp":
                row[peer]["work_seconds"] = statistics.median(member["cpu_seconds"] - member["start"]["cpu_seconds"] for member in members)
        rows.append(row)
    return rows


def aims(rows):
    """What was to be reached, and whether it was."""
    both = [row for row in rows if row["portico"] and row["fastmcp"] and row["document_bytes"] > LARGE_BYTES]
    lines = []
    for row in both:
        own, other = row["portico"], row["fastmcp"]
        cpu = other["work_seconds"] / own["cpu_seconds"]
        memory = other["peak_kibibytes"] / own["peak_kibibytes"]
        lines.append(
            f"{row['document']}: {cpu:.1f} × less CPU than FastMCP without its start ({other['cpu_seconds'] / own['cpu_seconds']:.1f} × with it), "
            f"at least {LEAST_CPU_RATIO}: {verdict(cpu >= LEAST_CPU_RATIO)}; {memory:.1f} × less memory, at least {LEAST_MEMORY_RATIO}: "
            f"{verdict(memory >= LEAST_MEMORY_RATIO)}"
        )
    larger = [row for row in rows if row["portico"] and row["portico"]["list_bytes"] > row["document_bytes"]]
    names = ", ".join(f"{row['document']} ({row['portico']['list_bytes']:,} of {row['document_bytes']:,} bytes)" for row in larger)
    lines.append(f"a list no larger than its document, for each of {len(rows)}: {verdict(not larger)}{': ' + names if names else ''}")
    return lines


def verdict(reached):
    return "reached" if reached else "**missed**"


def markdown(rows, facts):
    computer = facts["machine"]
    lines = [
        f"# API descriptions to tools, {facts['date']}, commit {facts['commit']}",
        "",
        f"{computer['processor']}, {computer['cores']} cores, {computer['memory_gib']} GiB, {computer['system']}, Linux {computer['kernel']}; "
        f"{facts['rounds']} round{'s' if facts['rounds'] > 1 else ''}, medians. Load average before {facts['load_before']}, after {facts['load_after']}.",
        "",
        "CPU is seconds of the whole process, memory its greatest resident size, list the bytes of `tools/list`. "
        "*Work* is CPU without FastMCP's start. How to read this: [README](../README.md).",
        "",
        "| document | KB | Portico: tools | CPU s | MiB | list KB | FastMCP: tools | CPU s | work s | MiB | list KB | CPU × | work × | memory × |",
        "|---|" + "--:|" * 13,
    ]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in sorted(rows, key=lambda row: -row["document_bytes"])]
    lines += ["", "## Aims", ""] + [f"- {text}" for text in aims(rows)]
    for peer, refused in facts["refused"].items():
        if refused:
            lines += ["", f"## No list by {peer}: {len(refused)} of {len(rows)}", ""]
            lines += [f"- {name}: `{text.replace('`', chr(39))}`" for name, text in refused.items()]
    lines += ["", "## Programs", ""] + [f"- {text}" for text in facts["notes"]]
    return "\n".join(lines) + "\n"


def cells(row):
    own, other = row["portico"], row["fastmcp"]
    number = report.number
    texts = [row["document"], number(row["document_bytes"] / 1000, 1)]
    texts += peer_cells(own, ["cpu_seconds"])
    texts += peer_cells(other, ["cpu_seconds", "work_seconds"])
    if not own or not other:
        return texts + ["–"] * 3
    ratios = [("cpu_seconds", "cpu_seconds"), ("work_seconds", "cpu_seconds"), ("peak_kibibytes", "peak_kibibytes")]
    return texts + [number(other[name] / own[own_name], 1) for name, own_name in ratios]


def peer_cells(figure, times):
    if not figure:
        return ["–"] * (3 + len(times))
    number = report.number
    middle = [number(figure[name], 2) for name in times] + [number(figure["peak_kibibytes"] / 1024)]
    return [number(figure["tools"])] + middle + [number(figure["list_bytes"] / 1000, 1)]


def notes(figures):
    """Which programs these were, and what the start costs the one that has one worth telling."""
    lines = ["portico: `portico openapi compile --compact FILE`"]
    starts = [figure["start"] for figure in figures if figure["peer"] == "fastmcp"]
    if starts:
        cpu = statistics.median(each["cpu_seconds"] for each in starts)
        peak = statistics.median(each["peak_kibibytes"] for each in starts)
        version = next(FASTMCP.parents[1].glob("lib/python*/site-packages/fastmcp-*.dist-info"), None)
        lines.append(
            f"fastmcp: {version.name.removesuffix('.dist-info') if version else 'unknown'}, `FastMCP.from_openapi` and `list_tools` in a program of "
            f"its own; its start takes {cpu:.2f} s CPU and {peak / 1024:.0f} MiB of the figures above"
        )
    return lines


def main():
    options = arguments()
    chosen = [path for path in documents.entries() if any(part in documents.name(path) for part in options.documents)]
    if not chosen:
        sys.exit(f"there are no documents in {documents.SPECS}: set PORTICO_SHARED to the folder that has openapi/specs")
    peers = [name for name in PEERS if name != "fastmcp" or FASTMCP.exists()]
    load_before = os.getloadavg()[0]
    figures, refused = rounds(options, peers, chosen)
    facts = {
        "date": datetime.date.today().isoformat(),
        "commit": report.commit(),
        "machine": report.machine(),
        "rounds": options.rounds,
        "load_before": round(load_before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "refused": refused,
        "notes": notes(figures) + ([] if "fastmcp" in peers else ["fastmcp: not measured: it is not installed"]),
    }
    rows = summarise(figures, chosen)
    text = markdown(rows, facts)
    print(text)
    if not options.no_save:
        RESULTS.mkdir(exist_ok=True)
        name = RESULTS / f"{facts['date']}-{facts['commit']}-openapi"
        name.with_suffix(".md").write_text(text)
        name.with_suffix(".json").write_text(json.dumps(facts | {"summary": rows, "figures": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
