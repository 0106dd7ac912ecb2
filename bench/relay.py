"""bench/relay: what a relay costs. Portico, its upstream directly, nginx, Envoy, rolter and LiteLLM, in rotated rounds on loopback.

Started by bench/relay, which installs what is needed. Prints tables and keeps them in bench/results/.
"""

import pathlib
import sys

sys.dont_write_bytecode = True

import peers  # noqa: E402
import report  # noqa: E402
import rounds  # noqa: E402
from chats import BASES, SCENARIOS  # noqa: E402
from report import verdict  # noqa: E402

MOST_TIMES_PASSING_THROUGH = 2
# What two runs of one binary differ by on a machine at rest.
NOISE = 1.05


def aims(rows):
    """A line for each column in which Portico converted, or was measured beside an earlier one."""
    lines = []
    for row in (row for row in rows if row["peer"] == "portico" and row["cpu_microseconds"] is not None):
        column, cpu = f"{row['scenario']}, {row['connections']}", row["cpu_microseconds"]
        times = row["ratio_to_passing_through"]
        if times is not None:
            text = f"{times:.2f} × pass-through ({cpu:.0f} µs to {cpu / times:.0f}), at most {MOST_TIMES_PASSING_THROUGH}, no error, usage right"
            right = not row["errors"] and not row["lacking"]
            lines.append(f"{column}: {verdict(text, times <= MOST_TIMES_PASSING_THROUGH and right)}")
        for other in (other for other in rows if other["peer"] == "before" and report.same(other, row) and other["cpu_microseconds"]):
            before = other["cpu_microseconds"]
            lines.append(f"{column}: {verdict(f'CPU {cpu:.1f} µs, before {before:.1f}, at most {NOISE} ×', cpu <= before * NOISE)}")
    return lines


SHAPE = report.Shape(
    title="Relay",
    unit="request (per stream of 100 chunks for SSE)",
    rate="requests/s",
    scenarios={name: chat.title for name, chat in SCENARIOS.items()},
    aims=aims,
    bases=BASES,
)
BEFORE = ("--before", {"metavar": "PORTICO", "help": "an earlier binary to measure beside, as the peer `before`"})


def main():
    connections = {name: [1, 16] if chat.conversation else [1, 16, 64, 256] for name, chat in SCENARIOS.items()}
    options = rounds.arguments(peers.ALL, "bench/relay", __doc__.splitlines()[0], connections, SHAPE.scenarios, more=[BEFORE])
    kinds = list(peers.ALL)
    if options.before:
        peers.PorticoBefore.binary = pathlib.Path(options.before).resolve()
        kinds.append(peers.PorticoBefore)
        options.only.append(peers.PorticoBefore.name)
    rounds.run(kinds, options, SHAPE)


if __name__ == "__main__":
    main()
