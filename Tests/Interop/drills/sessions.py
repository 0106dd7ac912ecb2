"""Many who mostly wait: idle legacy sessions, legacy GET streams and listen streams, all held at once over real sockets.

Each kind is opened in turn and the gateway's resident memory is read before and after. Sessions must still answer, and a change must
reach every stream. Then all is closed and the same is done again, to see that memory is used again. Standard library only.
"""

import argparse
import asyncio
import json
import pathlib
import resource
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from portico import Portico  # noqa: E402

PATH = "/mcp/public/everything"
GROUP = "drill"
TOKENS = 4  # sessions are spread over these; one more has the listen streams
LANES = 32  # requests under way at once
PATIENCE = 60  # seconds that any single wait may take
GROWTH = 1.10
LEGACY, MODERN = "2025-11-25", "2026-07-28"
META = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}}
CHANGED = "notifications/tools/list_changed"


class Connection:
    """HTTP/1.1 by hand on one socket: requests one after the other, the last of which may be answered by a stream without end."""

    def __init__(self, port, key):
        self.port, self.key = port, key
        self.reader = self.writer = None

    async def head(self, method, headers=None, message=None):
        """Sends a request; (status, headers) of its answer, the body unread."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 16)
        body = b"" if message is None else json.dumps(message).encode()
        fields = {"Host": f"127.0.0.1:{self.port}", "Authorization": f"Bearer {self.key}"} | (headers or {})
        if message is not None:
            fields |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = [f"{method} {PATH} HTTP/1.1"] + [f"{name}: {value}" for name, value in fields.items()]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        first, *rest = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = [line.partition(":") for line in rest if line]
        return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}

    async def call(self, method, headers=None, message=None):
        """(status, headers, body) of an answer that ends."""
        async with asyncio.timeout(PATIENCE):
            status, fields = await self.head(method, headers, message)
            if fields.get("transfer-encoding") == "chunked":
                body = b""
                while chunk := await self.chunk():
                    body += chunk
            else:
                body = await self.reader.readexactly(int(fields.get("content-length", "0")))
            return status, fields, body

    async def chunk(self):
        """The next chunk of a body; empty at its end."""
        size = int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16)
        return (await self.reader.readexactly(size + 2))[:-2]

    def close(self):
        if self.writer is not None:
            self.writer.transport.abort()
        self.writer = None


class Stream:
    """An event stream that is held open: the methods of what it has said."""

    def __init__(self, port, key):
        self.connection, self.methods, self.pending = Connection(port, key), [], b""

    async def open(self, method, headers, message=None):
        async with asyncio.timeout(PATIENCE):
            status, fields = await self.connection.head(method, headers, message)
        if status != 200 or fields.get("content-type") != "text/event-stream":
            raise RuntimeError(f"no stream: {status} {fields}")
        return self

    async def wait(self, method):
        """Reads until that notification has come."""
        async with asyncio.timeout(PATIENCE):
            while method not in self.methods:
                chunk = await self.connection.chunk()
                if not chunk:
                    raise RuntimeError("the stream ended")
                self.pending += chunk
                *events, self.pending = self.pending.split(b"\n\n")
                for event in events:
                    data = b"".join(line[6:] for line in event.split(b"\n") if line.startswith(b"data: "))
                    if data:
                        self.methods.append(json.loads(data).get("method"))


async def lanes(port, key, items, action):
    """Does the action for every item, on so many kept connections of one key; the results in order."""
    queue, results = iter(enumerate(items)), {}

    async def lane():
        connection = Connection(port, key)
        try:
            for index, item in queue:
                results[index] = await action(connection, item)
        finally:
            connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(LANES):
            group.create_task(lane())
    return [results[index] for index in sorted(results)]


async def open_session(connection, _):
    params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "drill", "version": "1"}}
    accept = {"Accept": "application/json, text/event-stream"}
    message = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
    status, fields, body = await connection.call("POST", accept, message)
    if status != 200:
        raise RuntimeError(f"initialize: {status} {body[:300]}")
    session = fields["mcp-session-id"]
    status, _, body = await connection.call("POST", of(session), {"jsonrpc": "2.0", "method": "notifications/initialized"})
    if status != 202:
        raise RuntimeError(f"initialized: {status} {body[:300]}")
    return session


async def ping(connection, session):
    status, _, body = await connection.call("POST", of(session), {"jsonrpc": "2.0", "id": 1, "method": "ping"})
    if status != 200 or json.loads(body).get("result") != {}:
        raise RuntimeError(f"ping: {status} {body[:300]}")


async def end_session(connection, session):
    status, _, body = await connection.call("DELETE", of(session))
    if status not in (200, 204):
        raise RuntimeError(f"DELETE: {status} {body[:300]}")


def of(session):
    return {"Accept": "application/json, text/event-stream", "Mcp-Session-Id": session, "MCP-Protocol-Version": LEGACY}


def modern(method, name=None):
    fields = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": MODERN, "Mcp-Method": method}
    return fields | ({"Mcp-Name": name} if name else {})


async def trigger(port, key):
    """Lets the tools of that key change."""
    connection, name = Connection(port, key), "test_trigger_tool_change"
    params = {"name": name, "arguments": {}, "_meta": META}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    status, _, body = await connection.call("POST", modern("tools/call", name), message)
    connection.close()
    if status != 200:
        raise RuntimeError(f"{name}: {status} {body[:300]}")


async def listen(port, key, number):
    message = {
        "jsonrpc": "2.0",
        "id": number,
        "method": "subscriptions/listen",
        "params": {"_meta": META, "notifications": {"toolsListChanged": True}},
    }
    stream = await Stream(port, key).open("POST", modern("subscriptions/listen"), message)
    await stream.wait("notifications/subscriptions/acknowledged")
    return stream


async def opened(count, make):
    """So many streams, a few at a time."""
    gate = asyncio.Semaphore(LANES)

    async def one(number):
        async with gate:
            return await make(number)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(count)]
    return [task.result() for task in tasks]


class Figures:
    """What the gateway's memory was after each step of a round."""

    def __init__(self, portico):
        self.portico, self.rows = portico, []
        self.before = portico.resident_bytes()

    def add(self, step, count=0):
        """Once the memory has come to rest."""
        resident, deadline = self.portico.resident_bytes(), time.monotonic() + 5
        while time.monotonic() < deadline:
            time.sleep(0.3)
            last, resident = resident, self.portico.resident_bytes()
            if abs(resident - last) < 64 << 10:
                break
        each = f"{(resident - self.before) / count:10.0f} B each" if count else ""
        print(f"  {step:<42} {resident / 2**20:8.1f} MiB {each}", flush=True)
        self.before = resident
        self.rows.append(resident)


