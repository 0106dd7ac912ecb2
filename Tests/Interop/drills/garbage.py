"""Seeded random garbage at every public path, three identical rounds: no crash, no 5xx that is not a stated one, no growth.

Then hot and cold requests in turn, and pipelined, on one connection: answered in order. Standard library only.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import random
import re
import shutil
import socket
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from portico import ADMIN_KEY, Portico, request  # noqa: E402
from wire import Reader, compose  # noqa: E402

# 505 is the front's own word to a major version of HTTP that it does not speak (RFC 9110 section 15.6.6).
STATED = {501, 502, 503, 504, 505}
PATHS = [
    "/", "/health", "/metrics", "/swagger/doc.json", "/v1/models", "/v1/models/x", "/v1/chat/completions", "/v1/completions",
    "/v1/embeddings", "/v1/messages", "/v1/responses", "/v1/audio/speech", "/v1beta/models/x:generateContent",
    "/api/v1/services/aigc/x", "/api/v3/contents/generations/tasks", "/mcp", "/mcp/public/time", "/mcp/public/none",
    "/mcp/group/none", "/mcp/public/time/sse", "//v1/chat/completions", "/v1/../api/status", "/%2e%2e/%00",
]  # fmt: skip
BODIES = [
    {"model": "fake-model", "messages": [{"role": "user", "content": "Hello"}], "stream": False},
    {"model": "fake-model", "messages": [{"role": "user", "content": "Hello"}], "stream": True, "n": 1.0},
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25", "capabilities": {}}},
    {"jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": {"name": "convert_time", "arguments": {"time": "1:00"}}},
    [{"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, 7, None],
    {"name": "garbage", "type": 53, "key": "k", "models": ["garbage-model"], "configs": {"static_text": "x"}},
    {"model": "garbage-model", "type": 1, "price": {"input_price": 1e-3}},
]
TOKENS = [b"null", b"1e999999", b'"\\ud800"', b"[" * 600, b'{"a":' * 600, b"-", b'"\x00"', b"\xff\xfe", b"9" * 400, b'"model":"x",', b"\\u0000"]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "CONNECT", "PRI", "get", "P OST", "\x00"]


class Garbage:
    """Makes the bytes of one connection from its number, the same in every round."""

    def __init__(self, seed, paths, key):
        self.seed, self.paths, self.key = seed, paths, key

    def make(self, number):
        """(bytes to send, whether they must be refused: a request that two readers could split in two ways)"""
        dice = random.Random(f"{self.seed}/{number}")
        kind = dice.choice([self.noise, self.body, self.body, self.body, self.head, self.head, self.chunks, self.pipeline])
        if dice.random() < 0.1:
            return self.smuggle(dice), True
        return kind(dice), False

    def credentials(self, dice):
        return dice.choice([self.key, self.key, ADMIN_KEY, "sk-wrong", "", "\xff" * 20])

    def start(self, dice, method=None):
        path = dice.choice(self.paths)
        target = dice.choice([path] * 8 + ["http://other.example" + path, path + "?" + "a=%zz&" * dice.randrange(40), "*"])
        return f"{method or dice.choice(METHODS[:7] + ['POST'] * 8)} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode("latin-1")

    def authorization(self, dice):
        return f"Authorization: Bearer {self.credentials(dice)}\r\n".encode("latin-1")

    def mutated(self, dice):
        text = bytearray(json.dumps(dice.choice(BODIES)).encode())
        for _ in range(dice.randrange(6)):
            at = dice.randrange(len(text) + 1)
            action = dice.randrange(4)
            if action == 0:
                text[at : at + dice.randrange(1, 9)] = b""
            elif action == 1:
                text[at:at] = dice.choice(TOKENS)
            elif action == 2 and text:
                text[at % len(text)] = dice.randrange(256)
            else:
                text[at:at] = text[: dice.randrange(1, 60)]
        return bytes(text)

    def noise(self, dice):
        return dice.randbytes(dice.randrange(1, 3000))

    def body(self, dice):
        body = self.mutated(dice)
        kind = dice.choice(["application/json"] * 6 + ["text/plain", "multipart/form-data", "application/json; charset=utf-16", "\xff"])
        extra = dice.choice(["", "", "", "Content-Encoding: gzip\r\n", "Expect: 100-continue\r\n", "Mcp-Session-Id: x\r\n", "MCP-Protocol-Version: 2026-07-28\r\n"])
        length = dice.choice([len(body)] * 8 + [len(body) + 5, max(0, len(body) - 5)])
        head = f"Content-Type: {kind}\r\n{extra}Content-Length: {length}\r\n\r\n".encode("latin-1")
        return self.start(dice) + self.authorization(dice) + head + body

    def head(self, dice):
        lines = [
            f"X-Long: {'a' * dice.randrange(1, 200000)}\r\n",
            "".join(f"X-{index}: y\r\n" for index in range(dice.randrange(1, 400))),
            "X-Folded: one\r\n two\r\n\tthree\r\n",
            "X-Bare: one\nX-Two: two\n",
            "X\x00Y: z\r\n",
            ": empty\r\n",
            "No colon at all\r\n",
            "X-Space : y\r\n",
            "Host: second\r\n",
            "Connection: close, x\r\nUpgrade: h2c\r\n",
            "Authorization: Bearer \r\nAuthorization: Bearer x\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 0x10\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: gzip\r\n",
        ]
        chosen = "".join(dice.sample(lines, dice.randrange(1, 4)))
        data = self.start(dice) + self.authorization(dice) + chosen.encode("latin-1") + b"\r\n"
        version = dice.choice([b"HTTP/1.1"] * 5 + [b"HTTP/1.0", b"HTTP/0.9", b"HTTP/9.9", b"HTTQ/1.1", b""])
        return data.replace(b"HTTP/1.1", version, 1)

    def chunks(self, dice):
        body, data = self.mutated(dice), b""
        while body:
            size = dice.randrange(1, 80)
            mark = dice.choice([f"{len(body[:size]):x}"] * 12 + ["zz", "-1", "FFFFFFFFFFFFFFFFF", f"{len(body[:size]):x};" + "e" * 3000, "0x5", ""])
            data += mark.encode() + dice.choice([b"\r\n"] * 20 + [b"\n"]) + body[:size] + dice.choice([b"\r\n"] * 20 + [b"", b"\n"])
            body = body[size:]
        data += dice.choice([b"0\r\n\r\n"] * 4 + [b"0\r\nX-Trailer: y\r\n\r\n", b"", b"0\r\n"])
        head = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        return self.start(dice, "POST") + self.authorization(dice) + head + data

    def pipeline(self, dice):
        return b"".join(dice.choice([self.body, self.body, self.head, self.chunks])(dice) for _ in range(dice.randrange(2, 6)))

    def smuggle(self, dice):
        hidden = b"GET /api/groups/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\n\r\n"
        path = dice.choice(["/v1/chat/completions", "/mcp/public/time", "/health", "/api/status"])
        start = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode() + self.authorization(dice)
        fields = dice.choice(
            [
                b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
                b"Content-Length: 4\r\nContent-Length: 40\r\n",
                b"Content-Length: 4, 40\r\n",
                b"Content-Length: +4\r\n",
                b"Transfer-Encoding: chunked, identity\r\n",
                b"Transfer-Encoding: xchunked\r\n",
                b"Transfer-Encoding : chunked\r\n",
            ]
        )
        return start + fields + b"\r\n0\r\n\r\n" + hidden


def send(port, data, patience=0.06):
    """What came back for these bytes: read until the other side closes or has nothing more to say for a moment."""
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(data)
            connection.settimeout(patience)
            while len(received) < 1 << 20:
                more = connection.recv(65536)
                if not more:
                    break
                received += more
    except (TimeoutError, ConnectionError):
        pass
    return received


STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


def judge(data, received, refused):
    """Problems with one exchange."""
    statuses = [int(status) for status in STATUS.findall(received)]
    problems = [f"status {status}" for status in statuses if status >= 500 and status not in STATED]
    # An answer to HEAD has no body: what follows it is the next answer.
    for part in re.split(rb"(?=HTTP/1\.[01] \d\d\d )", received)[1:]:
        body = part.partition(b"\r\n\r\n")[2]
        if re.match(rb"HTTP/1\.[01] 5", part) and body and b'"error"' not in body and b'"message"' not in body:
            problems.append(f"a 5xx in no dialect: {body[:100]!r}")
    if refused and (len(statuses) > 1 or any(status < 400 for status in statuses)):
        problems.append(f"a request of two readings was answered {statuses}")
    return [f"{problem} for {data[:300]!r}" for problem in problems], statuses


def play(portico, garbage, count, threads):
    """One round; (problems, how often each status was answered)."""
    problems, tally = [], collections.Counter()

    def one(number):
        data, refused = garbage.make(number)
        return judge(data, send(portico.port, data), refused)

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for found, statuses in pool.map(one, range(count)):
            problems += found
            tally.update(statuses or ["closed"])
    return problems, tally


def in_order(portico, key, seed, exchanges=600):
    """Hot and cold requests on one connection, one by one and many in one write, are answered in order."""
    dice = random.Random(f"{seed}/order")
    authorization = {"Authorization": "Bearer " + key}

    def hot(number):
        body = {"model": f"none-{number}", "messages": []}
        return compose("POST", "/v1/chat/completions", authorization, body), 404, f"none-{number}"

    def chat(_):
        body = {"model": "fake-model", "messages": [{"role": "user", "content": "Hello"}]}
        return compose("POST", "/v1/chat/completions", authorization, body), 200, "chat.completion"

    def refused(_):
        return compose("POST", "/v1/chat/completions", {"Authorization": "Bearer sk-no"}, {"model": "x"}), 401, "error"

    def cold(_):
        return compose("GET", "/swagger/doc.json", {}), 200, "swagger"

    problems, sent = [], 0
    with socket.create_connection(("127.0.0.1", portico.port), timeout=20) as connection:
        reader = Reader(connection)
        while sent < exchanges and not problems:
            together = 1 if sent < exchanges // 2 else dice.randrange(2, 12)
            batch = [dice.choice([hot, hot, chat, refused, cold])(sent + index) for index in range(together)]
            connection.sendall(b"".join(data for data, _, _ in batch))
            for _, status, text in batch:
                got_status, _, body = reader.answer()
                if got_status != status or text.encode() not in body:
                    problems.append(f"after {sent} in order: wanted {status} with {text}, got {got_status} {body[:200]!r}")
                sent += 1
    return problems


def described_paths(portico):
    """The paths of the served description, with something in place of each parameter."""
    answer = request(portico.port, "GET", "/swagger/doc.json")
    return [re.sub(r"\{[^}]*\}", "x1", path) for path in answer.json()["paths"]] if answer.status == 200 else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="portico-garbage-")
    portico = Portico(folder, environment={"LOG_LEVEL": "error"}).start()
    problems, memory = [], []
    try:
        key = portico.furnish("garbage")
        garbage = Garbage(options.seed, PATHS + described_paths(portico), key)
        for number in range(3):
            found, tally = play(portico, garbage, options.requests, options.threads)
            time.sleep(2)
            if portico.process.poll() is not None:
                problems.append(f"portico ended with {portico.process.returncode}:\n{portico.tail()}")
                break
            memory.append(portico.resident_bytes())
            problems += found
            print(f"round {number + 1}: {memory[-1] >> 10} KiB, {len(found)} problems, {dict(tally.most_common())}", flush=True)
            for problem in found[:10]:
                print("  " + problem, flush=True)
        if len(memory) == 3:
            if memory[2] > memory[1] * 1.05:
                problems.append(f"memory grew from {memory[1]} to {memory[2]} bytes between identical rounds")
            problems += in_order(portico, portico.token("garbage", "after"), options.seed)
    finally:
        status = portico.stop()
    if status != 0:
        problems.append(f"SIGTERM ended portico with {status}")
    for problem in problems[-10:]:
        print(problem)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{3 * options.requests} connections, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
