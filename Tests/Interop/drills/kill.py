"""Killed under load: every answer that a client received completely has exactly one log row and one charge.

Each round starts the gateway on the same SQLite file, drives chats (whole and streamed) and tool calls, kills it at a random
instant, sometimes kills it again while it is taking up what the journal kept, and then counts. Standard library only.
"""

import argparse
import collections
import http.client
import json
import math
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from portico import Portico, items  # noqa: E402

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
GROUP = "drill"


class Client(threading.Thread):
    """Calls until the connection dies, and remembers the request ids of the answers that arrived to their last byte."""

    def __init__(self, port, key, seed):
        super().__init__(daemon=True)
        self.port, self.key, self.random = port, key, random.Random(seed)
        self.complete, self.failures = [], []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            while True:
                self.call(connection, self.random.choice(["whole", "stream", "tool"]))
                time.sleep(self.random.uniform(0, 0.004))
        except (OSError, http.client.HTTPException):
            pass  # the gateway was killed
        finally:
            connection.close()

    def call(self, connection, kind):
        headers = {"Authorization": "Bearer " + self.key, "Content-Type": "application/json"}
        if kind == "tool":
            headers |= {
                "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": "2026-07-28",
                "Mcp-Method": "tools/call",
                "Mcp-Name": "get_current_time",
            }
            params = {"name": "get_current_time", "arguments": {"timezone": "UTC"}, "_meta": META}
            path, body = "/mcp/public/time", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        else:
            path = "/v1/chat/completions"
            body = {"model": "fake-model", "messages": [{"role": "user", "content": "Hello"}], "stream": kind == "stream"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200 or (kind == "stream" and b"data: [DONE]" not in text):
            self.failures.append((kind, answer.status, text[:300]))
        else:
            self.complete.append(answer.headers["X-Request-Id"])


def rows_of(portico, token_name, since_milliseconds):
    """The log rows of one round's token."""
    rows, page = [], 1
    while True:
        query = f"/api/logs/?page={page}&per_page=100&start_timestamp={since_milliseconds}&order=created_at-asc"
        batch = items(portico.admin.call("GET", query), "logs")
        rows += [row for row in batch if row["token_name"] == token_name]
        if len(batch) < 100:
            return rows
        page += 1


def drained_rows(portico, token_name, since_milliseconds, wanted, seconds=60):
    """The rows, once every wanted request has one and their number has come to rest."""
    deadline, before = time.monotonic() + seconds, -1
    while True:
        rows = rows_of(portico, token_name, since_milliseconds)
        there = wanted <= {row["request_id"] for row in rows}
        if (there and len(rows) == before) or time.monotonic() > deadline:
            return rows
        before = len(rows)
        time.sleep(0.3)


def check_round(portico, name, since, complete):
    """Problems of this round, as sentences; and what its rows are worth."""
    rows = drained_rows(portico, name, since, set(complete))
    count = collections.Counter(row["request_id"] for row in rows)
    problems = [f"{identifier}: received completely, {count[identifier]} rows" for identifier in complete if count[identifier] != 1]
    problems += [f"{identifier}: {number} rows" for identifier, number in count.items() if number > 1]
    spent = sum(row["amount"].get("used_amount", 0) for row in rows)
    deadline = time.monotonic() + 10
    while True:  # the totals may follow the rows by a moment
        token = portico.token_record(GROUP, name)
        agrees = math.isclose(token["used_amount"], spent, abs_tol=1e-7) and token["request_count"] == len(rows)
        if agrees or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    if not agrees:
        problems.append(
            f"token used {token['used_amount']} in {token['request_count']} calls; its {len(rows)} rows say {spent}"
        )
    return problems, spent, len(rows)


def second_serve_stops(portico):
    """Another `serve` on the same file says so and stops."""
    before = len(portico.tail(10**9))
    # A port of its own, so that the file, not the port, is what is taken.
    other = Portico(portico.folder)
    process = portico.spawn(LISTEN=f"127.0.0.1:{other.port}")
    try:
        status = process.wait(30)
    except Exception:
        process.kill()
        process.wait(10)
        return ["a second serve on the same file did not stop"]
    said = portico.tail(10**9)[before:]
    return [] if status > 0 and "portico.db" in said else [f"a second serve ended with {status}: {said[-500:]}"]


def play(portico, number, seed, clients):
    """One round; (problems, money, rows, complete answers)."""
    dice = random.Random(f"{seed}/{number}")
    name, since = f"round-{number}", int(time.time() * 1000) - 1000
    key = portico.token(GROUP, name)
    callers = [Client(portico.port, key, f"{seed}/{number}/{index}") for index in range(clients)]
    for caller in callers:
        caller.start()
    problems = second_serve_stops(portico) if number == 0 else []
    time.sleep(dice.uniform(0.1, 1.5))
    portico.kill()
    for caller in callers:
        caller.join(30)
    if dice.random() < 0.34:
        portico.process = portico.spawn()
        time.sleep(dice.uniform(0, 0.4))
        portico.kill()
    portico.start()
    complete = [identifier for caller in callers for identifier in caller.complete]
    problems += [f"an answer was wrong: {failure}" for caller in callers for failure in caller.failures]
    more, spent, rows = check_round(portico, name, since, complete)
    return problems + more, spent, rows, len(complete)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="portico-kill-")
    portico = Portico(folder).start()
    failed, total, answers = 0, 0.0, 0
    try:
        portico.furnish(GROUP)
        for number in range(options.rounds):
            problems, spent, rows, complete = play(portico, number, options.seed, options.clients)
            total, answers = total + spent, answers + complete
            failed += bool(problems)
            print(f"round {number + 1}: {complete} complete answers, {rows} rows, {len(problems)} problems", flush=True)
            for problem in problems[:10]:
                print("  " + problem, flush=True)
        used = portico.group_record(GROUP)["used_amount"]
        if not math.isclose(used, total, abs_tol=1e-6):
            failed += 1
            print(f"the group used {used}, its rows say {total}")
    finally:
        portico.stop()
    if failed:
        print(f"kept for a look: {folder}")
    else:
        shutil.rmtree(folder)
    print(f"{answers} answers received completely in {options.rounds} rounds; rounds: {options.rounds - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
