"""bench/relay: what a relay costs. Portico, its upstream directly, nginx, Envoy, rolter and LiteLLM, in rotated rounds on loopback.

Started by bench/relay, which installs what is needed. Prints tables and keeps them in bench/results/.
"""

import sys

sys.dont_write_bytecode = True

import peers  # noqa: E402
import report  # noqa: E402
import rounds  # noqa: E402

SHAPE = report.Shape(
    title="Relay",
    unit="request (per stream of 100 chunks for SSE)",
    rate="requests/s",
    scenarios={"json": "JSON", "sse": "SSE, 100 chunks"},
)


def main():
    options = rounds.arguments(peers.ALL, "bench/relay", __doc__.splitlines()[0], [1, 16, 64, 256], SHAPE.scenarios)
    rounds.run(peers.ALL, options, SHAPE)


if __name__ == "__main__":
    main()
