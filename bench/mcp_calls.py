"""bench/mcp: what a tool call costs. Portico, its upstream directly, nginx, Envoy, rolter, mcp-proxy and FastMCP, in rotated rounds.

Started by bench/mcp, which installs what is needed. Prints tables and keeps them in bench/results/.
"""

import sys

sys.dont_write_bytecode = True

import mcp_peers  # noqa: E402
import report  # noqa: E402
import rounds  # noqa: E402
from report import verdict  # noqa: E402

MOST_CPU_MICROSECONDS = 120
MOST_ADDED_MICROSECONDS = 150
BELOW = ("rolter", "envoy")


def aims(rows):
    """A line for each column in which Portico was measured: what it was to reach there, and whether it did."""
    lines = []
    for row in (row for row in rows if row["peer"] == "portico" and row["cpu_microseconds"] is not None):
        cpu = row["cpu_microseconds"]
        verdicts = [verdict(f"CPU {cpu:.0f} µs, at most {MOST_CPU_MICROSECONDS}", cpu <= MOST_CPU_MICROSECONDS)]
        for other in (other for other in rows if other["peer"] in BELOW and report.same(other, row) and other["cpu_microseconds"]):
            verdicts.append(verdict(f"below {other['peer']}'s {other['cpu_microseconds']:.0f}", cpu < other["cpu_microseconds"]))
        # With more connections than one the median is the queue's.
        if row["connections"] == 1 and row["added_microseconds"] is not None:
            added = row["added_microseconds"]
            verdicts.append(verdict(f"added {added:.0f} µs, at most {MOST_ADDED_MICROSECONDS}", added <= MOST_ADDED_MICROSECONDS))
        lines.append(f"{row['scenario']}, {row['connections']}: {'; '.join(verdicts)}")
    return lines


SHAPE = report.Shape(
    title="Tool calls",
    unit="call",
    rate="calls/s",
    scenarios={"modern": "Modern (2026-07-28, stateless)", "legacy": "Legacy (2025-11-25, a session per connection)"},
    with_added=True,
    aims=aims,
)


def main():
    connections = dict.fromkeys(SHAPE.scenarios, [1, 16, 32])
    options = rounds.arguments(mcp_peers.ALL, "bench/mcp", __doc__.splitlines()[0], connections, SHAPE.scenarios, seconds=5)
    rounds.run(mcp_peers.ALL, options, SHAPE, suffix="-mcp")


if __name__ == "__main__":
    main()
