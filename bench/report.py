"""From single measurements to the tables that people read."""

import dataclasses
import os
import pathlib
import platform
import statistics
import subprocess
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parents[1]


@dataclasses.dataclass
class Shape:
    """What a benchmark calls its things."""

    title: str
    # What CPU time is counted for, and what the rate counts.
    unit: str
    rate: str
    # Their titles by name, in the order of the report.
    scenarios: dict[str, str]
    # Whether there is a column for what the median is above the upstream's own.
    with_added: bool = False
    # Lines about what was to be reached, from the rows.
    aims: Callable[[list], list] | None = None
    # By scenario the one that does the same without converting: Portico's CPU time there, and nginx's, are the units for this one.
    bases: dict[str, str] = dataclasses.field(default_factory=dict)


def machine():
    """The shape of the machine, in the words that matter for a comparison."""
    model = next(
        (line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    return {"processor": model, "cores": os.cpu_count(), "memory_gib": round(memory), "kernel": platform.release(), "system": system}


def commit():
    run = subprocess.run(["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return run.stdout.strip() if run.returncode == 0 else "uncommitted"


def middle(figures, name):
    values = [figure[name] for figure in figures if figure[name] is not None]
    return statistics.median(values) if values else None


def summarise(figures, shape):
    """The median over the rounds for each (scenario, connections, peer), with the ratios of CPU to nginx's and to passing through."""
    groups = {}
    for figure in figures:
        groups.setdefault((figure["scenario"], figure["connections"], figure["peer"]), []).append(figure)
    names = ("requests_per_second", "p50", "p99", "cpu_microseconds", "resident_kibibytes")
    rows = []
    for (scenario, connections, peer), members in groups.items():
        row = {"scenario": scenario, "connections": connections, "peer": peer} | {name: middle(members, name) for name in names}
        row["errors"] = sum(member["refused"] + member["broken"] for member in members)
        row["lacking"] = any(member["lacking"] for member in members)
        rows.append(row)
    for row in rows:
        basis = shape.bases.get(row["scenario"])
        row["ratio_to_nginx"] = ratio(rows, row, "nginx", basis or row["scenario"])
        row["ratio_to_passing_through"] = ratio(rows, row, "portico", basis) if basis else None
        upstream = [other for other in rows if other["peer"] == "upstream" and same(other, row)]
        comparable = upstream and row["peer"] != "upstream" and row["p50"] is not None and upstream[0]["p50"] is not None
        row["added_microseconds"] = (row["p50"] - upstream[0]["p50"]) * 1000 if comparable else None
    return rows


def ratio(rows, row, peer, scenario):
    """The row's CPU time in units of what this peer takes in this scenario with as many connections."""
    units = [other["cpu_microseconds"] for other in rows if other["peer"] == peer and same(other, row | {"scenario": scenario})]
    return row["cpu_microseconds"] / units[0] if units and units[0] and row["cpu_microseconds"] else None


def verdict(text, reached):
    return f"{text}: {'reached' if reached else '**missed**'}"


def same(one, other):
    return (one["scenario"], one["connections"]) == (other["scenario"], other["connections"])


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def markdown(rows, facts, shape):
    """The whole report."""
    computer = facts["machine"]
    lines = [
        f"# {shape.title}, {facts['date']}, commit {facts['commit']}",
        "",
        f"{computer['processor']}, {computer['cores']} cores, {computer['memory_gib']} GiB, {computer['system']}, Linux {computer['kernel']}; "
        f"{facts['rounds']} rounds of {facts['seconds']} s, medians; {facts['workers']} worker each. "
        f"Load average before {facts['load_before']}, after {facts['load_after']}.",
        "",
        f"CPU is microseconds of the relay's process tree per {shape.unit}, memory its resident size "
        "after the run, × its CPU in nginx's. How to read this: [README](../README.md).",
    ]
    if shape.bases:
        lines += ["", "× pass-through is that CPU in what Portico takes to pass on, unconverted, the answer of the same upstream."]
    for scenario, title in shape.scenarios.items():
        for connections in dict.fromkeys(row["connections"] for row in rows if row["scenario"] == scenario):
            lines += ["", f"## {title}, {connections} connection{'s' if connections > 1 else ''}", ""]
            chosen = [row for row in rows if (row["scenario"], row["connections"]) == (scenario, connections)]
            lines += table(chosen, [name for name, unable in facts["unable"].items() if scenario in unable], shape, scenario in shape.bases)
    if shape.aims and (aims := shape.aims(rows)):
        lines += ["", "## Aims", ""] + [f"- {text}" for text in aims]
    lines += ["", "## Peers", ""] + [f"- {name}: {text}" for name, text in facts["peers"].items()]
    lines += [f"- {name}, {scenario}: not measured: {text}" for name, unable in facts["unable"].items() for scenario, text in unable.items()]
    lines += [f"- {text}" for text in facts["missing"]]
    lines += [f"- {text}" for text in facts["notes"]]
    return "\n".join(lines) + "\n"


def table(rows, unable, shape, converts):
    """One table, the cheapest first; peers that can't do this at the end, without figures."""
    columns = ["peer", shape.rate, "p50 ms", "p99 ms"] + ["added µs"] * shape.with_added
    columns += ["CPU µs", "× nginx"] + ["× pass-through"] * converts + ["MiB", "errors"]
    lines = ["| " + " | ".join(columns) + " |", "|---|" + "--:|" * (len(columns) - 1)]
    for row in sorted(rows, key=lambda row: row["cpu_microseconds"] or float("inf")):
        cells = [row["peer"] + " (usage wrong)" * row["lacking"], number(row["requests_per_second"]), number(row["p50"], 2), number(row["p99"], 2)]
        if shape.with_added:
            cells.append(number(row["added_microseconds"]))
        cells += [number(row["cpu_microseconds"], 1), number(row["ratio_to_nginx"], 2)]
        if converts:
            cells.append(number(row["ratio_to_passing_through"], 2))
        cells += [number(row["resident_kibibytes"] / 1024), number(row["errors"])]
        lines.append("| " + " | ".join(cells) + " |")
    return lines + ["| " + " | ".join([name] + ["–"] * (len(columns) - 1)) + " |" for name in unable]
