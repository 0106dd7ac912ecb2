"""The HTTP transports: HTTP+SSE, Streamable HTTP of the legacy revisions, and 2026-07-28."""

import http.server
import json
import queue
import select
import socket
import threading
import urllib.parse
import uuid

from legacy import Session
from modern import Stateless

# What is answered as a stream; everything else as one JSON document.
STREAMED = {"tools/call", "prompts/get", "resources/read", "subscriptions/listen"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Small writes must not wait for acknowledgements.
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", content_type="application/json", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if body:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, headers=()):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, data, name="message"):
        self.wfile.write(f"event: {name}\ndata: {data}\n\n".encode())
        self.wfile.flush()

    def gone(self):
        """Whether the client has hung up."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        if not readable:
            return False
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def body(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kept = {name.lower(): value for name, value in self.headers.items()}
        self.server.features.journal.note("request", verb=self.command, path=self.path, headers=kept, body=body.decode())
        return json.loads(body) if body else None

    def pump(self, box):
        """Writes what comes out of a queue, until the client hangs up."""
        while not self.gone():
            try:
                self.event(box.get(timeout=0.05))
            except queue.Empty:
                continue
            except OSError:
                return


class WholePort:
    """Collects an answer that is one document."""

    def __init__(self, handler):
        self.handler, self.texts, self.code, self.headers = handler, [], 200, handler.headers

    def write(self, text):
        self.texts.append(text)

    def status(self, code):
        self.code = code

    def gone(self):
        return self.handler.gone()

    def end(self):
        pass


class StreamPort:
    """Answers as events; the head goes out with the first of them, so that an early error still has a status."""

    def __init__(self, handler):
        self.handler, self.started, self.code, self.headers = handler, False, 200, handler.headers

    def write(self, text):
        try:
            if self.code != 200 and not self.started:
                self.started = True
                return self.handler.answer(self.code, text.encode())
            self.start()
            self.handler.event(text)
        except OSError:
            pass

    def start(self):
        if not self.started:
            self.started = True
            self.handler.stream()

    def status(self, code):
        self.code = code

    def gone(self):
        return self.handler.gone()

    def end(self):
        self.start()


class StreamableHandler(Handler):
    """Legacy Streamable HTTP."""

    def session(self):
        return self.server.sessions.get(self.headers.get("Mcp-Session-Id"))

    def do_POST(self):
        message = self.body()
        if isinstance(message, dict) and message.get("method") == "server/discover":
            # What a server that knows only sessions says to it.
            return self.answer(400, json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32600, "message": "No session"}}).encode())
        if isinstance(message, dict) and message.get("method") == "initialize":
            session = Session(self.server.features, uuid.uuid4().hex)
            self.server.sessions[session.id] = session
            port = WholePort(self)
            session.receive(message, port)
            return self.answer(200, port.texts[0].encode(), headers=[("Mcp-Session-Id", session.id)])
        session = self.session()
        if session is None:
            return self.answer(404 if self.headers.get("Mcp-Session-Id") else 400)
        if "method" not in message or "id" not in message:
            session.receive(message, WholePort(self))
            return self.answer(202)
        if message["method"] in STREAMED:
            return session.receive(message, StreamPort(self))
        port = WholePort(self)
        session.receive(message, port)
        return self.answer(200, port.texts[0].encode())

    def do_GET(self):
        self.body()
        session = self.session()
        if session is None:
            return self.answer(404 if self.headers.get("Mcp-Session-Id") else 405)
        self.stream()
        self.server.features.journal.note("listening")
        self.pump(session.stream)

    def do_DELETE(self):
        self.body()
        found = self.server.sessions.pop(self.headers.get("Mcp-Session-Id"), None)
        self.answer(200 if found else 404)


class EventStreamHandler(Handler):
    """HTTP+SSE."""

    def do_GET(self):
        self.body()
        if not self.path.startswith("/sse"):
            return self.answer(404)
        session = Session(self.server.features, uuid.uuid4().hex)
        self.server.sessions[session.id] = session
        self.stream()
        self.event(f"/message?id={session.id}", "endpoint")
        self.pump(session.stream)
        self.server.sessions.pop(session.id, None)

    def do_POST(self):
        message = self.body()
        parts = urllib.parse.urlsplit(self.path)
        if parts.path != "/message":
            return self.answer(405)
        session = self.server.sessions.get(urllib.parse.parse_qs(parts.query).get("id", [""])[0])
        if session is None:
            return self.answer(404)
        if "method" in message and "id" in message:
            threading.Thread(target=session.receive, args=(message, QueuePort(session)), daemon=True).start()
        else:
            session.receive(message, QueuePort(session))
        self.answer(202)


class QueuePort:
    """Everything on the one stream of the session."""

    def __init__(self, session):
        self.session, self.headers = session, None

    def write(self, text):
        self.session.stream.put(text)

    def end(self):
        pass


class StatelessHandler(Handler):
    """2026-07-28."""

    def do_POST(self):
        message = self.body()
        if "id" not in message:
            return self.answer(202)
        port = StreamPort(self) if message["method"] in STREAMED else WholePort(self)
        self.server.stateless.receive(message, port)
        if isinstance(port, WholePort):
            self.answer(port.code, (port.texts or [""])[0].encode())

    def do_GET(self):
        self.answer(405, headers=[("Allow", "POST")])

    do_DELETE = do_GET


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port, transport, features):
        handlers = {"sse": EventStreamHandler, "streamable": StreamableHandler, "http": StatelessHandler}
        self.features, self.sessions = features, {}
        super().__init__(("127.0.0.1", port), handlers[transport])
        if transport == "http":
            self.stateless = Stateless(features)
        else:
            features.broadcast = self.broadcast

    def broadcast(self, message, uri=None):
        for session in list(self.sessions.values()):
            session.tell(message, uri)

    def handle_error(self, request, client_address):
        pass