async def play(portico, keys, listener, options):
    """One round; the most memory that was resident."""
    port, share = portico.port, options.sessions // TOKENS
    figures = Figures(portico)
    sessions = [await lanes(port, key, range(share), open_session) for key in keys]
    figures.add(f"{share * TOKENS} idle sessions", share * TOKENS)

    connections = [Connection(port, key) for key in keys for _ in range(options.streams // TOKENS)]
    for index, connection in enumerate(connections):
        await ping(connection, sessions[index * TOKENS // len(connections)][0])
    figures.add(f"{len(connections)} idle connections", len(connections))

    flat = [(key, session) for key, own in zip(keys, sessions) for session in own[: options.streams // TOKENS]]

    async def get(number):
        key, session = flat[number]
        return await Stream(port, key).open("GET", of(session) | {"Accept": "text/event-stream"})

    gets = await opened(len(flat), get)
    figures.add(f"{len(gets)} GET streams of these sessions", len(gets))
    listens = await opened(options.listens, lambda number: listen(port, listener, number))
    figures.add(f"{len(listens)} listen streams, acknowledged", len(listens))

    for key, own in zip(keys, sessions):
        await lanes(port, key, own[:: options.sample], ping)
        await trigger(port, key)
    await trigger(port, listener)
    async with asyncio.TaskGroup() as group:
        for stream in gets + listens:
            group.create_task(stream.wait(CHANGED))
    figures.add(f"1 of {options.sample} sessions pinged, all streams told")

    for connection in connections + [stream.connection for stream in gets + listens]:
        connection.close()
    for key, own in zip(keys, sessions):
        await lanes(port, key, own, end_session)
    figures.add("everything closed")
    return max(figures.rows)


async def drill(portico, keys, listener, options):
    peaks = []
    for number in range(options.rounds):
        print(f"round {number + 1}: {portico.resident_bytes() / 2**20:.1f} MiB before", flush=True)
        async with asyncio.timeout(options.seconds):
            peaks.append(await play(portico, keys, listener, options))
    return peaks


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--listens", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--sample", type=int, default=10, help="one of so many sessions is pinged")
    parser.add_argument("--seconds", type=float, default=300, help="what a round may take")
    options = parser.parse_args()
    # This process and the gateway, which inherits it, hold a socket for each stream.
    wanted, (soft, hard) = 2 * options.streams + options.listens + 1000, resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    folder = tempfile.mkdtemp(prefix="portico-sessions-")
    portico, peaks = Portico(folder).start(), []
    try:
        portico.furnish(GROUP)
        portico.admin.call("POST", "/api/mcp/public/", {"id": "everything", "name": "Everything", "type": "mcp_embed", "status": 1})
        keys = [portico.token(GROUP, f"sessions-{number}") for number in range(TOKENS)]
        peaks = asyncio.run(drill(portico, keys, portico.token(GROUP, "listens"), options))
    finally:
        portico.stop()
        if len(peaks) < options.rounds:
            print(f"kept for a look: {folder}")
        else:
            shutil.rmtree(folder)
    growth = peaks[-1] / peaks[0]
    print(f"the most of each round: {', '.join(f'{peak / 2**20:.1f} MiB' for peak in peaks)}; last to first {growth:.3f}")
    sys.exit(0 if growth <= GROWTH else 1)


if __name__ == "__main__":
    main()
